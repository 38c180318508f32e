"""What the page of the published machine weighs, as a phone has to load it, alone and beside another machine, and what
Lighthouse says of it.
"""

import gzip
import json
import re
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median
from typing import Any

import pytest

from bench import schema, sheets
from bench.results.collect import tables_of
from bench.results.reading import Machine, read_machine
from scripts import judge
from tests import checkers
from tests.article.test_browser import BROWSER
from tests.checkout import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pages")]

OTHER = "another-machine"
ELEMENT = re.compile(r"<[a-z]")
LATER = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
"""What becomes elements when the reader comes near it."""
LIGHTHOUSE = "node_modules/lighthouse/cli/index.js"
LOADINGS = 3
"""Times that a page is loaded: its performance is the median, for it varies with what else the machine does."""
CATEGORIES = "--only-categories=performance,accessibility,best-practices,seo"


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


MOST = {1: (1_000_000, 12_000), 2: (1_500_000, 18_000)}
"""By how many machines a page shows: its bytes and its elements at most."""
PUBLISHED = sorted((ROOT / "results/published").glob("*/"))


@pytest.fixture(scope="module", params=[*PUBLISHED, None], ids=[*(folder.name for folder in PUBLISHED), "two"])
def light(request, tmp_path_factory, build):
    """How many machines, and the page of a published machine; that with the most runs beside another."""
    folder = tmp_path_factory.mktemp("light")
    (folder / "data").mkdir()
    machines = [read_machine(one, own=False) for one in ([request.param] if request.param else PUBLISHED)]
    published = max(machines, key=lambda machine: len(machine.runs))
    found = [published] if request.param else [published, slower(published)]
    tables = [tables_of(machine) for machine in found]
    for table in tables[0]:
        schema.write(folder / f"data/{table}.parquet", table, [row for own in tables for row in own[table]])
    facts = {machine.name: machine.facts | {"left_out": []} for machine in found}
    (folder / "data/machines.json").write_text(json.dumps(facts))
    sheets.share_out(folder / "data")
    arguments = {"tables": folder / "data", "machine": published.name, "output": folder / "data/claims.parquet"}
    judge.main([str(word) for name, value in arguments.items() for word in (f"--{name}", value)])
    page = build(folder, folder / "data", published.name, languages=["en"])["en"]
    assert all(machine.name in page.read_text(encoding="utf-8") for machine in found)
    return len(found), page


def test_a_page_is_light(light, capsys):
    machines, page = light
    html = page.read_text(encoding="utf-8")
    bytes_, elements = len(html.encode()), len(ELEMENT.findall(LATER.sub("", html)))
    drawn = sum(len(part.encode()) for part in re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    with capsys.disabled():
        print(f"\n{machines}: {bytes_:,} bytes, of these {drawn:,} drawings; {elements:,} elements")
    most_bytes, most_elements = MOST[machines]
    assert bytes_ <= most_bytes
    assert elements <= most_elements


class Host(BaseHTTPRequestHandler):
    """A host of sites: it sends the one page that it has, compressed."""

    content = b""

    def do_GET(self):
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(self.content if self.path == "/" else b"")

    def log_message(self, *_):
        pass


@pytest.mark.serial
@pytest.mark.skipif(not BROWSER, reason="no chromium is installed")
def test_lighthouse_finds_the_page_fast_on_a_phone_and_right(light, tmp_path, monkeypatch, capsys):
    machines, page = light
    monkeypatch.setenv("CHROME_PATH", BROWSER)
    handler = type("Own", (Host,), {"content": gzip.compress(page.read_bytes())})
    found = tmp_path / "found.json"
    performance = []
    with ThreadingHTTPServer(("localhost", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://localhost:{server.server_port}/"
        options = ["--quiet", "--chrome-flags=--headless=new --no-sandbox", "--output=json", f"--output-path={found}"]
        for _ in range(LOADINGS):
            found.unlink(missing_ok=True)
            # what asks for robots.txt from within the page is refused by the page's own policy
            said = checkers.run("lighthouse", LIGHTHOUSE, address, *options, CATEGORIES, "--skip-audits=robots-txt")
            assert found.exists(), said
            told = json.loads(found.read_text())
            scores = {name: one["score"] for name, one in told["categories"].items()}
            performance.append(scores.pop("performance"))
            faults = {name: one["title"] for name, one in told["audits"].items() if one["score"] == 0}
            assert set(scores.values()) == {1}, faults
        server.shutdown()
    with capsys.disabled():
        print(f"\nLighthouse, {machines}: performance {performance}, {scores}")
    assert median(performance) >= 0.9
