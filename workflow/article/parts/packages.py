"""What is installed, and how much of NumPy and SciPy each framework has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from article import numbers
from article.html import Html, behind
from article.parts import startup
from article.section import Article
from bench.results import outcomes
from bench.results.intervals import missing

PACKAGE_FACTS: tuple[tuple[str, str, Callable[[Any], str] | None], ...] = (
    ("version", "version", None),
    ("licence", "licence", None),
    ("requires python", "requires.python", None),
    ("packages", "closure.packages", numbers.count),
    ("bytes", "closure.bytes", numbers.size),
    ("wheel", "wheel", None),
)
"""Rows of the table of packages: their words, the example that found them, how its number is shown (None: its text)."""


def coverage_table(article: Article, library: str) -> Html:
    """How many functions of each namespace of NumPy or SciPy have a namesake in each framework on this machine.

    The names that have none are behind the numbers.
    """
    frame = article.tables.frame("coverage")
    frame = frame[(frame["hardware"] == article.machine) & (frame["kind"] == "function")]
    frame = frame[frame["module"].str.split(".").str[0] == library]
    rows = [
        {"namespace": Markup("<code>{}</code>").format(module), "functions": numbers.count(own["name"].nunique())}
        | {framework: _namesakes(article, found) for framework, found in own.groupby("framework")}
        for module, own in frame.groupby("module", sort=False)
    ]
    if len(rows) > 1:
        rows.append(
            {
                "namespace": article.words["coverage.all"],
                "functions": numbers.count(len(frame[["module", "name"]].drop_duplicates())),
            }
            | {framework: _share(article, found) for framework, found in frame.groupby("framework")}
        )
    return article.table(rows, ("namespace", "functions", "torch", "jax"), "coverage", empty="no examples")


def _namesakes(article: Article, found: Any) -> Markup:
    missing_names = found.loc[~found["found"].astype(bool), "name"].tolist()
    share = _share(article, found)
    return behind(share, article.phrase("coverage.without", names=", ".join(missing_names))) if missing_names else share


def _share(article: Article, found: Any) -> Markup:
    there = int(found["found"].sum())
    return article.phrase("coverage.share", found=numbers.count(there), share=numbers.percent(there / len(found)))


def package_table(article: Article) -> Html:
    """What is installed: version, licence, requirements, size, import time; one column per framework (and machine)."""
    rows = []
    for machine in article.tables.hardware(article.machine):
        ex = outcomes.Examples(article.tables, machine, "packages")
        start = startup.beginnings(article.tables, machine)
        place = {"hardware": machine if article.several else None}
        for fact, event, show in PACKAGE_FACTS:
            cells = {}
            for framework in ("torch", "jax"):
                name = f"{framework} {event}"
                cells[framework] = (
                    (ex.text(name) or None) if show is None else (show(ex.value(name)) if ex.numbers(name) else None)
                )
            rows.append({"fact": article.words[f"package.{fact}"]} | place | cells)
        for fact in ("import_seconds", "eager_seconds", "compiled_cold_seconds", "compiled_cached_seconds"):
            rows.append(
                {"fact": article.words[f"package.{fact}"]}
                | place
                | {
                    framework: numbers.seconds(value)
                    for framework, entry in start.items()
                    if not missing(value := getattr(entry, fact))
                }
            )
    rows = [row for row in rows if row.get("torch") or row.get("jax")]
    return article.table(rows, ("fact", "hardware", "torch", "jax"), "packages", empty="no packages")
