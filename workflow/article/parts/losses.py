"""Losses of the first steps, or of a whole fit: figure and rows."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html
from article.section import Section
from bench.results.selection import main_problems, side_by_side, sound_runs
from bench.vocabulary import CELL


def loss_figure(section: Section, data: pd.DataFrame, name: str) -> Html:
    """Loss curves over each other; the text alternative tells the first and the last loss of each."""
    from article.figures.losses import loss_plot

    texts = [
        section.names.point(
            f"{loss_text(group['loss'].iloc[0])} → {loss_text(group['loss'].iloc[-1])}",
            problem,
            section.names.variant(framework, mode),
        )
        for (problem, framework, mode), group in data.groupby(["panel", "framework", "mode"], sort=False)
    ]
    return section.figure(loss_plot, data, name, rows=texts, finding=_finding(section, data))


def _finding(section: Section, data: pd.DataFrame) -> Markup | None:
    """By how much the losses of a problem differ between its variants at most; None where there is one variant."""
    steps = data.groupby(["panel", "step"])["loss"].agg(["min", "max", "count"])
    steps = steps[(steps["count"] > 1) & (steps["max"].abs() > 0)]
    if not len(steps):
        return None
    most = float(((steps["max"] - steps["min"]) / steps["max"].abs()).max())
    return section.phrase("shows.losses" if most else "shows.same losses", most=numbers.scientific(most))


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
