"""How long a preset takes on a cluster: the simulation of docs/make_cluster.py."""

import re
import runpy

import pytest

from tests.checkout import ROOT
from tests.proof import markdown

MAKER = runpy.run_path(str(ROOT / "docs/make_cluster.py"))
FREE = MAKER["Costs"](start=0.0, submit=0.0, job=0.0)
STAGES = ([20.0] * 64, [20.0] * 8)


@pytest.mark.parametrize(
    ("nodes", "costs", "last"),
    [
        (1, FREE, 1280.0),
        (64, FREE, 20.0),
        (1, MAKER["Costs"](start=0.0, submit=0.0, job=5.0), 1600.0),
        (64, MAKER["Costs"](start=0.0, submit=1.0, job=0.0), 83.0),
        (1, MAKER["Costs"](start=0.0, submit=1.0, job=0.0), 1280.0),
    ],
)
def test_the_first_node_that_is_free_takes_the_next_job(nodes, costs, last):
    assert max(MAKER["ends"](STAGES[0], nodes, costs)) == last


@pytest.mark.parametrize(("when", "seen"), [([], 0.0), ([1.0], 2.0), ([3.0], 14.0), ([2.0, 3.0], 4.0), ([15.0], 36.0)])
def test_snakemake_looks_ever_less_often_while_nothing_ends(when, seen):
    assert MAKER["noticed"](when) == seen


def test_more_nodes_are_never_slower_and_none_is_faster_than_the_longest_job():
    costs = MAKER["Costs"](start=10.0, submit=0.3, job=12.0)
    times = [MAKER["simulated"](STAGES, nodes, costs) for nodes in MAKER["NODES"]]
    assert times == sorted(times, reverse=True)
    assert times[-1] >= 10.0 + 2 * (12.0 + 20.0)


def test_the_page_has_the_table_of_the_machine_that_it_names():
    page = MAKER["PAGE"]
    (name,) = re.findall(r"as `([^`]+)` took them", page.read_text(encoding="utf-8"))
    folder = ROOT / "results/published" / name
    assert folder.is_dir(), "run python docs/make_cluster.py with a published machine"
    filled = markdown.filled(page, MAKER["table"](folder, MAKER["MEASURED"]), MAKER["PLACE"])
    assert filled == page.read_text(encoding="utf-8"), "run python docs/make_cluster.py"
