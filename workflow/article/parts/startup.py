"""Where the time to the first result goes: rows, figure and table, and its sum per framework."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from article import numbers
from article.html import Html
from article.names import Names, panel, sort_variants, telling
from article.section import Article
from bench.results.selection import main_problems, side_by_side, sound_runs
from bench.results.tables import Tables
from bench.vocabulary import CELL, COMPILED


def startup_figure(article: Article) -> Html:
    """Start-up by part, and the same as a table."""
    from article.figures.startup import startup_plot

    data = startup(article.tables, article.machine, article.names)
    rows = []
    for (problem, label), group in data.groupby(["panel", "label"], sort=False):
        parts = {row.part: numbers.seconds(row.seconds) for row in group.itertuples()}
        total = numbers.seconds(float(group["seconds"].sum()))
        rows.append({"problem": problem, "variant": label, "total": total, **parts})
    table = article.table(rows, ("problem", "variant", *PARTS.values(), "total"), "startup", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['total']}" for row in rows]
    return article.figure(startup_plot, data, "startup", rows=texts, after=table)


PARTS = {
    "import_seconds": "import",
    "build_seconds": "build",
    "trace_seconds": "trace",
    "compile_seconds": "compile",
    "first_step_seconds": "first step",
}


def startup(tables: Tables, own: str, names: Names) -> pd.DataFrame:
    """Rows of `figures.startup_plot`: medians over the runs of a cell, cold and cached apart."""
    runs = side_by_side(main_problems(sound_runs(tables)), own)
    if not len(runs):
        return pd.DataFrame(columns=["panel", "label", "part", "seconds", "framework", "mode", "cache"])
    several, columns = runs["hardware"].nunique() > 1, telling(runs)
    rows = []
    for _, group in runs.groupby([*CELL, "cache"], sort=False, dropna=False):
        first = next(group.itertuples())
        cache = "" if first.cache not in ("cold", "cached") else f" · {names.words['cache.' + first.cache]}"
        for column, part in PARTS.items():
            seconds = group[column].dropna()
            if len(seconds):
                rows.append(
                    {
                        "panel": panel(first, names, several, columns),
                        "framework": first.framework,
                        "label": names.variant(first.framework, first.mode) + cache,
                        "mode": first.mode,
                        "cache": first.cache,
                        "part": part,
                        "seconds": float(seconds.median()),
                    }
                )
    return sort_variants(pd.DataFrame(rows))


@dataclass(frozen=True)
class Startup:
    """Medians over all sound runs of one framework on one machine, in seconds; None where nothing is known."""

    framework: str
    import_seconds: float
    eager_seconds: float | None
    compiled_cold_seconds: float | None
    compiled_cached_seconds: float | None


def beginnings(tables: Tables, machine: str) -> dict[str, Startup]:
    """Framework → time from the start of the process to its first result, over the main problems of the machine."""
    runs = sound_runs(tables)
    runs = main_problems(runs[(runs["hardware"] == machine) & (runs["device"] == "cpu")])
    total = runs[list(PARTS)].fillna(0).sum(axis=1)
    found = {}
    for framework, modes in COMPILED.items():
        own = runs["framework"] == framework
        imports = runs[own]["import_seconds"].dropna()
        if not len(imports):
            continue
        compiled = own & (runs["mode"] == modes[0])
        times = [
            total[own & (runs["mode"] == "eager")],
            total[compiled & (runs["cache"] == "cold")],
            total[compiled & (runs["cache"] == "cached")],
        ]
        found[framework] = Startup(
            framework, float(imports.median()), *(float(series.median()) if len(series) else None for series in times)
        )
    return found
