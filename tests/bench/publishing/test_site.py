"""The site as it is published: pages and data, a record, and checksums that find a damaged file."""

import json
import shutil
import subprocess

import pytest

from bench.publishing.crate import RECORD
from bench.publishing.site import CHECKSUMS, bundle
from tests.checkout import ROOT

CITATION = ROOT / "CITATION.cff"


@pytest.fixture
def report(tmp_path):
    """Pages in two languages, and data beside them, in a folder with a space."""
    folder = tmp_path / "a report"
    for name in ("index.html", "zh/index.html", "data/cells.csv", "data/workloads/training/mlp/torch_impl.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name}\n")
    (folder / "README.md").write_text("of the repository\n")
    return folder


def checked(site):
    """What `sha256sum` says of a site, and its status."""
    command = ["sha256sum", "--check", "--strict", "--quiet", CHECKSUMS]
    done = subprocess.run(command, cwd=site, capture_output=True, text=True, env={"LC_ALL": "C"})
    return done.stdout, done.returncode


def files_of(site):
    return {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}


def test_a_site_has_every_page_its_data_a_record_and_checksums(report, tmp_path):
    site = tmp_path / "build/site"
    site.parent.mkdir()
    assert bundle(report, site, CITATION) == 5
    made = files_of(report) - {"README.md"}
    assert files_of(site) == made | {RECORD, CHECKSUMS}
    assert checked(site) == ("", 0)
    graph = {entry["@id"]: entry for entry in json.loads((site / RECORD).read_text())["@graph"]}
    assert {name for name, entry in graph.items() if entry["@type"] == "File"} == made
    (action,) = (entry for entry in graph.values() if entry["@type"] == "CreateAction")
    assert {file["@id"] for file in action["result"]} == made
    assert graph[action["instrument"]["@id"]]["name"] == "PyTorch against JAX"
    assert len((site / CHECKSUMS).read_text().splitlines()) == 5

    (site / "data/cells.csv").write_text("changed\n")
    assert checked(site) == ("data/cells.csv: FAILED\n", 1)


def test_publishing_a_site_again_leaves_nothing_of_the_former(report, tmp_path):
    site = tmp_path / "site"
    bundle(report, site, CITATION)
    shutil.rmtree(report / "zh")
    assert bundle(report, site, CITATION) == 4
    assert not (site / "zh").exists()
    assert checked(site) == ("", 0)


def test_without_a_page_nothing_is_written(tmp_path):
    with pytest.raises(ValueError, match="holds no page; make report, or make article, renders it"):
        bundle(tmp_path / "report", tmp_path / "site", CITATION)
    assert not list(tmp_path.iterdir())
