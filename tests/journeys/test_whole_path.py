"""One patient's whole path in a real browser, on the real program with its embedded database.

The patient's steps are walked on a phone with scripts off, the chair on a tablet, the desk on a wide screen. axe looks
over every page passed; no request may leave the machine. With EUTHYMIA_PICTURES=1 the pictures of the docs are made.
"""

import os
import tempfile
from pathlib import Path

import pytest

from tests.journeys.browser import Watch, chromium
from tests.journeys.program import demo_program
from tests.journeys.walk import BY_KEYS, DAY_S, Walk

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


@pytest.mark.browser
@pytest.mark.slow
def test_from_the_first_call_to_a_booster():
    pictures = PICTURES if os.environ.get("EUTHYMIA_PICTURES") == "1" else None
    watch = Watch()
    with (
        tempfile.TemporaryDirectory(prefix="euw-") as folder,
        demo_program(Path(folder)) as program,
        chromium() as browser,
    ):
        walk = Walk(program, browser, watch, pictures)
        try:
            _walk(walk)
        except Exception:
            for name, page in walk.pages.items():
                page.screenshot(path=str(Path(tempfile.gettempdir()) / f"euthymia-walk-{name}.png"), full_page=True)
            print((Path(folder) / "program.log").read_text()[-3000:])
            raise
    assert not watch.strayed, "a request would have left the machine"
    assert not watch.errors, "a script failed on a page"
    assert not watch.axe, "axe found faults"


def _walk(walk: Walk) -> None:
    walk.explore()
    walk.book_call()
    walk.finish_call()
    walk.fill_intake()
    walk.decide()
    walk.sign_plan()
    walk.agree()
    walk.book_infusions()
    for number in range(1, 7):
        if number == BY_KEYS:
            walk.infuse_by_keys(number)
        else:
            walk.infuse(number)
    walk.score([1, 1, 1, 0, 0, 0, 0, 0, 0])
    walk.read_chart()
    walk.program.move_clock(25 * DAY_S)
    walk.score([2, 2, 2, 2, 2, 1, 1, 0, 0])
    walk.program.move_clock(13 * DAY_S)
    walk.score([2, 2, 2, 2, 2, 2, 1, 0, 0])
    walk.boost()
    walk.watch_board()
