"""The command line: the fixed shapes that others read, and one sentence for what is wrong."""

import json
from pathlib import Path

import pytest

from euthymia.model.cli import main
from euthymia.model.course import Course
from euthymia.model.data import evidence_path
from euthymia.model.sbml import sbml_of
from tests.model.test_trials import written


def answered(capsys: pytest.CaptureFixture[str], *argv: str) -> object:
    assert main([*argv, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def patient(folder: Path, **change: object) -> str:
    found = {
        "weight_kg": 70,
        "scale": "PHQ-9",
        "infusions": [{"day": day, "mg": 35, "minutes": 40} for day in (0, 2, 4, 7, 9, 11)],
        "scores": [{"day": 0, "value": 19}, {"day": 7, "value": 10}, {"day": 9, "value": None}],
        "until_day": 60,
    } | change
    path = folder / "patient.json"
    path.write_text(json.dumps(found))
    return str(path)


def test_course_gives_both_sites(capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, *["course", "--dose", "0.5", "--minutes", "40", "--days", "0,2,4", "--weight", "70"])
    assert isinstance(found, dict)
    curves = found["plasma_ng_per_ml"]
    assert len(found["times_h"]) == len(curves["arterial"]) == len(curves["venous"])
    end = min(range(len(found["times_h"])), key=lambda i: abs(found["times_h"][i] - 40 / 60))
    assert 160 <= curves["venous"][end] <= 210 < curves["arterial"][end]


def test_forecast_gives_its_bands(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = answered(capsys, "forecast", patient(tmp_path))
    assert isinstance(found, dict)
    assert found["days"] == list(range(61))
    assert len(found["median"]) == len(found["p05"]) == len(found["p95"]) == 61
    assert found["effective_samples"] > 100
    assert found["fade_day"]["chance_by_horizon"] > 0


def test_trials_gives_a_row_for_each_measure(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = written(tmp_path, {"remission_pct": "30"}, {"arm": "control", "dose_mg_per_kg": "0"})
    found = answered(capsys, "trials", str(path))
    assert isinstance(found, list)
    keys = ["trial", "arm", "timepoint_days", "measure", "published", "median", "p05", "p25", "p75", "p95"]
    assert [sorted(row) for row in found] == [sorted(keys)] * 3
    assert [row["measure"] for row in found] == ["response_pct", "remission_pct", "response_pct"]


def test_schedule_refuses_to_rank_what_it_cannot_tell_apart(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = answered(capsys, "schedule", patient(tmp_path), "--every", "21,22,60")
    assert isinstance(found, dict)
    assert any({"every 21 days", "every 22 days"} <= set(group) for group in found["ranking"])
    assert [plan["boosters"] for plan in found["plans"]] == [0, 2, 2, 0]
    plans = found["plans"]
    assert plans[1]["weeks_p05"] <= plans[1]["weeks_in_response"] <= plans[1]["weeks_p95"]


def test_population_counts_responses(capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, *["population", "--count", "500", "--until", "20"])
    assert isinstance(found, dict)
    assert found["response_pct"][0] == 0
    assert found["response_pct"][12] > 20


def test_words_are_printed_without_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for argv in (["course"], ["population", "--count", "300"], ["forecast", patient(tmp_path)]):
        assert main(argv) == 0
    assert main(["schedule", patient(tmp_path), "--every", "30"]) == 0
    assert "nine of ten are past it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"weight_kg": float("nan")}, "finite"),
        ({"weight_kg": "70"}, "number"),
        ({"weight_kg": 600}, "pounds"),
        ({"scale": "XYZ"}, "names"),
        ({"infusions": [{"day": 3, "mg": 35, "minutes": 40}, {"day": 0, "mg": 35, "minutes": 40}]}, "order"),
        ({"infusions": [{"day": 0, "mg": -35, "minutes": 40}]}, "outside"),
        ({"infusions": [{"day": 0, "minutes": 40}]}, "mg"),
        ({"infusions": [{"day": i, "mg": 35, "minutes": 40} for i in range(10_000)]}, "days|more than"),
        ({"scores": [{"day": 0, "value": 28}]}, "28"),
        ({"scores": 5}, "scores"),
        ({"until_day": 10**400}, "number"),
    ],
)
def test_bad_input_ends_with_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, change: dict[str, object], word: str
) -> None:
    import re

    assert main(["forecast", patient(tmp_path, **change), "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.strip().count("\n") == 0
    assert re.search(word, said.err)


def test_files_that_are_no_json_or_no_csv_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{")
    assert main(["forecast", str(path)]) == 2
    assert main(["forecast", str(tmp_path / "none.json")]) == 2
    assert main(["trials", str(path)]) == 2
    assert main(["course", "--days", "0,x"]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 4


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (["--help"], ["forecast", "--help"], ["trials", "--help"]):
        with pytest.raises(SystemExit):
            main(argv)
        assert "euthymia model" in capsys.readouterr().out


def test_evidence_ships_with_the_package() -> None:
    assert evidence_path("trials.csv").is_file()


def test_sbml_names_every_state() -> None:
    text = sbml_of(Course.from_template("depression", weight_kg=70))
    assert all(f'variable="{name}"' in text for name in ("a1", "a2", "a3", "fast", "slow", "benefit"))
