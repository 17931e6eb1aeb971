"""Every mistake in a practice file is told by its line, all at once, in words."""

from pathlib import Path

import pytest

from euthymia.clinic.foundation.practice.file import Practice, load, load_file

FILE = Path(__file__).parents[2] / "practice.toml"
TEXT = FILE.read_text(encoding="utf-8")


def test_the_file_as_it_stands_is_read_whole():
    practice = load(TEXT)
    assert isinstance(practice, Practice)
    assert [x.slug for x in practice.locations] == ["here", "elsewhere"]
    assert len(practice.staff) == TEXT.count("[[staff]]")


MISTAKES = [
    ('zone = "America/New_York"', 'zone = "America/Nowhere"'),
    ('mon = [["08:00", "18:00"]]', 'mon = [["18:00", "08:00"]]'),
    ('mon = [["08:00", "18:00"]]', 'mon = [["08:00", "25:00"]]'),
    ("slot_minutes = 20", 'slot_minutes = "twenty"'),
    ("slot_minutes = 20", "slot_minutes = -20"),
    ("slot_minutes = 20", "slot_minuts = 20"),
    ('slug = "elsewhere"', 'slug = "here"'),
    ('at = ["elsewhere"]', 'at = ["nowhere"]'),
    ('role = "front_desk"', 'role = "wizard"'),
    ("amount_cents = 47500", "amount_cents = 475.5"),
    ("amount_cents = 47500", "amount_cents = -1"),
    ("schedule_days = [0, 2, 4, 7, 9, 11]", "schedule_days = [0, 4, 2]"),
    ('email = "desk@example.org"', 'email = "nurse@example.org"'),
    ("mg_per_kg = 0.5", "mg_per_kg = nan"),
]


@pytest.mark.parametrize(("right", "wrong"), MISTAKES, ids=[wrong for _, wrong in MISTAKES])
def test_a_mistake_is_told_at_its_line(right, wrong):
    assert right in TEXT
    changed = TEXT.replace(right, wrong, 1)
    lines = {n for n, text in enumerate(changed.splitlines(), 1) if wrong in text}
    found = load(changed)
    assert isinstance(found, list)
    assert lines & {m.line for m in found}, found
    assert all(m.sentence.endswith((".", "?")) for m in found)


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines():
    changed = TEXT.replace('"America/New_York"', '"America/Nowhere"').replace('role = "biller"', 'role = "wizard"')
    found = load(changed)
    assert isinstance(found, list)
    assert len(found) >= 3
    assert [m.line for m in found] == sorted(m.line for m in found)


def test_what_is_not_toml_is_told_at_its_line():
    found = load('[practice]\nname = "unclosed\n')
    assert isinstance(found, list)
    assert [m.line for m in found] == [2]


def test_a_file_that_is_not_there_is_told(tmp_path):
    (missing,) = load_file(tmp_path / "practice.toml")
    assert "cannot be read" in missing.sentence


def test_a_file_that_is_no_text_is_told(tmp_path):
    path = tmp_path / "practice.toml"
    path.write_bytes(b"\xff\xfe\x00")
    (wrong,) = load_file(path)
    assert "UTF-8" in wrong.sentence
