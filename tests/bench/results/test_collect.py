"""Run files become tables: what cannot be believed is named and left out, what cannot be compared has no ratio."""

import json

import pytest

from bench import schema
from bench.results import cells, collect, comparisons, namesakes, reading, time_spent
from bench.results.collect import tables_of

VALUES = [1.00e-3, 1.01e-3, 1.02e-3]
MLP = "runs/training/mlp/train-small-float32-cpu"


def run(framework="torch", mode="eager", number=0, **changes):
    """One sound run of the perceptron on the machine `other`."""
    return dict.fromkeys(schema.RUNS) | {
        "hardware": "other", "family": "training", "workload": "mlp", "task": "train", "size": "small",
        "precision": "float32", "device": "cpu", "framework": framework, "mode": mode, "run": number, "status": "ok",
        "message": "", "started": f"2026-01-01T00:0{number}:00+00:00", "wall_seconds": 9.0, "values": VALUES,
        "step_seconds": VALUES[1], "loops": 1, "steps_per_call": 1, "items": 1.0, "flops": 1.0, "check_values": [1.0],
        "steady": True, "drifted": False, "threads": 1, "source_digest": "x", "cache": "none",
        "versions": json.dumps({framework: "1.0"})} | changes


@pytest.fixture
def folder(tmp_path):
    """The results of another machine: three sound runs of a variant of each framework."""
    for framework, mode in (("torch", "eager"), ("jax", "jit")):
        for number in range(3):
            path = tmp_path / "other" / MLP / f"{framework}-{mode}.{number}.parquet"
            schema.write(path, "run", [run(framework, mode, number)])
    (tmp_path / "other/hardware.json").write_text('{"name": "Other"}')
    return tmp_path / "other"


def tables(folder):
    """All tables of the machine, and what was left out."""
    machine = reading.read_machine(folder, own=False)
    time_spent.shares(machine.runs)
    return tables_of(machine), machine.left_out


def test_sound_runs_are_all_read(folder):
    found, left_out = tables(folder)
    assert ([row["runs"] for row in found["cells"]], left_out) == ([3, 3], [])


ABSURD = [
    {"framework": None}, {"family": None}, {"run": None}, {"step_seconds": 0.0}, {"step_seconds": None},
    {"step_seconds": 1e-9}, {"values": []}, {"values": [1.0, -1.0]}, {"check_values": None},
    {"check_values": [float("nan")]}, {"started": "yesterday"}, {"started": "2026-01-01"}, {"items": None},
    {"scores": [1.0], "score_steps": [1.0, 2.0], "score_seconds": [1.0]}, {"scores": [1.0]},
    {"scores": [float("inf")], "score_steps": [1.0], "score_seconds": [1.0]},
    {"scores": [1.0, 1.0], "score_steps": [2.0, 1.0], "score_seconds": [1.0, 2.0]},
    {"wall_seconds": None}, {"versions": "[" * 5000}, {"metrics": "[1]"}, {"status": "failed", "started": "x"},
]


@pytest.mark.parametrize("change", ABSURD, ids=str)
def test_an_absurd_run_of_another_machine_is_named_and_left_out(folder, change):
    schema.write(folder / MLP / "torch-eager.4.parquet", "run", [run(number=4, **change)])
    found, left_out = tables(folder)
    assert [row["runs"] for row in found["cells"]] == [3, 3]
    assert len(left_out) == 1
    assert "torch-eager.4.parquet" in left_out[0]


@pytest.mark.parametrize("name", ["torch-eager.0 (copy).parquet", "torch-eager.4.parquet", "jax-jit.5.parquet",
                                  "deeper/torch-eager.0.parquet"])
def test_a_copy_under_another_name_does_not_count_twice(folder, name):
    schema.write(folder / MLP / name, "run", [run()])
    found, left_out = tables(folder)
    assert [row["runs"] for row in found["cells"]] == [3, 3]
    assert "another run than its place says" in left_out[0]


def test_a_file_of_several_runs_is_left_out(folder):
    schema.write(folder / MLP / "torch-eager.4.parquet", "run", [run(number=4), run(number=4)])
    assert "it holds 2 runs" in tables(folder)[1][0]


def test_runs_with_other_processors_or_packages_than_the_newest_are_left_out(folder):
    schema.write(folder / MLP / "torch-eager.0.parquet", "run", [run(threads=2)])
    schema.write(folder / MLP / "jax-jit.0.parquet", "run", [run("jax", "jit", versions='{"jax": "0.9"}')])
    found, left_out = tables(folder)
    assert [row["runs"] for row in found["cells"]] == [2, 2]
    assert sorted(reason.split(": ")[1][:17] for reason in left_out) == ["it was measured w"] * 2


OBSERVED = {"family": "training", "workload": "mlp", "task": "train", "framework": "torch", "mode": "eager",
            "status": "ok", "message": "", "name": "loss", "shape": [1], "values": [1.0]}


@pytest.mark.parametrize(("place", "change"), [
    ("examples/tracing", {"family": "examples", "workload": "tracing"}), ("training/mlp", {"shape": [7]}),
    ("training/mlp", {"shape": [-1]}), ("training/mlp", {"shape": None}), ("training/mlp", {"values": None}),
    ("training/mlp", {"values": [None]}), ("training/mlp", {"name": None}), ("training/mlp", {"framework": "jax"}),
    ("training/mlp", {"workload": "linear_regression"}),
])
def test_absurd_observations_are_named_and_left_out(folder, place, change):
    schema.write(folder / "parity" / place / "torch.parquet", "observations", [OBSERVED | change])
    found, left_out = tables(folder)
    assert found["parity"] == []
    assert "torch.parquet" in left_out[0]


@pytest.mark.parametrize("text", ["", "[1, 2]", "{", "[" * 50_000, '"' + "x" * 1_000_000 + '"'])
def test_facts_that_are_no_facts_are_named(folder, text):
    (folder / "hardware.json").write_text(text)
    machine = reading.read_machine(folder, own=False)
    assert machine.facts == {"hardware": "other"}
    assert "hardware.json" in machine.left_out[0]


def test_facts_are_cut_to_plain_values_and_cannot_rename_the_machine(folder):
    facts = {"hardware": "this", "name": "x" * 5000, "gpus": [{"name": "GPU", "deep": {"deeper": 1}}], "virtual": True}
    (folder / "hardware.json").write_text(json.dumps(facts))
    found = reading.read_machine(folder, own=False).facts
    assert found == {"hardware": "other", "name": "x" * 1000, "gpus": [{"name": "GPU", "deep": None}], "virtual": True}


# --- comparing --------------------------------------------------------------------------------------------------------


def gate(**changes):
    """Rows of the parity gate that let every variant through."""
    return [{"family": "training", "workload": "mlp", "task": "train", "framework": framework, "mode": mode,
             "status": "ok", "message": "", "name": "loss", "against": "reference", "error": 0.0,
             "precision": "float64"} | changes
            for framework, mode in (("torch", "eager"), ("jax", "jit"))]


def series(factor=1.0, numbers=(0, 1, 2, 1000, 1001, 1002), **changes):
    """Runs of both frameworks, PyTorch's `factor` times as long, with twins."""
    return [run(framework, mode, number, step_seconds=(1 + 0.001 * (number % 3)) * scale, **changes)
            for framework, mode, scale in (("torch", "eager", factor), ("jax", "jit", 1.0)) for number in numbers]


def compared(runs, rows):
    (row,) = comparisons.comparison_rows(runs, rows)
    return row


def test_a_clear_difference_is_called_one():
    row = compared(series(2.0), gate())
    assert (row["verdict"], row["ratio"]) == ("jax faster", pytest.approx(2.0))


def test_without_twins_nothing_is_called_a_difference_and_the_reason_is_said():
    row = compared(series(2.0, numbers=(0, 1, 2)), gate())
    assert (row["verdict"], row["noise_floor"]) == ("tie", None)
    assert "noise floor" in row["message"]


def test_a_single_run_is_not_comparable():
    assert compared(series(2.0, numbers=(0,)), gate())["message"] == "too few runs for an interval"


@pytest.mark.parametrize(("rows", "message"), [
    ([], "the parity gate was not run for torch eager"), (gate()[:1], "the parity gate was not run for jax jit"),
    (gate(status="mismatch", error=0.5), "differs by 0.5 from reference"),
    (gate(status="failed", error=None, message="planted"), "planted"),
    (gate() + gate(task="gradient", status="mismatch", error=0.5), "gradient loss differs"),
    (gate(precision="float32"), "the parity gate was not run for torch eager"),
])
def test_what_the_gate_does_not_let_through_has_no_ratio(rows, message):
    row = compared(series(2.0), rows)
    assert row["verdict"] == "not comparable"
    assert message in row["message"]
    assert "ratio" not in row


def test_a_run_that_the_gate_refuses_is_no_sound_run():
    runs = series(2.0)
    machine = reading.Machine("other", {}, runs, gate()[1:] + gate(status="mismatch", error=0.5)[:1])
    found = {row["framework"]: (row["status"], row["message"]) for row in tables_of(machine)["runs"]}
    assert found["torch"] == ("mismatch", "parity gate: torch eager train loss differs by 0.5 from reference")
    assert found["jax"][0] == "ok"
    assert {row["status"] for row in runs} == {"ok"}


def test_first_values_of_a_derivative_are_compared_output_by_output():
    error, _ = comparisons.value_error({"family": "autodiff", "workload": "gmm", "precision": "float64"},
                                   [{"check_values": [1000.0, 1000.0, 0.0, 2e-3]}],
                                   [{"check_values": [1000.0, 1000.0, 0.0, 1e-3]}])
    assert error == pytest.approx(1.0)


def test_the_way_to_a_target_stands_and_falls_with_the_gate_of_its_steps():
    assert compared(series(2.0, task="target"), gate())["verdict"] == "jax faster"
    assert compared(series(2.0, task="target"), gate(status="mismatch", error=0.5))["verdict"] == "not comparable"


@pytest.mark.parametrize(("values", "message"), [
    ([1.001], "first values differ by 0.001, allowed is 0.0001"), ([float("nan")], "first values differ by nan"),
    (None, "no first values"), ([], "no first values")])
def test_first_values_that_do_not_agree_have_no_ratio(values, message):
    runs = [row | {"check_values": values} if row["framework"] == "torch" else row for row in series(2.0)]
    row = compared(runs, gate())
    assert (row["verdict"], message in row["message"]) == ("not comparable", True)


def test_runs_that_failed_do_not_count():
    runs = [row | {"status": "failed"} if row["run"] == 0 else row for row in series(2.0)]
    assert compared(runs, gate())["verdict"] == "jax faster"
    (cell, _) = cells.cell_rows(runs, [])
    assert (cell["runs"], cell["status"], cell["message"]) == (2, "ok", "failed: ")


# --- sheets and shares ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_quoted(tmp_path, text):
    collect.write_csv(tmp_path / "events.csv", "events", [{"hardware": "other", "text": text}])
    assert f"'{text}" in (tmp_path / "events.csv").read_bytes().decode()


def test_the_time_of_a_failed_run_is_no_rest():
    runs = [run(number=0), run(number=1, status="failed", wall_seconds=9.0), run(number=2)]
    starts = ("00:00", "00:10", "00:20")
    runs = [row | {"started": f"2026-01-01T00:{start}+00:00"} for row, start in zip(runs, starts, strict=True)]
    assert time_spent.between(runs) == pytest.approx(2.0)


def test_every_name_of_a_coverage_becomes_a_row_and_nonsense_none():
    names = json.dumps({"function": {"jax.numpy": ["add"], "": ["busday_count"]}, "distribution": {"": ["norm"]}})
    rows = [{"hardware": "here", "workload": "packages", "framework": "jax", "name": name, "outcome": "ok",
             "value": 0.5, "text": text} for name, text in (("coverage.numpy", names), ("share.numpy.version", "2.4"),
                                              ("coverage.scipy.fft", '{"function": ["fft"]}'), ("coverage.x", "[[["),
                                              ("coverage.y", '{"function": {"jax": [1, null]}}'))]
    found = namesakes.rows(rows)
    assert [(row["module"], row["name"], row["kind"], row["found"], row["place"], row["version"]) for row in found] == [
        ("numpy", "add", "function", True, "jax.numpy", "2.4"),
        ("numpy", "busday_count", "function", False, None, "2.4"),
        ("numpy", "norm", "distribution", False, None, "2.4")]
