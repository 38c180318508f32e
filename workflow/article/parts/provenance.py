"""From a number to where it comes from: of each workload its files, the command that measures it, trials, sheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd
from markupsafe import Markup

from article.html import Html
from article.names import place_of
from article.section import Section
from bench.sheets import WORKLOADS

COLUMNS = ("workload", "written", "again", "trial files", "numbers")
TIMED = ("comparisons", "cells", "runs")
"""Tables whose workloads have a row here; those of examples are named where their examples are shown."""
FILES = ("problem.py", "torch_impl.py", "jax_impl.py", "numpy_impl.py")
"""What a workload is written in, as far as it has each."""
COMMAND = "snakemake --cores all --config workloads={family}/{workload} --forcerun measure"
"""What measures a workload again, on the machine at hand, with the preset of config.yaml."""


def provenance_table(section: Section) -> Html:
    """A row per workload of which there are numbers, to which every row of the other tables leads."""
    rows = [_row(section, *found) for found in _workloads(section)]
    return section.table(rows, COLUMNS, "provenance", empty="no provenance")


def _workloads(section: Section) -> Iterator[tuple[str, str, list[str]]]:
    """Family, name, and machines of each workload of which there are numbers, in alphabetical order."""
    names = ["family", "workload", "hardware"]
    frames = [section.tables.frame(name).reindex(columns=names) for name in (*TIMED, "noise", "cases")]
    found = pd.concat(frames).drop_duplicates().sort_values(names)
    for (family, workload), own in found.groupby(["family", "workload"]):
        if place_of(family, workload):
            yield family, workload, [name for name in section.machines if name in set(own["hardware"])]


def _row(section: Section, family: str, workload: str, machines: list[str]) -> dict[str, Any]:
    return {
        "workload": Markup('<span id="{}">{}</span>').format(
            place_of(family, workload), section.names.workload(workload, family)
        ),
        "written": workload_links(section, family, workload, FILES),
        "again": Markup("<code>{}</code>").format(COMMAND.format(family=family, workload=workload)),
        "trial files": Markup("<br>").join(
            Markup("<code>{}</code>").format(trial_files(machine, machine == section.machine, family, workload))
            for machine in machines
        ),
        "numbers": workload_links(section, family, workload, (f"{part}.csv" for part in TIMED)),
    }


def trial_files(machine: str, own: bool, family: str, workload: str) -> str:
    """Where the trials of a workload lie: one file each, or all of a published machine's in one."""
    return f"results/{machine}/trials/{family}/{workload}/" if own else f"results/published/{machine}/trials.parquet"


def workload_links(section: Section, family: str, workload: str, names: Iterable[str]) -> Markup | None:
    """Links to those of a workload's files that there are, beside the tables."""
    found = [
        Markup('<a href="{}/{}/{}/{}/{}">{}</a>').format(section.data, WORKLOADS, family, workload, name, name)
        for name in names
        if (section.tables.folder / WORKLOADS / family / workload / name).exists()
    ]
    return Markup(" · ").join(found) if found else None
