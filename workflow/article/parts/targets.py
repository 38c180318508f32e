"""The way of a training to a target: sentences, figure, courses and table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, bullets, join, plain
from article.names import named_by, on_machine
from article.parts.comparisons import tally_of, verdict_sentence
from article.rows import sort_variants
from article.section import Section
from bench.results import intervals, selection
from bench.vocabulary import CELL, COMPARED, PROBLEM, TARGET, TWIN

MOST_POINTS = 60
"""Points of one drawn course; more say nothing more."""
MOST_TARGETS = 4
"""Panels of the figure of courses; each takes two axes."""
MOST_ROWS = 24
"""Rows of a table of courses that is not folded."""
NAMED = ("workload", "size", "device")
"""What is named of a problem: they all have the task `target`, and the precision of their workload."""


def target_results(section: Section) -> Html:
    """Who gets there first, in words, then the courses, and the table of what they took."""
    from article.figures.targets import target_plot

    runs = target_runs(section)
    if not len(runs):
        return section.sentence("target.none")
    rows = target_rows(section, runs)
    columns = ("problem", "variant", "target", "hardware", "reached", "target_seconds", "target_steps")
    table = section.table(rows, columns, "targets", folded=len(rows) > MOST_ROWS)
    texts = [
        section.names.point(row["target_seconds"] or row["reached"], plain(row["problem"]), row["variant"])
        for row in rows
    ]
    return join(
        target_sentences(section, runs),
        section.figure(
            target_plot,
            courses(section, runs),
            "target",
            rows=texts,
            most=MOST_TARGETS,
            finding=tally_of(section, runs),
        ),
        table,
    )


def target_runs(section: Section) -> pd.DataFrame:
    """The runs of the task `target` that recorded a course, reached or not, without the twins of A/A comparisons."""
    runs = selection.at_named_sizes(section.tables.frame("runs"))
    runs = runs[(runs["task"] == TARGET) & (runs["run"] < TWIN)]
    whole = np.asarray([is_whole(row) for row in runs.itertuples()], dtype=bool)
    return selection.own_first(runs[whole], section.machine)


def is_whole(run: Any) -> bool:
    """Whether a run holds as many scores as steps and times, and at least two of them."""
    parts = (run.scores, run.score_steps, run.score_seconds)
    return (
        all(isinstance(part, list) for part in parts)
        and len({len(part) for part in parts}) == 1
        and len(run.scores) > 1
        and not intervals.missing(run.score_target)
        and all(value is not None and np.isfinite(value) for part in parts for value in part)
    )


def courses(section: Section, runs: pd.DataFrame) -> pd.DataFrame:
    """Rows of `figures.targets.target_plot`: the score of every run after so many steps and so many seconds."""
    title = section.names.titles(runs)
    rows = []
    for row in runs.itertuples():
        panel = title(row)
        chosen = np.unique(np.linspace(0, len(row.scores) - 1, MOST_POINTS).round().astype(int))
        rows += [
            {
                "panel": panel,
                "workload": named_by(row),
                "framework": row.framework,
                "mode": row.mode,
                "seed": row.run,
                "step": row.score_steps[place],
                "seconds": row.score_seconds[place],
                "score": row.scores[place],
                "target": row.score_target,
                "quantity": section.names.of("metric", row.score_name or ""),
            }
            for place in chosen
        ]
    columns = ["panel", "workload", "framework", "mode", "seed", "step", "seconds", "score", "target", "quantity"]
    return sort_variants(pd.DataFrame(rows, columns=columns))


def target_rows(section: Section, runs: pd.DataFrame) -> list[dict[str, Any]]:
    """What each variant took to the target, as texts: seconds and steps over the seeds."""
    cells = selection.cells(section.tables, section.machine).set_index(CELL)
    rows = []
    for key, own in runs.groupby(CELL, sort=False):
        first, reached = next(own.itertuples()), own[own["status"] == "ok"]
        step = intervals.interval(cells.loc[key]) if len(reached) and key in cells.index else None
        rows.append(
            section.cell_columns(first, NAMED)
            | {
                "target": target_text(section, first),
                "reached": section.phrase("target.reached", reached=len(reached), runs=len(own)),
                "target_seconds": numbers.seconds(step) if step else None,
                "target_steps": steps_text(section, [course[-1] for course in reached["score_steps"]]),
            }
        )
    return rows


def target_text(section: Section, run: Any) -> Markup:
    """The target: the score, and from where on or down to where it counts as reached."""
    above = run.scores[-1] >= run.scores[0]
    return section.phrase(
        "target.above" if above else "target.below",
        score=section.names.of("metric", run.score_name or ""),
        value=score_text(run.score_name or "", run.score_target),
    )


def score_text(name: str, value: float) -> str:
    """A score as a reader expects it: an accuracy in per cent."""
    return numbers.percent(value) if "accuracy" in name else numbers.digits(value)


def steps_text(section: Section, steps: Sequence[float]) -> str | None:
    """The median of the steps, and from where to where they reach; None where no run reached the target."""
    if not steps or min(steps) == max(steps):
        return numbers.count(steps[0]) if steps else None
    return section.phrase(
        "target.steps",
        median=numbers.count(float(np.median(steps))),
        low=numbers.count(min(steps)),
        high=numbers.count(max(steps)),
    )


def target_sentences(section: Section, runs: pd.DataFrame) -> Html:
    """Who reaches the target first, by how much, and whether both need the same steps."""
    best = selection.best(section.tables, section.machine)
    entries = []
    for row in best[best["task"] == TARGET].itertuples():
        own = runs[(runs[PROBLEM] == [getattr(row, column) for column in PROBLEM]).all(axis=1)]
        title = on_machine(section.names.problem(row, NAMED), section.hardware(row.hardware))
        entries.append(section.item(title, verdict_sentence(section, row), same_steps(section, own, row)))
    return bullets(entries)


def same_steps(section: Section, runs: pd.DataFrame, row: Any) -> Markup | str:
    """A sentence on the steps that both best modes need from the same seeds; empty where they share no seed."""
    torch, jax = (steps_by_seed(runs, framework, getattr(row, f"{framework}_mode")) for framework in COMPARED)
    seeds = torch.keys() & jax.keys()
    if not seeds:
        return ""
    same = sum(torch[seed] == jax[seed] for seed in seeds)
    return section.space + section.phrase("target.same steps", same=same, seeds=len(seeds))


def steps_by_seed(runs: pd.DataFrame, framework: str, mode: str) -> Mapping[int, float]:
    """Seed → steps to the target, of the runs of a variant that reached it."""
    own = runs[(runs["status"] == "ok") & (runs["framework"] == framework) & (runs["mode"] == mode)]
    return {row.run: row.score_steps[-1] for row in own.itertuples()}
