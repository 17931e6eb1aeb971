from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "euthymia.clinic.faces.desk"
    label = "desk"
