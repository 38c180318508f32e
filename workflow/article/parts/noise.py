"""The A/A comparisons: one variant measured as two, and the noise floor that they make."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html, bullets, join
from article.section import Section
from bench.results import intervals, selection
from bench.results.intervals import Interval
from bench.results.noise import floors


def noise_results(section: Section) -> Html:
    """Per machine and device the noise floor, and how many of the twins' intervals contain 1; then every twin."""
    found = selection.own_first(section.tables.frame("noise"), section.machine)
    return join(floor_sentences(section, found), noise_table(section, found))


def floor_sentences(section: Section, found: pd.DataFrame) -> Html:
    """The noise floor of every machine and device with its interval, and the coverage of the A/A comparisons."""
    said = [
        section.phrase(
            "noise.floor",
            machine=machine,
            device=section.names.of("device", device),
            floor=numbers.percent(Interval(floor.value, floor.low, floor.high)),
            twins=floor.twins,
            covered=floor.covered,
        )
        for machine, rows in found.groupby("hardware", sort=False)
        for device, floor in floors(rows.to_dict("records")).items()
    ]
    return bullets(said)


def noise_table(section: Section, found: pd.DataFrame) -> Html:
    """The A/A comparisons as a table."""
    rows = []
    for row in found.itertuples():
        interval = intervals.interval(row, "ratio")
        rows.append(
            section.cell_columns(row)
            | {"runs": str(row.runs), "aa_ratio": numbers.ratio(interval) if interval else None}
        )
    return section.table(rows, ("problem", "hardware", "variant", "aa_ratio", "runs"), "noise", empty="no noise")
