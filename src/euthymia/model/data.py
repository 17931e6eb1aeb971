"""Read the model's data files: every number with its unit and its source."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any


@cache
def read_toml(folder: str, name: str) -> dict[str, Any]:
    """Return one data file of the package as nested dictionaries (shared: do not change it)."""
    return tomllib.loads(files("euthymia.model").joinpath(folder, name).read_text("utf-8"))


def constants(name: str) -> dict[str, Any]:
    """Return the published constants kept under ``constants/<name>.toml``."""
    return read_toml("constants", f"{name}.toml")


def evidence_path(name: str) -> Path:
    """Return the path of one file of published figures."""
    return Path(str(files("euthymia.model").joinpath("evidence", name)))
