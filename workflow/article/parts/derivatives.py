"""What a derivative costs in evaluations of its function, and what a loop over one costs."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html, join, paragraph
from article.names import TITLES, Names
from article.numbers import ratio_text
from article.section import Article, machine_name
from bench import vocabulary
from bench.catalogue import section_of
from bench.results import intervals, ratios, selection
from bench.results.tables import Tables

MOST_ROWS = 30
"""Rows of a table that is not folded."""


def costs(tables: Tables, own: str) -> pd.DataFrame:
    """`ratios.derivative_costs` of the named sizes, every mode, sorted."""
    return selection.own_first(ratios.derivative_costs(selection.sound_runs(tables)), own)


def main_costs(found: pd.DataFrame) -> pd.DataFrame:
    """The best modes at one size and precision per machine, workload, task and device: the largest, the first."""
    return selection.largest(found[found["best"].astype(bool)])


def cost_rows(found: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Rows of `dots.ratio_dots`: gradients, for which theory has a bound, in a panel of their own."""
    several = found["device"].nunique() > 1
    columns = ("workload", "task", "device") if several else ("workload", "task")
    rows = [
        {
            "panel": names.words["cost.gradients" if row.task in ratios.REVERSE else "cost.others"],
            "label": names.problem(row, columns),
            "framework": row.framework,
            "mode": row.mode,
            "ratio": row.ratio,
            "low": intervals.number(row.low),
            "high": intervals.number(row.high),
            "limit": ratios.BOUND if row.task in ratios.REVERSE else None,
        }
        for row in found.itertuples()
    ]
    frame = pd.DataFrame(rows, columns=["panel", "label", "framework", "mode", "ratio", "low", "high", "limit"])
    return frame.sort_values("panel", key=lambda panel: panel != names.words["cost.gradients"], kind="stable")


def cost_section(article: Article) -> Html:
    """Who keeps to the theory's bound in words, the figure of the first machine with results, and every ratio."""
    from article.figures.dots import ratio_dots

    found = costs(article.tables, article.machine)
    if not len(found):
        return article.sentence("cost.none")
    main = main_costs(found)
    machine = main["hardware"].iloc[0]
    main = main[main["hardware"] == machine]
    data = cost_rows(main, article.names)
    texts = [
        f"{row.label}, {article.names.variant(row.framework, row.mode)}: {ratio_text(row)}" for row in data.itertuples()
    ]
    return join(
        bound_sentence(article, main, machine),
        article.figure(
            ratio_dots,
            data,
            "cost",
            rows=texts,
            after=cost_table(article, found),
            machine=machine,
            bound=numbers.count(ratios.BOUND),
        ),
    )


def bound_sentence(article: Article, main: pd.DataFrame, machine: str) -> Html:
    """How many gradients of each framework cost at most the bound, and the cheapest and the dearest of them."""
    gradients = main[main["task"].isin(ratios.REVERSE)]
    sentences = []
    for framework, title in TITLES.items():
        own = gradients[gradients["framework"] == framework]
        if len(own):
            counts = ratios.judged(own, ratios.BOUND)
            sentences.append(
                article.phrase(
                    "cost.bound",
                    framework=title,
                    below=counts["below"],
                    of=counts["of"],
                    undecided=counts["undecided"],
                    bound=numbers.count(ratios.BOUND),
                    least=numbers.ratio(float(own["ratio"].min())),
                    most=numbers.ratio(float(own["ratio"].max())),
                    dearest=article.names.problem(own.loc[own["ratio"].idxmax()], ("workload", "task")),
                )
            )
    if not sentences:
        return article.sentence("cost.no gradients")
    return paragraph(article.phrase("cost.here", machine=machine) + article.space + article.space.join(sentences))


def cost_table(article: Article, found: pd.DataFrame) -> Html:
    """Every ratio, all modes beside each other."""
    variants = [variant for variant in vocabulary.VARIANT_ORDER if variant[0] != "numpy"]
    rows = []
    for _, own in found.groupby(vocabulary.PROBLEM, sort=False):
        first = next(own.itertuples())
        rows.append(
            {"problem": article.names.problem(first), "hardware": machine_name(article, first)}
            | {f"used {row.framework} {row.mode}": ratio_text(row) for row in own.itertuples()}
        )
    columns = ("problem", "hardware", *(f"used {framework} {mode}" for framework, mode in variants))
    return article.table(rows, columns, "costs", folded=True)


def loop_section(article: Article) -> Html:
    """What a loop costs against the vectorised derivative, as a table with a sentence; nothing without loops."""
    found = ratios.loop_costs(selection.sound_runs(article.tables))
    sections = [section_of(name, article.section) for name in found["workload"]]
    found = selection.largest(
        selection.own_first(found[[section == article.section for section in sections]], article.machine)
    )
    if not len(found):
        return article.sentence("loops.none")
    rows = [
        {
            "problem": article.names.problem(row),
            "hardware": machine_name(article, row),
            "vectorised": article.names.variant(row.framework, row.mode),
            "loop": article.names.variant(row.framework, row.loop_mode),
            "loop_ratio": ratio_text(row),
        }
        for row in found.itertuples()
    ]
    columns = ("problem", "hardware", "vectorised", "loop", "loop_ratio")
    return join(loop_sentence(article, found), article.table(rows, columns, "loops", folded=len(rows) > MOST_ROWS))


def loop_sentence(article: Article, found: pd.DataFrame) -> Html:
    """From how many to how many times as long a loop takes, per framework, on the first machine."""
    first = found[found["hardware"] == found["hardware"].iloc[0]]
    spans = [
        article.phrase(
            "loops.span",
            framework=title,
            least=numbers.ratio(float(own["ratio"].min())),
            most=numbers.ratio(float(own["ratio"].max())),
            count=len(own),
        )
        for framework, title in TITLES.items()
        if len(own := first[first["framework"] == framework])
    ]
    return paragraph(article.space.join(spans))
