from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    name = "euthymia.clinic.journey.outcomes"
    label = "outcomes"
