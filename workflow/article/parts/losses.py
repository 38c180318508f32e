"""Losses of the first steps, or of a whole fit: figure, rows and table."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html
from article.section import Section
from bench.results.selection import main_problems, side_by_side, sound_runs
from bench.vocabulary import CELL


def loss_figure(section: Section, data: pd.DataFrame, name: str) -> Html:
    """Loss curves over each other; the table holds the first and the last loss of each."""
    from article.figures.losses import loss_plot

    rows = []
    for (problem, framework, mode), group in data.groupby(["panel", "framework", "mode"], sort=False):
        rows.append(
            {
                "problem": problem,
                "variant": section.names.variant(framework, mode),
                "steps": numbers.count(int(group["step"].max() - group["step"].min())),
                "first loss": loss_text(group["loss"].iloc[0]),
                "last loss": loss_text(group["loss"].iloc[-1]),
            }
        )
    table = section.table(rows, ("problem", "variant", "steps", "first loss", "last loss"), "losses", folded=True)
    texts = [
        section.names.point(f"{row['first loss']} → {row['last loss']}", row["problem"], row["variant"]) for row in rows
    ]
    return section.figure(loss_plot, data, name, rows=texts, after=table)


def loss_curves(section: Section, task: str = "train", steps: int = 5) -> pd.DataFrame:
    """Rows of `figures.losses.loss_plot`: the first `steps` losses of one run per variant of the training workloads."""
    runs = sound_runs(section.tables)
    runs = runs[(runs["family"] == "training") & (runs["task"] == task)]
    runs = side_by_side(main_problems(runs), section.machine)
    title = section.names.titles(runs)
    rows = []
    for _, group in runs.groupby(CELL, sort=False):
        row = next(group.sort_values("run").itertuples())
        if isinstance(row.check_values, list) and len(row.check_values) > 1:
            rows += [
                {"panel": title(row), "framework": row.framework, "mode": row.mode, "step": step, "loss": loss}
                for step, loss in enumerate(row.check_values[:steps])
            ]
    return pd.DataFrame(rows, columns=["panel", "framework", "mode", "step", "loss"])


def loss_text(loss: float) -> str:
    """A loss with seven significant digits: enough to see that two float32 runs agree."""
    return f"{loss:.7g}"
