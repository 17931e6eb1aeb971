from django.urls import URLPattern, path

from euthymia.clinic.look import views

urlpatterns: list[URLPattern] = [path("", views.styleguide, name="styleguide")]
