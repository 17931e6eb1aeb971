"""The forecast beside NUTS (NumPyro) on the same model: 20 patients, and the time that each takes.

    make nuts             (or: python -m bench.model_nuts [--cases N] [--write])

The twin in `bench/model_jax.py` shares no arithmetic with the forecast. Compared are the means of baseline and effect,
in standard errors of the two samples, and where the forecast's quantiles of scores to come stand among those of NUTS.
`--write` keeps the summaries of NUTS in tests/model/nuts.json, against which `make test` compares without NumPyro.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from tests.model.posteriors import SHARES, asked_days, compare, given_of

from euthymia.model import Course, ForecastInput, Infusion, convert_score, forecast, virtual_patient, warm
from euthymia.model.examples import busy_patient

KEPT = Path(__file__).parents[1] / "tests" / "model" / "nuts.json"
SEED, WARM_UP, DRAWS, CHAINS = 7, 500, 1500, 2
SCORE_DAYS = {0: [], 1: [0], 3: [0, 4, 9], 7: [0, 2, 4, 7, 9, 12, 19], 20: range(0, 60, 3), 40: range(0, 80, 2)}
BOOSTED = tuple(Infusion(day, 35.0, 40) for day in (0, 2, 4, 7, 9, 11, 25, 39))
COURSES = {
    "single": Course.from_template("single", weight_kg=70).infusions,
    "six": Course.from_template("depression", weight_kg=70).infusions,
    "boosted": BOOSTED,
}
CASES = [
    ("single", "PHQ-9", 0), ("six", "PHQ-9", 0), ("six", "MADRS", 0),
    ("single", "MADRS", 1), ("six", "PHQ-9", 1), ("boosted", "MADRS", 1),
    ("single", "PHQ-9", 3), ("six", "PHQ-9", 3), ("six", "MADRS", 3), ("six", "both", 3),
    ("single", "MADRS", 7), ("six", "PHQ-9", 7), ("six", "MADRS", 7), ("boosted", "both", 7),
    ("six", "PHQ-9", 20), ("six", "MADRS", 20), ("boosted", "PHQ-9", 20), ("six", "both", 20),
    ("boosted", "MADRS", 40), ("six", "PHQ-9", 40),
]  # fmt: skip


def case(index: int) -> dict[str, Any]:
    """Return one invented patient as a forecast's file would hold him."""
    course, scale, count = CASES[index]
    own = "PHQ-9" if scale == "both" else scale
    infusions = COURSES[course]
    patient = virtual_patient(np.random.default_rng((SEED, index)))
    days = list(SCORE_DAYS[count])
    values: list[int] = patient.scores(own, infusions, days) if days else []
    scores: list[dict[str, Any]] = [{"day": day, "value": value} for day, value in zip(days, values, strict=True)]
    if scale == "both":
        for score in scores[1::2]:
            score |= {"value": round(convert_score(score["value"], own, "MADRS")), "scale": "MADRS"}
    until = max([30, *days]) + 60
    return {
        "weight_kg": 70.0,
        "scale": own,
        "infusions": [{"day": i.start_day, "mg": i.dose_mg, "minutes": i.minutes} for i in infusions],
        "scores": scores,
        "until_day": until,
    }


def by_nuts(given: ForecastInput, asked: np.ndarray, *, chains: int = CHAINS, draws: int = DRAWS) -> dict[str, Any]:
    """Return the posterior by NUTS: what is compared, and the seconds without compiling."""
    import jax
    from numpyro.diagnostics import summary
    from numpyro.infer import MCMC, NUTS

    from bench.model_jax import NAMES, Twin

    twin = Twin(given, asked)
    kernel = NUTS(twin.model, target_accept_prob=0.9)
    sampler = MCMC(kernel, num_warmup=WARM_UP, num_samples=draws, num_chains=chains, chain_method="sequential",
                   progress_bar=False)  # fmt: skip
    first = {"u": np.zeros((chains, len(NAMES))) if chains > 1 else np.zeros(len(NAMES))}
    key = jax.random.PRNGKey(SEED)
    begun = time.perf_counter()
    sampler.run(key, init_params=first, extra_fields=("num_steps",))
    whole = time.perf_counter() - begun
    u = np.asarray(sampler.get_samples(group_by_chain=True)["u"])
    found = twin.charted(u.reshape(-1, u.shape[-1]), np.random.default_rng(SEED))
    return found | {"twin": twin, "seconds": whole, "steps": int(np.sum(sampler.get_extra_fields()["num_steps"])),
                    "by_chain": u, "told": summary}  # fmt: skip


def summary_of(given: ForecastInput, asked: np.ndarray) -> dict[str, Any]:
    """Return what is kept of one run of NUTS."""
    found = by_nuts(given, asked)
    columns = np.column_stack([found["baseline"], found["relief"], found["charted"]])
    chains = columns.reshape(CHAINS, -1, columns.shape[1])
    told = found["told"]({"x": chains}, group_by_chain=True)["x"]
    days = len(asked)
    return {
        "seconds": round(found["seconds"], 1),
        "steps": found["steps"],
        "worth": round(float(np.min(told["n_eff"]))),
        "r_hat": round(float(np.max(told["r_hat"])), 4),
        "mean": np.round(columns.mean(axis=0), 5).tolist(),
        "sd": np.round(columns.std(axis=0), 5).tolist(),
        # Quantiles close to each other, so that the rank of any figure can be read off.
        "charted": [np.round(np.quantile(found["charted"][:, day], SHARES), 4).tolist() for day in range(days)],
    }


def times() -> dict[str, Any]:
    """Return what the busy patient's forecast takes, warm and in a new process, and what NUTS takes."""
    given = busy_patient()
    warm()
    forecast(given)
    ours = min(_timed(given) for _ in range(15))
    text = (
        "import time; t = time.perf_counter()\nfrom euthymia.model import forecast\n"
        "from euthymia.model.examples import busy_patient\nforecast(busy_patient()); print(time.perf_counter() - t)"
    )
    cold = float(subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout)
    found = by_nuts(given, np.arange(0.0, given.until_day + 1.0), chains=1, draws=1000)
    return {
        "forecast_warm_ms": round(1000 * ours, 1),
        "forecast_cold_s": round(cold, 2),
        "nuts_s_one_chain_500_and_1000_with_compiling": round(found["seconds"], 1),
        "ratio": round(found["seconds"] / ours),
    }


def _timed(given: ForecastInput) -> float:
    begun = time.perf_counter()
    forecast(given)
    return time.perf_counter() - begun


def main() -> int:
    """Compare, print, and say whether it agrees and is quick enough."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=len(CASES))
    parser.add_argument("--write", action="store_true", help="keep the summaries of NUTS for the tests")
    asked_for = parser.parse_args()
    cases, worst = [], 0.0
    for index in range(asked_for.cases):
        document = case(index)
        given = given_of(document)
        nuts = summary_of(given, asked_days(document))
        off = compare(document, nuts)
        worst = max(worst, off.worst)
        cases.append({"name": " ".join(map(str, CASES[index])), "given": document, "nuts": nuts})
        told = f"{nuts['seconds']:6.1f} s, worth {nuts['worth']:5d}, R-hat {nuts['r_hat']:.3f}"
        print(f"{cases[-1]['name']:18s} NUTS {told}; forecast worth {off.worth:7,.0f}; {off}", flush=True)
    if asked_for.write:
        libraries = {name: version(name) for name in ("numpyro", "jax", "numpy")}
        made = {"made_by": "python -m bench.model_nuts --write", "seed": SEED, "versions": libraries}
        KEPT.write_text(
            json.dumps(made | {"cases": cases}, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n"
        )
    taken = times()
    print(json.dumps(taken))
    print(f"largest difference: {worst:.1f} standard errors")
    return int(worst > 5.0 or taken["ratio"] < 300)


if __name__ == "__main__":
    sys.exit(main())
