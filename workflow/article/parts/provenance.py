"""From a number to where it comes from: of each workload its files, the command that measures it, trials, sheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd
from markupsafe import Markup

from article.html import Html, join
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
PUBLISHED = "results/published/{}/trials.parquet"
"""Where all trials of a published machine lie."""


def provenance_table(section: Section) -> Html:
    """A row per workload of which there are numbers, to which every row of the other tables leads; below it, where the
    trials of the other machines lie.
    """
    rows = [_row(section, *found) for found in _workloads(section)]
    files = [
        Markup("<code>{}</code>").format(PUBLISHED.format(name)) for name in section.machines if name != section.home
    ]
    named = section.words["enumeration"].join(files)
    return join(
        section.table(rows, COLUMNS, "provenance", folded=True, empty="no provenance"),
        section.sentence("sentence.published trials", files=Markup(named)) if rows and files else None,
    )


def _workloads(section: Section) -> Iterator[tuple[str, str, list[str]]]:
    """Family, name, and machines of each workload of which there are numbers, in alphabetical order."""
    names = ["family", "workload", "hardware"]
    frames = [section.tables.frame(name).reindex(columns=names) for name in (*TIMED, "noise", "cases")]
    found = pd.concat(frames).drop_duplicates().sort_values(names)
    for (family, workload), own in found.groupby(["family", "workload"]):
        if place_of(family, workload):
            yield family, workload, [name for name in section.machines if name in set(own["hardware"])]


def _row(section: Section, family: str, workload: str, machines: list[str]) -> dict[str, Any]:
    trials = Markup("<code>results/{}/trials/{}/{}/</code>").format(section.home, family, workload)
    return {
        "workload": Markup('<span id="{}">{}</span>').format(
            place_of(family, workload), section.names.workload(workload, family)
        ),
        "written": workload_links(section, family, workload, FILES),
        "again": Markup("<code>{}</code>").format(COMMAND.format(family=family, workload=workload)),
        "trial files": trials if section.home in machines else None,
        "numbers": workload_links(section, family, workload, (f"{part}.csv" for part in TIMED)),
    }


def workload_links(section: Section, family: str, workload: str, names: Iterable[str]) -> Markup | None:
    """Links to those of a workload's files that there are, beside the tables."""
    found = [
        Markup('<a href="{}/{}/{}/{}/{}">{}</a>').format(section.data, WORKLOADS, family, workload, name, name)
        for name in names
        if (section.tables.folder / WORKLOADS / family / workload / name).exists()
    ]
    return Markup(" · ").join(found) if found else None
