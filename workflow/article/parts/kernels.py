"""Numerical kernels against NumPy: the speed-up of both frameworks."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html, join
from article.names import TITLES, Names
from article.parts.bandwidth import bandwidth_table
from article.parts.variants import bound_finding, ratio_dot, ratio_table, ratio_texts, said_of_machine, span
from article.rows import of_first_machine
from article.section import Section
from bench.results import ratios, selection
from bench.vocabulary import COMPARED, PROBLEM


def speedup_results(section: Section) -> Html:
    """Who is faster than NumPy in how many kernels, the figure, the tables of all sizes and of the bandwidth; nothing
    where NumPy was not timed.
    """
    found = speedups(section)
    if not len(found):
        return Html()
    main = main_speedups(found)
    return join(speedup_sentence(section, main), speedup_figure(section, found, main), bandwidth_table(section))


def speedups_in_brief(section: Section) -> Html:
    """One sentence and the table of the best modes, for a section that has the figure elsewhere."""
    found = speedups(section)
    if not len(found):
        return section.sentence("speedup.none")
    main = main_speedups(found)
    rows = [
        {"problem": section.names.problem(next(own.itertuples()))}
        | {
            f"over_{row.framework}": numbers.ratio_text(row) + section.words["brackets"].format(text=row.mode)
            for row in own.itertuples()
        }
        for _, own in main.groupby(PROBLEM, sort=False)
    ]
    columns = ("problem", *(f"over_{framework}" for framework in COMPARED))
    table = section.table(rows, columns, "speedup brief", machine=main["hardware"].iloc[0])
    return join(speedup_sentence(section, main), table)


def speedup_figure(section: Section, found: pd.DataFrame, main: pd.DataFrame) -> Html:
    """Time of NumPy over that of the best mode of each framework, per kernel; the table holds every mode."""
    from article.figures.dots import ratio_dots

    data = speedup_rows(main, section.names)
    precisions = " · ".join(section.names.of("precision", value) for value in dict.fromkeys(main["precision"]))
    return section.figure(
        ratio_dots,
        data,
        "speedup",
        rows=ratio_texts(data, section.names),
        finding=bound_finding(section, "shows.speedup", main, "above", 1.0),
        after=ratio_table(section, found, "speedups"),
        machine=main["hardware"].iloc[0],
        precision=precisions,
    )


def speedups(section: Section) -> pd.DataFrame:
    """`ratios.numpy_speedups` of the named sizes, every mode, sorted."""
    found = ratios.numpy_speedups(selection.sound_runs(section.tables))
    return selection.own_first(found, section.machine)


def main_speedups(found: pd.DataFrame) -> pd.DataFrame:
    """The best modes of the first machine, at the largest size in the first precision."""
    return of_first_machine(selection.largest(found[found["best"].astype(bool)]))


def speedup_rows(main: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Rows of `figures.dots.ratio_dots`."""
    columns = ["workload", *(column for column in ("task", "device") if main[column].nunique() > 1)]
    return pd.DataFrame([ratio_dot(row, names, columns, row.hardware) for row in main.itertuples()])


def speedup_sentence(section: Section, main: pd.DataFrame) -> Html:
    """Per framework in how many kernels it is faster than NumPy for certain, and from how much to how much."""
    sentences = []
    for framework, title in TITLES.items():
        own = main[main["framework"] == framework]
        if len(own):
            counts = ratios.judged(own, 1.0)
            sentences.append(
                section.phrase(
                    "speedup.faster" if counts["undecided"] < counts["of"] else "speedup.undecided",
                    framework=title,
                    faster=counts["above"],
                    slower=counts["below"],
                    undecided=counts["undecided"],
                    of=counts["of"],
                    span=span(section, own),
                )
            )
    return said_of_machine(section, main["hardware"].iloc[0], sentences)
