"""What is changed in Snakemake still is what Snakemake does: these tests tell when a new version does not need it."""

import asyncio
import atexit
import errno
import fcntl
import inspect
import os
import platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from snakemake.settings.types import DeploymentMethod, DeploymentSettings

from snakemake import cli, dag  # isort: skip
from snakemake.persistence.file import FilePersistence
from snakemake.scheduling import job_scheduler
from snakemake.workflow import Workflow

from bench.planning import patches
from tests.checkout import ROOT


def test_snakemake_still_limits_the_rate_of_jobs_by_itself():
    (default,) = [
        action.default for action in cli.get_argument_parser()._actions if action.dest == "max_jobs_per_timespan"
    ]
    assert default == "100/1s"
    assert "_schedule_reevalutation(self.job_rate_limiter.timespan)" in inspect.getsource(job_scheduler)


def test_the_limit_that_snakemake_sets_is_lifted_and_one_that_a_user_set_stays():
    own, users = (SimpleNamespace(job_rate_limiter=SimpleNamespace(max_jobs=jobs, timespan=1)) for jobs in (100, 7))
    for scheduler in (own, users):
        patches.lift_rate_limit(scheduler)
    assert own.job_rate_limiter is None
    assert users.job_rate_limiter.max_jobs == 7


def test_snakemake_still_keeps_forced_files_in_a_set_that_it_looks_at_when_it_judges_jobs():
    assert "self.forcefiles = set()" in inspect.getsource(dag.DAG.__init__)
    assert "self.forcefiles.isdisjoint(job.output)" in inspect.getsource(dag.DAG.update_needrun)


def test_snakemake_still_judges_no_job_that_comes_after_one_which_is_to_run():
    source = inspect.getsource(dag.DAG.update_needrun)
    assert "masked.update(self.bfs(self.depending, job))" in source
    assert "f.is_ancient and await f.exists()" in source


class Job:
    """One that can be a key."""

    def __init__(self, rule):
        self.rule = rule


def test_what_comes_from_a_rule_is_judged_without_it_and_comes_from_it_all_the_same():
    located, measured = (Job(SimpleNamespace(name=name)) for name in ("locate", "measure"))
    graph = SimpleNamespace(depending={located: {measured}, measured: set()})
    seen = []

    async def update():
        seen.append(dict(graph.depending))

    graph.update_needrun = update
    patches.judge_without(SimpleNamespace(dag=None), "locate")
    for _ in range(2):
        patches.judge_without(SimpleNamespace(dag=graph), "locate")
    asyncio.run(graph.update_needrun())
    assert seen == [{measured: set()}]
    assert graph.depending == {measured: set(), located: {measured}}


def test_files_are_forced_once_there_is_a_graph():
    graph = SimpleNamespace(forcefiles=set())
    patches.force(SimpleNamespace(dag=None), [Path("a")])
    patches.force(SimpleNamespace(dag=graph), [Path("a")])
    assert graph.forcefiles == {"a"}


def test_snakemake_still_has_the_switch_that_leaves_locking_to_us():
    assert "nolock" in {action.dest.replace("_", "") for action in cli.get_argument_parser()._actions} | {
        option.strip("-") for action in cli.get_argument_parser()._actions for option in action.option_strings
    }
    assert "nolock: true" in (ROOT / "profiles/default/config.yaml").read_text()


@pytest.fixture(autouse=True)
def held(monkeypatch):
    """What this process holds: nothing, and at the end nothing more."""
    found: list[Any] = []
    monkeypatch.setattr(patches, "_HELD", found)
    yield found
    for lock in found:
        getattr(lock, "close", list)()


def test_a_second_workflow_is_told_who_holds_the_results(tmp_path, monkeypatch):
    patches.hold_workflow(tmp_path)
    patches.hold_workflow(tmp_path)  # this one does already
    monkeypatch.setattr(patches, "_HELD", [])  # as in another process
    with pytest.raises(SystemExit, match=rf"another workflow \(process {os.getpid()}\)"):
        patches.hold_workflow(tmp_path)


@pytest.fixture
def without_locks(monkeypatch):
    """A file system that locks no files, and what is to be done when the process ends."""
    at_the_end = []
    monkeypatch.setattr(atexit, "register", lambda call, **options: at_the_end.append((call, options)))

    def refused(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refused)
    return at_the_end


def test_on_a_file_system_without_locks_a_second_workflow_is_told_who_holds_the_results(tmp_path, without_locks, held):
    patches.hold_workflow(tmp_path)
    held.clear()
    with pytest.raises(SystemExit, match=rf"another workflow \(process {os.getpid()} on .*remove {tmp_path}"):
        patches.hold_workflow(tmp_path)
    ((call, options),) = without_locks
    call(**options)
    held.clear()
    patches.hold_workflow(tmp_path)


@pytest.mark.parametrize("host", [platform.node(), "another"])
def test_what_a_killed_workflow_left_is_in_nobodys_way_on_its_own_host(tmp_path, without_locks, host):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / ".workflow.holder").write_text(f"process {ended.pid} on {host}")
    if host == platform.node():
        patches.hold_workflow(tmp_path)
    else:
        with pytest.raises(SystemExit, match="on another"):
            patches.hold_workflow(tmp_path)


def test_another_error_of_the_file_system_is_not_taken_for_a_missing_lock(tmp_path, monkeypatch):
    def broken(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", broken)
    with pytest.raises(OSError, match="Input/output error"):
        patches.hold_workflow(tmp_path)


@pytest.mark.parametrize(
    ("plugin", "dry", "runs"), [(None, False, False), ("local", True, False), ("local", False, True)]
)
def test_that_jobs_will_run_is_told_by_the_executor(plugin, dry, runs):
    """Whoever asks for a summary, a report or environments alone has none."""
    assert "self._executor_plugin = executor_plugin" in inspect.getsource(Workflow.execute)
    assert patches.will_run(SimpleNamespace(executor_plugin=plugin, dryrun=dry, touch=False)) is runs


@pytest.mark.parametrize(("methods", "conda"), [([], False), (["CONDA"], True), (["APPTAINER"], False)])
def test_conda_is_told_by_snakemake_s_own_settings(methods, conda):
    chosen = DeploymentSettings(deployment_method={DeploymentMethod[name] for name in methods})
    assert patches.uses_conda(SimpleNamespace(deployment_settings=chosen)) is conda


@pytest.mark.parametrize(
    ("main", "cores", "nodes", "config", "elsewhere"),
    [
        (True, 2, None, {}, False),
        (True, None, 100, {}, True),
        (True, 1, 100, {}, False),  # a dry run
        (True, 1, 100, {"hardware": "nodes", "cpu_threads": 8}, True),
        (False, 2, None, {}, False),  # a job on this machine
        (False, 2, None, {"hardware": "nodes", "cpu_threads": 8}, True),
    ],
)
def test_a_cluster_is_told_by_what_it_is_given(main, cores, nodes, config, elsewhere):
    asked = SimpleNamespace(cores=cores, nodes=nodes)
    workflow = SimpleNamespace(is_main_process=main, resource_settings=asked)
    assert patches.runs_elsewhere(workflow, config) is elsewhere
    assert patches.cores(workflow) == (cores or 1)


def test_whole_files_are_taken_for_finished_and_others_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    records = FilePersistence(path=tmp_path / ".snakemake")
    for name in ("whole", "half", "absent"):
        records._mark_incomplete(name, None)
    for name in ("whole", "half", "unmarked"):
        (tmp_path / name).write_text("")
    names = ["whole", "half", "absent", "unmarked"]
    workflow = SimpleNamespace(persistence=records)
    assert patches.trust(workflow, lambda path: path != "half", names) == ["whole"]
    assert FilePersistence(path=tmp_path / ".snakemake")._filter_incomplete_keys(names) == {"half", "absent"}
