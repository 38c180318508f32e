"""Every cell in one table, which a script lets the reader search, filter, sort and plot.

The script is an own one, for it works on the plain table, which is there without it, and weighs a few kilobytes with
its drawing. A library of tables would build the table anew from data and take a multiple of that in a page that
carries all it needs and whose weight is limited.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html
from article.names import NAMED
from article.parts.cells import cell_row, used_bytes
from article.parts.comparisons import choice
from article.section import Section, read_yaml
from bench.catalogue import known
from bench.results import intervals, selection
from bench.results.intervals import is_positive
from bench.vocabulary import COMPARED, MANY_STEPS, OTHER, OWN, PROBLEM, RULES, STATUSES, VERDICTS

PARTS = {
    "problem": ("workload", "task", "size", "precision", "device", "hardware"),
    "variant": ("framework", "mode"),
    "verdict": ("verdict", "rule"),
    "trials": ("trials", "marks"),
}
"""Columns whose cells hold several things, of each of which the script makes a select; the last may hold several."""
COLUMNS = ("problem", "variant", "step", "ratio", "verdict", "trials", "items", "memory", "energy")
ALIKE = ("size", "precision", "device", "hardware")
"""Parts that are left out where all rows are alike in them."""
SEPARATOR = " · "
"""Between the parts of a cell, and the fields that a workload stands for; the script takes them apart at it."""
NOTES = {"failures": "explorer.failed", "restless": "explorer.restless", "further": "explorer.further"}
"""What is noted of a cell besides its status: code → its word."""
KINDS = {"verdict": VERDICTS, "rule": tuple(RULES)}
"""Parts that are words of the vocabulary."""


def explorer(section: Section) -> Html:
    """Every cell at a named size in one table. A script adds what finds, sorts and plots; without it the table is all
    there.
    """
    frame = selection.at_named_sizes(selection.cells(section.tables, section.machine))
    if not len(frame):
        return Html(Markup('<p id="explorer">{}</p>').format(section.words["explorer.none"]))
    pairs = Pairs(section.tables.frame("comparisons"))
    records = [(*_record(section, row, pair := pairs.of(row)), _verdict(pair)) for row in frame.itertuples()]
    workloads = frame[["family", "workload"]].drop_duplicates().itertuples()
    fields = {section.names.problem(row, ("workload",)): SEPARATOR.join(_fields(section, row)) for row in workloads}
    telling = {
        column: [part for part in parts if part not in ALIKE or len({cells[part] for cells, *_ in records}) > 1]
        for column, parts in PARTS.items()
    }
    for cells, *_ in records:
        cells |= {
            column: SEPARATOR.join(cells[part] or "" for part in parts).removesuffix(SEPARATOR)
            for column, parts in telling.items()
        }
    titles = {column: [(part, section.words[f"column.{part}"]) for part in parts] for column, parts in telling.items()}
    columns = [column for column in COLUMNS if any(cells.get(column) for cells, *_ in records)]
    return section.render(
        "explorer.html",
        parts={column: json.dumps(named, ensure_ascii=False) for column, named in titles.items()},
        columns=columns,
        titles=[section.words[f"column.{column}"] for column in columns],
        records=records,
        fields=json.dumps(fields, ensure_ascii=False),
        codes=json.dumps(codes(section, frame), ensure_ascii=False),
    )


def codes(section: Section, cells: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Part → title → the code that stands for it in the address of a view, the same in every language; what is not
    there is its own code.
    """
    names, words = section.names, section.words
    named = {column: {names.of(column, value): value for value in cells[column].unique()} for column in NAMED[1:]}
    named |= {kind: {words[f"{kind}.{code}"]: code for code in of} for kind, of in KINDS.items()}
    named["workload"] = {names.problem(row, ("workload",)): _workload(row) for row in cells.itertuples()}
    named["field"] = {title: identity for identity, title in _titles(section).items()}
    statuses = {names.of("status", status): status for status in STATUSES}
    named["marks"] = statuses | {re.split("[:：]", words[word])[0]: code for code, word in NOTES.items()}
    return {part: {title: code for title, code in own.items() if title != code} for part, own in named.items()}


class Pairs:
    """The comparisons, by the variants that they compare."""

    def __init__(self, comparisons: pd.DataFrame) -> None:
        self._rows: dict[tuple[Any, ...], Any] = {}
        self._best: dict[tuple[Any, ...], dict[str, str]] = {}
        for row in comparisons.itertuples():
            problem = tuple(getattr(row, column) for column in PROBLEM)
            modes = {framework: getattr(row, f"{framework}_mode") for framework in COMPARED}
            self._rows[(*problem, *modes.values())] = row
            if row.best:
                self._best[problem] = modes

    def of(self, cell: Any) -> Any:
        """The comparison of a cell with the fastest mode of the other framework, or with its counterpart of many steps
        in a call; None where there is none.
        """
        problem = tuple(getattr(cell, column) for column in PROBLEM)
        if cell.framework not in OTHER:
            return None
        modes = dict(MANY_STEPS) if (cell.framework, cell.mode) in MANY_STEPS else self._best.get(problem, {})
        return self._rows.get((*problem, *({**modes, cell.framework: cell.mode}.get(name) for name in COMPARED)))


def _record(section: Section, row: Any, pair: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """What the row of a cell shows, and the numbers that the script sorts by, of the columns that have one."""
    names = section.names
    interval = intervals.interval(pair, "ratio") if pair is not None else None
    shown = cell_row(section, row) | {
        **{column: names.of(column, getattr(row, column)) for column in ("task", "size", "precision", "device")},
        "workload": names.workload(row.workload, row.family),
        "hardware": row.hardware,
        "framework": row.framework,
        "mode": row.mode,
        "ratio": numbers.ratio(interval) if interval else None,
        "verdict": None if pair is None else section.words.get(f"verdict.{pair.verdict}", pair.verdict),
        "rule": None if pair is None else section.words.get(f"rule.{pair.rule}", ""),
        "trials": str(row.runs),
        "marks": SEPARATOR.join(_marks(section, row, pair)),
    }
    sortable = {
        "step": row.step_seconds,
        "ratio": interval and interval.value,
        "items": row.items_per_second,
        "memory": used_bytes(row),
        "energy": row.energy_joules,
        "trials": row.runs,
    }
    return shown, {name: f"{value:.4g}" for name, value in sortable.items() if is_positive(value)}


def _verdict(pair: Any) -> str | None:
    """The verdict of a comparison as the script draws it; None where there is no ratio to draw."""
    return None if pair is None or intervals.missing(pair.ratio) else str(pair.verdict).replace(" ", "-")


def _marks(section: Section, row: Any, pair: Any) -> Iterator[str]:
    """What is to be noted of a cell: why it has no result, runs that failed, processes that did not become steady, in
    how many trials its comparison is of the modes that it names, and how many more would decide it. A number stands
    behind a colon, where the script cuts it off.
    """
    if row.status != "ok":
        yield section.names.of("status", row.status)
    if row.status == "ok" and is_positive(row.failed):
        yield section.phrase("explorer.failed", count=numbers.count(row.failed))
    if row.steady is False or row.steady == 0:
        yield section.words["explorer.restless"]
    if pair is not None and (chosen := choice(pair)):
        yield section.phrase("explorer.chosen", **chosen)
    if pair is not None and is_positive(pair.further_trials):
        yield section.phrase("explorer.further", count=numbers.count(pair.further_trials))


def _fields(section: Section, row: Any) -> Iterator[str]:
    """The fields of application that a workload stands for, in the order of the article."""
    found = _titles(section)
    for identity in known(row.workload, row.family).scenarios:
        yield found.get(identity, identity)


def _titles(section: Section) -> Mapping[str, str]:
    """The fields of application, by their ids."""
    return {entry["id"]: entry["name"][section.language] for entry in read_yaml("scenarios.yaml")}


def _workload(row: Any) -> str:
    """The code of a workload: its name, which one outside this repository may share."""
    return f"{OWN}/{row.workload}" if row.family == OWN else str(row.workload)
