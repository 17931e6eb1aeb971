"""What a started database tells its users."""

from dataclasses import dataclass, field
from pathlib import Path


class DatabaseProblem(Exception):  # its text is for a person; often nothing is in error
    """Something the person at the keyboard can put right; its text is a sentence for them."""


@dataclass(frozen=True)
class Running:
    """A database that answers, and the two doors to it."""

    owner_url: str = field(repr=False)  # it holds a password
    app_url: str = field(repr=False)
    socket_dir: Path | None
    port: int
    already_running: bool
