from django.urls import URLPattern, path

from euthymia.clinic.faces.website import explorer, views

app_name = "website"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("prepare/", views.prepare, name="prepare"),
    path("how-it-works/", explorer.explorer, name="explorer"),
    path("book/", views.times, name="times"),
    path("book/details/", views.details, name="details"),
    path("book/<slug:secret>/", views.call, name="call"),
    path("book/<slug:secret>/move/", views.move, name="move"),
    path("book/<slug:secret>/cancel/", views.cancel, name="cancel"),
    path("book/<slug:secret>/calendar.ics", views.calendar, name="calendar"),
]
