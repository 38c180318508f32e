"""The profile of clusters, with a real Slurm: nothing is lost, and nothing believed twice."""

import importlib.util
import signal
import statistics
import subprocess
import sys
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from bench import schema
from tests.checkout import ROOT
from tests.rules.cluster import Cluster, missing
from tests.rules.planted import ONE, TABLES, small

pytestmark = [pytest.mark.serial, pytest.mark.slow, pytest.mark.timeout(900)]
if missing():
    pytestmark.append(pytest.mark.skip(f"Slurm is not installed: {', '.join(missing())} are missing"))
elif importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
    pytestmark.append(pytest.mark.skip("Snakemake's plugin for Slurm is not installed"))

WISH = {**ONE, "hardware": "test", "cpu_threads": 1}
LONG = """
def slow():
    import time
    from pathlib import Path
    Path({mark!r}).touch()
    time.sleep({seconds})

def build(problem, task, mode, device, precision):
    step = Step()
    if precision == "float32":  # in the trial, not in the gate
        step.step = slow
    return step
"""
"""A step that says that it is there and takes its time."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two nodes."""
    found = Cluster(tmp_path_factory.mktemp("slurm"))
    yield found
    found.end()


@pytest.fixture
def flow(bench, cluster):
    """A checkout with a small workload, and the profile with what a user fills in."""
    fill_in(bench, {": 16\n": ": 2\n", "mem_mb: 16000": "mem_mb: 1500"})
    return small(bench)


def fill_in(bench, changes):
    """Change what the profile says."""
    profile = bench.root / "profiles/slurm/config.yaml"
    text = profile.read_text()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    profile.write_text(text)


def command(bench, **config):
    """What a user calls."""
    settings = {**WISH, **config}
    words = [f"{key}={value}" for key, value in ({"preset": "smoke"} | settings).items()]
    python = bench.snakemake_command("x")[:3]
    return [*python, TABLES, "--workflow-profile", "profiles/slurm", "--config", *words]


def begin(bench, cluster, **config):
    """Start the workflow in the background."""
    programs = f"{Path(sys.executable).parent}:{cluster.environment['PATH']}"
    return subprocess.Popen(
        command(bench, **config),
        cwd=bench.root,
        env=cluster.environment | {"PATH": programs},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(bench, cluster, **config):
    """Run the workflow; its status, and what it said."""
    process = begin(bench, cluster, **config)
    told, _ = process.communicate(timeout=400)
    return process.returncode, told


def wait_for(done, seconds=120):
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def ours(cluster, bench, rule="rule_measure"):
    """The jobs of a rule that workflows of this checkout have submitted."""
    return [job for job in cluster.jobs() if job["comment"].startswith(rule) and job["place"] == str(bench.root)]


def seconds_of(job):
    """How long a job ran."""
    start, end = (datetime.fromisoformat(job[moment]) for moment in ("start", "end"))
    return (end - start).total_seconds()


def rows_of(bench):
    """The runs of every trial that is there, by the name of its file."""
    return {name: schema.read(bench.root / "results/test/trials" / name, "trial") for name in bench.trial_files()}


def test_one_job_is_one_trial_on_a_whole_node_and_both_nodes_work_at_once(flow, cluster):
    status, told = run(flow, cluster, trials=6)
    assert status == 0, told
    assert {row["status"] for rows in rows_of(flow).values() for row in rows} == {"ok"}
    jobs = ours(cluster, flow)
    assert len(jobs) == 6
    assert {job["state"] for job in jobs} == {"COMPLETED"}
    assert {job["node"] for job in jobs} == {"one", "two"}
    walls = {row["run"]: row["wall_seconds"] for rows in rows_of(flow).values() for row in rows}
    beside = [seconds_of(job) - walls[int(job["comment"].rpartition("_")[2])] for job in jobs]
    print(f"what a job takes beside its trial: {statistics.median(beside):.1f} s, of {sorted(beside)}")
    for node in ("one", "two"):  # one after the other
        spans = sorted((job["start"], job["end"]) for job in jobs if job["node"] == node)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert not [job for rule in ("collect", "extend", "locate") for job in ours(cluster, flow, f"rule_{rule}")]
    status, told = run(flow, cluster, trials=6)
    assert status == 0
    assert "all 6 trials are there" in told
    assert len(ours(cluster, flow)) == 6


def test_a_job_that_fails_loses_its_own_trial_alone_and_the_next_start_measures_it(flow, cluster):
    flow.plant("broken", "jax", "import os, signal\ndef build(*a): os.kill(os.getppid(), signal.SIGKILL)")
    status, told = run(flow, cluster, trials=2)
    assert status != 0
    assert {name.split("/")[1] for name in rows_of(flow)} == {"small"}
    kept = flow.trial_files()
    source = flow.root / "workflow/bench/workloads/training/broken/jax_impl.py"
    source.write_text(source.read_text().replace("os.kill(os.getppid(), signal.SIGKILL)", "return Step()"))
    status, told = run(flow, cluster, trials=2)
    assert status == 0, told
    assert len(flow.trial_files()) == 4
    assert kept.items() <= flow.trial_files().items()


def test_a_job_that_is_cancelled_loses_its_own_trial_alone(flow, cluster, tmp_path):
    mark = tmp_path / "mark"
    flow.plant("long", "jax", LONG.format(mark=str(mark), seconds=60))
    process = begin(flow, cluster, trials=1)
    wait_for(mark.exists)
    (job,) = [job["job"] for job in ours(cluster, flow) if job["state"] == "RUNNING" and "long" in job["comment"]]
    cluster.ask("scancel", job)
    told, _ = process.communicate(timeout=300)
    assert process.returncode != 0
    assert {name.split("/")[1] for name in rows_of(flow)} == {"small"}
    assert "CANCELLED" in told


def test_a_job_that_takes_too_long_is_ended_by_slurm_and_nothing_else_is_lost(flow, cluster, tmp_path):
    mark = tmp_path / "mark"
    flow.plant("long", "jax", LONG.format(mark=str(mark), seconds=600))
    fill_in(flow, {"runtime: 60": "runtime: 1"})
    status, told = run(flow, cluster, trials=1, timeout_seconds=500)
    assert status != 0
    assert "TIMEOUT" in told
    assert {name.split("/")[1] for name in rows_of(flow)} == {"small"}


def test_when_a_node_dies_what_it_measured_is_measured_by_the_next_start(flow, cluster, tmp_path):
    mark = tmp_path / "mark"
    flow.plant("long", "jax", LONG.format(mark=str(mark), seconds=20))
    process = begin(flow, cluster, trials=1)
    try:
        wait_for(mark.exists)
        (node,) = [job["node"] for job in ours(cluster, flow) if job["state"] == "RUNNING" and "long" in job["comment"]]
        cluster.kill_node(node)
        told, _ = process.communicate(timeout=300)
    finally:
        cluster.begin_node(node)
        cluster.wait_for_nodes("idle", "one", "two")
    assert process.returncode != 0
    assert "NODE_FAIL" in told
    kept = flow.trial_files()
    assert {name.split("/")[1] for name in kept} == {"small"}
    source = flow.root / "workflow/bench/workloads/training/long/jax_impl.py"
    source.write_text(source.read_text().replace("time.sleep(20)", "time.sleep(0.01)"))
    status, told = run(flow, cluster, trials=1)
    assert status == 0, told
    assert kept.items() <= flow.trial_files().items()


def test_after_the_main_process_was_killed_what_waits_is_cancelled_and_nothing_is_lost(flow, cluster):
    process = begin(flow, cluster, trials=10)
    wait_for(lambda: len(flow.trial_files()) >= 3)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert [job for job in ours(cluster, flow) if job["state"] in ("PENDING", "RUNNING")]
    wait_for(lambda: len(flow.trial_files()) >= 4)  # the orphans are on their feet
    status, told = run(flow, cluster, trials=10)
    assert status == 0, told
    assert "that an earlier workflow has left in the queue" in told
    kept = flow.trial_files()
    assert len(kept) == 10
    finished = [job["comment"] for job in ours(cluster, flow) if job["state"] == "COMPLETED"]
    assert len(finished) <= 10 + 2  # what was being measured when it was cancelled
    rows = [row for rows in rows_of(flow).values() for row in rows]
    assert len({(row["workload"], row["run"]) for row in rows}) == len(rows) == 10


def test_the_profile_keeps_what_the_usual_one_says():
    usual, ours = (yaml.safe_load((ROOT / f"profiles/{name}/config.yaml").read_text()) for name in ("default", "slurm"))
    del usual["quiet"]  # which would hide why a job of the cluster failed
    assert usual.items() <= ours.items()


@pytest.mark.parametrize("missing_key", ["hardware", "cpu_threads"])
def test_what_the_login_node_cannot_know_is_asked_for_in_one_sentence(flow, cluster, missing_key):
    words = [word for word in command(flow) if not word.startswith(f"{missing_key}=")]
    done = subprocess.run(words, cwd=flow.root, env=cluster.environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert f"config.yaml: {missing_key} is 'auto', but the nodes of a cluster measure" in done.stderr
    assert "Traceback" not in done.stderr
