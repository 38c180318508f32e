"""The application scenarios of section 6: which workloads stand for each, their table, sentences and figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import yaml
from markupsafe import Markup

from article import numbers
from article.html import Html, bullets, join
from article.names import Names
from article.parts import kernels
from article.parts.cells import cell_table
from article.parts.comparisons import verdict_sentence
from article.section import FOLDER, Article
from bench import catalogue, vocabulary
from bench.catalogue import known
from bench.results import intervals, selection
from bench.results.tables import Tables

TASKS = ("train", "forward")
"""What is shown of a workload that trains: training and inference."""
EVALUATIONS = ("forward", "gradient", "solve")
"""What is shown of a workload that does not train, where it has it."""
NUMERICS = "numerics"
"""The scenario whose workloads are held against NumPy."""
ELSEWHERE = {"explain", "automl"}
"""Scenarios that another section speaks of."""
KEY = ["hardware", "workload", "device"]
MOST_PANELS = 8
"""Panels of one scenario's figure: four workloads, training and inference."""


def listed(article: Article) -> dict[str, str]:
    """Identity → name of every scenario of this section, in the order of the outline; then those that only workloads
    name.
    """
    listed_ones = {
        entry["id"]: entry["name"][article.language]
        for entry in yaml.safe_load((FOLDER / "scenarios.yaml").read_text(encoding="utf-8"))
        if entry["id"] not in ELSEWHERE
    }
    cells = selection.cells(article.tables, article.machine)
    named = {part for workload in cells["workload"].unique() for part in known(workload).scenarios}
    further = sorted(named - set(listed_ones) - ELSEWHERE)
    return listed_ones | dict(zip(further, further, strict=True))


def shown_tasks(workload: str) -> list[str]:
    """Training and inference; of a workload that does not train, evaluation and gradient, else its main task."""
    tasks = catalogue.shown_tasks(workload)
    wanted = TASKS if "train" in tasks else EVALUATIONS
    return [task for task in wanted if task in tasks] or tasks[:1]


def main_cells(tables: Tables, own: str) -> pd.DataFrame:
    """The sound cells of every workload at the size and in the precision of its main problem, in its shown tasks."""
    return _at_main_size(selection.sound_cells(tables, own), tables, own)


def main_comparisons(tables: Tables, own: str) -> pd.DataFrame:
    """The comparisons of best modes at the size and in the precision of the main problems."""
    return _at_main_size(selection.best(tables, own), tables, own)


def _at_main_size(frame: pd.DataFrame, tables: Tables, own: str) -> pd.DataFrame:
    main = selection.main_problems(selection.sound_cells(tables, own))
    wanted = set(main[[*KEY, "size", "precision"]].itertuples(index=False, name=None))
    keys = frame[[*KEY, "size", "precision"]].itertuples(index=False, name=None)
    keep = [key in wanted and task in shown_tasks(key[1]) for key, task in zip(keys, frame["task"], strict=True)]
    return frame[np.asarray(keep, dtype=bool)]


def of_scenario(frame: pd.DataFrame, identity: str) -> pd.DataFrame:
    """The rows of the workloads that stand for a scenario."""
    return frame[np.asarray([identity in known(name).scenarios for name in frame["workload"]], dtype=bool)]


def table(article: Article) -> Html:
    """Every scenario with what was compared for it on the first machine that has it; those without anything say so."""
    found = main_comparisons(article.tables, article.machine)
    cells = selection.cells(article.tables, article.machine).set_index(vocabulary.CELL)
    rows: list[dict[str, Any]] = []
    for identity, name in listed(article).items():
        own = of_scenario(found, identity)
        own = own[own["hardware"] == (own["hardware"].iloc[0] if len(own) else "")]
        title = (
            Markup('<a href="#{}">{}</a>').format(anchor(identity), name)
            if block(identity) in (article.blocks)
            else name
        )
        rows += [
            {
                "scenario": title,
                "problem": article.names.problem(row, ("workload", "task", "device")),
                "hardware": row.hardware if article.several else None,
                "verdict": verdict(article, row),
                "torch": throughput(article, cells, row, "torch"),
                "jax": throughput(article, cells, row, "jax"),
            }
            for row in own.itertuples()
        ]
        if not len(own):
            rows.append({"scenario": title, "problem": article.words["scenario.none"]})
    return article.table(rows, ("scenario", "problem", "hardware", "torch", "jax", "verdict"), "scenarios")


def verdict(article: Article, row: Any) -> Markup:
    """A comparison in two words and a number."""
    interval = intervals.interval(row, "ratio")
    known = row.verdict if interval is None or interval.bounded else "undecided"
    if interval is None or row.verdict == "not comparable":
        return Markup(Markup.escape(article.words[f"winner.{known}"]))
    shown = interval.inverse() if row.verdict == "torch faster" else interval
    return article.phrase("scenario.verdict", verdict=article.words[f"winner.{known}"], ratio=numbers.ratio(shown))


def throughput(article: Article, cells: pd.DataFrame, row: Any, framework: str) -> str | None:
    """What the framework's best mode does per second in the unit of the field."""
    key = (*(getattr(row, column) for column in vocabulary.PROBLEM), framework, getattr(row, f"{framework}_mode"))
    if key not in cells.index:
        return None
    cell = cells.loc[key]
    if intervals.missing(cell.items_per_second) or cell.items_per_second <= 0:
        return None
    return numbers.throughput(cell.items_per_second, article.names.of("item", cell.item_unit or "items"))


def anchor(identity: str) -> str:
    """The id of a scenario's heading on the page."""
    return "scenario-" + identity.replace(" ", "-")


def block(identity: str) -> str:
    """The name of a scenario's block of text."""
    return identity.replace(" ", "-")


def scenario(article: Article, identity: str, name: str) -> Html:
    """One scenario: what the field computes, who is faster by how much, and the figure; nothing without its text."""
    if block(identity) not in article.blocks:
        return Html()
    heading = Markup('<h3 id="{}">{}</h3>').format(anchor(identity), name)
    cells = of_scenario(main_cells(article.tables, article.machine), identity)
    if not len(cells):
        return join(heading, article.text(block(identity)), article.sentence("scenario.none"))
    against_numpy = kernels.speedup_section(article) if identity == NUMERICS else None
    return join(
        heading,
        article.text(block(identity)),
        sentences(article, cells, identity),
        against_numpy or figure(article, cells, name),
        cell_table(article, cells, "cells") if against_numpy else None,
    )


def sentences(article: Article, cells: pd.DataFrame, identity: str) -> Html:
    """A list: each workload on each device with its setting, and who is faster in training and in inference."""
    found = of_scenario(main_comparisons(article.tables, article.machine), identity)
    machine = cells["hardware"].iloc[0]
    indexed = selection.cells(article.tables, article.machine).set_index(vocabulary.CELL)
    entries = []
    for key, own in found[found["hardware"] == machine].groupby(["workload", "device"], sort=False):
        first = next(own.itertuples())
        lines = [
            article.item(
                article.names.of("task", row.task), verdict_sentence(article, row), rates(article, indexed, row)
            )
            for row in own.itertuples()
        ]
        where = article.names.problem(first, ("device", "size", "precision")) + setting(article, first)
        title = article.phrase(
            "scenario.title",
            where=f"{machine} · {where}" if article.several else where,
            workload=Markup("<b>{}</b>").format(article.names.workload(key[0])),
        )
        entries.append(title + bullets(lines))
    return bullets(entries)


def rates(article: Article, cells: pd.DataFrame, row: Any) -> Markup | str:
    """A sentence with what both do per second; empty where one of them is not known."""
    both = {framework: throughput(article, cells, row, framework) for framework in ("torch", "jax")}
    if None in both.values():
        return ""
    return article.space + article.phrase("scenario.rates", **both)


def setting(article: Article, row: Any) -> str:
    """The numbers that make up a size, those that have a name in the words: "; batch 8, layers 4"."""
    sizes = known(row.workload).sizes.get(row.size, {})
    told = [
        article.words[f"setting.{name}"].format(value=f"{value:,}")
        for name, value in sizes.items()
        if f"setting.{name}" in article.words and isinstance(value, int)
    ]
    return article.words["semicolon"] + article.words["comma"].join(told) if told else ""


def figure(article: Article, cells: pd.DataFrame, name: str) -> Html:
    """Throughput of every variant on the first machine that has results; the table holds those of all machines."""
    from article.figures.throughput import throughput_plot

    machine = cells["hardware"].iloc[0]
    data = bars(cells[cells["hardware"] == machine], article.names)
    rows = [f"{row.panel}, {row.label}: {row.text}{numbers.SPACE}{row.unit}/s" for row in data.itertuples()]
    return article.figure(
        throughput_plot,
        data,
        "throughput",
        rows=rows,
        most=MOST_PANELS,
        after=cell_table(article, cells, "cells"),
        scenario=name,
        machine=machine,
    )


def bars(cells: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Rows of `figures.throughput_plot`."""
    several = cells["device"].nunique() > 1
    rows = []
    for row in cells[cells["items_per_second"] > 0].itertuples():
        step = intervals.interval(row)
        problem = names.problem(row, ("workload", "device") if several else ("workload",))
        value = row.items_per_second
        bounds = (
            (value * step.value / step.high, value * step.value / step.low) if step and step.bounded else (None, None)
        )
        rows.append(
            {
                "panel": f"{problem} · {names.of('task', row.task)}",
                "problem": problem,
                "label": names.variant(row.framework, row.mode),
                "framework": row.framework,
                "mode": row.mode,
                "unit": names.of("item", row.item_unit or "items"),
                "value": value,
                "low": bounds[0],
                "high": bounds[1],
                "text": numbers.throughput(value, "").removesuffix(f"{numbers.SPACE}/s"),
            }
        )
    columns = ["panel", "problem", "label", "framework", "mode", "unit", "value", "low", "high", "text"]
    return pd.DataFrame(rows, columns=columns)
