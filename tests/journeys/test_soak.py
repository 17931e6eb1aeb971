"""The long random runs of the drug log in their short form: the whole ones are `make soak`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_runs_of_the_drug_log_hold_and_too_few_runs_are_told(cluster_url):
    env = {**os.environ, "EUTHYMIA_OWNER_URL": cluster_url, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    order = [sys.executable, "-m", "bench.soak", "--runs", "1", "--workers", "1"]
    done = subprocess.run(order, cwd=ROOT, env=env, capture_output=True, text=True, timeout=240, check=False)
    assert "The drug log: 1 of 1 runs of at most 50 steps" in done.stdout, done.stdout + done.stderr
    assert "0 differences from the book" in done.stdout
    # One run cannot meet everything: that it met too little is said, and the exit code says so too.
    assert "SHORT: never met" in done.stdout
    assert done.returncode == 1
