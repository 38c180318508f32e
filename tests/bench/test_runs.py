"""Runs that must not be mixed are told apart, and failures that come again from those that may not."""

import pytest

from bench.runs import comes_again, outdated
from tests.bench.planning.planted import ROW


def test_runs_that_were_measured_otherwise_than_the_newest_of_their_problem_are_outdated():
    row = ROW | {"started": "1", "versions": '{"jax": "1"}'}
    rows = [
        row,
        row | {"run": 1, "started": "2", "versions": '{"jax": "2"}'},
        row | {"framework": "torch", "versions": '{"torch": "1"}'},
        row | {"workload": "other"},
        row | {"run": 2, "threads": 2, "started": "0"},
        row | {"run": 3, "started": "3", "versions": None},
    ]
    assert {index: reason.split(",")[0] for index, reason in outdated(rows).items()} == {
        0: 'it was measured with {"jax": "1"}',
        4: "it was measured with 2 processors",
    }


@pytest.mark.parametrize(
    ("status", "message", "again"),
    [
        ("failed", "ValueError: no such layer (torch_impl.py, line 3, in build: layer[4])", True),
        ("unsupported", "bfloat16 needs another GPU", True),
        ("failed", "OSError: [Errno 28] No space left on device", False),
        ("failed", "died of signal 11 (SIGSEGV) in phase build", False),
        ("failed", "exit status 1 in phase import: killed", False),
        ("failed", "the measuring process ended without a result", False),
        ("oom", "MemoryError: 3 GB", False),
        ("timeout", "no result after 600 s (in phase compile)", False),
        ("ok", "", False),
    ],
)
def test_only_what_was_raised_or_is_not_supported_is_certain_to_fail_again(status, message, again):
    row = ROW | {"status": status, "message": message, "first_step_seconds": None}
    assert comes_again(row) is again
    assert not comes_again(row | {"first_step_seconds": 1.0})
