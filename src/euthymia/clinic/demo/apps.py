from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "euthymia.clinic.demo"
    label = "demo"
