"""The tutorial runs as written."""

import doctest
from pathlib import Path

TUTORIAL = Path(__file__).parents[2] / "docs" / "model" / "tutorial.md"


def test_the_tutorial_runs_as_written() -> None:
    found = doctest.testfile(str(TUTORIAL), module_relative=False)
    assert found.attempted > 20
    assert found.failed == 0
