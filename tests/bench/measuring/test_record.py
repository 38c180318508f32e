"""Recording examples: whatever becomes of one, it is an event, and the next one runs."""

import json
import os
import subprocess
import sys

import pytest

from bench import events
from bench.measuring import record
from tests.checkout import ROOT


@pytest.mark.parametrize(
    ("result", "value", "text"),
    [
        (None, None, ""),
        (2, 2.0, ""),
        (True, 1.0, ""),
        ("words", None, "words"),
        ((1.5, "words"), 1.5, "words"),
        ([1, 2], None, "[1,2]"),
        ({"a": 1}, None, '{"a":1}'),
        ((2, {"a": 1}), 2.0, '{"a":1}'),
    ],
)
def test_a_result_becomes_value_and_text(result, value, text):
    event = record.attempt("example", lambda: result)
    assert (event.outcome, event.value, event.text) == ("ok", value, text)


def test_an_exception_becomes_an_event():
    event = record.attempt("example", lambda: 1 / 0)
    assert (event.outcome, event.text) == ("raised", "ZeroDivisionError: division by zero")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_result_that_is_no_finite_number_did_not_run(number):
    event = record.attempt("example", lambda: number)
    assert (event.outcome, event.value, event.text) == ("raised", None, f"the result is {number}, not a finite number")


ISOLATED_SCRIPT = """
import json, os, signal
from bench.measuring import record
examples = {"killed": lambda: os.kill(os.getpid(), signal.SIGKILL), "left": lambda: os._exit(3),
            "sound": lambda: (1.5, "words")}
found = [record.isolated(name, example) for name, example in examples.items()]
print(json.dumps([[event.outcome, event.value, event.text] for event in found]))
"""


def test_an_example_that_ends_its_process_is_recorded_and_the_next_one_runs():
    # in a process of its own: this one may hold the threads of a framework, which do not survive a copy
    done = subprocess.run(
        [sys.executable, "-c", ISOLATED_SCRIPT],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )
    assert json.loads(done.stdout) == [
        ["raised", None, f"{events.ENDED} SIGKILL."],
        ["raised", None, f"{events.ENDED} exit code 3."],
        ["ok", 1.5, "words"],
    ]


def test_a_long_text_is_cut_and_long_json_is_refused():
    assert len(events.clean("x" * 50_000)) == events.LONGEST_TEXT
    with pytest.raises(ValueError, match="do not fit"):
        record.compact(["x"] * 50_000)


def test_calls_are_timed_in_turns_and_each_has_a_value_per_round(monkeypatch):
    turns = []
    seconds = {"one": iter((1.0, 3.0)), "other": iter((2.0, 4.0))}

    def timed(call, values):
        turns.append(call())
        return next(seconds[turns[-1]])

    monkeypatch.setattr(record, "typical_seconds", timed)
    found = record.seconds_in_turns({"one": lambda: "one", "other": lambda: "other"}, 2)
    assert found == {"one": [1.0, 3.0], "other": [2.0, 4.0]}
    assert turns == ["one", "other", "one", "other"]
