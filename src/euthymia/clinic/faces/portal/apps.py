from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "euthymia.clinic.faces.portal"
    label = "portal"
