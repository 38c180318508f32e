"""What a loop over a derivative costs against the vectorised one."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html, join, paragraph
from article.names import TITLES
from article.parts.variants import span
from article.rows import of_first_machine
from article.section import Section
from bench.catalogue import section_of
from bench.results import ratios, selection

MOST_ROWS = 30
"""Rows of a table that is not folded."""


def loop_results(section: Section) -> Html:
    """What a loop costs, in a sentence and as a table; or that there are no loops."""
    found = loop_costs(section)
    if not len(found):
        return section.sentence("loops.none")
    rows = [
        section.problem_columns(row)
        | {
            "vectorised": section.names.variant(row.framework, row.mode),
            "loop": section.names.variant(row.framework, row.loop_mode),
            "loop_ratio": numbers.ratio_text(row),
        }
        for row in found.itertuples()
    ]
    columns = ("problem", "hardware", "vectorised", "loop", "loop_ratio")
    return join(loop_sentence(section, found), section.table(rows, columns, "loops", folded=len(rows) > MOST_ROWS))


def loop_costs(section: Section) -> pd.DataFrame:
    """`ratios.loop_costs` of the workloads that no other section shows, at the largest size, sorted."""
    found = ratios.loop_costs(selection.sound_runs(section.tables))
    shown_in = [section_of(name, section.number) for name in found["workload"]]
    own = found.loc[[number == section.number for number in shown_in]]
    return selection.largest(selection.own_first(own, section.machine))


def loop_sentence(section: Section, found: pd.DataFrame) -> Html:
    """From how many to how many times as long a loop takes, per framework, on the first machine."""
    first = of_first_machine(found)
    spans = [
        section.phrase("loops.span", framework=title, count=len(own), span=span(section, own))
        for framework, title in TITLES.items()
        if len(own := first[first["framework"] == framework])
    ]
    return paragraph(section.space.join(spans))
