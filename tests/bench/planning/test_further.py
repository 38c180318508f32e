"""The second stage as a file: what is written is what is read, as trials of their own."""

from bench.planning import further, state
from bench.vocabulary import FURTHER, Cell
from tests.bench.planning.planted import plan

PAIR = tuple(
    Cell("training", "mlp", "train", "small", "float32", "cpu", *variant)
    for variant in (("torch", "compile"), ("jax", "jit"))
)


def test_what_is_written_is_read_as_trials_with_numbers_and_files_of_their_own(tmp_path):
    path = tmp_path / "machine" / "further.json"
    further.write(path, [(PAIR, 2)])
    trials = further.read(path)
    assert [trial.number for trial in trials] == [FURTHER, FURTHER + 1]
    assert {trial.cells for trial in trials} == {PAIR}
    assert str(trials[0].file) == "training/mlp/train-small-float32-cpu.100.parquet"


def test_without_a_file_there_are_none(tmp_path):
    assert further.read(tmp_path / "further.json") == []


def test_only_problems_of_the_grid_get_them_and_only_where_there_is_a_second_stage(tmp_path):
    path = tmp_path / "further.json"
    further.write(path, [(PAIR, 2)])
    assert len(state.further_trials(plan(), path)) == 2
    assert state.further_trials(plan(workloads="training/gpt"), path) == []
    assert state.further_trials(plan(most_trials=3), path) == []
    assert state.further_trials(plan(measure=False), path) == []


def test_those_that_were_asked_for_before_count_as_missing(tmp_path):
    before = len(state.state(plan(), tmp_path / "trials").missing)
    further.write(tmp_path / "further.json", [(PAIR, 2)])
    assert len(state.state(plan(), tmp_path / "trials").missing) == before + 2
