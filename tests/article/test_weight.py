"""What the page of the published machine weighs, as a phone has to load it, alone and beside another machine."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from bench import schema, sheets
from bench.results.collect import tables_of
from bench.results.reading import Machine, read_machine
from scripts import judge
from tests.checkout import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pages")]

OTHER = "another-machine"
ELEMENT = re.compile(r"<[a-z]")


def slower(machine: Machine) -> Machine:
    """Another machine, on which each variant is slower by a factor of its own."""
    factors = {("torch", "eager"): 1.7, ("torch", "compile"): 1.3, ("jax", "jit"): 1.9}

    def changed(row: dict[str, Any]) -> dict[str, Any]:
        factor = factors.get((row["framework"], row["mode"]), 1.1)
        times = {name: row[name] and factor * row[name] for name in ("step_seconds", "first_step_seconds")}
        values = row["values"] and [factor * value for value in row["values"]]
        return row | times | {"hardware": OTHER, "values": values}

    return replace(
        machine,
        name=OTHER,
        facts=machine.facts | {"hardware": OTHER},
        runs=[changed(row) for row in machine.runs],
        parity=[row | {"hardware": OTHER} for row in machine.parity],
        events=[row | {"hardware": OTHER} for row in machine.events],
    )


@pytest.fixture(scope="module")
def published():
    """The published machine."""
    (folder,) = (ROOT / "results/published").glob("*/")
    return read_machine(folder, own=False)


@pytest.mark.parametrize(
    ("machines", "most_bytes", "most_elements"), [(1, 1_000_000, 12_000), (2, 1_500_000, 18_000)], ids=["one", "two"]
)
def test_a_page_is_light(published, machines, most_bytes, most_elements, tmp_path, build, capsys):
    (tmp_path / "data").mkdir()
    found = [published, slower(published)][:machines]
    tables = [tables_of(machine) for machine in found]
    for table in tables[0]:
        schema.write(tmp_path / f"data/{table}.parquet", table, [row for own in tables for row in own[table]])
    facts = {machine.name: machine.facts | {"left_out": []} for machine in found}
    (tmp_path / "data/machines.json").write_text(json.dumps(facts))
    sheets.share_out(tmp_path / "data")
    output = tmp_path / "data/claims.parquet"
    arguments = {"tables": tmp_path / "data", "machine": published.name, "output": output}
    judge.main([str(word) for name, value in arguments.items() for word in (f"--{name}", value)])
    page = build(tmp_path, tmp_path / "data", published.name, preset="standard", languages=["en"])["en"]
    html = page.read_text(encoding="utf-8")
    bytes_, elements = len(html.encode()), len(ELEMENT.findall(html))
    drawn = sum(len(part.encode()) for part in re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    with capsys.disabled():
        print(f"\n{len(found)}: {bytes_:,} bytes, of these {drawn:,} drawings; {elements:,} elements")
    assert all(machine.name in html for machine in found)
    assert bytes_ <= most_bytes
    assert elements <= most_elements
