"""Result files of others, whatever they hold: they end neither tables nor verdicts, nor a notebook or a page."""

import random
import re
import shutil

import pytest

from bench.results.collect import collect
from scripts import judge
from tests.bench.results.hostile import MACHINE, write_machine

pytestmark = pytest.mark.slow

CASES, CHANGES = 12, 60
"""How many machines are made, and how many values of each are replaced: fewer in trials, which are left out whole."""
ACTING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("case", range(CASES))
def test_no_value_of_another_machine_ends_a_notebook_or_a_page(case, tmp_path, build):
    generator = random.Random(1000 + case)
    results, data = tmp_path / "results", tmp_path / "data"
    shutil.copytree(MACHINE, results / "own")
    for name in ("other", "third")[: 1 + case % 2]:
        (results / name).mkdir()
        write_machine(results / name, generator, CHANGES)
    own = "own" if case % 3 else "other"  # one's own files may be damaged too
    machines = collect(results, own, data)
    assert {"own", "other"} <= machines.keys()
    judge.main(["--tables", str(data), "--machine", own, "--output", str(data / "claims.parquet")])
    language = ("en", "zh")[case % 2]
    page = build(tmp_path, data, own, languages=(language,))[language].read_text(encoding="utf-8")
    assert not ACTING.search(page)
    assert "<script>alert" not in page
    print(f"{sum(len(machine.left_out) for machine in machines.values())} files were left out")
