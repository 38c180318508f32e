"""The committed reference results can be read and believed."""

from pathlib import Path

import pytest

from bench import collect

MACHINES = sorted(path for path in (Path(__file__).parents[1] / "results/published").glob("*") if path.is_dir())


def test_there_are_committed_results():
    assert MACHINES


@pytest.mark.parametrize("folder", MACHINES, ids=lambda folder: folder.name)
def test_every_committed_file_is_sound_and_complete(folder):
    machine = collect.read_machine(folder, own=False)
    assert machine.left_out == []
    tables = machine.tables()
    assert all(tables[name] for name in ("runs", "cells", "comparisons", "noise", "peaks", "parity", "events"))
    assert {row["status"] for row in tables["parity"]} <= {"ok", "unsupported"}
