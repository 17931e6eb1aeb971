from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "euthymia.clinic.look"
    label = "look"
