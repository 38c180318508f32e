"""How much of NumPy and SciPy each framework has."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, behind
from article.section import Section
from bench.vocabulary import COMPARED

LIBRARIES = {"numpy": "NumPy", "scipy": "SciPy"}
"""Module → the name of the library."""
MOST_NAMES = 30
"""Functions without a namesake that a cell names; the table of the downloads has all."""


def coverage_table(section: Section, library: str) -> Html:
    """How many functions of each namespace of NumPy or SciPy have a namesake in each framework on this machine.

    The names that have none are behind the numbers.
    """
    frame = section.tables.frame("coverage")
    frame = frame[(frame["hardware"] == section.machine) & (frame["kind"] == "function")]
    frame = frame[frame["module"].str.split(".").str[0] == library]
    rows = [
        {"namespace": Markup("<code>{}</code>").format(module), "functions": numbers.count(own["name"].nunique())}
        | {framework: namesakes(section, found) for framework, found in own.groupby("framework")}
        for module, own in frame.groupby("module", sort=False)
    ]
    if len(rows) > 1:
        functions = len(frame[["module", "name"]].drop_duplicates())
        rows.append(
            {"namespace": section.words["coverage.all"], "functions": numbers.count(functions)}
            | {framework: share_text(section, found) for framework, found in frame.groupby("framework")}
        )
    return section.table(
        rows, ("namespace", "functions", *COMPARED), "coverage", empty="no examples", of=LIBRARIES[library]
    )


def namesakes(section: Section, found: pd.DataFrame) -> Markup:
    """How many functions have a namesake; behind it the names of those that have none."""
    without, share = found.loc[~found["found"].astype(bool), "name"].tolist(), share_text(section, found)
    if not without:
        return share
    names = section.words["enumeration"].join(without[:MOST_NAMES])
    name = "coverage.without" if len(without) <= MOST_NAMES else "coverage.without some"
    return behind(share, section.phrase(name, names=names, count=numbers.count(len(without) - MOST_NAMES)))


def share_text(section: Section, found: pd.DataFrame) -> Markup:
    """How many functions have a namesake, and which share of all."""
    there = int(found["found"].sum())
    return section.phrase("coverage.share", found=numbers.count(there), share=numbers.percent(there / len(found)))
