"""A release against the default of its framework: what is found, what is refused, and what never knows of it."""

import json

import numpy as np
import pytest

from bench import catalogue, schema
from bench.results import collect
from bench.results.apart.releases import release_rows
from bench.results.reading import Machine, read_machine
from bench.runs import trial_file
from tests.bench.results.planted import QUIET, gate, in_turns, run, twins_in_turns

RELEASE = "jax@0.9.1"
SLOWER = [1.03 * step for step in QUIET]


def observed(scale=1.0, **changes):
    """What the parity gate saw of a training of the perceptron: the reference, or something else."""
    reference = catalogue.find("training", "mlp").states.problem("tiny").reference("train")
    return [
        dict.fromkeys(schema.OBSERVATIONS)
        | {"family": "training", "workload": "mlp", "task": "train", "framework": "jax", "mode": "jit"}
        | {"status": "ok", "message": "", "precision": "float64", "name": name, "shape": [*np.shape(value)]}
        | {"values": (scale * np.ravel(value)).tolist()}
        | changes
        for name, value in reference.items()
    ]


def turns(default, release, **changes):
    """Trials in which jax 0.9.1 and the default, 0.10.2, took turns: seconds per step of each."""
    parts = (default, "", "0.10.2"), (release, "0.9.1", "0.9.1")
    return [
        row
        for seconds, version, installed in parts
        for row in in_turns(
            seconds,
            framework="jax",
            mode="jit",
            release=RELEASE,
            version=version,
            versions=json.dumps({"jax": installed}),
            **changes,
        )
    ]


def machine(releases, scale=1.0, runs=None):
    """A machine whose twins are quiet, with what was measured of releases."""
    return Machine(
        "other",
        {},
        runs=twins_in_turns() if runs is None else runs,
        parity=gate(),
        observations=observed(),
        releases=releases,
        release_observations=[row | {"release": RELEASE} for row in observed(scale)],
    )


def test_a_regression_of_three_per_cent_is_called_one():
    (row,) = release_rows(machine(turns(SLOWER, QUIET)))
    assert (row["verdict"], row["rule"], row["ratio"]) == ("older faster", "difference", pytest.approx(1.03))
    assert (row["older"], row["newer"], row["default"]) == ("0.9.1", "0.10.2", "0.10.2")
    assert row["newer_seconds"] == pytest.approx(1.03 * row["older_seconds"])
    assert schema.TABLES["releases"].keys() >= row.keys()


def test_the_ratio_is_of_the_newer_over_the_older_whichever_is_the_default():
    ahead = [
        row | {"release": "jax@0.11.0", "version": row["version"] and "0.11.0"}
        for row in turns(QUIET, SLOWER, fingerprint="f")
    ]
    found = machine(ahead)
    found.release_observations = [row | {"release": "jax@0.11.0"} for row in observed()]
    (row,) = release_rows(found)
    assert (row["older"], row["newer"], row["verdict"]) == ("0.10.2", "0.11.0", "older faster")


def test_versions_that_do_not_differ_are_equal_and_a_noisy_machine_decides_nothing():
    (row,) = release_rows(machine(turns(QUIET, QUIET[::-1])))
    assert row["verdict"] == "equal"
    noise = [
        row | {"step_seconds": 1.2, "values": [1.2] * 3} if row["run"] >= 1000 else row for row in twins_in_turns()
    ]
    (row,) = release_rows(machine(turns(SLOWER, QUIET), runs=noise))
    assert (row["verdict"], row["rule"]) == ("equal", "equivalence")  # 3 % is within what counts as equal, and no more


def test_the_twins_of_trials_of_releases_tell_the_noise_where_no_others_were_measured():
    twins = [row | {"run": 1000 + row["run"]} for row in turns(SLOWER, QUIET) if not row["version"]]
    assert release_rows(machine(turns(SLOWER, QUIET), runs=[]))[0]["noise_floor"] is None
    (row,) = release_rows(machine(turns(SLOWER, QUIET) + twins, runs=[]))
    assert row["verdict"] == "older faster"


@pytest.mark.parametrize(
    ("changes", "scale", "rule", "message"),
    [
        ({}, 1.1, "gate", "parity gate: jax jit train"),
        ({"check_values": [2.0]}, 1.0, "values", "first values differ by"),
        ({"status": "failed", "message": "AttributeError: no such function"}, 1.0, "failed", "jax jit 0.9.1 failed"),
    ],
)
def test_a_release_that_computes_something_else_is_not_comparable(changes, scale, rule, message):
    rows = [row | (changes if row["version"] else {}) for row in turns(QUIET, QUIET)]
    (row,) = release_rows(machine(rows, scale))
    assert (row["verdict"], row["rule"]) == ("not comparable", rule)
    assert message in row["message"]
    assert "ratio" not in row


def test_a_release_that_the_gate_has_not_seen_is_not_comparable():
    found = machine(turns(QUIET, QUIET))
    found.release_observations = []
    (row,) = release_rows(found)
    assert (row["rule"], "was not run" in row["message"]) == ("gate", True)


def test_no_other_table_knows_of_releases():
    default = [run(*variant, number) for variant in (("torch", "eager"), ("jax", "jit")) for number in range(3)]
    without = collect.tables_of(Machine("other", {}, runs=default, parity=gate()))
    found = machine(turns(SLOWER, QUIET), runs=default)
    found.observations = []
    tables = collect.tables_of(found)
    assert tables.pop("releases")
    without.pop("releases")
    assert tables == without


@pytest.fixture
def folder(tmp_path):
    """A machine's folder with trials of a release, and what the gate saw of it."""
    folder = tmp_path / "results/other"
    rows = turns(SLOWER, QUIET, fingerprint="f", places=[0, 0, 0])
    for number in range(5):
        own = [row for row in rows if row["run"] == number]
        schema.write(trial_file(folder, own[0]), "release_trial", own)
    schema.write(folder / f"parity/training/mlp/{RELEASE}.parquet", "observations", observed())
    (folder / "hardware.json").write_text('{"name": "Other"}')
    return folder


def test_what_lies_in_the_folder_of_a_release_is_read_apart(folder):
    found = read_machine(folder, own=False)
    assert (found.left_out, found.runs, found.observations) == ([], [], [])
    assert len(found.releases) == 10
    assert {row["release"] for row in found.release_observations} == {RELEASE}
    assert (folder / "releases" / RELEASE / "training/mlp/train-small-float32-cpu.0.parquet").exists()


def test_a_trial_of_a_release_in_the_place_of_another_is_left_out(folder):
    (folder / "releases" / RELEASE).rename(folder / "releases/jax@0.8.3")
    found = read_machine(folder, own=False)
    assert found.releases == []
    assert "another run than its place says" in found.left_out[0]
