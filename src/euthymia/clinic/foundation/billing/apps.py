from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "euthymia.clinic.foundation.billing"
    label = "billing"
