"""Whoever works for a workflow that is gone stops; whoever was started by hand goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.guard import callers
from tests.checkout import ROOT

WORK = """
import sys, time
from bench.guard import callers
callers.end_with_workflow()
print("works", flush=True)
time.sleep(60)
"""


@pytest.fixture
def workflow():
    """A process that stands for the workflow."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def begin(variables, shell=False):
    """A process that would work for a minute, started by a shell that waits for it or by this one."""
    command = [sys.executable, "-c", WORK]
    if shell:
        command = ["bash", "-c", '"$0" -c "$1"; true', sys.executable, WORK]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")} | variables
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == "works\n"
    return process


def test_a_job_ends_with_its_workflow(workflow):
    with begin({callers.WORKFLOW: str(workflow.pid)}) as process:
        workflow.kill()
        assert process.wait(20) == -signal.SIGTERM


def test_a_job_ends_with_the_shell_that_the_workflow_started_it_in(workflow):
    with begin({callers.WORKFLOW: str(workflow.pid)}, shell=True) as shell:
        shell.kill()
        assert shell.stdout.read() == ""  # until the job, which has it too, has ended


def test_a_job_of_a_workflow_that_has_ended_does_not_begin(workflow):
    workflow.kill()
    workflow.wait()
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow"), callers.WORKFLOW: str(workflow.pid)}
    assert subprocess.run([sys.executable, "-c", WORK], env=environment).returncode == -signal.SIGTERM


def test_what_is_started_by_hand_goes_on_without_its_shell():
    shell = begin({callers.WORKFLOW: ""}, shell=True)
    (child,) = map(int, Path(f"/proc/{shell.pid}/task/{shell.pid}/children").read_text().split())
    shell.kill()
    shell.wait()
    time.sleep(0.5)
    os.kill(child, 0)
    os.kill(child, signal.SIGKILL)
    shell.stdout.close()
