"""What a judgement is made from, and what it becomes: claims, verdicts, the results of one machine."""

import numpy as np
import pandas as pd
import pytest

from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, UNMEASURED, Results, Verdict, claim
from bench.claims.judge import judge
from tests.bench.claims.planted import ENTRIES, FASTER, compared, comparisons, event, frame, runs, verdict_of


def test_a_claim_is_not_judged_twice():
    with pytest.raises(ValueError, match="judged twice"):
        claim("bg-dynamic")(lambda results: Verdict(MIXED, {}))


def test_evidence_has_to_be_plain_json_and_a_verdict_a_known_one():
    with pytest.raises(TypeError):
        Verdict(SUPPORTED, {"array": np.ones(2)})
    with pytest.raises(ValueError, match="verdict is 'true'"):
        Verdict("true", {})


def test_results_of_another_machine_decide_nothing_here():
    planted = comparisons([1.5] * 6)
    assert verdict_of("bg-jax-efficiency", Results("here", planted)) == SUPPORTED
    assert verdict_of("bg-jax-efficiency", Results("elsewhere", planted)) == UNMEASURED


@pytest.mark.parametrize("family", ["own", "cases"])
def test_the_workloads_of_a_user_and_public_cases_decide_nothing(family):
    planted = comparisons([1.5] * 6)
    mine = {name: table.assign(family=family) for name, table in planted.items()}
    assert verdict_of("bg-jax-efficiency", Results("here", mine)) == UNMEASURED
    assert not any(len(Results("here", mine).own(table)) for table in mine)


@pytest.mark.parametrize(("column", "value"), [("size", "batch-64"), ("size", "width-512"), ("task", "target")])
def test_scaling_curves_and_times_to_a_target_are_no_ordinary_comparisons(column, value):
    names = ("gpt", "bert", "unet", "lstm", "gcn", "dqn")
    usual, other = compared({name: [0.6] * 3 for name in names}), compared({"gpt": [1.5] * 40})
    results = Results("here", {"comparisons": pd.concat([usual, other.assign(**{column: value})])})
    assert len(results.comparisons()) == len(usual)
    assert verdict_of("bg-jax-efficiency", results) == REFUTED
    planted = runs(FASTER)["runs"]
    aside = Results("here", {"runs": planted.assign(**{column: value})})
    assert len(Results("here", {"runs": planted}).runs()) == len(planted)
    assert aside.runs().empty
    assert len(aside.curve_runs()) == (0 if column == "task" else len(planted))
    assert verdict_of("core-static-faster", aside) == UNMEASURED


def test_an_example_that_was_not_reached_decides_nothing():
    stopped = event("control_flow", "torch", "unfinished", text="MemoryError: no memory", outcome="raised")
    found = judge(ENTRIES["bg-dynamic"], Results("here", {"events": frame("events", [stopped])}))
    assert (found.verdict, found.evidence["message"]) == (UNMEASURED, "MemoryError: no memory")
