"""What is asked before an order goes on, and where two people disagree: the words name the slip and what to do."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.journey.infusions.dose import compute_dose
from euthymia.clinic.journey.infusions.slips import Known, Second, disagreement, questions
from tests.rules.limits import LIMITS

D = Decimal
KNOWN = Known(last_weight_kg=D("80.6"), last_mg_per_kg=D("0.5"), usual_mg_per_kg=D("0.5"), age_years=40)
SECOND = Second(weight_kg=D(80), label_mg_per_ml=50, dose_mg=D(40), volume_ml=D("0.8"), rate_ml_per_h=D(150))


def order(kg: str = "80", mg_per_kg: str = "0.5", minutes: int = 40, strength: int = 50):
    return compute_dose(
        weight_kg=D(kg), mg_per_kg=D(mg_per_kg), minutes=minutes, strength_mg_per_ml=strength, bag_ml=100
    )


def asked(kg: str = "80", mg_per_kg: str = "0.5", minutes: int = 40, settings=LIMITS, **known) -> list[str]:
    told = replace(KNOWN, **{k: D(v) if isinstance(v, str) else v for k, v in known.items()})
    return questions(order(kg, mg_per_kg, minutes), D(mg_per_kg), told, settings)


def test_a_usual_order_is_asked_nothing():
    assert asked() == []


@pytest.mark.parametrize(
    ("kg", "last", "sentence"),
    [
        ("88", "80", None),  # 10 % exactly
        ("72", "80", None),
        ("88.1", "80", "88.1 kg is more than 10 % from the last weight, 80 kg. Weigh again."),
        ("71.9", "80", "71.9 kg is more than 10 % from the last weight, 80 kg. Weigh again."),
        ("80", "80", "80 kg is exactly the last weight on file. Was it read from the scale today?"),
        ("80.00", "80", "80 kg is exactly the last weight on file. Was it read from the scale today?"),
        (
            "176.4",
            "80",
            "176.4 kg is more than 10 % from the last weight, 80 kg. "
            "Is it pounds? That would be 80 kg. Weigh again in kg.",
        ),
        (
            "80",
            "176.4",
            "80 kg is more than 10 % from the last weight, 176.4 kg. "
            "Was the last one, or is this one, pounds? 176.4 lb fits. Weigh again in kg.",
        ),
        (
            "300",
            "30.5",
            "300 kg is more than 10 % from the last weight, 30.5 kg. Is a point missing? 30 kg fits. "
            "Read the scale again.",
        ),
        (
            "30",
            "300.5",
            "30 kg is more than 10 % from the last weight, 300.5 kg. Is the point in the wrong place? 300 kg fits. "
            "Read the scale again.",
        ),
        (
            "80",
            None,
            "No earlier weight is on file to compare with. Weigh once more, and write that the scale shows kg.",
        ),
    ],
)
def test_weights_that_look_wrong(kg, last, sentence):
    assert asked(kg, last_weight_kg=last) == ([sentence] if sentence else [])


def test_pounds_are_told_to_a_tenth_and_halves_go_to_the_even_one():
    assert "That would be 79.8 kg" in asked("176", last_weight_kg="80")[0]
    assert "That would be 80.2 kg" in asked(f"{D('80.25') * D('2.2046')}", last_weight_kg="80")[0]
    assert "That would be 80.4 kg" in asked(f"{D('80.35') * D('2.2046')}", last_weight_kg="80")[0]


@pytest.mark.parametrize(
    ("kg", "last", "words"),
    [
        ("300", "82.9", "Is a point missing? 30 kg fits."),  # halfway between 30 kg and 136.1 kg, which 300 lb are
        ("300", "83.2", "Is it pounds? That would be 136.1 kg."),
        ("30", "183.5", "Is the point in the wrong place? 300 kg fits."),  # halfway between 66.1 and 300
        ("30", "182.5", "Was the last one, or is this one, pounds? 66.1 lb fits."),
    ],
)
def test_the_slip_named_is_the_one_that_fits_best(kg, last, words):
    (sentence,) = asked(kg, last_weight_kg=last)
    assert words in sentence


def test_how_far_a_weight_may_be_is_a_setting():
    assert asked("80", last_weight_kg="80.8", settings=LIMITS | {"dose.weight_change_pct": D("0.99")})
    assert not asked("80", last_weight_kg="80.8", settings=LIMITS | {"dose.weight_change_pct": D(1)})


@given(st.decimals(40, 150, places=1))
def test_the_same_weight_typed_in_pounds_is_always_noticed(kg):
    pounds = (kg * D("2.2046")).quantize(D("0.1"))
    (sentence,) = asked(str(pounds), last_weight_kg=str(kg))
    assert "Is it pounds?" in sentence


@pytest.mark.parametrize(
    ("mg_per_kg", "known", "sentences"),
    [
        ("1", {"last_mg_per_kg": "1"}, []),
        (
            "1.01",
            {"last_mg_per_kg": "1"},
            ["1.01 mg/kg is above the usual 1 mg/kg. Compare it with the plan."],
        ),
        ("1.01", {"last_mg_per_kg": "1", "usual_mg_per_kg": "1.01"}, []),
        ("0.2", {"last_mg_per_kg": None}, []),
        (
            "0.199",
            {"last_mg_per_kg": None},
            [
                "0.199 mg/kg is under 0.2 mg/kg, the least that is usual. Is the point in the wrong place? "
                "Compare it with the plan."
            ],
        ),
        ("0.5", {"age_years": 65}, []),
        ("0.6", {"age_years": 64}, []),
        ("0.6", {"age_years": 65}, ["0.6 mg/kg is above 0.5 mg/kg for a patient of 65 years. Ask the prescriber."]),
        ("0.6", {"age_years": 90, "usual_mg_per_kg": "0.6"}, []),
        ("0.501", {"age_years": 66}, ["0.501 mg/kg is above 0.5 mg/kg for a patient of 66 years. Ask the prescriber."]),
        ("0.5", {"age_years": 66, "usual_mg_per_kg": "0.3"}, []),
        ("0.6", {"age_years": None}, []),
        ("0.75", {}, []),
        (
            "0.76",
            {},
            ["0.76 mg/kg is more than 0.25 from the last dose, 0.5 mg/kg. Compare it with the plan."],
        ),
        ("0.25", {}, []),
        ("0.24", {}, ["0.24 mg/kg is more than 0.25 from the last dose, 0.5 mg/kg. Compare it with the plan."]),
    ],
)
def test_doses_that_look_wrong(mg_per_kg, known, sentences):
    assert asked(mg_per_kg=mg_per_kg, minutes=55, **known) == sentences


@pytest.mark.parametrize(
    ("mg_per_kg", "minutes", "sentence"),
    [
        ("0.5", 20, None),  # 1.5 mg/kg/h exactly
        ("0.5", 19, "0.5 mg/kg over 19 min is 1.579 mg/kg an hour; usual is 0.2 to 1.5. Are the minutes right?"),
        ("0.5", 150, None),  # 0.2 mg/kg/h exactly
        ("0.5", 151, "0.5 mg/kg over 151 min is 0.199 mg/kg an hour; usual is 0.2 to 1.5. Are the minutes right?"),
        ("0.5", 400, "0.5 mg/kg over 400 min is 0.075 mg/kg an hour; usual is 0.2 to 1.5. Are the minutes right?"),
        ("0.26", 96, "0.26 mg/kg over 96 min is 0.162 mg/kg an hour; usual is 0.2 to 1.5. Are the minutes right?"),
        ("0.3", 160, "0.3 mg/kg over 160 min is 0.112 mg/kg an hour; usual is 0.2 to 1.5. Are the minutes right?"),
    ],
)
def test_times_that_look_wrong(mg_per_kg, minutes, sentence):
    assert asked(mg_per_kg=mg_per_kg, minutes=minutes) == ([sentence] if sentence else [])


def test_every_question_is_asked_at_once():
    sentences = asked("176.4", "1.4", 19, last_weight_kg="80", age_years=70)
    assert [s.split()[1] for s in sentences] == ["kg", "mg/kg", "mg/kg", "mg/kg", "mg/kg"]


def differs(**changes) -> tuple[str, str, str] | None:
    given = {k: v if k == "label_mg_per_ml" else D(v) for k, v in changes.items()}
    found = disagreement(order(), D("0.5"), 50, replace(SECOND, **given), LIMITS)
    return (found[0].code, found[1], found[0].sentence) if found else None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dose_mg": "40.4"},
        {"dose_mg": "39.6"},
        {"volume_ml": "0.808"},
        {"volume_ml": "0.792"},
        {"rate_ml_per_h": "151.5"},
        {"rate_ml_per_h": "148.5"},
    ],
)
def test_rounding_by_hand_agrees(changes):
    assert differs(**changes) is None


WEIGHT = "This is not the weight that was ordered with{}. Both look at the scale again."
DOSE = "The dose does not agree{}. Compute again: kg times mg/kg."
VOLUME = "The volume does not agree{}. Compute again: mg divided by mg/mL."
RATE = "The rate does not agree{}: 100 mL over 40 min. Compute again."


@pytest.mark.parametrize(
    ("field", "value", "sentence", "hint"),
    [
        ("weight_kg", "80.001", WEIGHT, ""),
        ("weight_kg", "79.9", WEIGHT, ""),
        ("weight_kg", "88", WEIGHT, ""),
        ("weight_kg", "800", WEIGHT, ": one is ten times the other"),
        ("weight_kg", "808", WEIGHT, ": one is ten times the other"),
        ("weight_kg", "808.05", WEIGHT, ""),
        ("weight_kg", "8080", WEIGHT, ": one is a hundred times the other"),
        ("weight_kg", "8081", WEIGHT, ""),
        ("weight_kg", "792", WEIGHT, ": one is ten times the other"),
        ("weight_kg", "791", WEIGHT, ""),
        ("weight_kg", "8", WEIGHT, ": one is ten times the other"),
        ("weight_kg", "7.9", WEIGHT, ""),
        ("weight_kg", "8000", WEIGHT, ": one is a hundred times the other"),
        ("weight_kg", "0.8", WEIGHT, ": one is a hundred times the other"),
        ("weight_kg", "176.4", WEIGHT, ": one of them looks like pounds"),
        ("weight_kg", "36.3", WEIGHT, ": one of them looks like pounds"),
        ("dose_mg", "40.401", DOSE, ""),
        ("dose_mg", "39.599", DOSE, ""),
        ("dose_mg", "0.5", DOSE, ": this is mg for each kg, not mg"),
        ("dose_mg", "0.8", DOSE, ": this looks like mL, not mg"),
        ("dose_mg", "4", DOSE, ": one is ten times the other"),
        ("dose_mg", "40000", DOSE, ": it looks like micrograms for milligrams"),
        ("dose_mg", "40400", DOSE, ": it looks like micrograms for milligrams"),
        ("dose_mg", "40401", DOSE, ""),
        ("dose_mg", "0.04", DOSE, ": it looks like micrograms for milligrams"),
        ("dose_mg", "88.2", DOSE, ": one of them looks like pounds"),
        ("dose_mg", "50", DOSE, ""),
        ("volume_ml", "0.809", VOLUME, ""),
        ("volume_ml", "0.791", VOLUME, ""),
        ("volume_ml", "40", VOLUME, ": this looks like mg, not mL"),
        ("volume_ml", "40.4", VOLUME, ": this looks like mg, not mL"),
        ("volume_ml", "39.6", VOLUME, ": this looks like mg, not mL"),
        ("volume_ml", "40.5", VOLUME, ""),
        ("volume_ml", "4", VOLUME, ": it fits 10 mg/mL, and the label says 50 mg/mL"),
        ("volume_ml", "0.4", VOLUME, ": it fits 100 mg/mL, and the label says 50 mg/mL"),
        ("volume_ml", "8", VOLUME, ": one is ten times the other"),
        ("volume_ml", "0.08", VOLUME, ": one is ten times the other"),
        ("volume_ml", "800", VOLUME, ": it looks like micrograms for milligrams"),
        ("volume_ml", "1", VOLUME, ""),
        ("rate_ml_per_h", "151.501", RATE, ""),
        ("rate_ml_per_h", "148.499", RATE, ""),
        ("rate_ml_per_h", "2.5", RATE, ": this looks like mL a minute, not an hour"),
        ("rate_ml_per_h", "2.525", RATE, ": this looks like mL a minute, not an hour"),
        ("rate_ml_per_h", "2.475", RATE, ": this looks like mL a minute, not an hour"),
        ("rate_ml_per_h", "2.53", RATE, ""),
        ("rate_ml_per_h", "1", RATE, ""),
        ("rate_ml_per_h", "15", RATE, ": one is ten times the other"),
        ("rate_ml_per_h", "1500", RATE, ": one is ten times the other"),
        ("rate_ml_per_h", "100", RATE, ""),
    ],
)
def test_the_field_that_differs_is_named_with_the_slip_it_looks_like(field, value, sentence, hint):
    code = {"weight_kg": "weight", "dose_mg": "dose", "volume_ml": "volume", "rate_ml_per_h": "rate"}[field]
    assert differs(**{field: value}) == (f"{code}_differs", field, sentence.format(hint))


def test_a_label_that_is_not_the_log_s_stops_before_all_else():
    assert differs(label_mg_per_ml=100, weight_kg="800") == (
        "label_differs",
        "label_mg_per_ml",
        "The label says 100 mg/mL, the drug log has this lot as 50 mg/mL. "
        "Draw nothing from it: compare lot and label, both of you.",
    )


def test_a_small_volume_may_be_off_by_half_a_mark():
    small = order("25", "0.5", strength=100)  # 0.125 mL
    read = Second(D(25), 100, D("12.5"), D("0.13"), D(150))
    assert disagreement(small, D("0.5"), 100, read, LIMITS) is None
    for volume in ("0.131", "0.119"):
        found = disagreement(small, D("0.5"), 100, replace(read, volume_ml=D(volume)), LIMITS)
        assert found is not None
        assert found[1] == "volume_ml"


def test_how_far_two_may_differ_is_a_setting():
    strict = LIMITS | {"dose.agree_pct": D(0), "dose.agree_volume_ml": D(0)}
    assert disagreement(order(), D("0.5"), 50, SECOND, strict) is None
    for change in ({"dose_mg": D("40.001")}, {"volume_ml": D("0.801")}, {"rate_ml_per_h": D("150.01")}):
        assert disagreement(order(), D("0.5"), 50, replace(SECOND, **change), strict) is not None


def test_the_sentence_never_tells_the_other_s_number():
    for field, value in (("weight_kg", "79"), ("dose_mg", "41"), ("volume_ml", "0.9"), ("rate_ml_per_h", "160")):
        found = differs(**{field: value})
        assert found is not None
        assert not any(number in found[2] for number in ("80", "40 mg", "0.8", "150"))
