from django.urls import URLPattern, path

from euthymia.clinic.journey.consults import views

app_name = "consults"
urlpatterns: list[URLPattern] = [
    path("", views.calls, name="calls"),
    path("<int:call_id>/", views.call, name="call"),
    path("<int:call_id>/save/", views.save, name="save"),
    path("<int:call_id>/cancel/", views.cancel, name="cancel"),
]
