"""The race for free times in its short form: the whole one is `make race`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_of_many_callers_one_gets_the_time_and_the_others_are_told(cluster_url):
    env = {**os.environ, "EUTHYMIA_OWNER_URL": cluster_url, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    order = [sys.executable, "-m", "bench.race", "--slots", "5", "--clients", "20", "--unguarded-slots", "2"]
    done = subprocess.run(order, cwd=ROOT, env=env, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        "5 slots with exactly one winner, 0 given twice, 5 calls booked, 95 losers told, 0 deadlocks, 0 faults"
        in done.stdout
    )
