"""What a derivative costs in evaluations of its function."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html, join
from article.names import TITLES, Names
from article.parts.variants import bound_finding, ratio_dot, ratio_table, ratio_texts, said_of_machine, span
from article.rows import of_first_machine
from article.section import Section
from bench.results import ratios, selection


def cost_results(section: Section) -> Html:
    """Who keeps to the theory's bound in words, the figure of the first machine with results, and every ratio."""
    from article.figures.dots import ratio_dots

    found = costs(section)
    if not len(found):
        return section.sentence("cost.none")
    main = main_costs(found)
    data = cost_rows(main, section.names)
    gradients = main[main["task"].isin(ratios.REVERSE)]
    return join(
        bound_sentence(section, main),
        section.figure(
            ratio_dots,
            data,
            "cost",
            rows=ratio_texts(data, section.names),
            finding=bound_finding(section, "shows.cost", gradients, "below", ratios.BOUND),
            after=ratio_table(section, found, "costs"),
            machine=main["hardware"].iloc[0],
            bound=numbers.count(ratios.BOUND),
        ),
    )


def costs(section: Section) -> pd.DataFrame:
    """`ratios.derivative_costs` of the named sizes, every mode, sorted."""
    found = ratios.derivative_costs(selection.sound_runs(section.tables))
    return selection.own_first(found, section.machine)


def main_costs(found: pd.DataFrame) -> pd.DataFrame:
    """The best modes of the first machine, at the largest size in the first precision."""
    return of_first_machine(selection.largest(found[found["best"].astype(bool)]))


def cost_rows(main: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Rows of `figures.dots.ratio_dots`: gradients, for which theory has a bound, in a first panel of their own."""
    columns = ("workload", "task", *(["device"] if main["device"].nunique() > 1 else []))
    bounded = main["task"].isin(ratios.REVERSE)
    gradients, others = (names.words[f"cost.{panel}"] for panel in ("gradients", "others"))
    return pd.DataFrame(
        [
            *(ratio_dot(row, names, columns, gradients, ratios.BOUND) for row in main[bounded].itertuples()),
            *(ratio_dot(row, names, columns, others) for row in main[~bounded].itertuples()),
        ]
    )


def bound_sentence(section: Section, main: pd.DataFrame) -> Html:
    """How many gradients of each framework cost at most the bound, and the cheapest and the dearest of them."""
    gradients = main[main["task"].isin(ratios.REVERSE)]
    sentences = []
    for framework, title in TITLES.items():
        own = gradients[gradients["framework"] == framework]
        if len(own):
            counts = ratios.judged(own, ratios.BOUND)
            sentences.append(
                section.phrase(
                    "cost.bound" if counts["undecided"] < counts["of"] else "cost.undecided",
                    framework=title,
                    below=counts["below"],
                    of=counts["of"],
                    undecided=counts["undecided"],
                    bound=numbers.count(ratios.BOUND),
                    dearest=section.names.problem(own.loc[own["ratio"].idxmax()], ("workload", "task")),
                    span=span(section, own),
                )
            )
    if not sentences:
        return section.sentence("cost.no gradients")
    return said_of_machine(section, main["hardware"].iloc[0], sentences)
