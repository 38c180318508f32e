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
    assert {row["status"] for row in tables["parity"]} <= {"ok", "unsupported"}
