"""Where the time to the first result goes: figure, rows and table, and its sum per framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html
from article.names import named_by
from article.rows import in_words, sort_variants
from article.section import Section, limited
from bench.results.selection import at_shared_sizes, main_problems, own_first, sound_runs
from bench.results.startup import first_results, starts
from bench.results.tables import Tables
from bench.vocabulary import CELL, COMPARED, COMPILED, PROBLEM, STARTUP

PARTS = {f"{phase}_seconds": phase.replace("_", " ") for phase in STARTUP}
"""Column of the table of runs → the part of the start that it times."""


def startup_figure(section: Section) -> Html:
    """Start-up by part, and the same as a table."""
    from article.figures.startup import startup_plot

    data = startup_parts(section)
    rows = []
    for (problem, label), group in limited(data)[0].groupby(["panel", "label"], sort=False):
        parts = {row.part: numbers.seconds(row.seconds) for row in group.itertuples()}
        total = numbers.seconds(float(group["total"].iloc[0]))
        rows.append({"problem": problem, "variant": label, "total": total, **parts})
    table = section.table(rows, ("problem", "variant", *PARTS.values(), "total"), "startup", folded=True)
    texts, finding = in_words(section, rows, "total"), _extremes(section, limited(data)[0])
    return section.figure(startup_plot, data, "startup", rows=texts, finding=finding, after=table)


def _extremes(section: Section, data: pd.DataFrame) -> Markup | None:
    """The shortest and the longest start; None where there is one or none."""
    totals = data.groupby(["panel", "label"], sort=False)["total"].first().sort_values()
    if len(totals) < 2:
        return None
    (fast, least), *_, (slow, most) = totals.items()
    said = {"fast": section.words["comma"].join(fast), "slow": section.words["comma"].join(slow)}
    return section.phrase("shows.startup", least=numbers.seconds(least), most=numbers.seconds(most), **said)


def startup_parts(section: Section) -> pd.DataFrame:
    """Rows of `figures.startup.startup_plot`: medians over the runs of a cell, cold and cached apart.

    `total` is the median of the sums. Trainings come before other problems, long starts before short ones.
    """
    runs = starts(telling_first(main_problems(sound_runs(section.tables)), section.machine))
    title = section.names.titles(runs)
    rows = []
    for _, group in runs.groupby([*CELL, "cache"], sort=False, dropna=False):
        first, total = next(group.itertuples()), float(first_results(group).median())
        rows += [
            {
                "panel": title(first),
                "label": start_label(section, first),
                "workload": named_by(first),
                "part": part,
                "seconds": float(seconds.median()),
                "total": total,
                "framework": first.framework,
                "mode": first.mode,
                "cache": first.cache,
            }
            for column, part in PARTS.items()
            if len(seconds := group[column].dropna())
        ]
    columns = ["panel", "label", "workload", "part", "seconds", "total", "framework", "mode", "cache"]
    return sort_variants(pd.DataFrame(rows, columns=columns))


def telling_first(runs: pd.DataFrame, machine: str) -> pd.DataFrame:
    """Runs of this machine first, then of trainings, then of the problems that take longest to start."""
    ordered = own_first(runs, machine)
    longest = first_results(ordered).groupby([ordered[column] for column in CELL]).transform("median")
    longest = longest.groupby([ordered[column] for column in PROBLEM]).transform("max")
    keys = (-longest, ordered["family"] != "training", ordered["hardware"] != machine)
    return ordered.iloc[np.lexsort(keys)]


def start_label(section: Section, run: Any) -> str:
    """The variant of a run, and what its compiler's caches held if it has any."""
    variant = section.names.variant(run.framework, run.mode)
    return f"{variant} · {section.words[f'cache.{run.cache}']}" if run.cache in ("cold", "cached") else variant


class Median(NamedTuple):
    """A median over workloads, and over how many."""

    seconds: float
    workloads: int


@dataclass(frozen=True)
class Startup:
    """Of one framework on one machine: the median of its import, in seconds, and those from the start of a process to
    its first result, over the workloads in which both frameworks were started so; None where nothing is known.
    """

    import_seconds: float
    eager: Median | None
    compiled_cold: Median | None
    compiled_cached: Median | None


def beginnings(tables: Tables, machine: str) -> dict[str, Startup]:
    """Framework → time of its import, over all runs of the machine on the CPU, and from the start of the process to its
    first result, over those of the main problems at sizes that all machines have measured.
    """
    every = sound_runs(tables)
    every = every[every["device"] == "cpu"]
    runs = main_problems(at_shared_sizes(every))
    every, runs = (found[found["hardware"] == machine] for found in (every, runs))
    compiled = runs["mode"] == runs["framework"].map({name: modes[0] for name, modes in COMPILED.items()})
    kinds = {
        "eager": _medians(runs[(runs["mode"] == "eager") & (runs["cache"] != "cold")]),
        "compiled_cold": _medians(runs[compiled & (runs["cache"] == "cold")]),
        "compiled_cached": _medians(runs[compiled & (runs["cache"] == "cached")]),
    }
    imports = every.groupby("framework")["import_seconds"].median().dropna()
    return {
        framework: Startup(imports[framework], **{kind: own.get(framework) for kind, own in kinds.items()})
        for framework in COMPILED
        if framework in imports
    }


def _medians(runs: pd.DataFrame) -> dict[str, Median]:
    """Framework → the median, over the problems that both were started in, of its median start."""
    total = runs.assign(total=first_results(runs))
    starts = total.pivot_table(index=list(PROBLEM), columns="framework", values="total", aggfunc="median")
    starts = starts.reindex(columns=list(COMPARED)).dropna()
    if starts.empty:
        return {}
    return {str(framework): Median(float(own.median()), len(own)) for framework, own in starts.items()}
