from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    name = "euthymia.clinic.faces.website"
    label = "website"
