from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "euthymia.clinic.foundation.audit"
    label = "audit"

    def ready(self) -> None:
        post_migrate.connect(_put_on_guards, dispatch_uid="guards")


def _put_on_guards(app_config: AppConfig, using: str, **_: Any) -> None:
    from euthymia.clinic.foundation.audit.guards import put_on_guards

    put_on_guards(app_config, using)
