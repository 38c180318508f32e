"""What it brings to take many steps in one call: Python is left once for all of them."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html, join, paragraph
from article.names import TITLES
from article.parts.comparisons import ratio_figure
from article.parts.variants import bound_finding, ratio_dot, ratio_texts, span
from article.rows import of_first_machine
from article.section import Section
from bench.catalogue import known
from bench.results import ratios, selection
from bench.vocabulary import MANY_STEPS

COLUMNS = ("workload", "task")
"""What a label of the figure names of a problem."""


def many_steps(section: Section) -> pd.DataFrame:
    """`ratios.many_steps` at every named size, sorted."""
    runs = selection.successful_runs(selection.at_named_sizes(section.tables.frame("runs")))
    return selection.own_first(ratios.many_steps(runs), section.machine)


def many_step_results(section: Section, found: pd.DataFrame) -> Html:
    """How many times as long a step takes in a call of its own: in a sentence and a figure, at the largest size that
    was measured here, and in a table, at every size and on every machine; then the frameworks against each other, many
    steps in a call both.
    """
    if not len(found):
        return Html()
    main = of_first_machine(selection.largest(found))
    spans = [
        section.phrase("many steps.span", framework=title, count=len(own), span=span(section, own))
        for framework, title in TITLES.items()
        if len(own := main[main["framework"] == framework])
    ]
    rival = _against_each_other(section)
    return join(
        paragraph(section.space.join(spans)),
        _figure(section, main, found),
        join(
            section.sentence("many steps.compared"),
            ratio_figure(section, rival, COLUMNS, of=section.words["many steps.both"]),
        )
        if len(rival)
        else None,
    )


def _figure(section: Section, main: pd.DataFrame, found: pd.DataFrame) -> Html:
    from article.figures.dots import ratio_dots

    data = pd.DataFrame([ratio_dot(row, section.names, COLUMNS, row.hardware) for row in main.itertuples()])
    return section.figure(
        ratio_dots,
        data,
        "many steps",
        rows=ratio_texts(data, section.names),
        finding=bound_finding(section, "shows.many steps", main, "above", 1.0),
        after=_table(section, found),
        machine=main["hardware"].iloc[0],
    )


def _table(section: Section, found: pd.DataFrame) -> Html:
    rows = [
        section.problem_columns(row)
        | {
            "one step": section.names.variant(row.framework, row.single_mode),
            "many steps": section.names.variant(row.framework, row.mode),
            "steps of a call": numbers.count(row.steps * known(row.workload).calls.get(row.task, 1)),
            "one over many": numbers.ratio_text(row),
        }
        for row in found.itertuples()
    ]
    columns = ("problem", "steps of a call", "hardware", "one step", "many steps", "one over many")
    return section.table(rows, columns, "many steps", folded=True)


def _against_each_other(section: Section) -> pd.DataFrame:
    """Comparisons of the frameworks with many steps in a call, at the largest size, of the first machine, sorted."""
    frame = selection.at_named_sizes(section.tables.frame("comparisons"))
    pairs = zip(frame["torch_mode"], frame["jax_mode"], strict=True)
    many = frame.loc[[pair == tuple(mode for _, mode in MANY_STEPS) for pair in pairs]]
    return of_first_machine(selection.largest(selection.own_first(many, section.machine)))
