from django.apps import AppConfig


class ConsultsConfig(AppConfig):
    name = "euthymia.clinic.journey.consults"
    label = "consults"
