"""How ketamine works: every course has its pictures with their sentences; nonsense is told by its field."""

import re

import pytest
from django.test import Client

from euthymia.clinic.faces.website.forms import ExploreForm
from euthymia.clinic.foundation.forecasts.explorer import SHOWN_DAYS, Setting, explore

USUAL = ExploreForm.usual()
PICTURES = 6
"""Mood in two sizes, and four by the minute."""


def ask(client: Client, hx: bool = False, **changed: str):
    headers = {"HX-Request": "true"} if hx else {}
    return client.get("/how-it-works/", USUAL | changed, headers=headers)


def course(**changed) -> Setting:
    usual = {"dose_mg_per_kg": 0.5, "minutes": 40, "infusions": 6, "days_between": 2, "booster_weeks": 0}
    return Setting(**usual | {"weight_kg": 75.0} | changed)


def test_the_page_shows_the_usual_course_with_a_sentence_for_each_picture(cast):
    page = Client().get("/how-it-works/")
    html = page.content.decode()
    assert page.status_code == 200
    assert html.count("<desc") == PICTURES
    assert "not advice" in html
    assert not page.cookies


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("dose", "9", "from 0.1 to 1 mg/kg"),
        ("dose", "NaN", "with digits"),
        ("dose", "1_0", "with digits"),
        ("minutes", "١٢", "with digits"),
        ("minutes", "40.5", "whole number"),
        ("infusions", "🙂", "with digits"),
        ("infusions", "", "Fill this in"),
        ("between", "0", "from 1 to 14"),
        ("boosters", "1e3", "with digits"),
        ("weight", "9" * 500, "number"),
        ("weight", "70\0", "character"),
    ],
)
def test_nonsense_is_told_by_its_field_and_what_was_typed_stays(cast, field, typed, sentence):
    page = ask(Client(), **{field: typed})
    html = page.content.decode()
    assert page.status_code == 422
    own = re.search(rf'<p class="field__error" id="id_{field}_error">(.*?)</p>', html, re.DOTALL)
    assert own is not None
    assert sentence in own[1]
    kept = typed.replace("\0", "")
    assert f'value="{kept}"' in html or "\0" in typed or not kept
    assert 'class="explored"' not in html


def test_a_script_is_given_the_pictures_alone(cast):
    html = ask(Client(), hx=True, dose="0.75").content.decode()
    assert "<html" not in html
    assert 'class="explored"' in html


def test_a_script_is_told_what_is_missing_in_place_of_the_pictures(cast):
    page = ask(Client(), hx=True, dose="9")
    assert page.status_code == 200
    said = page.content.decode()
    assert ">Dose: enter a number from 0.1 to 1 mg/kg.</a>" in said
    assert 'data-error-of="id_dose" data-sentence="Enter a number from 0.1 to 1 mg/kg."' in said


def test_what_trials_saw_stands_beside_and_a_course_nobody_tried_says_so(cast):
    assert "Murrough 2013a" in ask(Client(), infusions="1").content.decode()
    assert "No trial that we know" in ask(Client(), dose="0.1", infusions="1").content.decode()


def test_more_drug_means_more_of_everything():
    less, more = explore(course(dose_mg_per_kg=0.25)), explore(course(dose_mg_per_kg=0.75))
    for name in ("plasma_ng_per_ml", "occupancy_pct", "systolic_rise_mmhg", "dissociation_pct"):
        assert max(getattr(less, name).mid) < max(getattr(more, name).mid)
    assert less.response_pct < more.response_pct


def test_the_bands_hold_their_middle():
    seen = explore(course())
    for spread in (seen.plasma_ng_per_ml, seen.occupancy_pct, seen.systolic_rise_mmhg, seen.dissociation_pct):
        assert all(a <= b <= c for a, b, c in zip(spread.low, spread.mid, spread.high, strict=True))
    for row in zip(*(seen.mood[name] for name in ("p05", "p25", "median", "p75", "p95")), strict=True):
        assert list(row) == sorted(row)


def test_boosters_come_after_the_course_and_keep_the_mood_lower():
    plain, kept_up = explore(course()), explore(course(booster_weeks=3))
    assert kept_up.infusion_days == (0, 2, 4, 6, 8, 10, 31, 52, 73)
    assert max(kept_up.infusion_days) <= SHOWN_DAYS
    assert kept_up.mood["median"][-1] < plain.mood["median"][-1]
