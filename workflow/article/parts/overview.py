"""The first screen: who is faster how often, and a card per workload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, behind, join, paragraph, render_template
from article.names import telling
from article.parts.comparisons import ratio_figures, step_by_step, verdict_sentence
from article.section import Article
from bench.results import intervals, selection
from bench.results.intervals import Interval
from bench.results.selection import mean_ratio
from bench.results.tables import Tables

MOST_CARDS = 6
"""Workloads whose results are told in words on the first screen; more of them are folded."""


def overview(article: Article) -> Html:
    """Per machine and device the count of who is faster, then a card per workload: who, by how much, how sure.

    Many cards are folded: the figure that follows tells the same on one screen.
    """
    best = selection.best(article.tables, article.machine)
    if not len(best):
        return article.sentence("overview.none")
    lines = [headline(article, entry) for entry in headlines(article.tables, article.machine)]
    main = selection.main_problems(best)
    cards = [card(article, rows) for _, rows in main.groupby(["workload"], sort=False)]
    listed = render_template("cards.html", cards=cards)
    if len(cards) > MOST_CARDS:
        listed = behind(article.phrase("overview.cards", count=len(cards)), listed)
    return join(render_template("headlines.html", headlines=lines), overview_figures(article, best, main), listed)


def overview_figures(article: Article, best: pd.DataFrame, main: pd.DataFrame) -> Html:
    """The ratios of the main problems, those of other machines folded, and where the other comparisons stand."""
    return ratio_figures(article, best, main, ("workload", "device"), "overview.others")


def headline(article: Article, entry: Headline) -> Html:
    """One sentence about one machine and device."""
    device = article.names.of("device", entry.device)
    if not entry.total:
        return article.sentence("overview.nothing", machine=entry.hardware, device=device)
    counts = article.phrase(
        "overview.counts",
        machine=entry.hardware,
        device=device,
        total=entry.total,
        jax=entry.jax,
        torch=entry.torch,
        ties=entry.ties,
    )
    sentences = [counts]
    if entry.alone:
        sentences.append(article.phrase("overview.alone", **entry.alone))
    if entry.mean is not None and entry.mean.bounded:
        sentences.append(article.phrase("overview.mean", mean=numbers.ratio(entry.mean)))
    return paragraph(Markup(article.space).join(sentences))


def card(article: Article, rows: pd.DataFrame) -> dict[str, Any]:
    """One workload: its verdict on each machine and device, each a sentence of its own."""
    first = next(rows.itertuples())
    shared = tuple(column for column in ("task", "size", "precision") if column not in telling(rows))
    return {
        "title": article.names.workload(first.workload),
        "meta": article.names.problem(first, shared),
        "results": [result(article, row) for row in rows.itertuples()],
    }


def result(article: Article, row: Any) -> dict[str, Any]:
    """One verdict of a card: who is faster, where, in words, and beside it how JAX does with one step per call."""
    place = [article.names.of("device", row.device)] + ([row.hardware] if article.several else [])
    interval = intervals.interval(row, "ratio")
    winner = "undecided" if interval and not interval.bounded else row.verdict
    alone = step_by_step(article.tables, row)
    return {
        "verdict": row.verdict.replace(" ", "-"),
        "winner": article.words[f"winner.{winner}"],
        "place": " · ".join(place),
        "sentence": verdict_sentence(article, row),
        "beside": article.phrase("overview.step by step", sentence=verdict_sentence(article, alone)) if alone else "",
    }


@dataclass(frozen=True)
class Headline:
    """Who is faster how often on one machine and device; `mean` is the geometric mean of torch / jax."""

    hardware: str
    device: str
    jax: int
    torch: int
    ties: int
    total: int
    mean: Interval | None
    alone: dict[str, int] | None
    """The same counts (jax, torch, ties) with `jit` in place of `scan`; None where `scan` is nowhere the best."""


def headlines(tables: Tables, own: str) -> list[Headline]:
    """One headline per machine and device over all comparisons of best modes."""
    found = []
    for (hardware, device), rows in selection.best(tables, own).groupby(["hardware", "device"], sort=False):
        valid = rows[rows["ratio"].notna()]
        verdicts = valid["verdict"].value_counts()
        jax, torch, ties = (int(verdicts.get(verdict, 0)) for verdict in ("jax faster", "torch faster", "tie"))
        found.append(Headline(hardware, device, jax, torch, ties, len(valid), mean_ratio(valid), _alone(tables, valid)))
    return found


def _alone(tables: Tables, rows: pd.DataFrame) -> dict[str, int] | None:
    """Who is faster how often when every call takes one step."""
    if not (rows["jax_mode"] == "scan").any():
        return None
    pairs = [step_by_step(tables, row) if row.jax_mode == "scan" else row for row in rows.itertuples()]
    verdicts = [row.verdict for row in pairs if row is not None]
    return {"jax": verdicts.count("jax faster"), "torch": verdicts.count("torch faster"), "ties": verdicts.count("tie")}
