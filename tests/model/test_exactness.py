"""The closed forms against a general solver of tight tolerance: plasma, mass, and the mood's drive."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euthymia.model import BadInput, Course, Infusion, calibrated, kernel, plasma_ng_per_ml, structures
from euthymia.model.mood import benefit, drive, scaled_plasma
from euthymia.model.reference import drive_by_solver, plasma_by_solver

piece = st.tuples(st.floats(0.05, 2.0), st.sampled_from([0.0, 20.0, 52.5, 90.0]))
pieces = st.lists(piece, min_size=1, max_size=4)


def charted(start_day: float, found: list[tuple[float, float]]) -> Infusion:
    """Return an infusion of pieces (length h, rate mg/h), one after the other; a rate of 0 is a pause."""
    starts = np.cumsum([0.0] + [length for length, _ in found])
    return Infusion.from_segments(
        start_day, [(float(s), length, rate) for s, (length, rate) in zip(starts, found, strict=False)]
    )


@given(
    st.sampled_from(sorted(structures())),
    st.floats(30, 200),
    pieces,
    pieces,
    st.floats(0.5, 1.2),
)
@settings(deadline=None, max_examples=12)
def test_plasma_agrees_with_a_tight_solver_to_a_part_in_a_billion(
    name: str, kg: float, first: list[tuple[float, float]], second: list[tuple[float, float]], gap: float
) -> None:
    infusions = (charted(0.0, first), charted(gap, second))
    course = Course(infusions, kg)
    times = np.linspace(0.01, 24 * gap + 10, 40)
    structure = structures()[name]
    solved, _ = plasma_by_solver(structure.scaled_to(kg), infusions, times)
    site = "venous" if structure.sampling == "venous" else "arterial"
    closed = plasma_ng_per_ml(course, times, structure=name, site=site)
    np.testing.assert_allclose(closed, 1000 * solved, rtol=1e-9, atol=1e-9 * max(closed.max(), 1e-6))


def test_what_went_in_is_in_the_body_or_cleared() -> None:
    infusions = (Infusion(0, 35.0, 40), Infusion.from_segments(1, [(0, 0.3, 60.0), (0.5, 0.2, 100.0)]))
    given_mg = sum(infusion.dose_mg for infusion in infusions)
    for structure in structures().values():
        _, state = plasma_by_solver(structure, infusions, np.array([30.0]))
        assert state.sum() == pytest.approx(given_mg, rel=1e-9)


def test_daily_drive_agrees_with_a_tight_solver() -> None:
    draws = calibrated().draw(6, np.random.default_rng(11))
    courses = (
        Course.from_template("depression", weight_kg=70).infusions,
        (
            charted(0.2, [(0.3, 90.0), (0.2, 0.0), (0.4, 52.5)]),
            Infusion(0.6, 30.0, 60),
            Infusion(9, 50.0, 100),
        ),
    )
    days = np.array([0.0, 0.25, 0.5, 1, 2, 3, 5, 7, 9.02, 10, 12, 30, 60])
    for infusions in courses:
        found = drive(draws, infusions, 70, days)
        for index in range(len(draws)):
            exact = drive_by_solver(draws, index, infusions, 70, days)
            np.testing.assert_allclose(found[index], exact, atol=5e-7 * exact.max())


def test_a_state_that_forgets_faster_than_the_plasma_clears_is_exact_in_the_kernel_too() -> None:
    """Once the kernel took what a long time leaves for the whole: one of 20,000 patients was off by 3.4e-4."""
    drawn = calibrated().draw(400, np.random.default_rng(5))
    days = np.array([0.5, 1, 4, 5, 5.5, 7, 9, 12, 14, 16, 20, 60])
    infusions = Course.from_template("depression", weight_kg=70).infusions
    for fast_per_day in (3.5, 6.0, 9.0):
        draws = replace(drawn, fast_per_day=np.full(len(drawn), fast_per_day))
        np.testing.assert_allclose(
            kernel.benefit(draws, infusions, 70, days), benefit(draws, infusions, 70, days), rtol=0, atol=1e-9
        )


def test_a_state_that_forgets_as_fast_as_the_plasma_clears_is_near_the_solver() -> None:
    """Its closed tail divides by the difference of the two rates: where they met, it was no number."""
    drawn = calibrated().draw(3, np.random.default_rng(5))
    rates = 24.0 * scaled_plasma(drawn, 70)[0]
    days = np.array([0.5, 1, 4, 5, 9, 16, 60])
    infusions = Course.from_template("depression", weight_kg=70).infusions
    for speed in (rates[:, 0], rates[:, 1], 2.0 * rates[:, 0], rates[:, 0] + rates[:, 1], 3.0 * rates[:, 0]):
        for off in (0.0, 1e-12, -1e-8):
            draws = replace(drawn, fast_per_day=speed * (1.0 + off))
            found = drive(draws, infusions, 70, days)
            exact = drive_by_solver(draws, 0, infusions, 70, days)
            np.testing.assert_allclose(found[0], exact, atol=1e-6 * exact.max())
            quick = kernel.benefit(draws, infusions, 70, days)
            np.testing.assert_allclose(quick, benefit(draws, infusions, 70, days), rtol=0, atol=1e-12)


def test_the_longest_run_without_a_break_is_exact_and_a_longer_one_refused() -> None:
    """Once a run of years gave a number that was wrong: its exponentials had left the range."""
    draws = replace(calibrated().draw(50, np.random.default_rng(6)), fast_per_day=np.linspace(0.05, 12.0, 50))
    daily = tuple(Infusion(float(day), 35.0, 40) for day in range(30))
    days = np.array([0.5, 15.2, 29.5, 31, 35, 60])
    quick = kernel.benefit(draws, daily, 70, days)
    np.testing.assert_allclose(quick, benefit(draws, daily, 70, days), rtol=0, atol=1e-9)
    exact = drive_by_solver(draws, 49, daily, 70, days)
    np.testing.assert_allclose(drive(draws, daily, 70, days)[49], exact, atol=1e-6 * exact.max())
    with pytest.raises(BadInput, match="more than 30 days"):
        Course((*daily, Infusion(30.0, 35.0, 40)), 70)
    assert Course((*daily, Infusion(31.5, 35.0, 40)), 70)


def test_benefit_is_monotone_in_dose_and_never_above_its_ceiling() -> None:
    draws = calibrated().draw(100, np.random.default_rng(3))
    days = np.arange(0.0, 40.0)
    before = np.zeros((len(days), len(draws)))
    for dose in (5.0, 20.0, 60.0, 200.0):
        found = benefit(draws, [Infusion(day, dose, 40) for day in (0, 2, 4)], 70, days)
        assert np.all(found >= before)
        assert np.all(found <= draws.ceiling)
        before = found


def test_nothing_is_compiled_once_the_kernel_is_loaded() -> None:
    """Once, draws of many patients came in another layout than the loaded one: a page waited for the compiler."""
    course = Course.from_template("depression", weight_kg=70)
    drawn = calibrated().draw(600, np.random.default_rng(5))
    for draws in (drawn, drawn.taken(np.arange(0, 600, 2)), drawn.taken(np.array([3]))):
        for days in (np.array([0.5]), np.arange(85.0)):
            kernel.benefit(draws, course.infusions, course.weight_kg, days)
    assert len(kernel.run.signatures) == 1  # type: ignore[attr-defined]  # of the compiled function
    with pytest.raises(TypeError, match="No matching definition"):
        kernel.benefit(drawn, course.infusions, course.weight_kg, np.array([0.5, 1.0]), out=np.empty((600, 2)).T)
