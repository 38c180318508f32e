"""Figures that come with the table of their numbers."""

from __future__ import annotations

import pandas as pd

from bench import formats, layering, outcomes, views
from bench.article import Article, Html
from bench.parts import amount, first_line


def startup_figure(article: Article) -> Html:
    """Start-up by part, and the same as a table."""
    from bench import figures  # seaborn is slow to import: a section without figures does without

    data = views.startup(article.tables, article.machine, article.names)
    rows = []
    for (panel, label), group in data.groupby(["panel", "label"], sort=False):
        parts = {row.part: formats.seconds(row.seconds) for row in group.itertuples()}
        total = formats.seconds(float(group["seconds"].sum()))
        rows.append({"problem": panel, "variant": label, "total": total, **parts})
    table = article.table(rows, ("problem", "variant", *views.PARTS.values(), "total"), "startup", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['total']}" for row in rows]
    return article.figure(figures.startup_plot, data, "startup", rows=texts, after=table)


def break_even_figure(article: Article) -> Html:
    """Cumulative time of compiled and eager variants, and the number of steps to break even as a table."""
    from bench import figures  # seaborn is slow to import: a section without figures does without

    found = views.break_even(article.tables, article.machine, article.names)
    data, crossings = views.curves(found)
    rows = [{"problem": entry.panel, "variant": article.names.variant(entry.framework, entry.mode),
             "start": formats.seconds(entry.start_seconds), "eager_start": formats.seconds(entry.eager_start_seconds),
             "step": formats.seconds(entry.step_seconds), "eager_step": formats.seconds(entry.eager_step_seconds),
             "steps": steps_text(article, entry.steps),
             "cached_steps": None if entry.cached_start_seconds is None else steps_text(article, entry.cached_steps)}
            for entry in found]
    table = article.table(rows, ("problem", "variant", "start", "eager_start", "step", "eager_step", "steps",
                                 "cached_steps"), "break even", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['steps']}" for row in rows]
    return article.figure(figures.break_even_plot, data, "break even", crossings, rows=texts, after=table)


def steps_text(article: Article, steps: float | None) -> str:
    """A number of steps, or the word for never."""
    return article.words["never"] if steps is None or steps > 1e12 else formats.count(round(steps))


def distribution_figure(article: Article, family: str | None = None) -> Html:
    """Every value, and its quartiles as a table."""
    from bench import figures  # seaborn is slow to import: a section without figures does without

    data = views.values(article.tables, article.machine, article.names, family)
    rows = []
    for (panel, label), group in data.groupby(["panel", "label"], sort=False):
        quarters = group["seconds"].quantile([0, 0.25, 0.5, 0.75, 1]).tolist()
        names = ("lowest", "lower quartile", "median", "upper quartile", "highest")
        rows.append({"problem": panel, "variant": label, "runs": str(group["run"].nunique()),
                     "values": formats.count(len(group)),
                     **{name: formats.seconds(value) for name, value in zip(names, quarters, strict=True)}})
    table = article.table(rows, ("problem", "variant", "runs", "values", "lowest", "lower quartile", "median",
                                 "upper quartile", "highest"), "distribution", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['median']}" for row in rows]
    return article.figure(figures.distribution_plot, data, "distribution", rows=texts, after=table)


def peak_figure(article: Article) -> Html:
    """Rates of work against the measured peak."""
    from bench import figures  # seaborn is slow to import: a section without figures does without

    data = views.work_rates(article.tables, article.machine, article.names)
    rows = [{"problem": row.label, "place": row.panel, "variant": article.names.variant(row.framework, row.mode),
             "flops": formats.rate(row.flops_per_second, "flop/s"),
             "share": formats.percent(row.share) if amount(row.share) else None} for row in data.itertuples()]
    table = article.table(rows, ("problem", "place", "variant", "flops", "share"), "peak", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['flops']}" for row in rows]
    return article.figure(figures.peak_plot, data, "peak", rows=texts, after=table)


def loss_figure(article: Article, data: pd.DataFrame, name: str) -> Html:
    """Loss curves over each other; the table holds the first and the last loss of each."""
    from bench import figures  # seaborn is slow to import: a section without figures does without

    rows = []
    for (panel, framework, mode), group in data.groupby(["panel", "framework", "mode"], sort=False):
        rows.append({"problem": panel, "variant": article.names.variant(framework, mode),
                     "steps": formats.count(int(group["step"].max() - group["step"].min())),
                     "first loss": loss_text(group["loss"].iloc[0]), "last loss": loss_text(group["loss"].iloc[-1])})
    table = article.table(rows, ("problem", "variant", "steps", "first loss", "last loss"), "losses", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['first loss']} → {row['last loss']}" for row in rows]
    return article.figure(figures.loss_plot, data, name, rows=texts, after=table)


def loss_text(loss: float) -> str:
    """A loss with seven significant digits: enough to see that two float32 runs agree."""
    return f"{loss:.7g}"


def graph_figure(article: Article, workload: str, framework: str, event: str, name: str) -> Html:
    """A graph recorded as an event, drawn; the sentence that it could not be recorded where it was not."""
    from bench import figures  # seaborn is slow to import: a section without figures does without

    found = outcomes.events(article.tables, article.machine, workload).get((framework, event))
    if found is None or found.outcome != "ok":
        return article.sentence("graph.none", title=article.words[f"figure.{name}.title"],
                                message=first_line(found.text) if found else "")
    nodes, edges = layering.layered(found.text)
    labels = dict(zip(nodes["id"], nodes["label"], strict=True))
    rows = [f"{labels[edge.source]} → {labels[edge.target]}" for edge in edges.itertuples()]
    return article.figure(figures.graph_plot, nodes, name, edges, rows=rows, operations=int(
        (nodes["kind"] == "operation").sum()))
