"""A fixed set of random graphs, in `make test`; `make fuzz-operators` runs fresh ones."""

import os
import subprocess
import sys

import pytest

SEEDS = 200


@pytest.mark.parametrize("half", (0, 1))
def test_fixed_seeds(half):
    tests = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-m", "differential", "--first", str(1_000_000 + half), "--step", "2", "--count", str(SEEDS)],
        env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
