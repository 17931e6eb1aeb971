from django.urls import URLPattern, path

from euthymia.clinic.journey.screening import views

app_name = "screening"
urlpatterns: list[URLPattern] = [
    path("", views.screening, name="screening"),
    path("run/", views.run, name="run"),
    path("decide/", views.decide, name="decide"),
]
