"""What the page of the published machine weighs, as a phone has to load it."""

import json
import re

import pytest

from bench import schema, sheets
from bench.results.collect import tables_of
from bench.results.reading import read_machine
from scripts import judge
from tests.checkout import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pages")]

MOST_BYTES = 1_000_000
MOST_ELEMENTS = 17_500
ELEMENT = re.compile(r"<[a-z]")


@pytest.fixture(scope="module")
def published(tmp_path_factory, build):
    """The English page of the published machine, made as the workflow makes it."""
    (folder,) = (ROOT / "results/published").glob("*/")
    target = tmp_path_factory.mktemp("published")
    (target / "data").mkdir()
    machine = read_machine(folder, own=False)
    for table, rows in tables_of(machine).items():
        schema.write(target / f"data/{table}.parquet", table, rows)
    (target / "data/machines.json").write_text(json.dumps({machine.name: machine.facts | {"left_out": []}}))
    sheets.share_out(target / "data")
    arguments = {"tables": target / "data", "machine": machine.name, "output": target / "data/claims.parquet"}
    judge.main([str(word) for name, value in arguments.items() for word in (f"--{name}", value)])
    return build(target, target / "data", machine.name, preset="standard", languages=["en"])["en"]


def test_the_page_of_one_machine_is_light(published, capsys):
    html = published.read_text(encoding="utf-8")
    bytes_, elements = len(html.encode()), len(ELEMENT.findall(html))
    drawn = sum(len(part.encode()) for part in re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    with capsys.disabled():
        print(f"\n{bytes_:,} bytes, of these {drawn:,} drawings; {elements:,} elements")
    assert bytes_ <= MOST_BYTES
    assert elements <= MOST_ELEMENTS
