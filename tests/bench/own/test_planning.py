"""Folders outside the repository in a workflow's plan."""

import pytest
import yaml

from bench import sources
from bench.own import folders
from bench.planning import grid, order, snakefile
from bench.planning.settings import load
from bench.vocabulary import ITEMS, SCENARIOS, SECTIONS
from tests.bench.own import planted
from tests.checkout import ROOT


@pytest.fixture
def mine(tmp_path):
    return planted.template(tmp_path / "mine")


def test_a_folder_is_measured_beside_everything_else_or_alone(mine):
    everything = {cell.family for cell in grid.cells(load({"own": str(mine)}))}
    assert {"own", "training", "science"} <= everything
    alone = load({"own": [str(mine)], "workloads": ["own"]})
    cells = [cell for cell in grid.cells(alone) if cell.family != "machine"]
    assert {(cell.family, cell.workload, cell.task, cell.size) for cell in cells} == {("own", "mine", "train", "small")}
    assert {cell.variant for cell in cells} == {"torch-eager", "torch-compile", "jax-jit"}
    twins = {cell.framework for trial in order.trials(alone) for cell in trial.twins}
    assert twins == {"torch", "jax"}, "which give the noise floor"


def test_without_a_folder_the_family_is_unknown(mine):
    with pytest.raises(ValueError, match="workloads is 'own', allowed are"):
        grid.chosen_workloads(load({"workloads": ["own"]}))


def test_what_is_no_folder_of_a_workload_ends_in_a_sentence_that_names_the_key(tmp_path):
    with pytest.raises(SystemExit, match=r"Error: config\.yaml: own is '.*nowhere', which has no problem\.py"):
        snakefile.settings_of({"own": str(tmp_path / "nowhere")})


def test_a_problem_that_breaks_the_contract_ends_in_a_sentence_that_names_the_file(tmp_path):
    place = planted.folder(tmp_path / "mine", problem="SIZES = {'tiny': {}}\n")
    with pytest.raises(SystemExit, match=r"mine/problem\.py: Problem is missing"):
        snakefile.settings_of({"own": str(place)})


def test_examples_run_only_where_no_workload_is_named(mine):
    assert snakefile.event_files(load({"own": [str(mine)]}), "results/this")
    assert not snakefile.event_files(load({"own": [str(mine)], "workloads": ["own"]}), "results/this")
    assert not snakefile.event_files(load({"workloads": ["training/mlp"]}), "results/this")


def test_the_gate_of_a_folder_runs_again_when_one_of_its_files_changes(mine):
    folders.use([mine])
    before = sources.digest(sources.check_roots("own", "mine", "jax"))
    (mine / "jax_impl.py").write_text((mine / "jax_impl.py").read_text() + "FURTHER = 1\n")
    assert sources.digest(sources.check_roots("own", "mine", "jax")) != before


def test_the_words_of_the_contract_are_those_of_the_article():
    own = {"bytes", "products"}, {"machine"}
    for language in ("en", "zh"):
        words = yaml.safe_load((ROOT / f"workflow/article/words/{language}.yaml").read_text())
        assert set(words["item"]) == set(ITEMS) - own[0]
        assert [*words["section"]] == [str(number) for number in SECTIONS]
    scenarios = yaml.safe_load((ROOT / "workflow/article/scenarios.yaml").read_text())
    assert [entry["id"] for entry in scenarios] == [identity for identity in SCENARIOS if identity not in own[1]]


def test_what_a_folder_states_makes_the_tables_again(mine):
    assert str(mine / "problem.py") not in snakefile.made_with(snakefile.TABULATED)
    folders.use([mine])
    assert str(mine / "problem.py") in snakefile.made_with(snakefile.TABULATED)
