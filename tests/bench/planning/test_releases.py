"""The trials of other versions: which there are, in which environments, and that the others stay what they are."""

import pytest

from bench.planning import order, releases, snakefile
from bench.vocabulary import MACHINE, TARGET, Release, ReleaseCell
from tests.bench.planning.planted import plan

ONE = Release("jax", "0.9.1")


def versions(*named, **config):
    return plan(versions=[*named], **config)


def test_without_versions_there_is_nothing_of_them():
    assert releases.trials(plan()) == []
    assert snakefile.release_files(plan(), "results/test") == []


def test_asking_for_a_version_changes_none_of_the_other_trials():
    assert order.trials(versions("jax@0.9.1")) == order.trials(plan())


def test_in_every_trial_the_release_and_its_default_take_turns_and_nothing_else():
    found = releases.trials(versions("jax@0.9.1"))
    assert found
    for trial in found:
        assert {cell.framework for cell in trial.cells} == {"jax"}
        of_release = [cell for cell in trial.cells if isinstance(cell, ReleaseCell)]
        assert {cell.release for cell in of_release} == {ONE}
        assert {cell.mode for cell in of_release} == {cell.mode for cell in {*trial.cells} - {*of_release}}
        assert trial.release == ONE
        assert trial.place.parts[:2] == ("releases", "jax@0.9.1")
        assert (trial.problem.family, trial.problem.task) not in ((MACHINE, "multiply"), ("training", TARGET))


@pytest.mark.parametrize("preset", ["quick", "standard", "full"])
def test_whatever_the_preset_a_version_is_measured_in_what_quick_takes(preset):
    asked = {trial.problem for trial in releases.trials(versions("jax@0.9.1", preset=preset))}
    quick = {trial.problem for trial in order.trials(plan()) if trial.problem.family != MACHINE}
    assert asked == {problem for problem in quick if problem.task != TARGET}


def test_the_workloads_that_are_asked_for_restrict_the_versions_too():
    found = releases.trials(versions("jax@0.9.1", workloads="training/mlp", trials=2))
    assert {trial.problem.workload for trial in found} == {"mlp"}
    assert {trial.number for trial in found} == {0, 1}


def test_each_family_has_a_twin_of_the_default():
    found = releases.trials(versions("torch@2.12.0"))
    twins = [cell for trial in found if trial.number == 0 for cell in trial.twins]
    assert sorted(cell.family for cell in twins) == ["autodiff", "science", "training"]
    assert not any(isinstance(cell, ReleaseCell) for cell in twins)


def test_versions_are_measured_after_everything_else():
    chosen = versions("jax@0.9.1")
    assert max(map(order.priority, releases.trials(chosen))) < min(map(order.priority, order.trials(chosen)))


def test_a_trial_of_a_release_names_both_interpreters():
    trial = releases.trials(versions("jax@0.9.1"))[0]
    assert snakefile.interpreters(trial, "results/test") == [
        "results/test/interpreters/jax-cpu.json",
        "results/test/interpreters/jax-cpu@0.9.1.json",
    ]


def test_the_gate_runs_each_workload_of_a_release_once():
    files = snakefile.release_files(versions("jax@0.9.1", workloads="training/mlp", trials=2), "results/test")
    assert [file for file in files if "parity" in file] == ["results/test/parity/training/mlp/jax@0.9.1.parquet"]
    assert len([file for file in files if "releases" in file]) == len(files) - 1
