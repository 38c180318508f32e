"""Which framework to take for what: the fields at a glance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, join
from article.names import TITLES
from article.parts import sizes
from article.parts.scenarios import of_scenario, place
from article.parts.votes import COUNTED, SPLIT, Votes, votes, voting
from article.section import Section, read_yaml
from bench.results import intervals, selection
from bench.results.intervals import Interval
from bench.vocabulary import DEVICES, SIZES

LEADS = {"jax faster": "jax", "torch faster": "torch"}
"""Verdict → the framework that it is for."""
AT = ("device", "size")
"""What a column of the matrix is of."""
EVERY = "section-0-workloads"
"""The id of the heading under which every workload is shown, at its largest size."""
BY_SIZE = sizes.anchor("scaling")
"""The id of the heading under which every workload is shown at every size."""


def decision_matrix(section: Section) -> Html:
    """Per field of application, device and size: who is faster, by how much, and how sure that is. Every entry leads to
    the section that shows the field, one of all workloads to where its size is drawn. A folded table holds it beside
    that of the other machines.
    """
    best = selection.best(section.tables, section.machine)
    main = selection.main_problems(best, "size")
    if not len(main):
        return section.sentence("table.no decision")
    machine = main["hardware"].iloc[0]
    return join(_matrix(section, main[main["hardware"] == machine], machine), _side_by_side(section, main))


def _matrix(section: Section, main: pd.DataFrame, machine: str) -> Html:
    places = _places(main)
    names = [section.names.problem(at, AT) for at in places]
    largest = {at.device: at.size for at in places}
    found, missing = [], []
    for field, link, rows in _fields(section, main):
        cells = {}
        for name, at in zip(names, places, strict=True):
            below = link == EVERY and at.size != largest[at.device] and machine == section.machine
            cells[name] = _entry(section, _rows_at(rows, at), BY_SIZE if below else link)
        if any(cells.values()):
            found.append(
                {"field": field} | {name: cell or section.phrase("matrix.open") for name, cell in cells.items()}
            )
        else:
            missing.append(field)
    listed = numbers.listing(missing, section.language)
    return join(
        section.table(found, ("field", *names), "matrix", machine=machine),
        section.sentence("matrix.missing", fields=listed) if missing else None,
    )


def _side_by_side(section: Section, main: pd.DataFrame) -> Html:
    """What several machines say of the same field, device and size."""
    rows = []
    for at in _places(main):
        name = section.names.problem(at, AT)
        for field, link, found in _fields(section, main):
            own = dict(tuple(_rows_at(found, at).groupby("hardware", sort=False)))
            if len(own) > 1:
                rows += [
                    {"field": field, "at": name, "hardware": machine, "entry": _entry(section, entries, link)}
                    for machine, entries in own.items()
                ]
    return section.table(rows, ("field", "at", "hardware", "entry"), "matrices", folded=True)


def _places(main: pd.DataFrame) -> list[Any]:
    """Every device and size of which there are comparisons."""
    places = main[list(AT)].drop_duplicates()
    places = places.sort_values(list(AT), key=lambda names: names.map([*DEVICES, *SIZES].index))
    return list(places.itertuples())


def _rows_at(rows: pd.DataFrame, at: Any) -> pd.DataFrame:
    return rows[(rows["device"] == at.device) & (rows["size"] == at.size)]


def _fields(section: Section, main: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Name, id on the page, and comparisons of every field; of all workloads first."""
    yield section.words["matrix.all"], EVERY, main
    for entry in read_yaml("scenarios.yaml"):
        yield entry["name"][section.language], place(entry), of_scenario(main, entry["id"])


def _entry(section: Section, rows: pd.DataFrame, link: str) -> Markup | None:
    """What the comparisons of one field, device and size say, one vote per workload; None where there are none."""
    if not len(rows):
        return None
    found = votes(rows)
    if not found.total:
        lone = "calls" if rows["ratio"].notna().any() else "apart"
        return _linked(section.phrase(f"matrix.{lone}"), "not-comparable", link, "")
    lead = LEADS.get(found.together)
    if lead:
        factor = max(found.ratio(), 1 / found.ratio())
        said = section.phrase("matrix.faster", framework=TITLES[lead], ratio=numbers.ratio(factor))
    else:
        said = section.phrase(f"matrix.{found.together}")
    return _linked(said, found.together.replace(" ", "-"), link, _certainty(section, rows, found))


def _linked(said: Any, verdict: str, link: str, certainty: Any) -> Markup:
    shown = Markup('<a class="winner" data-verdict="{}" href="#{}">{}</a>').format(verdict, link, said)
    return shown + Markup('<br><span class="place">{}</span>').format(certainty) if certainty else shown


def _certainty(section: Section, rows: pd.DataFrame, found: Votes) -> str:
    """Of one workload the interval; of several how many have which verdict, and how large the factors are where they
    are split.
    """
    if found.total == 1:
        return _interval_text(section, next(voting(rows).itertuples()))
    told = []
    for name, count in found.counts.items():
        verdict = COUNTED[name]
        shown = {"verdict": section.words[f"matrix.{verdict}"], "count": count}
        if count and found.together == SPLIT and verdict in LEADS:
            told.append(section.phrase("matrix.most", **shown, ratio=numbers.ratio(found.most(verdict))))
        elif count:
            told.append(section.phrase("matrix.count", **shown))
    return section.words["comma"].join(told)


def _interval_text(section: Section, row: Any) -> str:
    """The interval of the factor where somebody is faster, else the ratio with its interval."""
    interval = intervals.interval(row, "ratio") or Interval(row.ratio)
    shown = interval.inverse() if row.verdict == "torch faster" else interval
    if row.verdict in LEADS and shown.bounded:
        low, _, high = numbers.ends(shown)
        return section.phrase("matrix.bounds", low=low, high=high)
    return section.phrase("matrix.ratio", ratio=numbers.ratio(interval))
