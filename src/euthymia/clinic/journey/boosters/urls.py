from django.urls import URLPattern, path

from euthymia.clinic.journey.boosters import views

app_name = "boosters"
urlpatterns: list[URLPattern] = [
    path("", views.booster, name="booster"),
    path("<int:booster_id>/sign/", views.sign, name="sign"),
    path("<int:booster_id>/decline/", views.decline, name="decline"),
]
