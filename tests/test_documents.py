"""What the documents say is what the code does."""

import re
import runpy
import subprocess
from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.proof import markdown

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "config.yaml"]
GENERATED = ("report/", "results/", "out/")


@pytest.mark.parametrize(("script", "content"), [("make_contributing", "tables"), ("make_gpu", "table")])
def test_the_part_of_a_page_that_a_script_writes_is_what_it_writes(script, content):
    maker = runpy.run_path(str(ROOT / f"docs/{script}.py"))
    page = maker["PAGE"]
    filled = markdown.filled(page, maker[content](), maker["PLACE"])
    assert filled == page.read_text(encoding="utf-8"), f"run python docs/{script}.py"


def test_every_file_that_a_document_names_exists():
    for page in PAGES:
        for name in re.findall(r"`((?:workflow|tests|docs|envs|profiles|bench|article)/[\w./-]+)`", page.read_text()):
            path = name if name.split("/")[0] not in ("bench", "article") else f"workflow/{name}"
            assert (ROOT / path).exists(), f"{page.name} names {name}"


def test_every_test_that_a_document_names_exists():
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    for page in PAGES:
        assert set(re.findall(r"`(test_\w+\.py)`", page.read_text())) <= there, page.name


def test_git_ignores_what_the_commands_of_the_readme_write():
    written = re.findall(r"--output (\S+)|--report (\S+)", (ROOT / "README.md").read_text())
    names = ["report/index.html", *("".join(pair) for pair in written)]
    assert len(names) >= 3
    for name in names:
        assert subprocess.run(["git", "check-ignore", "--quiet", name], cwd=ROOT).returncode == 0, name


def test_every_script_that_a_document_calls_exists():
    for page in PAGES:
        for name in re.findall(r"python ((?:workflow|docs)/[\w/]+\.py)", page.read_text()):
            assert Path(ROOT, name).is_file(), f"{page.name} calls {name}"


def test_every_tree_of_contributing_names_folders_that_exist():
    tree = (ROOT / "CONTRIBUTING.md").read_text().split("```")[1]
    names = re.findall(r"^(workflow/[\w/]+/|tests/)", tree, re.MULTILINE)
    assert names
    assert all((ROOT / name).is_dir() for name in names)
