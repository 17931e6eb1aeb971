from django.urls import URLPattern, path

from euthymia.clinic.journey.infusions import booking_views, views

app_name = "infusions"
urlpatterns: list[URLPattern] = [
    path("book/<uuid:ref>/", booking_views.booking, name="book"),
    path("<uuid:ref>/", views.chair, name="chair"),
    path("<uuid:ref>/cancel/", booking_views.cancel, name="cancel"),
    path("<uuid:ref>/arrive/", views.arrived, name="arrive"),
    path("<uuid:ref>/gate/", views.gate, name="gate"),
    path("<uuid:ref>/order/", views.order, name="order"),
    path("<uuid:ref>/confirm/", views.confirm, name="confirm"),
    path("<uuid:ref>/start/", views.start, name="start"),
    path("<uuid:ref>/vitals/", views.vitals, name="vitals"),
    path("<uuid:ref>/vitals/<int:vitals_id>/", views.correct, name="correct"),
    path("<uuid:ref>/event/", views.event, name="event"),
    path("<uuid:ref>/rate/", views.rate, name="rate"),
    path("<uuid:ref>/end/", views.end, name="end"),
    path("<uuid:ref>/waste/", views.waste, name="waste"),
    path("<uuid:ref>/discharge/", views.discharge, name="discharge"),
]
