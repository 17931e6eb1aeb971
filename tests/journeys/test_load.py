"""Many chairs charted on a schedule with boards open, in its short form: the whole one is `make load`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_every_post_stands_once_and_every_board_shows_it(cluster_url):
    env = {**os.environ, "EUTHYMIA_OWNER_URL": cluster_url, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    order = [sys.executable, "-m", "bench.load", "--visits", "12", "--boards", "6", "--seconds", "16", "--posts", "80"]
    done = subprocess.run(order, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
    told = done.stdout + done.stderr
    assert "12 infusions, 6 boards, 39 posts on schedule" in told, told
    # How quick it was is for `make load`: here what is written counts.
    for fault in ("errors, the first", "do not stand", "never seen on a board"):
        assert fault not in told, told
