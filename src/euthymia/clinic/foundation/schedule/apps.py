from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    name = "euthymia.clinic.foundation.schedule"
    label = "schedule"
