from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "euthymia.clinic.foundation.messages"
    label = "outbox"
