from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "euthymia.clinic.faces.exchange"
    label = "exchange"
