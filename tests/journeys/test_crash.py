"""Kills under load in their short form: the whole one, with its counter-proof, is `make crash`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_what_was_acknowledged_stands_once_after_four_kills():
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    order = [sys.executable, "-m", "bench.crash", "--kills", "4", "--unsafe-kills", "0", "--patients", "12"]
    done = subprocess.run(order, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 kills" in done.stdout
    assert "0 lost, 0 twice, 0 without exactly one row of vitals" in done.stdout
