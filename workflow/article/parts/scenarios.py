"""The application scenarios: which workloads stand for each, and what is said and shown of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from article.html import Html, bullets, join
from article.parts.cells import items_text, times_of_all
from article.parts.comparisons import verdict_sentence
from article.parts.kernels import speedup_results
from article.parts.scaling_curves import curve_points
from article.parts.sizes import link_to, size_results
from article.parts.throughput import throughput_figure
from article.section import Section, read_yaml
from bench import catalogue
from bench.catalogue import known
from bench.results import selection
from bench.vocabulary import CELL, COMPARED, PROBLEM

TASKS = ("train", "forward", "generate")
"""What is shown of a workload that trains: training and inference."""
EVALUATIONS = ("forward", "gradient", "solve")
"""What is shown of a workload that does not train, where it has it."""
NUMERICS = "numerics"
"""The scenario whose workloads are held against NumPy."""
ELSEWHERE = {"explain", "automl"}
"""Scenarios that another section speaks of."""


def scenario(section: Section, identity: str, name: str) -> Html:
    """One scenario: what the field computes, who is faster by how much, and the figure; nothing without its text."""
    if block(identity) not in section.blocks:
        return Html()
    heading = Markup('<h3 id="{}">{}</h3>').format(anchor(identity), name)
    text = section.text(block(identity))
    cells = of_scenario(main_cells(section), identity)
    if not len(cells):
        return join(heading, text, section.sentence("scenario.none"))
    said = sentences(section, of_scenario(main_comparisons(section), identity), cells["hardware"].iloc[0])
    if identity == NUMERICS and (against_numpy := speedup_results(section)):
        figure = join(against_numpy, times_of_all(section, field=identity))
    else:
        figure = throughput_figure(section, cells, identity, name)
    return join(heading, text, said, figure, by_size(section, identity, name))


def by_size(section: Section, identity: str, name: str) -> Html:
    """The figure of one scenario at every size, and where the scaling curves of its workloads are, if there are any."""
    best = of_scenario(selection.best(section.tables, section.machine), identity)
    main = selection.main_problems(best, "size", "task")
    shown = main[np.asarray([row.task in shown_tasks(row.workload) for row in main.itertuples()], dtype=bool)]
    curves = of_scenario(curve_points(section), identity)
    return join(
        size_results(section, shown, "field", field=name),
        section.sentence("sizes.curved", link=link_to(section, "curves")) if len(curves) else None,
    )


def listed(section: Section) -> dict[str, str]:
    """Identity → name of every scenario of this section, in the order of the outline; then those that only workloads
    name.
    """
    outline = {
        entry["id"]: entry["name"][section.language]
        for entry in read_yaml("scenarios.yaml")
        if entry["id"] not in ELSEWHERE
    }
    workloads = selection.cells(section.tables, section.machine)["workload"].unique()
    named = {identity for workload in workloads for identity in known(workload).scenarios}
    return outline | {identity: identity for identity in sorted(named - set(outline) - ELSEWHERE)}


def anchor(identity: str) -> str:
    """The id of a scenario's heading on the page."""
    return f"scenario-{block(identity)}"


def place(entry: Mapping[str, Any]) -> str:
    """The id on the page of what shows a scenario of scenarios.yaml: what it names, else its heading in section 6."""
    return entry.get("at") or anchor(entry["id"])


def block(identity: str) -> str:
    """The name of a scenario's block of text."""
    return identity.replace(" ", "-")


def of_scenario(frame: pd.DataFrame, identity: str) -> pd.DataFrame:
    """The rows of the workloads that stand for a scenario."""
    return frame[np.asarray([identity in known(name).scenarios for name in frame["workload"]], dtype=bool)]


def main_cells(section: Section) -> pd.DataFrame:
    """The sound cells of every workload at the size and in the precision of its main problem, in its shown tasks."""
    return _at_main_size(section, selection.sound_cells(section.tables, section.machine))


def main_comparisons(section: Section) -> pd.DataFrame:
    """The comparisons of best modes at the size and in the precision of the main problems, in the shown tasks."""
    return _at_main_size(section, selection.best(section.tables, section.machine))


def _at_main_size(section: Section, frame: pd.DataFrame) -> pd.DataFrame:
    columns = ["hardware", "workload", "device", "size", "precision"]
    main = selection.main_problems(selection.sound_cells(section.tables, section.machine))
    wanted = set(main[columns].itertuples(index=False, name=None))
    keys = frame[columns].itertuples(index=False, name=None)
    keep = [key in wanted and task in shown_tasks(key[1]) for key, task in zip(keys, frame["task"], strict=True)]
    return frame[np.asarray(keep, dtype=bool)]


def shown_tasks(workload: str) -> list[str]:
    """The main task, which has the vote, training and inference; evaluation and gradient where nothing trains."""
    tasks = catalogue.shown_tasks(workload)
    wanted = TASKS if "train" in tasks else EVALUATIONS
    return list(dict.fromkeys([*tasks[:1], *(task for task in wanted if task in tasks)]))


def cells_by_key(section: Section) -> pd.DataFrame:
    """All cells, by what names a cell."""
    return selection.cells(section.tables, section.machine).set_index(CELL)


def throughput_of(section: Section, cells: pd.DataFrame, row: Any, framework: str) -> str | None:
    """What the framework's best mode in a comparison does per second, in the unit of the field."""
    key = (*(getattr(row, column) for column in PROBLEM), framework, getattr(row, f"{framework}_mode"))
    return items_text(section, cells.loc[key]) if key in cells.index else None


def sentences(section: Section, found: pd.DataFrame, machine: str) -> Html:
    """A list: each workload on each device with its setting, and who is faster in training and in inference."""
    cells = cells_by_key(section)
    entries = []
    for _, own in found[found["hardware"] == machine].groupby(["workload", "device"], sort=False):
        first = next(own.itertuples())
        lines = [
            section.item(
                section.names.of("task", row.task), verdict_sentence(section, row), rates_sentence(section, cells, row)
            )
            for row in own.itertuples()
        ]
        where = section.names.problem(first, ("device", "size", "precision")) + setting(section, first)
        title = section.phrase(
            "scenario.title",
            where=f"{machine} · {where}" if section.several else where,
            workload=Markup("<b>{}</b>").format(section.names.workload(first.workload)),
        )
        entries.append(title + bullets(lines))
    return bullets(entries)


def rates_sentence(section: Section, cells: pd.DataFrame, row: Any) -> Markup | str:
    """A sentence with what both do per second; empty where one of them is not known."""
    both = {framework: throughput_of(section, cells, row, framework) for framework in COMPARED}
    return "" if None in both.values() else section.space + section.phrase("scenario.rates", **both)


def setting(section: Section, row: Any) -> str:
    """The numbers that make up a size, those that have a name in the words: "; batch 8, layers 4"."""
    sizes = known(row.workload).sizes.get(row.size, {})
    told = [
        section.phrase(f"setting.{name}", value=f"{value:,}")
        for name, value in sizes.items()
        if f"setting.{name}" in section.words and isinstance(value, int)
    ]
    return section.words["semicolon"] + section.words["comma"].join(told) if told else ""
