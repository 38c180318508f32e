"""The modes that the preset quick takes are the fastest by the committed results of a CPU."""

import pytest

from bench import catalogue
from bench.planning.grid import choose
from bench.results import reading
from bench.results.pairs import ratio_of
from bench.results.statistics import EQUAL_WITHIN
from bench.vocabulary import COMPARED, MACHINE, MANY_STEPS, TARGET, TWIN
from tests.checkout import ROOT

MACHINES = sorted(path for path in (ROOT / "results/published").glob("*") if path.is_dir())


def series(folder):
    """Workload → framework → mode → successful runs of the main task at small, one step per call."""
    found: dict[str, dict[str, dict[str, list]]] = {}
    for row in reading.read_machine(folder, own=False).runs:
        item = catalogue.timed().get(f"{row['family']}/{row['workload']}")
        if item is None or item.family == MACHINE or row["status"] != "ok" or row["run"] >= TWIN:
            continue
        where = (row["task"], row["size"], row["precision"], row["device"])
        wanted = (item.states.main_tasks[0], "small", item.states.precisions[0], "cpu")
        if where == wanted and row["task"] != TARGET and (row["framework"], row["mode"]) not in MANY_STEPS:
            modes = found.setdefault(item.name, {}).setdefault(row["framework"], {})
            modes.setdefault(row["mode"], []).append(row)
    return found


@pytest.mark.parametrize("folder", MACHINES, ids=lambda folder: folder.name)
def test_no_mode_that_quick_leaves_out_is_faster_for_certain(folder):
    slower = []
    for name, frameworks in series(folder).items():
        states = catalogue.known(name)
        for framework in COMPARED:
            modes = frameworks.get(framework, {})
            quick = {mode: modes[mode] for mode in choose("quick", [*modes], states, framework, "cpu")}
            for mode in modes.keys() - quick.keys():
                ratios = {chosen: ratio_of(own, modes[mode]) for chosen, own in quick.items()}
                if ratios and all(ratio.low is not None and ratio.low > 1 + EQUAL_WITHIN for ratio in ratios.values()):
                    slower.append(f"{name} {framework}: {mode} is faster than {', '.join(ratios)}")
    assert slower == []
