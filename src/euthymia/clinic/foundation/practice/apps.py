from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "euthymia.clinic.foundation.practice"
    label = "practice"
