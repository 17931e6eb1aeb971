"""Puts an app's laws into the database after each migration: its guards.sql, and the watch on its tables."""

from pathlib import Path

from django.apps import AppConfig
from django.db import connections

from euthymia.clinic.foundation.audit.models import Charted, Tracked, Watched


def put_on_guards(app_config: AppConfig, using: str) -> None:
    """Run one app's guards.sql and watch its tables. Safe to run again."""
    if not app_config.name.startswith("euthymia.clinic."):
        return
    with connections[using].cursor() as cursor:
        script = Path(app_config.path) / "guards.sql"
        if script.exists():
            cursor.execute(script.read_text())
        for model in app_config.get_models():
            if issubclass(model, Watched):
                assert issubclass(model, Charted | Tracked), model
                cursor.execute(
                    "SELECT audit_watch(%s::regclass, %s)",
                    [model._meta.db_table, issubclass(model, Charted)],
                )
