"""The reader's own workloads: who is faster, and what each is held against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from markupsafe import Markup

from article.html import Html, bullets, join
from article.parts.comparisons import ratio_figures, verdict_sentence
from article.section import Section
from bench.catalogue import shown_tasks
from bench.results import selection
from bench.vocabulary import OWN


def own_count(section: Section) -> int:
    """How many workloads of the reader's own were compared."""
    return int(_compared(section)["workload"].nunique())


def own_results(section: Section, text: Html) -> Html:
    """The text, a line about each workload, and the figure; nothing where none was compared."""
    frame = _compared(section)
    if not len(frame):
        return Html()
    main = selection.main_problems(frame)
    return join(
        text,
        bullets(list(_lines(section, main))),
        ratio_figures(
            section,
            frame,
            selection.largest(frame),
            ("workload", "task", "device"),
            "overview.rest",
            section.names.of("family", OWN),
        ),
    )


def _compared(section: Section) -> pd.DataFrame:
    best = selection.best(section.tables, section.machine)
    return best[best["family"] == OWN]


def _lines(section: Section, main: pd.DataFrame) -> Iterator[Markup]:
    """One line for the main problem of each workload: what it is, who is faster, and what both are held against."""
    for row in main.itertuples():
        held = "with" if _has_reference(section, row) else "without"
        said = [
            section.phrase("own.task", task=section.names.of("task", _named_first(row)), problem=_shown(section, row)),
            verdict_sentence(section, row),
            section.phrase(f"own.{held} reference"),
        ]
        yield section.item(section.names.workload(row.workload, OWN), section.space.join(said))


def _named_first(row: Any) -> str:
    """The task that problem.py names first; the row's where problem.py is not here."""
    return next(iter(shown_tasks(row.workload, OWN)), str(row.task))


def _shown(section: Section, row: Any) -> str:
    return section.names.problem(row, ("task", "size", "precision", "device"))


def _has_reference(section: Section, row: Any) -> bool:
    """Whether the gate held a workload against a reference of its own."""
    parity = section.tables.frame("parity")
    mine = parity[(parity["family"] == OWN) & (parity["workload"] == row.workload)]
    return bool((mine["against"] == "reference").any())
