from django.apps import AppConfig


class ForecastsConfig(AppConfig):
    name = "euthymia.clinic.foundation.forecasts"
    label = "forecasts"
