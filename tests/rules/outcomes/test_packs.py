"""The questionnaires as shipped: whole, unaltered, each with its notice; PEG and PCL-5 by their own rules."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.journey.outcomes import instruments
from euthymia.clinic.journey.outcomes.instruments import (
    PACKS,
    AlteredPack,
    instrument,
    instrument_codes,
    pack_digest,
)
from euthymia.clinic.journey.outcomes.rules import Total, check_answers, cluster_counts, severity, total

PACK = [instrument(code) for code in instrument_codes()]
PEG, PCL5 = instrument("peg"), instrument("pcl5")


def test_the_packs_that_are_shipped():
    assert {p.code: (len(p.items), p.top) for p in PACK} == {
        "phq9": (9, 27),
        "gad7": (7, 21),
        "pcl5": (20, 80),
        "peg": (3, 10),
        "mood": (1, 10),
    }


@pytest.mark.parametrize("pack", PACK, ids=lambda p: p.code)
def test_a_pack_is_whole(pack):
    assert pack.notice
    assert pack.version
    assert len(pack.band_words) == len(pack.bands) + 1
    assert list(pack.bands) == sorted(set(pack.bands))
    assert all(0 < b <= pack.top for b in pack.bands)
    assert len({i.text for i in pack.items}) == len(pack.items)
    assert len(pack.option_loinc) in (0, len(pack.options))
    assert 0 <= pack.safety_item <= len(pack.items)
    assert all(1 <= n <= len(pack.items) for c in pack.clusters for n in c.items)


@pytest.mark.parametrize("code", ["phq9", "gad7"])
def test_the_first_answer_is_not_at_all_and_the_notice_names_who_made_it(code):
    pack = instrument(code)
    assert pack.options == ("Not at all", "Several days", "More than half the days", "Nearly every day")
    assert "Spitzer" in pack.notice
    assert "No permission required" in pack.notice


def loinc_holds(code: str) -> bool:
    """The last digit of a LOINC code is a mod 10 check over the others."""
    body, check = code.split("-")
    doubled = [int(d) * (2 if n % 2 == 0 else 1) for n, d in enumerate(reversed(body))]
    return (10 - sum(d // 10 + d % 10 for d in doubled) % 10) % 10 == int(check)


@pytest.mark.parametrize("code", ["phq9", "gad7"])
def test_loinc_codes_pass_their_own_check_digit(code):
    pack = instrument(code)
    codes = [pack.loinc_panel, pack.loinc_total, *(i.loinc for i in pack.items)]
    assert all(re.fullmatch(r"[0-9]{4,6}-[0-9]", c) for c in codes)
    assert [c for c in codes if not loinc_holds(c)] == []
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("code", instrument_codes())
def test_one_changed_letter_is_noticed(code, tmp_path, monkeypatch):
    text = (PACKS / f"{code}.toml").read_text(encoding="utf-8")
    (tmp_path / f"{code}.toml").write_text(
        text.replace('[[item]]\ntext = "', '[[item]]\ntext = "x', 1), encoding="utf-8"
    )
    monkeypatch.setattr(instruments, "PACKS", tmp_path)
    with pytest.raises(AlteredPack):
        instrument.__wrapped__(code)


def test_the_checksum_covers_all_but_its_own_line():
    assert pack_digest('a = 1\nsha256 = "x"\n') == pack_digest('a = 1\nsha256 = "y"\n')
    assert pack_digest("a = 1\n") != pack_digest("a = 2\n")


@pytest.mark.parametrize("code", ["nothing", "../phq9", "phq9.toml", ""])
def test_what_is_no_pack_is_not_found(code):
    with pytest.raises(KeyError):
        instrument(code)


@pytest.mark.parametrize(
    ("answers", "value"),
    [((0, 0, 0), "0"), ((10, 10, 10), "10"), ((5, 6, 5), "5.3"), ((5, 6, 6), "5.7"), ((1, 0, 0), "0.3")],
)
def test_peg_is_the_mean_of_its_three(answers, value):
    assert total(PEG, answers) == Total(Decimal(value))


@pytest.mark.parametrize("answers", [(5, None, 5), (None, None, None)])
def test_peg_with_an_answer_missing_is_incomplete(answers):
    assert total(PEG, answers) == Total(None)


def test_peg_says_what_its_ends_mean():
    assert PEG.choices(0)[0] == (0, "0 – No pain")
    assert PEG.choices(0)[10] == (10, "10 – Pain as bad as you can imagine")
    assert PEG.choices(1)[10] == (10, "10 – Completely interferes")
    assert PEG.choices(1)[5] == (5, "5")


@pytest.mark.parametrize("pack", PACK, ids=lambda p: p.code)
def test_every_answer_that_is_offered_is_taken(pack):
    for place in range(len(pack.items)):
        for value, _ in pack.choices(place):
            answers = tuple(value if n == place else 0 for n in range(len(pack.items)))
            assert check_answers(pack, answers) is None


@pytest.mark.parametrize(
    ("value", "words"), [(0, "below"), (30, "below"), (31, "at the"), (33, "at the"), (34, "above"), (80, "above")]
)
def test_pcl5_and_its_cut_offs(value, words):
    assert severity(PCL5, Decimal(value)).startswith(words)


def pcl5(**marks: int) -> tuple[int, ...]:
    """Twenty answers of 0 but for the items named, such as i1=2."""
    return tuple(marks.get(f"i{n}", 0) for n in range(1, 21))


@pytest.mark.parametrize(
    ("answers", "met"),
    [
        (pcl5(), ""),
        (pcl5(i1=2), "B"),
        (pcl5(i5=1), ""),  # “a little bit” is no symptom
        (pcl5(i6=2), "C"),
        (pcl5(i8=4), ""),  # D needs two
        (pcl5(i8=2, i14=2), "D"),
        (pcl5(i15=2, i20=3), "E"),
        (pcl5(i7=2, i8=2, i9=2, i15=2, i16=2), "CDE"),
        ((4,) * 20, "BCDE"),
    ],
)
def test_pcl5_counts_symptoms_by_cluster(answers, met):
    assert "".join(c.name for c in cluster_counts(PCL5, answers) if c.met) == met


def test_clusters_are_not_counted_with_an_answer_missing_or_without_clusters():
    assert cluster_counts(PCL5, (None, *(4,) * 19)) == ()
    assert cluster_counts(instrument("phq9"), (3,) * 9) == ()


@given(st.lists(st.integers(0, 4), min_size=20, max_size=20))
def test_each_item_of_pcl5_belongs_to_one_cluster(answers):
    counted = sum(c.symptoms for c in cluster_counts(PCL5, tuple(answers)))
    assert counted == sum(a >= 2 for a in answers)
