"""After how many steps compiling has paid for itself: the figure and its table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from article import numbers
from article.html import Html
from article.names import Names, panel, telling
from article.section import Article
from bench.results.break_even import beginning, crossing
from bench.results.selection import main_problems, side_by_side, sound_runs
from bench.results.tables import Tables
from bench.vocabulary import COMPILED, PROBLEM


def break_even_figure(article: Article) -> Html:
    """Cumulative time of compiled and eager variants, and the number of steps to break even as a table."""
    from article.figures.break_even import break_even_plot

    found = break_even(article.tables, article.machine, article.names)
    data, crossings = curves(found)
    rows = [
        {
            "problem": entry.panel,
            "variant": article.names.variant(entry.framework, entry.mode),
            "start": numbers.seconds(entry.start_seconds),
            "eager_start": numbers.seconds(entry.eager_start_seconds),
            "step": numbers.seconds(entry.step_seconds),
            "eager_step": numbers.seconds(entry.eager_step_seconds),
            "steps": steps_text(article, entry.steps),
            "cached_steps": None if entry.cached_start_seconds is None else steps_text(article, entry.cached_steps),
        }
        for entry in found
    ]
    table = article.table(
        rows,
        ("problem", "variant", "start", "eager_start", "step", "eager_step", "steps", "cached_steps"),
        "break even",
        folded=True,
    )
    texts = [f"{row['problem']}, {row['variant']}: {row['steps']}" for row in rows]
    return article.figure(break_even_plot, data, "break even", crossings, rows=texts, after=table)


def steps_text(article: Article, steps: float | None) -> str:
    """A number of steps, or the word for never."""
    return article.words["never"] if steps is None or steps > 1e12 else numbers.count(round(steps))


@dataclass(frozen=True)
class BreakEven:
    """After how many steps a compiled variant has caught up with the eager one of its framework.

    steps: None where it never does; start_seconds: until the end of the first step, cold and (or None) cached.
    """

    hardware: str
    panel: str
    framework: str
    mode: str
    start_seconds: float
    cached_start_seconds: float | None
    eager_start_seconds: float
    step_seconds: float
    eager_step_seconds: float
    steps: float | None
    cached_steps: float | None


def break_even(tables: Tables, own: str, names: Names) -> list[BreakEven]:
    """Every compiled variant of the main problems against the eager one of its framework."""
    runs = side_by_side(main_problems(sound_runs(tables)), own)
    several, columns = runs["hardware"].nunique() > 1, telling(runs) if len(runs) else ()
    found = []
    for _, group in runs.groupby(PROBLEM, sort=False):
        heading = panel(next(group.itertuples()), names, several, columns)
        for framework, modes in COMPILED.items():
            eager = beginning(group, framework, "eager", ("none", "cold", "cached"))
            for mode in modes:
                cold, cached = (beginning(group, framework, mode, (cache,)) for cache in ("cold", "cached"))
                if eager and cold:
                    found.append(_break_even(group, heading, framework, mode, eager, cold, cached))
    return found


def _break_even(
    group: pd.DataFrame,
    heading: str,
    framework: str,
    mode: str,
    eager: tuple[float, float],
    cold: tuple[float, float],
    cached: tuple[float, float] | None,
) -> BreakEven:
    return BreakEven(
        group["hardware"].iloc[0],
        heading,
        framework,
        mode,
        cold[0],
        cached[0] if cached else None,
        eager[0],
        cold[1],
        eager[1],
        crossing(eager, cold),
        crossing(eager, cached) if cached else None,
    )


def curves(found: list[BreakEven]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows and crossings of `figures.break_even_plot`; the axis reaches ten times beyond the last crossing."""
    rows, crossings = [], []
    for heading in dict.fromkeys(entry.panel for entry in found):
        entries = [entry for entry in found if entry.panel == heading]
        last = max([100.0, *(entry.steps for entry in entries if entry.steps)])
        steps = np.geomspace(1, min(10 * last, 1e8), 60)
        for framework in dict.fromkeys(entry.framework for entry in entries):
            own = [entry for entry in entries if entry.framework == framework]
            lines = [("eager", own[0].eager_start_seconds, own[0].eager_step_seconds)]
            lines += [(entry.mode, entry.start_seconds, entry.step_seconds) for entry in own]
            rows += [
                {
                    "panel": heading,
                    "framework": framework,
                    "mode": mode,
                    "steps": count,
                    "seconds": start + (count - 1) * step,
                }
                for mode, start, step in lines
                for count in steps
            ]
        crossings += [
            {
                "panel": heading,
                "steps": entry.steps,
                "framework": entry.framework,
                "mode": entry.mode,
                "seconds": entry.start_seconds + (entry.steps - 1) * entry.step_seconds,
            }
            for entry in entries
            if entry.steps and 1 < entry.steps < 1e8
        ]
    return (
        pd.DataFrame(rows, columns=["panel", "framework", "mode", "steps", "seconds"]),
        pd.DataFrame(crossings, columns=["panel", "steps", "seconds", "framework", "mode"]),
    )
