"""The A/A comparisons: one variant measured as two, and the noise floor that they make."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, bullets
from article.section import Section
from bench.results import intervals, selection
from bench.results.intervals import Interval
from bench.results.noise import floors, later_ratio
from bench.results.statistics import Floor
from bench.vocabulary import COMPARED

MOST_ROWS = 24
"""With more the table is folded."""


def resolution(section: Section) -> Html:
    """Per machine and device what the measurements can tell apart: the noise floor with its interval, how many of the
    twins' intervals contain 1, how wide the intervals of ratios are, how many processes never became steady, and
    whether that moves the ratio. The other machines are folded.
    """
    found = selection.own_first(section.tables.frame("noise"), section.machine)
    best = selection.best(section.tables, section.machine)
    told = []
    for machine, rows in found.groupby("hardware", sort=False):
        said = []
        for device, floor in floors(rows.to_dict("records")).items():
            compared = best[(best["hardware"] == machine) & (best["device"] == device)]
            place = section.words["comma"].join([machine, section.names.of("device", device)])
            sentences = section.space.join(_resolution_sentences(section, machine, device, floor, compared))
            said.append(section.item(place, sentences))
        if said:  # single trials have twins, but no floor
            told.append(bullets(said))
    return section.by_machine(told, "noise.others") if told else section.sentence("table.no noise")


def _resolution_sentences(
    section: Section, machine: str, device: str, floor: Floor, compared: pd.DataFrame
) -> Iterator[Markup]:
    widths = np.sqrt(compared["ratio_high"] / compared["ratio_low"]).dropna()
    if len(widths):
        yield section.phrase("noise.widths", width=numbers.percent(float(widths.median()) - 1))
    yield section.phrase(
        "noise.assumed" if floor.assumed else "noise.floor",
        least=numbers.percent(floor.value),
        floor=numbers.percent(Interval(floor.value, floor.low, floor.high)),
        twins=floor.twins,
        covered=floor.covered,
    )
    faster = compared[compared["verdict"].isin([f"{framework} faster" for framework in COMPARED])]
    if floor.high is not None and len(faster):
        inside = (faster["ratio_low"] <= 1 + floor.high) & (faster["ratio_high"] >= 1 / (1 + floor.high))
        yield section.phrase("noise.upper", count=int(inside.sum()), total=len(faster))
    margin = intervals.number(compared["equal_within"].max())
    if margin is not None and floor.value > margin:
        yield section.phrase("noise.wide", margin=numbers.margin(margin))
    runs = selection.sound_runs(section.tables)
    runs = runs[(runs["hardware"] == machine) & (runs["device"] == device)]
    steady = runs["steady"].dropna().astype(bool)
    if len(steady):
        yield section.phrase("noise.steady", restless=numbers.count((~steady).sum()), runs=numbers.count(len(steady)))
    later = later_ratio(compared, runs)
    if later is not None:
        yield section.phrase("noise.later", ratio=numbers.ratio(later))


def noise_table(section: Section) -> Html:
    """The A/A comparisons as a table."""
    found = selection.own_first(section.tables.frame("noise"), section.machine)
    rows = []
    for row in found.itertuples():
        interval = intervals.interval(row, "ratio")
        rows.append(
            section.cell_columns(row)
            | {"runs": str(row.runs), "aa_ratio": numbers.ratio(interval) if interval else None}
        )
    columns = ("problem", "variant", "hardware", "aa_ratio", "runs")
    return section.table(rows, columns, "noise", empty="no noise", folded=len(rows) > MOST_ROWS)
