"""Groups of processes that take turns."""

import os
import time

import pytest

from bench.measuring import environment
from bench.workloads.examples.turns import groups
from bench.workloads.examples.turns.groups import Way


class Counting:
    """Counts its steps; a step of the way `slow` takes 20 ms."""

    def __init__(self, place, word="none"):
        self.place, self.word, self.steps = place, word, 0
        if place.way == "broken":
            raise ValueError("no such thing")
        if place.way == "gone":
            os._exit(3)

    def step(self):
        self.steps += 1
        time.sleep(0.02 if self.place.way == "slow" and self.place.rank == 1 else 0.001)

    def wait(self):
        pass

    def observe(self):
        return {
            "rank": self.place.rank,
            "steps": self.steps,
            "word": self.word,
            "cpus": environment.affinity(),
            "variable": os.environ.get("GROUPS_TEST"),
        }


def test_every_process_takes_the_steps_and_has_what_it_was_given():
    found = groups.observed(Counting, "plain", Way(processes=2), 3, "word")
    assert [(own["rank"], own["steps"], own["word"]) for own in found] == [(0, 3, "word"), (1, 3, "word")]
    assert groups.observed(Counting, "plain", Way(), 0)[0]["steps"] == 0


@pytest.mark.skipif(len(environment.affinity() or ()) < 2, reason="needs two processors")
def test_each_process_is_bound_to_cores_of_its_own():
    one, other = (own["cpus"] for own in groups.observed(Counting, "plain", Way(processes=2), 0))
    assert len(one) == len(other) == 1
    assert one != other
    assert groups.observed(Counting, "plain", Way(cores=2), 0)[0]["cpus"] == sorted([*one, *other])


def test_a_way_has_its_own_variables_and_the_caller_keeps_its_own(monkeypatch):
    monkeypatch.setenv("GROUPS_TEST", "caller")
    ways = {"other": Way(variables={"GROUPS_TEST": "way"}), "none": Way(variables={"GROUPS_TEST": None})}
    found = {name: groups.observed(Counting, name, way, 0)[0]["variable"] for name, way in ways.items()}
    assert found == {"other": "way", "none": None}
    assert os.environ["GROUPS_TEST"] == "caller"


def test_a_block_takes_as_long_as_its_slowest_process_and_all_have_as_many_turns():
    seconds = groups.in_turns(Counting, {"plain": Way(), "slow": Way(processes=2)}, 0, 3, 2)
    assert {name: len(values) for name, values in seconds.items()} == {"plain": 3, "slow": 3}
    assert min(seconds["slow"]) >= 0.02 > min(seconds["plain"])
    assert groups.median_ratio([2.0, 9.0, 4.0], [1.0, 3.0, 4.0]) == 2.0


@pytest.mark.parametrize(
    ("way", "says"), [("broken", "ValueError: no such thing"), ("gone", "a process ended without a word")]
)
def test_what_a_process_says_that_fails_is_raised(way, says):
    with pytest.raises(RuntimeError, match=says):
        groups.observed(Counting, way, Way(), 1)
