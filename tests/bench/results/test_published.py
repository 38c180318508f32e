"""The committed reference results can be read and believed."""

import pytest

from bench.results import reading
from bench.results.collect import tables_of
from tests.checkout import ROOT

MACHINES = sorted(path for path in (ROOT / "results/published").glob("*") if path.is_dir())


def test_there_are_committed_results():
    assert MACHINES


@pytest.mark.parametrize("folder", MACHINES, ids=lambda folder: folder.name)
def test_every_committed_file_is_sound_and_complete(folder):
    machine = reading.read_machine(folder, own=False)
    assert machine.left_out == []
    tables = tables_of(machine)
    assert all(tables[name] for name in ("runs", "cells", "comparisons", "noise", "peaks", "parity", "events"))
    derivatives = [
        row["parity_error"] for row in tables["comparisons"] if row["family"] == "autodiff" and row.get("ratio")
    ]
    assert derivatives  # compared by as many summaries as their files hold
    assert max(derivatives) < 1e-8
    assert {row["status"] for row in tables["parity"]} <= {"ok", "unsupported"}
