from django.apps import AppConfig


class InfusionsConfig(AppConfig):
    name = "euthymia.clinic.journey.infusions"
    label = "infusions"
