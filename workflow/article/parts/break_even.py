"""After how many steps compiling has paid for itself: the figure and its table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html
from article.names import TITLES, named_by
from article.rows import in_words
from article.section import Section
from bench.results.selection import main_problems, side_by_side, sound_runs
from bench.results.startup import beginning, crossing, starts
from bench.vocabulary import CELL, COMPILED, PROBLEM

MOST_STEPS = 1e8
"""Steps up to which curves are drawn and crossings marked."""
POINTS = 25
"""Points of a curve, which bends once."""
NEVER = 1e12
"""Steps that nobody takes."""


def break_even_figure(section: Section) -> Html:
    """Cumulative time of compiled and eager variants, and the number of steps to break even as a table."""
    from article.figures.break_even import break_even_plot

    found = break_evens(section)
    rows = [table_row(section, entry) for entry in found]
    table = section.table(
        rows,
        ("problem", "variant", "steps", "cached_steps"),
        "break even",
        folded=True,
    )
    return section.figure(
        break_even_plot,
        curves(found),
        "break even",
        crossings(found),
        rows=in_words(section, rows, "steps"),
        finding=_finding(section, found) if found else None,
        after=table,
        lacking=lacking(section, found),
    )


def _finding(section: Section, found: Sequence[BreakEven]) -> Markup:
    """In how many cases compiling pays off, and after how many steps."""
    steps = [entry.steps for entry in found if pays_off(entry.steps)]
    if not steps:
        return section.phrase("shows.never", total=len(found))
    least, most = (numbers.count(round(end)) for end in (min(steps), max(steps)))
    told = []
    for framework, title in TITLES.items():
        if own := [entry for entry in found if entry.framework == framework]:
            count = sum(pays_off(entry.steps) for entry in own)
            told.append(section.phrase("shows.of", framework=title, count=count, total=len(own)))
    shown = Markup(section.words["comma"]).join(told)
    return section.phrase("shows.break even", told=shown, least=least, most=most)


@dataclass(frozen=True)
class BreakEven:
    """After how many steps a compiled variant has caught up with the eager one of its framework.

    steps: None where it never does; start_seconds: from the start of the process to the first result, cold and (or
    None) cached, each against the eager start with such caches.
    """

    panel: str
    workload: str
    framework: str
    mode: str
    start_seconds: float
    cached_start_seconds: float | None
    eager_start_seconds: float
    step_seconds: float
    eager_step_seconds: float
    steps: float | None
    cached_steps: float | None

    def seconds_after(self, steps: Any) -> Any:
        """What so many steps of the compiled variant take."""
        return self.start_seconds + (steps - 1) * self.step_seconds

    def eager_seconds_after(self, steps: Any) -> Any:
        """What so many steps of the eager variant take."""
        return self.eager_start_seconds + (steps - 1) * self.eager_step_seconds


def problems(section: Section) -> Iterator[tuple[str, pd.DataFrame]]:
    """What every main problem is called, and its sound runs."""
    runs = starts(side_by_side(main_problems(sound_runs(section.tables)), section.machine))
    title = section.names.titles(runs)
    for _, group in runs.groupby(PROBLEM, sort=False):
        yield title(next(group.itertuples())), group


def break_evens(section: Section) -> list[BreakEven]:
    """Every compiled variant of the main problems against the eager one of its framework; problems of which that is
    known in both frameworks come first.
    """
    found = []
    for panel, group in problems(section):
        for framework, modes in COMPILED.items():
            eager, eager_cached = (beginning(group, framework, "eager", cache) for cache in ("cold", "cached"))
            for mode in modes:
                cold, cached = (beginning(group, framework, mode, cache) for cache in ("cold", "cached"))
                if eager and cold:
                    found.append(
                        BreakEven(
                            panel,
                            named_by(group.iloc[0]),
                            framework,
                            mode,
                            start_seconds=cold[0],
                            cached_start_seconds=cached[0] if cached else None,
                            eager_start_seconds=eager[0],
                            step_seconds=cold[1],
                            eager_step_seconds=eager[1],
                            steps=crossing(eager, cold),
                            cached_steps=crossing(eager_cached, cached) if eager_cached and cached else None,
                        )
                    )
    sides = {entry.panel: {other.framework for other in found if other.panel == entry.panel} for entry in found}
    return sorted(found, key=lambda entry: -len(sides[entry.panel]))


def lacking(section: Section, found: Sequence[BreakEven]) -> str:
    """Sentences on the frameworks that have curves in some of the problems alone, and why; "" where none has."""
    panels = {framework: {entry.panel for entry in found if entry.framework == framework} for framework in COMPILED}
    every = set().union(*panels.values())
    told = [
        section.words[f"break even.{_reason(section, framework, every - own)}"].format(
            framework=TITLES[framework], count=len(own), total=len(every)
        )
        for framework, own in panels.items()
        if own < every
    ]
    return "".join(f"{section.space}{sentence}" for sentence in told)


def _reason(section: Section, framework: str, panels: Collection[str]) -> str:
    """Why a framework has no curves in these problems: its eager mode was tried in none, or something else."""
    tried = set(section.tables.frame("runs")[CELL].itertuples(index=False, name=None))
    groups = [group for panel, group in problems(section) if panel in panels]
    compiled = all(group[group["framework"] == framework]["mode"].isin(COMPILED[framework]).any() for group in groups)
    eager = any((*group[PROBLEM].iloc[0], framework, "eager") in tried for group in groups)
    return "not eager" if compiled and not eager else "not both"


def curves(found: Sequence[BreakEven]) -> pd.DataFrame:
    """Rows of `figures.break_even.break_even_plot`; the axis reaches ten times beyond the last crossing."""
    rows = []
    for panel in dict.fromkeys(entry.panel for entry in found):
        entries = [entry for entry in found if entry.panel == panel]
        last = max([100.0, *(entry.steps for entry in entries if entry.steps)])
        steps = np.geomspace(1, min(10 * last, MOST_STEPS), POINTS)
        for framework in dict.fromkeys(entry.framework for entry in entries):
            own = [entry for entry in entries if entry.framework == framework]
            lines = {"eager": own[0].eager_seconds_after(steps)}
            lines |= {entry.mode: entry.seconds_after(steps) for entry in own}
            rows += [
                {
                    "panel": panel,
                    "workload": own[0].workload,
                    "framework": framework,
                    "mode": mode,
                    "steps": count,
                    "seconds": seconds,
                }
                for mode, line in lines.items()
                for count, seconds in zip(steps, line, strict=True)
            ]
    return pd.DataFrame(rows, columns=["panel", "workload", "framework", "mode", "steps", "seconds"])


def crossings(found: Sequence[BreakEven]) -> pd.DataFrame:
    """Where the curves of `figures.break_even.break_even_plot` meet, beyond the first step."""
    rows = [
        {"panel": entry.panel, "steps": entry.steps, "seconds": entry.seconds_after(entry.steps)}
        for entry in found
        if entry.steps and 1 < entry.steps < MOST_STEPS
    ]
    return pd.DataFrame(rows, columns=["panel", "steps", "seconds"])


def table_row(section: Section, entry: BreakEven) -> dict[str, Any]:
    """One compiled variant as texts."""
    return {
        "problem": entry.panel,
        "variant": section.names.variant(entry.framework, entry.mode),
        "steps": steps_or_never(section, entry.steps),
        "cached_steps": None if entry.cached_start_seconds is None else steps_or_never(section, entry.cached_steps),
    }


def steps_or_never(section: Section, steps: float | None) -> str:
    """A number of steps, or the word for never."""
    return numbers.count(round(steps)) if pays_off(steps) else section.words["never"]


def pays_off(steps: float | None) -> TypeGuard[float]:
    """Whether so many steps to break even are ones that somebody takes."""
    return steps is not None and steps <= NEVER
