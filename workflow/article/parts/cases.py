"""What people report: public complaints measured again, apart from every comparison of the two frameworks."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, behind, bullets, first_line, join
from article.names import named_by, on_machine, telling
from article.section import Section
from bench.catalogue import complaints
from bench.results import intervals, selection
from bench.results.intervals import Interval, is_positive
from bench.vocabulary import CASE_VERDICTS, EXPERT

COLUMNS = ("problem", "variants", "reported", "source", "hardware", "factor", "verdict", "rule", "ulp", "trials")
NAMED = ("workload", "task", "size", "precision", "device")
"""What labels may name of a problem."""


def case_rows(section: Section) -> pd.DataFrame:
    """The rows of the table `cases`, sorted, this machine first."""
    return selection.own_first(section.tables.frame("cases"), section.machine)


def case_counts(section: Section) -> dict[str, int]:
    """Verdict → how many pairs have it on this machine; `of`: how many pairs there are, `reports`: from how many."""
    own = case_rows(section)
    own = own[own["hardware"] == section.machine]
    reports = {filed.source for row in own.itertuples() if (filed := _filed(row))}
    counts = {verdict: int((own["verdict"] == verdict).sum()) for verdict in CASE_VERDICTS}
    return counts | {"of": len(own), "reports": len(reports)}


def case_results(section: Section) -> Html:
    """The factors as a figure and a table, then what was reported of each case and what was answered."""
    frame = case_rows(section)
    if not len(frame):
        return section.sentence("cases.none")
    from article.figures.ratios import ratio_plot

    data = figure_rows(section, frame)
    texts = [
        section.names.point(row.text, on_machine(row.label, section.hardware(row.panel))) for row in data.itertuples()
    ]
    drawn = case_table(section, frame, folded=len(data) > 1)
    found = [int((data["verdict"] == verdict).sum()) for verdict in CASE_VERDICTS]
    counts = dict(zip(("still", "gone", "turned", "undecided"), found, strict=False))
    finding = section.phrase("shows.cases", total=len(data), **counts)
    if len(data) > 1:
        drawn = section.figure(ratio_plot, data, "cases", rows=texts, finding=finding, after=drawn)
    return join(drawn, _refused(section, frame), _reports(section, frame))


def figure_rows(section: Section, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of `figures.ratios.ratio_plot`: the factor of every complaint that has one."""
    valid = frame.loc[[is_positive(ratio) for ratio in frame["ratio"]]]
    columns = [column for column in telling(valid) if column in NAMED]
    rows = [
        {
            "panel": row.hardware,
            "label": section.phrase(
                "cases.label",
                problem=section.names.problem(row, columns),
                slow=variant(section, row.slow),
                fast=variant(section, row.fast),
            ),
            "workload": named_by(row),
            "ratio": shown.value,
            "low": shown.low,
            "high": shown.high,
            "verdict": row.verdict,
            "noise_floor": intervals.number(row.noise_floor),
            "equal_within": intervals.number(row.equal_within),
            "text": numbers.ratio(shown),
        }
        for row in valid.itertuples()
        for shown in [intervals.interval(row, "ratio") or Interval(1.0)]
    ]
    names = ("panel", "label", "workload", "ratio", "low", "high", "verdict", "noise_floor", "equal_within", "text")
    return pd.DataFrame(rows, columns=list(names))


def case_table(section: Section, frame: pd.DataFrame, folded: bool) -> Html:
    """Every complaint with the factor that was reported, the one that was measured, and the verdict."""
    rows = []
    for row in frame.itertuples():
        shown = intervals.interval(row, "ratio") if is_positive(row.ratio) else None
        filed = _filed(row)
        rows.append(
            section.problem_columns(row)
            | {
                "variants": f"{variant(section, row.slow)} / {variant(section, row.fast)}",
                "reported": numbers.digits(row.reported) if is_positive(row.reported) else section.words["cases.open"],
                "factor": numbers.ratio(shown) if shown else None,
                "verdict": section.words.get(f"verdict.{row.verdict}", row.verdict),
                "rule": section.words.get(f"rule.{row.rule}", ""),
                "ulp": _ulp(section, row),
                "trials": numbers.count(row.trials) if is_positive(row.trials) else "",
                "source": link(filed.source) if filed else None,
            }
        )
    return section.table(rows, COLUMNS, "cases", folded=folded)


def _ulp(section: Section, row: Any) -> str:
    """The largest errors of both variants in units in the last place; nothing where neither is told."""
    known = [intervals.number(error) for error in (row.slow_ulp, row.fast_ulp)]
    shown = [section.words["cases.open"] if error is None else numbers.scientific(error) for error in known]
    return "" if known == [None, None] else " / ".join(shown)


def variant(section: Section, name: str) -> str:
    """A variant of a case in words: whether it is the form as reported goes without saying, the expert's is named."""
    framework, _, mode = name.partition(" ")
    plain = section.names.variant(framework, mode.removesuffix(EXPERT))
    return section.words["cases.expert"].format(variant=plain) if mode.endswith(EXPERT) else plain


def link(address: str) -> Markup:
    """A link to a report, named by its place and its number: "jax-ml/jax #23783"."""
    *_, owner, name, _, number = address.rstrip("/").split("/")
    return Markup('<a href="{}">{}/{} #{}</a>').format(address, owner, name, number)


def _filed(row: Any) -> Any:
    """The complaint that a row is of; None where the case is not here."""
    found = (each for each in complaints(row.workload) if (each.slow, each.fast) == (row.slow, row.fast))
    return next((each for each in found if each.is_about(row.task)), None)


def _refused(section: Section, frame: pd.DataFrame) -> Html | None:
    """Why some complaints have no factor."""
    refused = frame[~frame["ratio"].map(is_positive)]
    reasons = [
        section.item(
            on_machine(section.names.problem(row), section.hardware(row.hardware)),
            section.translated(first_line(row.message)) or section.words["sentence.no reason"],
        )
        for row in refused.itertuples()
    ]
    return join(section.sentence("cases.refused"), bullets(reasons)) if reasons else None


def _reports(section: Section, frame: pd.DataFrame) -> Html | None:
    """What was reported and answered, in our words, each once."""
    told: dict[tuple[str, str], Markup] = {}
    for row in frame.itertuples():
        if filed := _filed(row):
            said = filed.said[section.language]
            sentence = Markup("{}{}{}").format(said, section.space, link(filed.source))
            told.setdefault(
                (row.workload, said), section.item(section.names.workload(row.workload, row.family), sentence)
            )
    return behind(section.phrase("cases.reports", count=len(told)), bullets(list(told.values()))) if told else None
