from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "euthymia.clinic.foundation.stock"
    label = "stock"
