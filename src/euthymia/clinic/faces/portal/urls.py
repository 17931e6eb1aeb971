from django.urls import URLPattern, path

from euthymia.clinic.faces.portal import after, beforehand, button, intake, views

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("intake/<str:secret>/", intake.intake, name="intake"),
    path("intake/<str:secret>/check/", intake.check, name="intake_check"),
    path("intake/<str:secret>/<slug:step>/", intake.step, name="intake_step"),
    path("intake/<str:secret>/<slug:step>/save/", intake.autosave, name="intake_save"),
    path("agreement/<str:secret>/", views.agreement, name="agreement"),
    path("agreement/<str:secret>/<int:agreement_id>.pdf", views.paper, name="paper"),
    path("after/<str:secret>/", after.after, name="after"),
    path("before/<str:secret>/", beforehand.before, name="before"),
    path("help/<str:secret>/", button.help_page, name="help"),
    path("help/<str:secret>/stream/", button.help_stream, name="help_stream"),
    path("scores/<str:secret>/", views.scores, name="scores"),
]
