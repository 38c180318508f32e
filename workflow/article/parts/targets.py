"""The way of a training to a target: courses, figure, table and sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, bullets, join
from article.names import Names, panel, sort_variants, telling
from article.parts.comparisons import verdict_sentence
from article.section import Article
from bench import vocabulary
from bench.results import intervals, selection
from bench.results.tables import Tables
from bench.vocabulary import TWIN

MOST_POINTS = 60
"""Points of one drawn course; more say nothing more."""
MOST_TARGETS = 4
"""Panels of the figure of courses; each takes two axes."""
MOST_ROWS = 24
"""Rows of a table of courses that is not folded."""

CURVE = ["panel", "framework", "mode", "seed", "step", "seconds", "score", "target", "quantity"]


def target_runs(tables: Tables, own: str) -> pd.DataFrame:
    """The runs of the task `target` that recorded a course, reached or not, without the twins of A/A comparisons."""
    runs = selection.at_named_sizes(tables.frame("runs"))
    runs = runs[(runs["task"] == vocabulary.TARGET) & (runs["run"] < TWIN)]
    return selection.own_first(runs[np.asarray([_whole(row) for row in runs.itertuples()], dtype=bool)], own)


def _whole(row: Any) -> bool:
    """Whether a run holds as many scores as steps and times, and at least two of them."""
    courses = (row.scores, row.score_steps, row.score_seconds)
    return (
        all(isinstance(course, list) for course in courses)
        and len({len(course) for course in courses}) == 1
        and (
            len(row.scores) > 1
            and not intervals.missing(row.score_target)
            and all(value is not None and np.isfinite(value) for course in courses for value in course)
        )
    )


def courses(tables: Tables, own: str, names: Names) -> pd.DataFrame:
    """Rows of `figures.target_plot`: the score of every run after so many steps and so many seconds of training."""
    runs = target_runs(tables, own)
    if not len(runs):
        return pd.DataFrame(columns=CURVE)
    several, columns = runs["hardware"].nunique() > 1, telling(runs)
    rows = []
    for row in runs.itertuples():
        heading = panel(row, names, several, columns)
        chosen = np.unique(np.linspace(0, len(row.scores) - 1, MOST_POINTS).round().astype(int))
        rows += [
            {
                "panel": heading,
                "framework": row.framework,
                "mode": row.mode,
                "seed": row.run,
                "step": row.score_steps[place],
                "seconds": row.score_seconds[place],
                "score": row.scores[place],
                "target": row.score_target,
                "quantity": names.of("metric", row.score_name or ""),
            }
            for place in chosen
        ]
    return sort_variants(pd.DataFrame(rows, columns=CURVE))


def target_figure(article: Article) -> Html:
    """The courses, the table of what they took, and before them who gets there first, in words."""
    from article.figures.targets import target_plot

    runs = target_runs(article.tables, article.machine)
    if not len(runs):
        return article.sentence("target.none")
    data = courses(article.tables, article.machine, article.names)
    table, texts = target_table(article, runs)
    return join(
        target_sentences(article, runs),
        article.figure(target_plot, data, "target", rows=texts, most=MOST_TARGETS),
        table,
    )


def target_table(article: Article, runs: pd.DataFrame) -> tuple[Html, list[str]]:
    """What each variant took to the target: seconds and steps over the seeds; and the same as sentences."""
    cells = selection.cells(article.tables, article.machine).set_index(vocabulary.CELL)
    rows = []
    for key, own in runs.groupby(vocabulary.CELL, sort=False):
        first, reached = next(own.itertuples()), own[own["status"] == "ok"]
        step = intervals.interval(cells.loc[key]) if len(reached) and key in cells.index else None
        steps = [course[-1] for course in reached["score_steps"]]
        rows.append(
            {
                "problem": article.names.problem(first, ("workload", "size", "device")),
                "hardware": first.hardware if article.several else None,
                "variant": article.names.variant(first.framework, first.mode),
                "target": target_text(article, first),
                "reached": article.phrase("target.reached", reached=len(reached), runs=len(own)),
                "target_seconds": numbers.seconds(step) if step else None,
                "target_steps": steps_text(article, steps) if steps else None,
            }
        )
    columns = ("problem", "hardware", "variant", "target", "reached", "target_seconds", "target_steps")
    return article.table(rows, columns, "targets", folded=len(rows) > MOST_ROWS), [
        f"{row['problem']}, {row['variant']}: {row['target_seconds'] or row['reached']}" for row in rows
    ]


def target_text(article: Article, row: Any) -> str:
    """The target: the score, and from where on or down to where it counts as reached."""
    above = row.scores[-1] >= row.scores[0]
    return str(
        article.phrase(
            "target.above" if above else "target.below",
            score=article.names.of("metric", row.score_name or ""),
            value=score_text(row.score_name or "", row.score_target),
        )
    )


def score_text(name: str, value: float) -> str:
    """A score as a reader expects it: an accuracy in per cent."""
    return numbers.percent(value) if "accuracy" in name else numbers.digits(value)


def steps_text(article: Article, steps: list[float]) -> str:
    """The median of the steps, and from where to where they reach."""
    if min(steps) == max(steps):
        return numbers.count(steps[0])
    return str(
        article.phrase(
            "target.steps",
            median=numbers.count(float(np.median(steps))),
            low=numbers.count(min(steps)),
            high=numbers.count(max(steps)),
        )
    )


def target_sentences(article: Article, runs: pd.DataFrame) -> Html:
    """Who reaches the target first, by how much, and whether both need the same steps."""
    best = selection.best(article.tables, article.machine)
    entries = []
    for row in best[best["task"] == vocabulary.TARGET].itertuples():
        own = runs[(runs[vocabulary.PROBLEM] == [getattr(row, column) for column in vocabulary.PROBLEM]).all(axis=1)]
        title = article.names.problem(row, ("workload", "size", "device"))
        place = f" — {row.hardware}" if article.several else ""
        entries.append(article.item(title + place, verdict_sentence(article, row), same_steps(article, own, row)))
    return bullets(entries)


def same_steps(article: Article, runs: pd.DataFrame, row: Any) -> Markup | str:
    """A sentence on the steps that both best modes need from the same seeds; empty where they share no seed."""
    ended = {
        framework: {
            run.run: run.score_steps[-1]
            for run in runs.itertuples()
            if run.status == "ok" and (run.framework, run.mode) == (framework, getattr(row, f"{framework}_mode"))
        }
        for framework in ("torch", "jax")
    }
    seeds = sorted(ended["torch"].keys() & ended["jax"].keys())
    if not seeds:
        return ""
    same = sum(ended["torch"][seed] == ended["jax"][seed] for seed in seeds)
    return article.space + article.phrase("target.same steps", same=same, seeds=len(seeds))
