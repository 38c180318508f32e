"""The two frameworks compared: ratios, verdicts in words, tables and figures of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, behind, bullets, first_line, join
from article.names import Names, telling
from article.numbers import p_value
from article.numbers import ratio as ratio_text
from article.section import Article
from bench.catalogue import section_of
from bench.results import intervals, selection
from bench.results.intervals import Interval, missing
from bench.results.tables import Tables

MOST_REASONS = 6
"""Comparisons without a ratio that are listed below a figure; more of them are folded."""


def ratio_figures(
    article: Article, frame: pd.DataFrame, main: pd.DataFrame, named: tuple[str, ...], others: str
) -> Html:
    """The figure of the comparisons `main`, those of other machines folded; what else `frame` holds as a table.

    named: what labels name of a problem; others: the word of the sentence that tells where the rest stands.
    """
    rest = len(frame) - len(main)
    first, *further = [ratio_figure(article, rows, named=named) for _, rows in main.groupby("hardware", sort=False)]
    return join(
        first,
        behind(article.phrase("overview.machines", count=len(further)), join(*further)) if further else None,
        article.sentence(others, count=rest) if rest else None,
        comparison_table(article, frame, name="all comparisons") if rest else None,
    )


def verdict_sentence(article: Article, row: Any) -> Markup:
    """One comparison in words: who is faster, by how much, how sure."""
    interval = intervals.interval(row, "ratio")
    if interval is None or row.verdict == "not comparable":
        reason = first_line(row.message) or article.words["sentence.no reason"]
        return article.phrase("sentence.not comparable", message=reason)
    modes = {"torch": article.names.variant("torch", row.torch_mode), "jax": article.names.variant("jax", row.jax_mode)}
    if not interval.bounded:
        return article.phrase("sentence.one run", ratio=ratio_text(interval), **modes)
    floor = numbers.percent(row.noise_floor) if not missing(row.noise_floor) else None
    if row.verdict == "tie":
        name = "sentence.tie" if floor else "sentence.tie without floor"
        return article.phrase(name, ratio=ratio_text(interval), floor=floor, **modes)
    shown = interval if row.verdict == "jax faster" else interval.inverse()
    sure = article.phrase("sentence.p", p=p_value(row.p_adjusted)) if not missing(row.p_adjusted) else ""
    return article.phrase(f"sentence.{row.verdict}", ratio=ratio_text(shown), **modes) + sure


def ratio_figure(
    article: Article, frame: pd.DataFrame, name: str = "ratio", named: tuple[str, ...] | None = None
) -> Html:
    """The ratio figure of comparisons, their table below it, and a sentence for each that could not be compared.

    named: what its labels may name of a problem (default: all that differs).
    """
    from article.figures.ratios import ratio_plot

    data = ratios(frame, article.names, named)
    rows = [f"{row.label}{' — ' + row.panel if article.several else ''}: {row.text}" for row in data.itertuples()]
    table = comparison_table(article, frame)
    drawn = article.figure(ratio_plot, data, name, rows=rows, after=table) if len(data) else Html()
    if 0 < len(data) < 2:
        drawn = join(
            *(
                Markup("<p><b>{}</b>: {}</p>").format(article.names.problem(row), verdict_sentence(article, row))
                for row in frame[frame["ratio"].notna()].itertuples()
            ),
            table,
        )
    unknown = article.words["sentence.no reason"]
    left_out = [
        article.item(
            article.names.problem(row) + (f" — {row.hardware}" if article.several else ""),
            first_line(row.message) or unknown,
        )
        for row in frame[frame["ratio"].isna()].itertuples()
    ]
    if not left_out:
        return join(drawn)
    reasons = bullets(left_out)
    if len(left_out) > MOST_REASONS:
        return join(drawn, behind(article.phrase("figure.many left out", count=len(left_out)), reasons))
    return join(drawn, article.sentence("figure.left out"), reasons)


def comparison_table(article: Article, frame: pd.DataFrame, folded: bool = True, name: str = "comparisons") -> Html:
    """Comparisons as a table."""
    rows = []
    for row in frame.itertuples():
        interval = intervals.interval(row, "ratio")
        rows.append(
            {
                "problem": article.names.problem(row),
                "hardware": row.hardware if article.several else None,
                "torch": row.torch_mode,
                "jax": row.jax_mode,
                "ratio": ratio_text(interval) if interval else None,
                "verdict": article.words.get(f"verdict.{row.verdict}", row.verdict),
                "p_adjusted": p_value(row.p_adjusted).removeprefix("= ") if not missing(row.p_adjusted) else None,
                "noise_floor": numbers.percent(row.noise_floor) if not missing(row.noise_floor) else None,
                "parity_error": numbers.scientific(row.parity_error) if not missing(row.parity_error) else None,
            }
        )
    columns = ("problem", "hardware", "torch", "jax", "ratio", "verdict", "p_adjusted", "noise_floor", "parity_error")
    return article.table(rows, columns, name, folded=folded)


def section_results(article: Article, family: str) -> Html:
    """Ratios of every task of the workloads of one family that no other section shows, at the largest size; the others
    as a table; or that nothing has been measured.
    """
    best = selection.best(article.tables, article.machine)
    section = best["workload"].map(lambda workload: section_of(workload, article.section))
    frame = best[(best["family"] == family) & (section == article.section)]
    if not len(frame):
        return article.sentence("figure.none", title=article.words["figure.ratio.title"])
    return ratio_figures(article, frame, selection.largest(frame), ("workload", "task", "device"), "overview.rest")


def compared(article: Article, workload: str) -> Html:
    """The ratios of PyTorch's time over JAX's in one workload; nothing where none was compared."""
    best = selection.best(article.tables, article.machine)
    own = best[best["workload"] == workload]
    return ratio_figure(article, own) if len(own) else Html()


def step_by_step(tables: Tables, row: Any) -> Any | None:
    """The comparison like `row`, a best pair with `scan`, but with JAX's fastest mode of one step per call, `jit`."""
    frame = tables.frame("comparisons")
    columns = ("hardware", "family", "workload", "task", "size", "precision", "device", "torch_mode")
    same = (frame[list(columns)] == [getattr(row, column) for column in columns]).all(axis=1)
    found = frame[same & (frame["jax_mode"] == "jit") & frame["ratio"].notna()]
    return next(found.itertuples(), None) if row.jax_mode == "scan" else None


def ratios(frame: pd.DataFrame, names: Names, named: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Rows of `figures.ratio_plot` from comparisons; `named`: what labels may name of a problem (default: all)."""
    valid = frame[frame["ratio"].notna()]
    columns = [column for column in (telling(valid) if len(valid) else ()) if named is None or column in named]
    rows = []
    for row in valid.itertuples():
        shown = intervals.interval(row, "ratio") or Interval(1.0)
        rows.append(
            {
                "panel": row.hardware,
                "label": names.problem(row, columns),
                "ratio": shown.value,
                "low": shown.low,
                "high": shown.high,
                "verdict": row.verdict,
                "noise_floor": intervals.number(row.noise_floor),
                "text": ratio_text(shown),
            }
        )
    return pd.DataFrame(rows, columns=["panel", "label", "ratio", "low", "high", "verdict", "noise_floor", "text"])


def extreme_ratios(tables: Tables, machine: str) -> tuple[Interval | None, Interval | None]:
    """The smallest and the largest ratio of best modes on a machine; None where there are fewer than two."""
    frame = selection.best(tables, machine)
    rows = [intervals.interval(row, "ratio") for row in frame[frame["hardware"] == machine].itertuples()]
    found = sorted((entry for entry in rows if entry is not None and entry.bounded), key=lambda entry: entry.value)
    return (found[0], found[-1]) if len(found) > 1 else (None, None)
