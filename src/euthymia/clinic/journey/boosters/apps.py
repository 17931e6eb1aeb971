from django.apps import AppConfig


class BoostersConfig(AppConfig):
    name = "euthymia.clinic.journey.boosters"
    label = "boosters"
