"""Pages made from synthetic tables: the notebooks' cells are run here, in one process, because kernels start slowly."""

import ast
import json
from typing import Any

import pytest

from bench.results.tables import Tables
from scripts import render
from tests.article import planted
from tests.checkout import ROOT

NOTEBOOKS = sorted((ROOT / "workflow/article/notebooks").glob("[0-9][0-9]_*.ipynb"))


def execute(notebook, parameters):
    """The notebook with what its cells display, as papermill would leave it."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    for cell in content["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            names |= parameters
            continue
        tree = ast.parse("".join(cell["source"]))
        last: Any = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, notebook.name, "exec"), names)
        shown = eval(compile(ast.Expression(last.value), notebook.name, "eval"), names) if last else None
        if shown is not None:
            cell["outputs"] = [{"output_type": "execute_result", "data": {"text/html": shown._repr_html_()}}]
    return content


def make_pages(folder, tables, machine, languages=("en", "zh")):
    """The pages in `folder`, beside `tables`; returns the paths of both by language."""
    pages = {"en": folder / "index.html", "zh": folder / "zh/index.html"}
    for language in languages:
        page = pages[language]
        executed = folder / "notebooks" / language
        executed.mkdir(parents=True)
        parameters = {
            "tables": str(tables),
            "machine": machine,
            "language": language,
            "workflow": str(ROOT / "workflow"),
        }
        for notebook in NOTEBOOKS:
            (executed / notebook.name).write_text(json.dumps(execute(notebook, parameters)))
        other = "zh" if language == "en" else "en"
        render.main(
            [
                "--language",
                language,
                "--notebooks",
                str(executed),
                "--tables",
                str(tables),
                "--machine",
                machine,
                "--output",
                str(page),
                "--alternate",
                other,
                str(pages[other]),
            ]
        )
    return pages


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory):
    """Folder of the synthetic tables of two machines."""
    folder = tmp_path_factory.mktemp("synthetic") / "data"
    folder.mkdir()
    planted.write(folder)
    return folder


@pytest.fixture(scope="session")
def tables(synthetic):
    """The synthetic tables of two machines."""
    return Tables(synthetic)


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    """Tables without a row."""
    return Tables(tmp_path_factory.mktemp("nothing"))


@pytest.fixture(scope="session")
def one_trial(tmp_path_factory):
    """The synthetic tables of one machine after a single trial."""
    folder = tmp_path_factory.mktemp("once") / "data"
    folder.mkdir()
    planted.write(folder, machines=(planted.OWN,), trials=1)
    return Tables(folder)


@pytest.fixture(scope="session")
def pages(synthetic):
    """The pages of two machines."""
    return make_pages(synthetic.parent, synthetic, planted.OWN)


@pytest.fixture(scope="session")
def empty_pages(tmp_path_factory):
    """The pages of a machine without a single result."""
    folder = tmp_path_factory.mktemp("empty")
    (folder / "data").mkdir()
    return make_pages(folder, folder / "data", "nowhere")


@pytest.fixture(scope="session")
def build():
    """`make_pages`, for tests with tables of their own."""
    return make_pages
