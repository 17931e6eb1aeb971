from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "euthymia.clinic.journey.plans"
    label = "plans"
