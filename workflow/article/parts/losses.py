"""Losses of the first steps, or of a whole fit, and how far those of the two frameworks are apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from article import numbers
from article.html import Html
from article.names import named_by
from article.rows import of_first_machine
from article.section import Section
from bench.catalogue import known
from bench.results.selection import main_problems, side_by_side, sound_runs
from bench.vocabulary import CELL, COMPARED

COLUMNS = ["panel", "workload", "framework", "mode", "precision", "tolerance", "step", "loss"]
VISIBLE = 0.01
"""Share of the height of a chart by which two curves are apart that can be told from each other."""


def course_figure(section: Section, data: pd.DataFrame, name: str) -> Html:
    """The loss of a training and, step by step, how far the frameworks are apart as a share of the loss of the step."""
    from article.figures.losses import course_plot

    found = differences(data, data["loss"])
    most = found["difference"].max()
    return section.figure(
        course_plot,
        found,
        name,
        visibly_apart(data, found),
        rows=[*curve_texts(section, data), *_most_texts(section, found)],
        finding=section.phrase("shows.course" if most else "shows.same losses", most=numbers.scientific(most))
        if len(found)
        else None,
    )


def agreement_figure(section: Section, data: pd.DataFrame, name: str) -> Html:
    """How far the first losses are apart, problem by problem, the nearest first, as a share of the largest of them: as
    the timed runs are held against each other.
    """
    from article.figures.losses import agreement_plot

    found = differences(data, data.groupby("panel")["loss"].transform(lambda losses: losses.abs().max()))
    apart = visibly_apart(data, found)
    found = found.assign(most=found.groupby("panel")["difference"].transform("max"))
    found = found.sort_values(["most", "panel", "step"], kind="stable").rename(columns={"panel": "label"})
    return section.figure(
        agreement_plot,
        found.drop(columns="most"),
        name,
        apart,
        rows=_most_texts(section, found.rename(columns={"label": "panel"})),
        finding=_finding(section, found) if len(found) else None,
    )


def _finding(section: Section, found: pd.DataFrame) -> str:
    """How far the losses are apart in the median problem, and in that where they are farthest apart."""
    most = found.drop_duplicates("label")["most"]
    if not most.max():
        return section.phrase("shows.same losses")
    told = {"median": numbers.scientific(most.median()), "most": numbers.scientific(most.max())}
    return section.phrase("shows.losses", **told, problem=found["label"].iloc[-1])


def loss_curves(section: Section, task: str = "train", steps: int = 5) -> pd.DataFrame:
    """The first `steps` losses of one run per variant of the training workloads on the first machine: rows of
    `figures.losses.loss_plot` with their precision and how far it lets losses be apart.
    """
    runs = sound_runs(section.tables)
    runs = runs[(runs["family"] == "training") & (runs["task"] == task)]
    runs = of_first_machine(side_by_side(main_problems(runs), section.machine))
    title = section.names.titles(runs)
    rows = []
    for _, group in runs.groupby(CELL, sort=False):
        row = next(group.sort_values("run").itertuples())
        if isinstance(row.check_values, list) and len(row.check_values) > 1:
            allowed = known(row.workload, row.family).tolerance_in(row.precision, row.task)
            named = (title(row), named_by(row), row.framework, row.mode, row.precision, allowed)
            rows += [(*named, step, loss) for step, loss in enumerate(row.check_values[:steps])]
    return pd.DataFrame(rows, columns=COLUMNS)


def differences(data: pd.DataFrame, scale: pd.Series) -> pd.DataFrame:
    """Rows of `figures.losses.course_plot`: of every step that both frameworks have, the farthest that a loss of the
    one is from a loss of the other, over `scale`, which tells for every loss what it is held against.
    """
    ends = data.assign(scale=scale.abs()).groupby(["panel", "step", "framework"], sort=False)
    ends = ends.agg(
        workload=("workload", "first"),
        low=("loss", "min"),
        high=("loss", "max"),
        scale=("scale", "max"),
        precision=("precision", "first"),
        tolerance=("tolerance", "first"),
    ).reset_index()
    one, other = (ends[ends["framework"] == framework] for framework in COMPARED)
    both = one.merge(other[["panel", "step", "low", "high", "scale"]], on=["panel", "step"], suffixes=("", "_other"))
    farthest = pd.concat([both["high"] - both["low_other"], both["high_other"] - both["low"]], axis=1).max(axis=1)
    largest = both[["scale", "scale_other"]].max(axis=1).where(lambda found: found > 0, 1.0)
    both = both.assign(difference=farthest / largest, loss=both["low"])
    return both.loc[
        np.isfinite(both["difference"].astype(float)),
        ["panel", "workload", "step", "loss", "difference", "precision", "tolerance"],
    ]


def visibly_apart(data: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The losses of the problems of `found` whose curves can be told from each other in a chart."""
    steps = data[data["panel"].isin(found["panel"])].groupby(["panel", "step"])["loss"].agg(["min", "max"])
    gaps = (steps["max"] - steps["min"]).groupby("panel").max()
    panels = steps.groupby("panel").agg({"min": "min", "max": "max"})
    apart = gaps[gaps > VISIBLE * (panels["max"] - panels["min"])].index
    return data[data["panel"].isin(apart)]


def curve_texts(section: Section, data: pd.DataFrame) -> list[str]:
    """What a text alternative says of the curves: the first and the last loss of each."""
    return [
        section.names.point(
            f"{loss_text(group['loss'].iloc[0])} → {loss_text(group['loss'].iloc[-1])}",
            problem,
            section.names.variant(framework, mode),
        )
        for (problem, framework, mode), group in data.groupby(["panel", "framework", "mode"], sort=False)
    ]


def _most_texts(section: Section, found: pd.DataFrame) -> list[str]:
    """What a text alternative says of the differences: the largest of each problem."""
    most = found.groupby("panel", sort=False)["difference"].max()
    return [
        section.names.point(numbers.scientific(difference), problem, section.words["shows.difference"])
        for problem, difference in most.items()
    ]


def loss_text(loss: float) -> str:
    """A loss with seven significant digits: enough to see that two float32 runs agree."""
    return f"{loss:.7g}"
