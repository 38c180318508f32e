"""How far derivatives are from their references: figure, rows, table and sentence."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, bullets, join
from article.names import TITLES, named_by
from article.rows import of_first_machine
from article.section import Section
from bench.catalogue import known
from bench.results import selection
from bench.vocabulary import BASELINE, CASES, PRECISIONS

NAMED = ("workload", "task")
"""What labels name of a problem."""


def largest_error(section: Section, family: str | None = None) -> float | None:
    """Largest relative error in float64 of any sound result of this machine against its reference; None without any.

    Public cases are left out: those of random numbers have moments for a reference.
    """
    parity = selection.exact(section.tables.frame("parity"))
    parity = parity[
        (parity["hardware"] == section.machine)
        & (parity["against"] == "reference")
        & (parity["status"] == "ok")
        & (parity["precision"] == "float64")
        & (parity["family"] != CASES)
    ]
    found = (parity[parity["family"] == family] if family else parity)["error"].dropna()
    return float(found.max()) if len(found) else None


def accuracy_results(section: Section, family: str = "autodiff") -> Html:
    """The errors of the first machine with results as a figure, those of all machines as a table."""
    from article.figures.errors import EPSILON, accuracy_plot

    found = errors(section, family)
    if not len(found):
        return section.sentence("accuracy.none")
    machine, first = found["hardware"].iloc[0], of_first_machine(found)
    first = first[first["precision"].isin(EPSILON)]
    data = error_rows(section, first)
    texts = [
        section.names.point(numbers.scientific(row.error), row.label, f"{TITLES[row.framework]} {row.precision}")
        for row in data.itertuples()
    ]
    table = accuracy_table(section, found)
    return join(
        accuracy_sentence(section, first, machine),
        section.figure(
            accuracy_plot,
            data,
            "accuracy",
            rows=texts,
            finding=_finding(section, first) if len(first) else None,
            after=table,
            machine=machine,
        ),
    )


def _finding(section: Section, found: pd.DataFrame) -> Markup:
    """The largest error of each framework in the finest precision."""
    precision = max(found["precision"], key=PRECISIONS[::-1].index)
    worst = found[found["precision"] == precision].groupby("framework", sort=False)["error"].max()
    told = [f"{TITLES[framework]} {numbers.scientific(float(error))}" for framework, error in worst.items()]
    return section.phrase("shows.accuracy", precision=precision, told=section.words["comma"].join(told))


def errors(section: Section, family: str = "autodiff") -> pd.DataFrame:
    """Largest relative error against the reference per machine, problem without size, precision and framework.

    Columns: hardware, workload, task, precision, framework, `check` (at the gate's size, on the CPU, over all modes and
    arrays), `timed` (over the sizes that were timed, their devices and modes), each NaN where there is none, and
    `error`, the larger of the two. What failed to run has no error; a result that is no number has none either.
    Tasks that draw their random numbers have no part in it.
    """
    columns = ["hardware", "workload", "task", "precision", "framework"]
    parity = selection.exact(section.tables.frame("parity"))
    parity = parity[(parity["family"] == family) & (parity["against"] == "reference") & (parity["error"] >= 0)]
    check = parity.groupby(columns)["error"].max()
    cells = selection.cells(section.tables, section.machine)
    cells = cells[(cells["family"] == family) & (cells["reference_error"] >= 0) & (cells["framework"] != BASELINE)]
    timed = cells.groupby(columns)["reference_error"].max()
    frame = pd.concat({"check": check, "timed": timed}, axis=1).reset_index()
    frame = frame.assign(error=frame[["check", "timed"]].max(axis=1))
    return _ordered(frame, section.machine)


def _ordered(frame: pd.DataFrame, own: str) -> pd.DataFrame:
    """This machine first; workloads and tasks in their order; float64 first."""

    def rank(row: Any) -> tuple[Any, ...]:
        tasks = known(row.workload).tasks
        return (
            row.hardware != own,
            row.hardware,
            row.workload,
            tasks.index(row.task) if row.task in tasks else len(tasks),
            row.task,
            PRECISIONS.index(row.precision),
            row.framework != "torch",
        )

    keys = [rank(row) for row in frame.itertuples()]
    return frame.iloc[sorted(range(len(frame)), key=keys.__getitem__)]


def error_rows(section: Section, found: pd.DataFrame) -> pd.DataFrame:
    """Rows of `figures.errors.accuracy_plot`."""
    rows = [
        {
            "panel": row.hardware,
            "label": section.names.problem(row, NAMED),
            "workload": named_by(row),
            "framework": row.framework,
            "precision": row.precision,
            "error": row.error,
        }
        for row in found.itertuples()
    ]
    return pd.DataFrame(rows, columns=["panel", "label", "workload", "framework", "precision", "error"])


def accuracy_table(section: Section, found: pd.DataFrame) -> Html:
    """Both frameworks beside each other in every precision, a problem a row."""
    rows = [
        section.problem_columns(next(own.itertuples()), NAMED)
        | {f"{TITLES[row.framework]} {row.precision}": numbers.scientific(row.error) for row in own.itertuples()}
        for _, own in found.groupby(["hardware", "workload", "task"], sort=False)
    ]
    columns = [f"{title} {precision}" for precision in PRECISIONS for title in TITLES.values()]
    return section.table(rows, ("problem", "hardware", *columns), "accuracy", folded=True)


def accuracy_sentence(section: Section, found: pd.DataFrame, machine: str) -> Html:
    """The largest error per precision and framework, and where it is."""
    sentences = []
    for (precision, framework), own in found.groupby(["precision", "framework"], sort=False):
        worst = own.loc[own["error"].idxmax()]
        said = section.phrase(
            "accuracy.worst" if worst["error"] > 0 else "accuracy.exact",
            count=len(own),
            error=numbers.scientific(float(worst["error"])),
            problem=section.names.problem(worst, NAMED),
        )
        sentences.append(section.item(f"{TITLES[framework]}{section.words['comma']}{precision}", said))
    return join(section.sentence("accuracy.here", machine=machine), bullets(sentences))
