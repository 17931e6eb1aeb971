"""The model on the command line: course, population, trials, forecast, calibrate, schedule, bench."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from euthymia.model.course import BadInput, Course, Infusion, finite, template_names

EXAMPLES = """examples:
  euthymia model course --dose 0.5 --minutes 40 --days 0,2,4 --weight 70 --json
  euthymia model population --count 1000 --scale PHQ-9
  euthymia model trials trials.csv
  euthymia model forecast patient.json --json
  euthymia model schedule --scale PHQ-9 --price 600 --every 14,21,28,42
  euthymia model calibrate --version 2 --out fitted/
  euthymia model bench --json
"""


def say(text: str) -> None:
    """Write a line for the reader."""
    sys.stdout.write(text + "\n")


def tell(text: str) -> None:
    """Write a line beside the result."""
    sys.stderr.write(text + "\n")


def plain(value: object) -> Any:
    """Return a value as JSON can hold it; a number that is not finite becomes null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return float(f"{value:.7g}") if math.isfinite(value) else None
    return value


def say_json(value: object) -> None:
    """Write a value as JSON."""
    say(json.dumps(plain(value), allow_nan=False, indent=1))


def keep_plot(given: argparse.Namespace, drawing: Callable[[], str]) -> None:
    """Write the drawing where a file for it is named."""
    if given.plot:
        from euthymia.model.plots import save

        save(drawing(), Path(given.plot))


def numbers(text: str) -> list[float]:
    """Return comma-separated numbers."""
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        raise BadInput(f"{text!r} must be numbers with commas between them, for example 0,2,4.") from None
    if not all(math.isfinite(number) for number in found):
        raise BadInput("Days must be finite numbers.")
    return found


def _course_of(given: argparse.Namespace) -> Course:
    if given.template:
        return Course.from_template(given.template, weight_kg=given.weight)
    return Course.of(dose_mg_per_kg=given.dose, minutes=given.minutes, days=numbers(given.days), weight_kg=given.weight)


def run_course(given: argparse.Namespace) -> int:
    """Show plasma, norketamine, occupancy and acute effects of a course."""
    from euthymia.model.acute import acute_effects
    from euthymia.model.plasma import norketamine_ng_per_ml, plasma_ng_per_ml, structure_named
    from euthymia.model.receptor import occupancy

    course = _course_of(given)
    if given.sbml:
        from euthymia.model.sbml import sbml_of

        Path(given.sbml).write_text(sbml_of(course, structure=given.structure), "utf-8")
    if given.plot:
        from euthymia.model.plots import of_course

        keep_plot(given, lambda: of_course(course, given.structure))
    first, last = course.infusions[0], course.infusions[-1]
    hours = [first.start_day * 24 + h for h in np.arange(0.0, first.minutes / 60 + 4.0, 1 / 12)]
    for infusion in course.infusions[1:]:
        start = infusion.start_day * 24
        hours += [start + h for h in np.arange(0.0, infusion.minutes / 60 + 4.0, 0.25)]
    ends = [(infusion.start_day * 24) + infusion.minutes / 60 for infusion in course.infusions]
    hours += [*ends, last.start_day * 24 + 24.0]
    times_h = np.unique(np.round(hours, 9))
    plasma = {"venous": plasma_ng_per_ml(course, times_h, structure=given.structure, site="venous")}
    arterial_set = given.structure
    if structure_named(given.structure).sampling == "venous":
        arterial_set = "kamp2020"
    else:
        plasma["arterial"] = plasma_ng_per_ml(course, times_h, structure=given.structure)
    minutes = np.arange(0.0, first.minutes + 241.0) + first.start_day * 1440
    acute = acute_effects(course, minutes, structure=arterial_set)
    if given.json:
        band = occupancy(plasma.get("arterial", plasma["venous"]))
        say_json(
            {
                "times_h": times_h,
                "plasma_ng_per_ml": plasma,
                "norketamine_ng_per_ml": norketamine_ng_per_ml(course, times_h, structure=arterial_set),
                "occupancy": {"low": band.low, "mid": band.mid, "high": band.high},
                "acute": acute,
                "structure": given.structure,
                "infusions": [{"day": i.start_day, "mg": i.dose_mg, "minutes": i.minutes} for i in course.infusions],
            }
        )
        return 0
    count = len(course.infusions)
    say(f"{count} infusions of {first.dose_mg:g} mg over {first.minutes:g} min, {given.weight:g} kg")
    for site, curve in plasma.items():
        say(f"{site} plasma: peak {curve.max():.0f} ng/mL ({given.structure})")
    band = occupancy(max(curve.max() for curve in plasma.values()))
    say(f"receptors blocked at the peak: {band.low:.0%} to {band.high:.0%}, middle reading {band.mid:.0%}")
    for name, pressure in (("systolic", acute.systolic_rise_mmhg), ("diastolic", acute.diastolic_rise_mmhg)):
        peak = int(pressure.median.argmax())
        low, middle, high = pressure.p05[peak], pressure.median[peak], pressure.p95[peak]
        say(f"{name} rise: {middle:.0f} mmHg, 5-95 %: {low:.0f} to {high:.0f}")
    for effect, minute in acute.minutes_when_past.items():
        say(f"{effect}: nine of ten are past it after {minute:g} min" if minute else f"{effect}: not past within 4 h")
    return 0


def run_population(given: argparse.Namespace) -> int:
    """Simulate virtual patients under a course."""
    from euthymia.model.population import calibrated, model_version
    from euthymia.model.scales import scale_named
    from euthymia.model.simulate import simulate_scores

    count = int(finite(given.count, "The number of patients", 1, 1_000_000, "patients"))
    course, scale = _course_of(given), scale_named(given.scale)
    rng = np.random.default_rng(given.seed)
    until = int(finite(given.until, "The last day", 1, 730, "days"))
    days = np.arange(0.0, until + 1.0)
    scores = simulate_scores(calibrated().draw(count, rng), course, days, scale.name, rng=rng)
    responds = 100 * np.mean(scores <= (1 - scale.response_fraction) * scores[:, :1], axis=0)
    remits = 100 * np.mean(scores <= scale.remission_at_most, axis=0)
    quantiles = np.percentile(scores, [5, 25, 50, 75, 95], axis=0)
    if given.plot:
        from euthymia.model.plots import of_bands

        starts = tuple(infusion.start_day for infusion in course.infusions)
        title = f"{count:,} virtual patients"
        keep_plot(given, lambda: of_bands(title, scale.name, days, list(quantiles), infusion_days=starts))
    if given.json:
        names = ("p05", "p25", "median", "p75", "p95")
        bands = dict(zip(names, quantiles, strict=True))
        say_json(
            {"days": days, "scale": scale.name, "patients": count, "model_version": model_version()}
            | bands
            | {"response_pct": responds, "remission_pct": remits}
        )
        return 0
    say(f"{count:,} virtual patients, {scale.name}, {model_version()}")
    say("day   median   5-95 %      response   remission")
    for day in sorted({0, 1, 3, 7, 12, 14, 21, 28, 42, 60, until} & set(range(until + 1))):
        low, middle, high = quantiles[[0, 2, 4], day]
        shares = f"{responds[day]:6.0f} %   {remits[day]:6.0f} %"
        say(f"{day:3d}   {middle:6.0f}   {low:.0f} to {high:.0f}   {shares}")
    return 0


def run_trials(given: argparse.Namespace) -> int:
    """Show virtual trials beside published ones; a trial that the calibration read is forgotten first."""
    from euthymia.model.report import summary_lines, table_lines
    from euthymia.model.rows import read_rows
    from euthymia.model.trials import shipped_predictions, summarise

    rows, left = read_rows(Path(given.file))
    for one in left:
        tell(f"not simulated: {one.trial}, {one.arm}, {one.timepoint}: {one.why}")
    table = shipped_predictions(rows, own_data=given.own_data)
    if given.plot:
        from euthymia.model.plots import of_trials

        keep_plot(given, lambda: of_trials(table))
    if given.json:
        say_json(
            [
                {
                    "trial": one.row.trial,
                    "arm": one.row.arm,
                    "timepoint_days": one.row.timepoint_days,
                    "measure": one.row.measure,
                    "published": one.row.published,
                    "median": one.median,
                    "p05": one.p05,
                    "p25": one.p25,
                    "p75": one.p75,
                    "p95": one.p95,
                }
                for one in table
            ]
        )
        return 0
    for line in table_lines(table):
        say(line)
    if table:
        say("")
        say(summary_lines("Own data kept" if given.own_data else "Each trial forgotten", summarise(table))[0])
    return 0


def read_forecast_input(path: Path) -> Any:
    """Return a forecast's input from a JSON file, or raise a sentence."""
    from euthymia.model.forecast import ForecastInput, Score

    try:
        found = json.loads(path.read_text("utf-8"))
        infusions = tuple(Infusion(item["day"], item["mg"], item["minutes"]) for item in found["infusions"])
        scores = tuple(Score(item["day"], item["value"], item.get("scale")) for item in found["scores"])
        until, since = found["until_day"], found.get("from_day")
        return ForecastInput(found["weight_kg"], found["scale"], infusions, scores, until, since)
    except OSError as problem:
        raise BadInput(f"{path} cannot be read: {problem.strerror}.") from None
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise BadInput(f"{path.name} is not JSON.") from None
    except (KeyError, TypeError, AttributeError) as problem:
        raise BadInput(
            f'{path.name} must hold weight_kg, scale, infusions [{{"day", "mg", "minutes"}}], '
            f'scores [{{"day", "value"}}] and until_day; wrong or missing: {problem}.'
        ) from None


def run_forecast(given: argparse.Namespace) -> int:
    """Forecast one patient."""
    from euthymia.model.forecast import forecast

    asked = read_forecast_input(Path(given.file))
    seen = forecast(asked, draws=given.draws, seed=given.seed)
    if given.plot:
        from euthymia.model.plots import of_forecast

        keep_plot(given, lambda: of_forecast(asked, seen))
    if given.json:
        say_json(seen)
        return 0
    say(f"{asked.scale}, {seen.model_version}, worth {seen.effective_samples:,.0f} independent draws")
    chances = f"response {seen.chance_of_response:.0%}, remission {seen.chance_of_remission:.0%}"
    say(f"on day {seen.judged_day:g}: {chances}")
    fade = seen.fade_day
    if fade is not None:
        last = "later" if fade.p95 is None else f"{fade.p95:.0f}"
        middle = "after the horizon" if fade.median is None else f"on day {fade.median:.0f}"
        first = "later" if fade.p05 is None else f"{fade.p05:.0f}"
        say(f"response fades {middle} (5-95 %: {first} to {last})")
    step = max(1, len(seen.days) // 15)
    say("day   median   5-95 %")
    for i in range(0, len(seen.days), step):
        say(f"{seen.days[i]:4.0f}   {seen.median[i]:6.1f}   {seen.p05[i]:.1f} to {seen.p95[i]:.1f}")
    return 0


def run_schedule(given: argparse.Namespace) -> int:
    """Compare booster schedules."""
    from euthymia.model.schedule import compare_boosters

    history = read_forecast_input(Path(given.file)) if given.file else None
    found = compare_boosters(
        every_days=numbers(given.every),
        price_usd=given.price,
        scale=given.scale,
        weight_kg=given.weight,
        history=history,
        until_day=given.until,
    )
    if given.plot:
        from euthymia.model.plots import of_schedules

        keep_plot(given, lambda: of_schedules(found))
    if given.json:
        say_json(found)
        return 0
    for line in found.lines():
        say(line)
    return 0


def run_calibrate(given: argparse.Namespace) -> int:
    """Fit the population to published trials."""
    from euthymia.model.calibration import sample_posterior
    from euthymia.model.data import evidence_path
    from euthymia.model.report import write_calibration
    from euthymia.model.rows import durability_rows, read_rows

    source = Path(given.file) if given.file else evidence_path("trials.csv")
    rows, left = read_rows(source)
    durable = durability_rows()
    posterior = sample_posterior(
        [*rows, *durable],
        walkers=given.walkers,
        steps=given.steps,
        burn_in=given.steps // 2,
        every=max(1, given.steps // 60),
        progress=lambda step, steps: tell(f"step {step} of {steps}") if step % 10 == 0 else None,
    )
    for path in write_calibration(Path(given.out), given.version, source, rows, left, posterior, durable):
        say(f"wrote {path}")
    return 0


def run_bench(given: argparse.Namespace) -> int:
    """Measure speed and error beside a general solver."""
    from euthymia.model.speed import measure

    found = measure(quick=given.quick)
    if given.json:
        say_json(found)
    else:
        for name, value in found.items():
            say(f"{name}: {value}")
    return 0


def _add_course(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dose", type=float, default=0.5, help="mg/kg (default 0.5)")
    parser.add_argument("--minutes", type=float, default=40.0, help="length of an infusion (default 40)")
    parser.add_argument("--days", default="0,2,4,7,9,11", help="days of the infusions (default 0,2,4,7,9,11)")
    parser.add_argument("--weight", type=float, default=70.0, help="kg (default 70)")
    parser.add_argument("--template", choices=template_names(), help="a course by name, instead of dose and days")


def add_commands(commands: Any) -> None:
    """Add the model's commands to a set of subparsers."""

    def made(name: str, run: Callable[[argparse.Namespace], int], example: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = commands.add_parser(
            name,
            help=(run.__doc__ or "").rstrip("."),
            description=run.__doc__,
            epilog=f"example:\n  {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.add_argument("--json", action="store_true", help="print JSON")
        if run not in (run_calibrate, run_bench):
            parser.add_argument("--plot", metavar="FILE", help="keep a chart as .svg or .png")
        parser.set_defaults(run_model=run)
        return parser

    course = made("course", run_course, "euthymia model course --dose 0.5 --minutes 40 --days 0,2,4 --weight 70 --json")
    _add_course(course)
    course.add_argument("--sbml", metavar="FILE", help="keep the model of a typical patient as SBML")
    course.add_argument("--structure", default="kamp2020", help="published set of plasma parameters")
    people = made("population", run_population, "euthymia model population --count 1000 --scale PHQ-9")
    _add_course(people)
    people.add_argument("--count", type=int, default=2000)
    people.add_argument("--scale", default="PHQ-9")
    people.add_argument("--until", type=float, default=60)
    people.add_argument("--seed", type=int, default=0)
    trials = made("trials", run_trials, "euthymia model trials trials.csv --json")
    trials.add_argument("file", help="CSV with the columns of evidence/trials.csv")
    trials.add_argument("--own-data", action="store_true", help="do not forget trials that the calibration read")
    patient = made("forecast", run_forecast, "euthymia model forecast patient.json --json")
    patient.add_argument("file", help="JSON: weight_kg, scale, infusions, scores, until_day; from_day where wanted")
    patient.add_argument("--draws", type=int, default=20_000)
    patient.add_argument("--seed", type=int, default=0)
    plans = made("schedule", run_schedule, "euthymia model schedule --every 14,21,28,42 --price 600")
    plans.add_argument("file", nargs="?", help="a patient's JSON as for forecast; a typical responder when left out")
    plans.add_argument("--every", default="14,21,28,42,56", help="days between boosters, one schedule each")
    plans.add_argument("--price", type=float, default=600.0, help="USD an infusion")
    plans.add_argument("--scale", default="PHQ-9")
    plans.add_argument("--weight", type=float, default=70.0)
    plans.add_argument("--until", type=float, default=180.0, help="last day compared")
    fit = made("calibrate", run_calibrate, "euthymia model calibrate --version 2 --out fitted/")
    fit.add_argument("file", nargs="?", help="CSV of trials; the evidence of the package when left out")
    fit.add_argument("--version", required=True)
    fit.add_argument("--out", required=True, help="folder for population, draws and report")
    fit.add_argument("--walkers", type=int, default=56)
    fit.add_argument("--steps", type=int, default=240)
    bench = made("bench", run_bench, "euthymia model bench --json")
    bench.add_argument("--quick", action="store_true", help="small sizes")


def add_parser(subparsers: Any) -> None:
    """Add ``model`` and its commands to the program's parser."""
    parser = subparsers.add_parser(
        "model",
        help="how ketamine works: courses, trials, forecasts",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_commands(parser.add_subparsers(dest="model_command", required=True, metavar="COMMAND"))
    parser.set_defaults(run=run_parsed)


def run_parsed(given: argparse.Namespace) -> int:
    """Run a parsed command; bad input ends with one sentence and code 2."""
    try:
        return int(given.run_model(given))
    except BadInput as problem:
        tell(f"euthymia model: {problem}")
        return 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``euthymia model`` with the arguments behind it."""
    parser = argparse.ArgumentParser(
        prog="euthymia model",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_commands(parser.add_subparsers(dest="model_command", required=True, metavar="COMMAND"))
    return run_parsed(parser.parse_args(argv))


if __name__ == "__main__":
    raise SystemExit(main())
