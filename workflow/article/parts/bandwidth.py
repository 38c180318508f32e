"""How much of the machine's bandwidth each kernel reaches."""

from __future__ import annotations

from typing import Any

from article import numbers
from article.html import Html
from article.parts.variants import COLUMNS, variant_columns
from article.section import Section
from bench.results import selection
from bench.vocabulary import NUMERICAL, PROBLEM

LEAST_SHARE = 0.01
"""Share of the copy bandwidth below which a kernel is not bound by memory."""
MOST_ROWS = 12
"""Rows of a table that is not folded."""


def bandwidth_table(section: Section) -> Html:
    """The least bytes that a kernel must move, over its time, as a share of the bandwidth of a large copy; those that
    compute so much that nobody reaches a hundredth of it are left out.
    """
    cells = selection.sound_cells(section.tables, section.machine)
    cells = cells[cells["family"].isin(NUMERICAL) & (cells["share_of_copy"] > 0)]
    cells = selection.largest(selection.at_shared_sizes(cells))
    rows = []
    for _, own in cells.groupby(PROBLEM, sort=False):
        if own["share_of_copy"].max() >= LEAST_SHARE:
            first = next(own.itertuples())
            moved = {"bytes_moved": numbers.size(float(first.bytes_moved))}
            rows.append(section.problem_columns(first) | moved | variant_columns(own, share_text))
    columns = ("problem", "bytes_moved", "hardware", *COLUMNS)
    return section.table(rows, columns, "bandwidth", empty="no bandwidth", folded=len(rows) > MOST_ROWS)


def share_text(row: Any) -> str:
    """The share of the copy bandwidth that a cell reaches."""
    return numbers.percent(float(row.share_of_copy))
