from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "euthymia.clinic.faces.reports"
    label = "reports"
