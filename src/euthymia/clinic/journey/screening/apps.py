from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "euthymia.clinic.journey.screening"
    label = "screening"
