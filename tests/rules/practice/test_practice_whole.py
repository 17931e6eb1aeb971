"""What no single value of a practice file shows; and that no file, however odd, makes the reader fall over."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euthymia.clinic.foundation.practice.file import Mistake, Practice, load, load_file
from euthymia.clinic.foundation.practice.file_checks import NEEDED_THRESHOLDS, RISING, TELLING_WORDS

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "tests" / "practice.toml").read_text(encoding="utf-8")
POLICY_DATA = re.search(r"^data = \{ free_until_hours.*$", TEXT, re.MULTILINE)
assert POLICY_DATA is not None
POLICY = POLICY_DATA.group(0)


def wrong(text: str) -> list[Mistake]:
    found = load(text)
    assert isinstance(found, list), "the file was read without a mistake"
    return found


def threshold(code: str) -> str:
    """The section of one threshold."""
    found = re.search(rf'\[\[threshold\]\]\ncode = "{re.escape(code)}"\n(?:[a-z_]+ = .*\n)*', TEXT)
    assert found is not None
    return found.group(0)


def with_value(code: str, value: str) -> str:
    section = threshold(code)
    return TEXT.replace(section, re.sub(r"^value = .*$", f"value = {value}", section, flags=re.MULTILINE))


def test_the_demo_practice_is_read_whole():
    practice = load_file(ROOT / "src/euthymia/clinic/demo/practice.toml")
    assert isinstance(practice, Practice)
    assert len(practice.locations) == 6
    assert {x.email.rpartition("@")[2] for x in practice.staff} == {"example.org"}
    assert all("555-01" in x.phone for x in (practice, *practice.locations))


@pytest.mark.parametrize("code", NEEDED_THRESHOLDS)
def test_a_threshold_that_a_rule_needs_may_not_be_left_out(code):
    assert any(
        f"“{code}”" in m.sentence and m.sentence.startswith("Add") for m in wrong(TEXT.replace(threshold(code), ""))
    )


@pytest.mark.parametrize("code", NEEDED_THRESHOLDS)
def test_a_threshold_in_another_unit_is_told(code):
    section = threshold(code)
    changed = TEXT.replace(section, re.sub(r"^unit = .*$", 'unit = "furlongs"', section, flags=re.MULTILINE))
    line = changed[: changed.index('"furlongs"')].count("\n") + 1
    assert [(m.line, "furlongs" in m.sentence) for m in wrong(changed)] == [(line, True)]


@pytest.mark.parametrize(("low", "high"), RISING)
def test_thresholds_that_must_rise(low, high):
    practice = load(TEXT)
    assert isinstance(practice, Practice)
    top = next(t.value for t in practice.thresholds if t.code == high)
    assert f"“{low}” must not be above “{high}”." in {m.sentence for m in wrong(with_value(low, str(top + 1)))}
    equal = load(with_value(low, str(top)))
    said = {m.sentence for m in equal} if isinstance(equal, list) else set()
    assert f"“{low}” must not be above “{high}”." not in said


def test_a_mistyped_threshold_names_the_one_that_was_meant():
    (unknown,) = [
        m for m in wrong(TEXT.replace("dose.hard_mg_per_kg", "dose.hard_mg_pr_kg")) if "No rule" in m.sentence
    ]
    assert "Did you mean “dose.hard_mg_per_kg”?" in unknown.sentence


def test_what_is_called_verified_is_signed():
    section = threshold("dose.hard_mg")
    unsigned = re.sub(r"^signed_.*\n", "", section, flags=re.MULTILINE)
    changed = TEXT.replace(section, unsigned.replace("verified = false", "verified = true"))
    (told,) = wrong(changed)
    assert "who signed it" in told.sentence
    assert isinstance(load(TEXT.replace(section, unsigned)), Practice)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("data = { fee_cents = 5000 }", "lacks “free_until_hours”"),
        ("data = { free_until_hours = 24 }", "lacks “fee_cents”"),
        ("data = { free_until_hours = -1, fee_cents = 0 }", "“free_until_hours” must be"),
        ("data = { free_until_hours = 24.0, fee_cents = 0 }", "“free_until_hours” must be"),
        ("data = { free_until_hours = true, fee_cents = 0 }", "“free_until_hours” must be"),
        ("data = { free_until_hours = 24, fee_cents = 0, misses = 3 }", "“misses” is not known"),
        ("data = { free_until_hours = 24, fee_cents = 0, grace_reason = [] }", "Did you mean “grace_reasons”?"),
        ("data = { free_until_hours = 24, fee_cents = 0, grace_reasons = [1] }", "“grace_reasons” must be"),
        ("data = { free_until_hours = 24, fee_cents = 0, in_business_hours = 1 }", "“in_business_hours” must be"),
    ],
)
def test_the_cancellation_policy_carries_its_numbers(data, words):
    changed = TEXT.replace(POLICY, data)
    line = changed[: changed.index(data)].count("\n") + 1
    (told,) = wrong(changed)
    assert words in told.sentence
    assert told.line == line


@pytest.mark.parametrize(
    "data",
    [
        "data = { free_until_hours = 0, fee_cents = 0 }",
        "data = { free_until_hours = 72, fee_cents = 15000, in_business_hours = true }",
        'data = { free_until_hours = 24, fee_cents = 5000, misses_before_prepay = 3, grace_reasons = ["illness"] }',
    ],
)
def test_policies_that_have_been_seen_can_be_written(data):
    assert isinstance(load(TEXT.replace(POLICY, data)), Practice)


@pytest.mark.parametrize("word", TELLING_WORDS)
def test_a_text_message_tells_nothing_to_who_reads_over_the_shoulder(word):
    text = f'\n[[wording]]\nkind = "sms_other"\nversion = "1"\ntitle = "Other"\ntext = "About your {word} visit"\n'
    assert any("may be read by others" in m.sentence for m in wrong(TEXT + text))


@pytest.mark.parametrize(("length", "fits"), [(160, True), (161, False)])
def test_a_text_message_holds_160_characters(length, fits):
    text = f'\n[[wording]]\nkind = "sms_other"\nversion = "1"\ntitle = "Other"\ntext = "{"x" * length}"\n'
    assert isinstance(load(TEXT + text), Practice) is fits


@pytest.mark.parametrize(
    ("right", "replacement", "words"),
    [
        ('[[price]]\ncode = "infusion"', '[[price]]\ncode = "infuson"', "Add a [[price]] with code “infusion”."),
        ('[[course]]\ncode = "booster"', '[[course]]\ncode = "boost"', "Add a [[course]] with code “booster”."),
        ('kind = "consent"', 'kind = "consnt"', "Add a [[wording]] of kind “consent”."),
        ("signed_on = 2026-01-05", "signed_on = 2026-01-05T10:00:00", "without a time"),
    ],
)
def test_what_the_house_cannot_run_without(right, replacement, words):
    assert right in TEXT
    assert any(words in m.sentence for m in wrong(TEXT.replace(right, replacement, 1)))


@pytest.mark.parametrize("hours", ["{}", "{ mon = [] }"])
def test_a_location_that_is_never_open_is_told(hours):
    lines = TEXT.splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("hours = "))
    lines[number] = f"hours = {hours}"
    (told,) = wrong("\n".join(lines))
    assert (told.line, "never open" in told.sentence) == (number + 1, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "= 1",
        "[practice",
        "practice = 1",
        "location = 3",
        "[[location]]\nhours = 5",
        "a = " + "9" * 5000,
        "a = " + "[" * 5000,
    ],
)
def test_a_file_that_is_nothing_yet_is_answered_in_words(text):
    for mistake in wrong(text):
        assert mistake.sentence.endswith((".", "?"))


def test_an_unclosed_end_is_told_at_the_last_line():
    (told,) = wrong('[practice]\nname = "a"\nlist = [1,\n')
    assert told.line == 3


LINES = TEXT.splitlines()
KEYS = [n for n, line in enumerate(LINES) if re.match(r"^[a-z_]+ = (?!\"\"\")", line)]
VALUES = st.sampled_from(
    (
        *('"x"', '""', '"🙂\\u202e"', "1", "-1", "1.5", "nan", "inf", "true", "99999999999999999999"),
        *("[]", "[1]", '["x", "x"]', "[[]]", "[{}]", "{}", "{ a = 1 }", '[{ role = 1, at = "all" }]'),
        *("2026-01-05", "2026-01-05T10:00:00Z", "10:00:00"),
        *('{ mon = [["24:00", "24:00"]] }', "{ mon = 3, xyz = [] }"),
    )
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(KEYS), VALUES), min_size=1, max_size=4))
def test_whatever_stands_in_a_key_is_answered_with_a_line_of_the_file(changes):
    lines = list(LINES)
    for number, value in changes:
        lines[number] = f"{lines[number].split(' = ')[0]} = {value}"
    found = load("\n".join(lines))
    if isinstance(found, list):
        assert all(0 <= m.line <= len(lines) and m.sentence.endswith((".", "?")) for m in found), found
