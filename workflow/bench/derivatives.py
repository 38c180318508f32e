"""What derivatives cost and how exact they are: the figures, tables and sentences of section 4."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from bench import formats, ratios, views
from bench.article import Article, Html, join
from bench.formats import Interval, missing
from bench.names import Names, facts
from bench.tables import Tables
from bench.vocabulary import PRECISIONS

TITLES = {"torch": "PyTorch", "jax": "JAX"}
MOST_ROWS = 30
"""Rows of a table that is not folded."""


# --- the cost of a derivative -----------------------------------------------------------------------------------------


def costs(tables: Tables, own: str) -> pd.DataFrame:
    """`ratios.derivative_costs` of the usual sizes, every mode, sorted."""
    return views.own_first(ratios.derivative_costs(views.sound_runs(tables)), own)


def main_costs(found: pd.DataFrame) -> pd.DataFrame:
    """The best modes at one size and precision per machine, workload, task and device: the largest, the first."""
    return views.largest(found[found["best"].astype(bool)])


def cost_rows(found: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Rows of `dots.ratio_dots`: gradients, for which theory has a bound, in a panel of their own."""
    several = found["device"].nunique() > 1
    columns = ("workload", "task", "device") if several else ("workload", "task")
    rows = [{"panel": names.words["cost.gradients" if row.task in ratios.REVERSE else "cost.others"],
             "label": names.problem(row, columns), "framework": row.framework, "mode": row.mode, "ratio": row.ratio,
             "low": views.none(row.low), "high": views.none(row.high),
             "limit": ratios.BOUND if row.task in ratios.REVERSE else None} for row in found.itertuples()]
    frame = pd.DataFrame(rows, columns=["panel", "label", "framework", "mode", "ratio", "low", "high", "limit"])
    return frame.sort_values("panel", key=lambda panel: panel != names.words["cost.gradients"], kind="stable")


def cost_section(article: Article) -> Html:
    """Who keeps to the theory's bound in words, the figure of the first machine with results, and every ratio."""
    from bench import dots  # seaborn is slow to import: a section without figures does without

    found = costs(article.tables, article.machine)
    if not len(found):
        return article.sentence("cost.none")
    main = main_costs(found)
    machine = main["hardware"].iloc[0]
    main = main[main["hardware"] == machine]
    data = cost_rows(main, article.names)
    texts = [f"{row.label}, {article.names.variant(row.framework, row.mode)}: {ratio_text(row)}"
             for row in data.itertuples()]
    return join(bound_sentence(article, main, machine), article.figure(
        dots.ratio_dots, data, "cost", rows=texts, after=cost_table(article, found), machine=machine,
        bound=formats.count(ratios.BOUND)))


def bound_sentence(article: Article, main: pd.DataFrame, machine: str) -> Html:
    """How many gradients of each framework cost at most the bound, and the cheapest and the dearest of them."""
    gradients = main[main["task"].isin(ratios.REVERSE)]
    sentences = []
    for framework, title in TITLES.items():
        own = gradients[gradients["framework"] == framework]
        if len(own):
            counts = ratios.judged(own, ratios.BOUND)
            sentences.append(article.phrase(
                "cost.bound", framework=title, below=counts["below"], of=counts["of"], undecided=counts["undecided"],
                bound=formats.count(ratios.BOUND), least=formats.ratio(float(own["ratio"].min())),
                most=formats.ratio(float(own["ratio"].max())),
                dearest=article.names.problem(own.loc[own["ratio"].idxmax()], ("workload", "task"))))
    if not sentences:
        return article.sentence("cost.no gradients")
    return paragraph(article.phrase("cost.here", machine=machine) + article.space
                     + article.space.join(sentences))


def cost_table(article: Article, found: pd.DataFrame) -> Html:
    """Every ratio, all modes beside each other."""
    variants = [variant for variant in views.VARIANT_ORDER if variant[0] != "numpy"]
    rows = []
    for _, own in found.groupby(views.PROBLEM, sort=False):
        first = next(own.itertuples())
        rows.append({"problem": article.names.problem(first), "hardware": machine_name(article, first)} | {
            f"used {row.framework} {row.mode}": ratio_text(row) for row in own.itertuples()})
    columns = ("problem", "hardware", *(f"used {framework} {mode}" for framework, mode in variants))
    return article.table(rows, columns, "costs", folded=True)


def paragraph(text: Any) -> Html:
    """A paragraph of sentences."""
    return Html(Markup("<p>{}</p>").format(text))


def machine_name(article: Article, row: Any) -> str | None:
    """The row's machine where there are several."""
    return row.hardware if article.several else None


def ratio_text(row: Any) -> str:
    """A ratio with its interval."""
    return formats.ratio(Interval(row.ratio, views.none(row.low), views.none(row.high)))


def loop_section(article: Article) -> Html:
    """What a loop costs against the vectorised derivative, as a table with a sentence; nothing without loops."""
    found = ratios.loop_costs(views.sound_runs(article.tables))
    sections = [facts(name).get("SECTION", article.section) for name in found["workload"]]
    found = views.largest(views.own_first(found[[section == article.section for section in sections]], article.machine))
    if not len(found):
        return article.sentence("loops.none")
    rows = [{"problem": article.names.problem(row), "hardware": machine_name(article, row),
             "vectorised": article.names.variant(row.framework, row.mode),
             "loop": article.names.variant(row.framework, row.loop_mode), "loop_ratio": ratio_text(row)}
            for row in found.itertuples()]
    columns = ("problem", "hardware", "vectorised", "loop", "loop_ratio")
    return join(loop_sentence(article, found), article.table(rows, columns, "loops", folded=len(rows) > MOST_ROWS))


def loop_sentence(article: Article, found: pd.DataFrame) -> Html:
    """From how many to how many times as long a loop takes, per framework, on the first machine."""
    first = found[found["hardware"] == found["hardware"].iloc[0]]
    spans = [article.phrase("loops.span", framework=title, least=formats.ratio(float(own["ratio"].min())),
                            most=formats.ratio(float(own["ratio"].max())), count=len(own))
             for framework, title in TITLES.items() if len(own := first[first["framework"] == framework])]
    return paragraph(article.space.join(spans))


# --- the error of a derivative ----------------------------------------------------------------------------------------


def errors(tables: Tables, own: str, family: str = "autodiff") -> pd.DataFrame:
    """Largest relative error against the reference per machine, problem without size, precision and framework.

    Columns: hardware, workload, task, precision, framework, `check` (at the gate's size, on the CPU, over all modes and
    arrays), `timed` (over the sizes that were timed, their devices and modes), each NaN where there is none, and
    `error`, the larger of the two. What failed to run has no error; a result that is no number has none either.
    """
    columns = ["hardware", "workload", "task", "precision", "framework"]
    parity = tables.frame("parity")
    parity = parity[(parity["family"] == family) & (parity["against"] == "reference") & (parity["error"] >= 0)]
    check = parity.groupby(columns)["error"].max()
    cells = views.cells(tables, own)
    cells = cells[(cells["family"] == family) & (cells["reference_error"] >= 0) & (cells["framework"] != "numpy")]
    timed = cells.groupby(columns)["reference_error"].max()
    frame = pd.concat({"check": check, "timed": timed}, axis=1).reset_index()
    frame = frame.assign(error=frame[["check", "timed"]].max(axis=1))
    return _ordered(frame, own)


def _ordered(frame: pd.DataFrame, own: str) -> pd.DataFrame:
    """This machine first; workloads and tasks in their order; float64 first."""
    def rank(row: Any) -> tuple[Any, ...]:
        tasks = list(facts(row.workload).get("TASKS", ()))
        return (row.hardware != own, row.hardware, row.workload,
                tasks.index(row.task) if row.task in tasks else len(tasks), row.task,
                PRECISIONS.index(row.precision), row.framework != "torch")
    keys = [rank(row) for row in frame.itertuples()]
    return frame.iloc[sorted(range(len(frame)), key=keys.__getitem__)]


def accuracy_section(article: Article, family: str = "autodiff") -> Html:
    """The errors of the first machine with results as a figure, those of all machines as a table."""
    from bench import dots  # seaborn is slow to import: a section without figures does without

    found = errors(article.tables, article.machine, family)
    if not len(found):
        return article.sentence("accuracy.none")
    machine = found["hardware"].iloc[0]
    first = found[(found["hardware"] == machine) & found["precision"].isin(dots.EPSILON)]
    rows = [{"panel": machine, "label": article.names.problem(row, ("workload", "task")), "framework": row.framework,
             "precision": row.precision, "error": row.error} for row in first.itertuples()]
    data = pd.DataFrame(rows, columns=["panel", "label", "framework", "precision", "error"])
    texts = [f"{row.label}, {TITLES[row.framework]} {row.precision}: {formats.scientific(row.error)}"
             for row in data.itertuples()]
    return join(accuracy_sentence(article, first, machine), article.figure(
        dots.accuracy_plot, data, "accuracy", rows=texts, after=accuracy_table(article, found), machine=machine))


def accuracy_sentence(article: Article, found: pd.DataFrame, machine: str) -> Html:
    """The largest error per precision and framework, and where it is."""
    sentences = []
    for (precision, framework), own in found.groupby(["precision", "framework"], sort=False):
        worst = own.loc[own["error"].idxmax()]
        said = article.phrase("accuracy.worst" if worst["error"] > 0 else "accuracy.exact", count=len(own),
                              error=formats.scientific(float(worst["error"])),
                              problem=article.names.problem(worst, ("workload", "task")))
        sentences.append(article.item(f"{TITLES[framework]}, {precision}", said))
    return join(article.sentence("accuracy.here", machine=machine), Html(f"<ul>{join(*sentences)}</ul>"))


def accuracy_table(article: Article, found: pd.DataFrame) -> Html:
    """Both frameworks beside each other, at the gate's size and at the timed ones."""
    rows = []
    for _, own in found.groupby(["hardware", "workload", "task", "precision"], sort=False):
        first = next(own.itertuples())
        shown = {f"{row.framework}_{where}": formats.scientific(float(value)) for row in own.itertuples()
                 for where, value in (("check", row.check), ("timed", row.timed)) if not missing(value)}
        rows.append({"problem": article.names.problem(first, ("workload", "task", "precision")),
                     "hardware": machine_name(article, first), **shown})
    columns = ("problem", "hardware", "torch_check", "jax_check", "torch_timed", "jax_timed")
    return article.table(rows, columns, "accuracy", folded=True)
