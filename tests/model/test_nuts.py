"""The forecast against NUTS on a second writing of the model: 20 invented patients, with no score to forty.

The summaries were made by `make nuts` (NumPyro), which names its versions and seed in the file; here the forecast
of today is set beside them. `bench/model_nuts.py` runs the sampler itself.
"""

import json
from pathlib import Path

import pytest

from tests.model.posteriors import compare

KEPT = json.loads((Path(__file__).parent / "nuts.json").read_text())
FAR = 4.0
"""Standard errors: of some 400 comparisons of two right samples the largest is about 3."""


@pytest.mark.parametrize("case", KEPT["cases"], ids=lambda case: case["name"].replace(" ", "-"))
def test_the_forecast_is_the_posterior_that_nuts_finds(case):
    assert case["nuts"]["r_hat"] < 1.02
    assert case["nuts"]["worth"] > 400
    off = compare(case["given"], case["nuts"])
    assert off.worst < FAR, str(off)


def test_another_posterior_would_be_noticed():
    """The summary of one patient does not fit another: the comparison can fail."""
    three, other = (next(c for c in KEPT["cases"] if c["name"] == name) for name in ("six PHQ-9 3", "six PHQ-9 7"))
    assert compare(three["given"], other["nuts"]).worst > FAR
