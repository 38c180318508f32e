"""Runs that must not be mixed are told apart."""

from bench.runs import outdated
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
