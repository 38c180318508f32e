"""Section 8: many trainings at once against a loop, and the attribution of predictions to their inputs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench import formats, outcomes, ratios, views
from bench.article import Article, Html, join
from bench.parts import ratio_figure

RATES, ATTRIBUTION = "learning_rates", "integrated_gradients"


def gains(article: Article) -> pd.DataFrame:
    """Time of a loop over the learning rates over that of all at once, per problem and framework."""
    runs = views.sound_runs(article.tables)
    return views.own_first(ratios.loop_costs(runs[runs["workload"] == RATES], ("training",)), article.machine)


def rates(article: Article, found: pd.DataFrame) -> Html:
    """How much faster all learning rates at once are than a loop, per framework, and the frameworks compared."""
    rows = [{"problem": article.names.problem(row, ("workload", "size", "precision", "device")),
             "hardware": row.hardware if article.several else None, "framework": article.words[
                 f"column.{row.framework}"], "at once": row.mode, "in a loop": row.loop_mode,
             "gain": gain(row)} for row in found.itertuples()]
    table = article.table(rows, ("problem", "hardware", "framework", "at once", "in a loop", "gain"), "rates")
    return join(table, compared(article, RATES))


def gain(row: Any) -> str:
    """The time of the loop in units of that of all at once, with its interval where there is one."""
    bounded = not formats.missing(row.low)
    return formats.ratio(formats.Interval(row.ratio, row.low, row.high) if bounded else formats.Interval(row.ratio))


def attributions(article: Article) -> pd.DataFrame:
    """The cells in which predictions were attributed to their inputs."""
    cells = views.sound_cells(article.tables, article.machine)
    return cells[cells["workload"] == ATTRIBUTION]


def attribution(article: Article, cells: pd.DataFrame) -> Html:
    """The frameworks compared, and of every variant its time and how far its attributions add up."""
    rows = []
    for row in cells.itertuples():
        complete = outcomes.evidence(row.metrics).get("completeness_error")
        rows.append({"problem": article.names.problem(row), "hardware": row.hardware if article.several else None,
                     "variant": article.names.variant(row.framework, row.mode),
                     "step": formats.seconds(views.interval(row) or row.step_seconds),
                     "completeness": formats.scientific(complete) if isinstance(complete, int | float) else None})
    table = article.table(rows, ("problem", "hardware", "variant", "step", "completeness"), "attribution",
                          folded=len(rows) > 12)
    return join(compared(article, ATTRIBUTION), table)


def compared(article: Article, workload: str) -> Html:
    """The ratios of PyTorch's time over JAX's in one workload; nothing where none was compared."""
    best = views.best(article.tables, article.machine)
    own = best[best["workload"] == workload]
    return ratio_figure(article, own) if len(own) else Html()
