"""Many trainings at once against a loop over them."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html, join
from article.names import TITLES
from article.parts.comparisons import compared
from article.section import Section
from bench.results import ratios, selection

WORKLOAD = "learning_rates"


def gains(section: Section) -> pd.DataFrame:
    """Time of a loop over the learning rates over that of all at once, per problem and framework."""
    runs = selection.sound_runs(section.tables)
    found = ratios.loop_costs(runs[runs["workload"] == WORKLOAD], ("training",))
    return selection.own_first(found, section.machine)


def gain_results(section: Section, found: pd.DataFrame) -> Html:
    """How much faster all learning rates at once are than a loop, per framework, and the frameworks compared."""
    rows = [
        section.problem_columns(row, ("workload", "size", "precision", "device"))
        | {
            "framework": TITLES[row.framework],
            "at once": row.mode,
            "in a loop": row.loop_mode,
            "gain": numbers.ratio_text(row),
        }
        for row in found.itertuples()
    ]
    table = section.table(rows, ("problem", "framework", "hardware", "at once", "in a loop", "gain"), "rates")
    return join(table, compared(section, WORKLOAD))
