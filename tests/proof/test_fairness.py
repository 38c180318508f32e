"""The page of what was doubted of the implementations: every experiment that it names exists, and it is up to date."""

import os
import subprocess
import sys
from importlib import import_module

import pytest

from docs import make_fairness
from tests.checkout import ROOT


@pytest.mark.parametrize("lead", make_fairness.leads(), ids=lambda lead: lead["lead"][:40])
def test_an_experiment_that_is_named_is_one_of_the_alternatives(lead):
    assert {*lead} <= {"lead", "workload", "framework", "other", "decision"}
    if "workload" in lead:
        for name in make_fairness.listed(lead["workload"]):
            found = import_module(f"tests.proof.alternatives.{name}").ALTERNATIVES
            said = {other.says for other in found if other.framework == lead["framework"]}
            assert said
            assert said & {*make_fairness.listed(lead.get("other", [*said]))}


def test_the_page_is_what_the_script_makes():
    assert make_fairness.PAGE.read_text() == make_fairness.rendered()


FEW = """
from tests.proof import calls
calls.ROUNDS, calls.CALLS = 3, 50
found = calls.measured()
print(found["plain"] > 0, "µs" in calls.text(found))
"""


@pytest.mark.serial
def test_what_a_guard_costs_in_a_call_is_a_time():
    path = os.pathsep.join([str(ROOT / "workflow"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", FEW], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path}
    )
    assert (done.stdout, done.returncode) == ("True True\n", 0), done.stderr
