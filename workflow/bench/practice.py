"""Results of their own in section 5: the time to a target, and what each variant takes of the memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from bench import formats, outcomes, views
from bench.article import Article, Html, join
from bench.examples import example_name, outcome
from bench.names import Names, telling
from bench.parts import verdict_sentence
from bench.tables import Tables
from bench.vocabulary import TWIN

MOST_POINTS = 60
"""Points of one drawn course; more say nothing more."""
MOST_TARGETS = 4
"""Panels of the figure of courses; each takes two axes."""
MOST_ROWS = 24
"""Rows of a table of courses that is not folded."""
HOLDING = ("donated", "set to ", "update")
"""How the names of the examples begin whose number is the peak of the memory held, in bytes."""
CURVE = ["panel", "framework", "mode", "seed", "step", "seconds", "score", "target", "quantity"]


def target_runs(tables: Tables, own: str) -> pd.DataFrame:
    """The runs of the task `target` that recorded a course, reached or not, without the twins of A/A comparisons."""
    runs = views.usual(tables.frame("runs"))
    runs = runs[(runs["task"] == views.TARGET) & (runs["run"] < TWIN)]
    return views.own_first(runs[np.asarray([_whole(row) for row in runs.itertuples()], dtype=bool)], own)


def _whole(row: Any) -> bool:
    """Whether a run holds as many scores as steps and times, and at least two of them."""
    courses = (row.scores, row.score_steps, row.score_seconds)
    return all(isinstance(course, list) for course in courses) and len({len(course) for course in courses}) == 1 and (
        len(row.scores) > 1 and not formats.missing(row.score_target) and all(
            value is not None and np.isfinite(value) for course in courses for value in course))


def courses(tables: Tables, own: str, names: Names) -> pd.DataFrame:
    """Rows of `figures.target_plot`: the score of every run after so many steps and so many seconds of training."""
    runs = target_runs(tables, own)
    if not len(runs):
        return pd.DataFrame(columns=CURVE)
    several, columns = runs["hardware"].nunique() > 1, telling(runs)
    rows = []
    for row in runs.itertuples():
        heading = views.panel(row, names, several, columns)
        chosen = np.unique(np.linspace(0, len(row.scores) - 1, MOST_POINTS).round().astype(int))
        rows += [{"panel": heading, "framework": row.framework, "mode": row.mode, "seed": row.run,
                  "step": row.score_steps[place], "seconds": row.score_seconds[place], "score": row.scores[place],
                  "target": row.score_target, "quantity": names.of("metric", row.score_name or "")}
                 for place in chosen]
    return views.sort_variants(pd.DataFrame(rows, columns=CURVE))


def target_figure(article: Article) -> Html:
    """The courses, the table of what they took, and before them who gets there first, in words."""
    from bench import figures  # seaborn is slow to import: a section without figures does without

    runs = target_runs(article.tables, article.machine)
    if not len(runs):
        return article.sentence("target.none")
    data = courses(article.tables, article.machine, article.names)
    table, texts = target_table(article, runs)
    return join(target_sentences(article, runs), article.figure(
        figures.target_plot, data, "target", rows=texts, most=MOST_TARGETS), table)


def target_table(article: Article, runs: pd.DataFrame) -> tuple[Html, list[str]]:
    """What each variant took to the target: seconds and steps over the seeds; and the same as sentences."""
    cells = views.cells(article.tables, article.machine).set_index(views.CELL)
    rows = []
    for key, own in runs.groupby(views.CELL, sort=False):
        first, reached = next(own.itertuples()), own[own["status"] == "ok"]
        step = views.interval(cells.loc[key]) if len(reached) and key in cells.index else None
        steps = [course[-1] for course in reached["score_steps"]]
        rows.append({
            "problem": article.names.problem(first, ("workload", "size", "device")),
            "hardware": first.hardware if article.several else None,
            "variant": article.names.variant(first.framework, first.mode), "target": target_text(article, first),
            "reached": article.phrase("target.reached", reached=len(reached), runs=len(own)),
            "target_seconds": formats.seconds(step) if step else None,
            "target_steps": steps_text(article, steps) if steps else None})
    columns = ("problem", "hardware", "variant", "target", "reached", "target_seconds", "target_steps")
    return article.table(rows, columns, "targets", folded=len(rows) > MOST_ROWS), [
        f"{row['problem']}, {row['variant']}: {row['target_seconds'] or row['reached']}" for row in rows]


def target_text(article: Article, row: Any) -> str:
    """The target: the score, and from where on or down to where it counts as reached."""
    above = row.scores[-1] >= row.scores[0]
    return str(article.phrase("target.above" if above else "target.below",
                              score=article.names.of("metric", row.score_name or ""),
                              value=score_text(row.score_name or "", row.score_target)))


def score_text(name: str, value: float) -> str:
    """A score as a reader expects it: an accuracy in per cent."""
    return formats.percent(value) if "accuracy" in name else formats.digits(value)


def steps_text(article: Article, steps: list[float]) -> str:
    """The median of the steps, and from where to where they reach."""
    if min(steps) == max(steps):
        return formats.count(steps[0])
    return str(article.phrase("target.steps", median=formats.count(float(np.median(steps))),
                              low=formats.count(min(steps)), high=formats.count(max(steps))))


def target_sentences(article: Article, runs: pd.DataFrame) -> Html:
    """Who reaches the target first, by how much, and whether both need the same steps."""
    best = views.best(article.tables, article.machine)
    entries = []
    for row in best[best["task"] == views.TARGET].itertuples():
        own = runs[(runs[views.PROBLEM] == [getattr(row, column) for column in views.PROBLEM]).all(axis=1)]
        title = article.names.problem(row, ("workload", "size", "device"))
        place = f" — {row.hardware}" if article.several else ""
        entries.append(article.item(title + place, verdict_sentence(article, row), same_steps(article, own, row)))
    return Html(Markup("<ul>{}</ul>").format(join(*entries))) if entries else Html()


def same_steps(article: Article, runs: pd.DataFrame, row: Any) -> Markup | str:
    """A sentence on the steps that both best modes need from the same seeds; empty where they share no seed."""
    ended = {framework: {run.run: run.score_steps[-1] for run in runs.itertuples() if run.status == "ok"
                         and (run.framework, run.mode) == (framework, getattr(row, f"{framework}_mode"))}
             for framework in ("torch", "jax")}
    seeds = sorted(ended["torch"].keys() & ended["jax"].keys())
    if not seeds:
        return ""
    same = sum(ended["torch"][seed] == ended["jax"][seed] for seed in seeds)
    return article.space + article.phrase("target.same steps", same=same, seeds=len(seeds))


def memory_table(article: Article) -> Html:
    """Peak memory of every variant in the main problem of every training workload; other machines' folded."""
    cells = views.sound_cells(article.tables, article.machine)
    cells = views.main_problems(cells[cells["family"] == "training"])
    machines = [rows for _, rows in cells.groupby("hardware", sort=False)]
    return join(_memory_of(article, machines[0] if machines else cells, False),
                *(_memory_of(article, rows, True) for rows in machines[1:]))


def _memory_of(article: Article, cells: pd.DataFrame, folded: bool) -> Html:
    """The table of one machine: host and device apart."""
    rows, variants = [], [variant for variant in views.VARIANT_ORDER if variant[0] != "numpy"]
    for _, own in cells.groupby(views.PROBLEM, sort=False):
        for place, amount in (("host", views.host_bytes), ("device", views.device_bytes)):
            shown = {f"used {row.framework} {row.mode}": formats.size(used) for row in own.itertuples()
                     if (used := amount(row)) is not None}
            if shown:
                first = next(own.itertuples())
                rows.append({"problem": article.names.problem(first),
                             "hardware": first.hardware if article.several else None,
                             "where": article.words[f"memory.{place}"]} | shown)
    columns = ("problem", "hardware", "where", *(f"used {framework} {mode}" for framework, mode in variants))
    return article.table(rows, columns, "memory", empty="no memory", folded=folded,
                         machine=cells["hardware"].iloc[0] if len(cells) else article.machine)


def memory_examples(article: Article) -> Html:
    """What the executed examples of memory held at their peak and between steps, in bytes and in parameters."""
    rows = []
    for machine in article.tables.hardware(article.machine):
        found = outcomes.events(article.tables, machine, "memory")
        for (framework, name), event in found.items():
            whole = found.get((framework, "bytes"))
            if name.startswith(HOLDING):
                rows.append({"example": example_name(article, name), "framework": framework,
                             "hardware": machine if article.several else None} | _held(article, event, whole))
    columns = ("example", "framework", "hardware", "peak_bytes", "between_bytes", "multiple", "message")
    return article.table(rows, columns, "memory examples", empty="no examples")


def _held(article: Article, event: Any, whole: Any) -> dict[str, Any]:
    if event.outcome != "ok" or event.value is None:
        return {"message": outcome(article, event)}
    between = outcomes.evidence(event.text).get("between")
    multiple = event.value / whole.value if whole and whole.value else None
    return {"peak_bytes": formats.size(event.value), "multiple": formats.ratio(multiple) if multiple else None,
            "between_bytes": formats.size(between) if isinstance(between, int | float) else None}
