"""A sample of `make mutants`: a small change in a rule is noticed by the rule's tests, or explained."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SAMPLE = "16"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "last"),
    [(["--sample", SAMPLE], "0 unexplained"), (["--sample", "3", "--blind"], "Blind: 3 mutants, 0 killed")],
    ids=["by the rules' tests", "by tests that know nothing of the rules"],
)
def test_a_sample_of_mutants(options, last):
    done = subprocess.run(
        [sys.executable, "-m", "bench.mutants", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith(last), done.stdout
