from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "euthymia.clinic.foundation.people"
    label = "people"
