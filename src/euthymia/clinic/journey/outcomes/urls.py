from django.urls import URLPattern, path

from euthymia.clinic.journey.outcomes import views

app_name = "outcomes"
urlpatterns: list[URLPattern] = [
    path("", views.scores, name="scores"),
    path("ask/", views.ask, name="ask"),
    path("enter/<slug:code>/", views.enter, name="enter"),
    path("<int:score_id>/read/", views.mark_read, name="mark_read"),
]
