"""Slower results that workloads report besides their times."""

from __future__ import annotations

import re

from article import numbers
from article.html import Html
from article.parts.examples import whole_or_scientific
from article.section import Section
from bench.results import outcomes, selection
from bench.results.intervals import missing

EPOCH = re.compile(r"epoch_(\d+)_loss")
"""The mean loss of one epoch, by its number."""


def metric_name(section: Section, name: str) -> str:
    """What a slower result is called."""
    if epoch := EPOCH.fullmatch(name):
        return section.phrase("metric.epoch loss", number=epoch[1])
    return section.names.of("metric", name)


def metric_table(section: Section) -> Html:
    """Slower results that the workloads report besides their times."""
    rows = [
        section.cell_columns(row)
        | {
            "quantity": metric_name(section, name),
            "value": numbers.percent(value) if "accuracy" in name else whole_or_scientific(value),
        }
        for row in selection.cells(section.tables, section.machine).itertuples()
        for name, value in outcomes.as_object(row.metrics).items()
        if isinstance(value, int | float) and not missing(value)
    ]
    return section.table(rows, ("problem", "variant", "quantity", "hardware", "value"), "metrics", folded=True)
