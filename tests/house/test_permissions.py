"""Roles x acts: the table names every act there is and none that is not, and the docs print it as it is."""

import importlib
import inspect
from pathlib import Path

import pytest
from django.apps import apps

from euthymia.clinic.foundation.audit.acts import ACTS
from euthymia.clinic.foundation.audit.models import Charted, Tracked, Watched
from euthymia.clinic.foundation.audit.permissions import MAY_ACT
from tests.house.tables import permissions_page, stages_page

ROOT = Path(__file__).parents[2]


def load_all_acts() -> None:
    """Import the acts of every app."""
    for config in apps.get_app_configs():
        if config.name.startswith("euthymia."):
            for file in Path(config.path).glob("*acts.py"):
                importlib.import_module(f"{config.name}.{file.stem}")


def test_the_table_names_every_act_and_no_other():
    load_all_acts()
    assert set(ACTS) == set(MAY_ACT)


def test_every_act_takes_keywords_only_and_says_who_when_and_by_which_key():
    load_all_acts()
    for name, act in ACTS.items():
        parameters = inspect.signature(act).parameters
        assert list(parameters)[:3] == ["by", "now", "key"], name
        assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in parameters.values()), name


def test_every_table_of_the_house_is_watched():
    free = {"audit.chainhead", "audit.entry", "practice.account"}
    for model in apps.get_models():
        if model.__module__.startswith("euthymia.") and model._meta.label_lower not in free:
            assert issubclass(model, Watched), model
            assert issubclass(model, Charted) != issubclass(model, Tracked), model


@pytest.mark.parametrize(("name", "page"), [("permissions.md", permissions_page), ("states.md", stages_page)])
def test_the_docs_print_the_tables_as_they_are(name, page):
    assert (ROOT / "docs" / name).read_text() == page(), f"run: python -m tests.house.tables > rewrites docs/{name}"
