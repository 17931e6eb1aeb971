"""Published trials: how rows are read, what is foretold, and what a calibration leaves behind."""

import csv
from pathlib import Path

import numpy as np
import pytest

from euthymia.model import BadInput
from euthymia.model.calibration import (
    Posterior,
    row_log_likelihood,
    sample_posterior,
    trial_log_likelihoods,
)
from euthymia.model.data import evidence_path
from euthymia.model.population import calibrated, shipped_draws
from euthymia.model.report import learnt, write_calibration
from euthymia.model.rows import COLUMNS, durability_rows, read_rows, without
from euthymia.model.trials import crps, left_out_weights, shipped_predictions, summarise, weighed_quantiles
from euthymia.model.virtual_trials import from_natural, machine_for, prior_centres, to_natural

EVIDENCE = evidence_path("trials.csv")


def written(folder: Path, *rows: dict[str, str]) -> Path:
    """Write a CSV of trials with the given cells, the rest plausible."""
    usual = {
        "trial": "New2030",
        "arm": "ketamine",
        "n": "40",
        "dose_mg_per_kg": "0.5",
        "infusion_min": "40",
        "infusion_days": "0;2;4;7;9;11",
        "scale": "MADRS",
        "timepoint_days": "12",
        "response_pct": "60",
    }
    path = folder / "new.csv"
    with path.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS, restval="")
        writer.writeheader()
        for row in rows:
            writer.writerow(usual | row)
    return path


def test_every_published_figure_is_simulated_or_named() -> None:
    rows, left = read_rows(EVIDENCE)
    with EVIDENCE.open(newline="") as handle:
        table = list(csv.DictReader(handle))
    published = sum(
        bool(line[name]) for line in table for name in ("response_pct", "remission_pct", "mean_change", "mean_score")
    )
    assert published == len(rows) + sum("no figure" not in one.why for one in left)
    assert {row.kind for row in rows} == {"control", "single", "repeated"}
    assert all(row.reading for row in rows if row.how != "at")


def test_words_in_cells_are_read_and_the_reading_kept(tmp_path: Path) -> None:
    rows, left = read_rows(
        written(
            tmp_path,
            {
                "infusion_days": "4-8 in 7-21 d",
                "timepoint_days": "7 post-induction",
                "dose_mg_per_kg": "0.5-1.0",
            },
            {"timepoint_days": "0-7 (any time)"},
            {"infusion_days": "as needed"},
            {"scale": "GRID"},
            {"n": ""},
            {"response_pct": ""},
        )
    )
    assert [row.how for row in rows] == ["at", "any", "at"]
    assert rows[2].reading == "30 patients assumed"
    assert len(rows[0].infusions) == 6
    assert rows[0].infusions[-1].start_day == 14.0
    assert rows[0].times == (21.0,)
    assert rows[0].infusions[0].dose_mg == pytest.approx(0.75 * 80)
    assert "6 over 14 days" in rows[0].reading
    assert len(left) == 3


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("trial,arm\nA,B\n")
    with pytest.raises(BadInput, match="lacks the columns"):
        read_rows(path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_rows(tmp_path / "absent.csv")


def test_a_new_trial_is_foretold_with_its_spread(tmp_path: Path) -> None:
    rows, _ = read_rows(
        written(
            tmp_path,
            {},
            {"trial": "Small2031", "n": "8"},
            {"trial": "Control2032", "arm": "saline", "dose_mg_per_kg": "0"},
        )
    )
    large, small, control = shipped_predictions(rows)
    assert 30 < large.median < 90
    assert small.p95 - small.p05 >= large.p95 - large.p05 > 20
    assert control.median < large.p05
    for one in (large, small, control):
        assert 0 <= one.p05 <= one.p25 <= one.median <= one.p75 <= one.p95 <= 100


@pytest.mark.slow
def test_leave_one_trial_out_keeps_its_promises() -> None:
    rows, _ = read_rows(EVIDENCE)
    summary = summarise(shipped_predictions(rows))
    assert summary.inside_90_pct >= 85
    assert 40 <= summary.inside_50_pct <= 60
    assert summary.median_absolute_error_points <= 12
    assert summary.crps_points < summary.crps_pooled_points
    assert summary.repeated_overrated_points <= 5


def test_likelihood_is_highest_where_the_figure_was_published() -> None:
    row = read_rows(EVIDENCE)[0][0]
    shares = np.linspace(0.02, 0.98, 49)
    found = row_log_likelihood(row, np.column_stack([shares, np.zeros(49)]), 40.0)
    assert abs(shares[found.argmax()] - round(row.published / 100 * row.n) / row.n) < 0.1


def test_hyperparameters_survive_the_way_to_their_own_units_and_back() -> None:
    centre, sd = prior_centres()
    vectors = centre + sd * np.random.default_rng(0).standard_normal((5, len(centre)))
    np.testing.assert_allclose(from_natural(to_natural(vectors)), vectors)


def test_weights_that_forget_a_trial_prefer_draws_that_explain_it_badly() -> None:
    posterior = Posterior(("A", "B"), np.zeros((4, 1)), np.array([[-1.0, 0], [-2, 0], [-3, 0], [-4, 0]]))
    weights, worth = left_out_weights(posterior)
    assert np.all(np.diff(weights["A"]) >= 0)
    np.testing.assert_allclose(weights["B"], 0.25)
    assert worth["B"] == pytest.approx(4)


def test_crps_is_the_distance_for_a_certain_forecast_and_rewards_honest_spread() -> None:
    assert crps(np.array([50.0]), np.ones(1), 60.0) == pytest.approx(10)
    near = np.random.default_rng(0).normal(60, 10, 4000)
    assert crps(near, np.ones(4000), 60.0) < crps(near + 30, np.ones(4000), 60.0)
    assert weighed_quantiles(np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.0, 1.0]), [0.5])[0] == 3.0


def test_a_small_calibration_writes_what_can_be_read_again(tmp_path: Path) -> None:
    rows, left = read_rows(EVIDENCE)
    some = [row for row in rows if row.trial in ("Zarate2006", "Phillips2019")]
    posterior = sample_posterior(some, walkers=52, steps=3, burn_in=1, every=1, patients=64)
    assert posterior.vectors.shape == (104, len(prior_centres()[0]))
    assert {one.name for one in learnt(posterior)} == set(calibrated().point)
    paths = write_calibration(tmp_path, "x", EVIDENCE, some, left, posterior, [])
    assert paths[0].read_text().count("gain = ") == 1
    assert "Phillips2019" in paths[2].read_text()


def test_shipped_draws_explain_the_trials_as_the_code_says() -> None:
    rows, _ = read_rows(EVIDENCE)
    plausible, fits = shipped_draws()
    used = [*rows, *durability_rows()]
    trials = tuple(fits)
    again = trial_log_likelihoods(machine_for(used, patients=256), from_natural(plausible[0]), trials)
    np.testing.assert_allclose(again, [fits[trial][0] for trial in trials], atol=0.15)
    assert len(without(used, "Zarate2006")) < len(used)
