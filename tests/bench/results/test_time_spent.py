"""Where the time of runs went: what a failed one took is no rest."""

import pytest

from bench.results import time_spent
from tests.bench.results.planted import run


def test_the_time_of_a_failed_run_is_no_rest():
    runs = [run(number=0), run(number=1, status="failed", wall_seconds=9.0), run(number=2)]
    starts = ("00:00", "00:10", "00:20")
    runs = [row | {"started": f"2026-01-01T00:{start}+00:00"} for row, start in zip(runs, starts, strict=True)]
    assert time_spent.between(runs) == pytest.approx(2.0)
