"""Did a release make it slower? Every version that was measured against the default of its own framework."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, bullets, join
from article.names import TITLES, on_machine
from article.parts.comparisons import if_known, left_out
from article.parts.variants import ratio_dot, ratio_texts
from article.section import Section
from bench.results import intervals, selection
from bench.vocabulary import OLDER, RELEASE_VERDICTS

COLUMNS = (
    "problem",
    "variant",
    "older",
    "newer",
    "hardware",
    "older_seconds",
    "newer_seconds",
    "newer over older",
    "verdict",
    "rule",
    "trials",
    "further_trials",
    "p_adjusted",
    "noise_floor",
    "parity_error",
)


def release_count(section: Section) -> int:
    """How many releases have been measured on this machine."""
    frame = section.tables.frame("releases")
    return int(frame.loc[frame["hardware"] == section.machine, "release"].nunique())


def release_results(section: Section) -> Html:
    """Per release what became slower, named on top, how the verdicts are spread, figure, table, and what has no ratio;
    nothing where none was measured.
    """
    found = selection.own_first(section.tables.frame("releases"), section.machine)
    return join(*(_release(section, own) for _, own in found.groupby(["hardware", "release"], sort=False)))


def _release(section: Section, found: pd.DataFrame) -> Html:
    """The results of one release on one machine."""
    from article.figures.dots import ratio_dots

    title = on_machine(_title(section, next(found.itertuples())), section.hardware(found["hardware"].iloc[0]))
    slower = found[found["verdict"] == f"{OLDER} faster"].sort_values("ratio", ascending=False)
    valid = found[found["ratio"].notna()].rename(columns={"ratio_low": "low", "ratio_high": "high"})
    data = pd.DataFrame([_dot(section, row) for row in valid.itertuples()])
    drawn = _table(section, found, title, folded=len(data) > 1)
    if len(data) > 1:
        texts = ratio_texts(data, section.names)
        finding = section.phrase("shows.releases", **_counts(valid))
        drawn = section.figure(
            ratio_dots, data, "releases", rows=texts, finding=finding, after=drawn, of=title, title=title
        )
    return join(
        section.sentence("release.counts", release=title, **_counts(found)),
        section.sentence("release.slower") if len(slower) else None,
        bullets([_regression(section, row) for row in slower.itertuples()]),
        drawn,
        left_out(section, found[found["ratio"].isna()]),
    )


def _title(section: Section, row: Any) -> Markup:
    """Which two versions of which framework are compared."""
    name = TITLES[row.framework]
    return section.phrase("release.title", framework=name, newer=row.newer or row.default, older=row.older)


def _counts(found: pd.DataFrame) -> dict[str, str]:
    """How many cells have each verdict, by the names of the sentence."""
    names = dict(zip(RELEASE_VERDICTS, ("slower", "faster", "equal", "undecided", "apart"), strict=True))
    return {"total": numbers.count(len(found))} | {
        name: numbers.count((found["verdict"] == verdict).sum()) for verdict, name in names.items()
    }


def _regression(section: Section, row: Any) -> Markup:
    """One cell in which the newer version is slower than the older one, by more than the noise floor."""
    interval = intervals.interval(row, "ratio")
    assert interval is not None  # it has a verdict
    named = section.words["comma"].join([section.names.problem(row), section.names.variant(row.framework, row.mode)])
    p = if_known(numbers.p_value, row.p_adjusted)
    return section.item(named, section.phrase("release.regression", ratio=numbers.ratio(interval), p=p))


def _dot(section: Section, row: Any) -> dict[str, Any]:
    floor = intervals.number(row.noise_floor)
    columns = ("workload", "task", "precision", "device")
    return ratio_dot(row, section.names, columns, "", None if floor is None else 1 + floor)


def _table(section: Section, found: pd.DataFrame, title: str, folded: bool) -> Html:
    rows = []
    for row in found.itertuples():
        interval = intervals.interval(row, "ratio")
        rows.append(
            section.cell_columns(row)
            | {
                "older": row.older,
                "newer": row.newer,
                "older_seconds": if_known(numbers.seconds, row.older_seconds),
                "newer_seconds": if_known(numbers.seconds, row.newer_seconds),
                "newer over older": numbers.ratio(interval) if interval else None,
                "verdict": section.words.get(f"verdict.{row.verdict}", row.verdict),
                "rule": section.words.get(f"rule.{row.rule}", ""),
                "trials": if_known(numbers.count, row.trials),
                "further_trials": if_known(numbers.count, row.further_trials),
                "p_adjusted": if_known(numbers.p_value, row.p_adjusted).removeprefix("= "),
                "noise_floor": if_known(numbers.percent, row.noise_floor),
                "parity_error": if_known(numbers.scientific, row.parity_error),
            }
        )
    return section.table(rows, COLUMNS, "releases", folded=folded, of=title)
