"""The first screen: who is faster how often, and a card per workload."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from article import numbers
from article.html import Html, behind, join, paragraph, render_template
from article.names import telling
from article.parts.comparisons import ratio_figures, verdict_sentence
from article.section import Section
from bench.results import selection
from bench.results.intervals import Interval
from bench.results.selection import mean_ratio, shows_a_call
from bench.vocabulary import CALL_SECONDS

COUNTED = {"jax": "jax faster", "torch": "torch faster", "equal": "equal", "undecided": "undecided"}
"""Count of a headline → the verdict that it counts."""
MOST_CARDS = 6
"""Workloads whose results are told in words on the first screen; more of them are folded."""


def overview(section: Section) -> Html:
    """Per machine and device the count of who is faster, then a card per workload: who, by how much, how sure.

    Many cards are folded: the figure that follows tells the same on one screen.
    """
    best = selection.best(section.tables, section.machine)
    if not len(best):
        return section.sentence("overview.none")
    lines = [headline_sentences(section, entry) for entry in headlines(section)]
    main = selection.main_problems(best)
    cards = [card(section, rows) for _, rows in main.groupby("workload", sort=False)]
    listed = render_template("cards.html", cards=cards)
    if len(cards) > MOST_CARDS:
        listed = behind(section.phrase("overview.cards", count=len(cards)), listed)
    return join(
        render_template("headlines.html", headlines=lines),
        ratio_figures(section, best, main, ("workload", "device"), "overview.others"),
        listed,
    )


@dataclass(frozen=True)
class Headline:
    """Who is faster how often on one machine and device; `mean` is the geometric mean of torch / jax."""

    hardware: str
    device: str
    jax: int
    torch: int
    equal: int
    undecided: int
    total: int
    """Comparisons with a ratio: the sum of the four."""
    apart: int
    """Pairs that are not comparable."""
    calls: int
    """Comparisons of steps so short that they tell the cost of a call."""
    mean: Interval | None
    span: tuple[float, float] | None
    """From where to where `mean` goes when any one workload is left out; None of too few workloads."""

    @property
    def decided(self) -> int:
        """Comparisons of which it is known who is faster, or that nobody is."""
        return self.total - self.undecided


def headlines(section: Section) -> list[Headline]:
    """One headline per machine and device over all comparisons of best modes."""
    found = []
    for (hardware, device), rows in selection.best(section.tables, section.machine).groupby(
        ["hardware", "device"], sort=False
    ):
        valid = rows[rows["ratio"].notna()]
        found.append(
            Headline(
                hardware,
                device,
                **_counts(valid["verdict"]),
                total=len(valid),
                apart=len(rows) - len(valid),
                calls=int(shows_a_call(valid).sum()),
                mean=mean_ratio(valid),
                span=_span_without_one(valid),
            )
        )
    return found


def _span_without_one(rows: pd.DataFrame) -> tuple[float, float] | None:
    means = [mean_ratio(rows[rows["workload"] != workload]) for workload in rows["workload"].unique()]
    known = [mean.value for mean in means if mean is not None]
    return (min(known), max(known)) if known else None


def _counts(verdicts: Iterable[str]) -> dict[str, int]:
    found = list(verdicts)
    return {name: found.count(verdict) for name, verdict in COUNTED.items()}


def headline_sentences(section: Section, entry: Headline) -> Html:
    """What is said of one machine and device."""
    device = section.names.of("device", entry.device)
    if not entry.total:
        return section.sentence("overview.nothing", machine=entry.hardware, device=device)
    counts = {name: getattr(entry, name) for name in COUNTED}
    name = "overview.counts" if entry.decided else "overview.undecided"
    sentences = [section.phrase(name, machine=entry.hardware, device=device, total=entry.total, **counts)]
    if entry.apart:
        sentences.append(section.phrase("overview.apart", count=entry.apart))
    if entry.mean is not None and entry.span is not None and entry.mean.bounded:
        least, most = map(numbers.ratio, entry.span)
        sentences.append(section.phrase("overview.mean", mean=numbers.ratio(entry.mean), least=least, most=most))
        if entry.calls:
            below = numbers.seconds(CALL_SECONDS)
            sentences.append(section.phrase("overview.calls", count=entry.calls, below=below))
    return paragraph(section.space.join(sentences))


def card(section: Section, rows: pd.DataFrame) -> dict[str, Any]:
    """One workload: its verdict on each machine and device, each a sentence of its own."""
    first = next(rows.itertuples())
    shared = tuple(column for column in ("task", "size", "precision") if column not in telling(rows))
    return {
        "title": section.names.workload(first.workload),
        "meta": section.names.problem(first, shared),
        "results": [card_result(section, row) for row in rows.itertuples()],
    }


def card_result(section: Section, row: Any) -> dict[str, Any]:
    """One verdict of a card: who is faster, where, in words."""
    place = [section.names.of("device", row.device), section.hardware(row.hardware)]
    return {
        "verdict": row.verdict.replace(" ", "-"),
        "winner": section.words[f"winner.{row.verdict}"],
        "place": " · ".join(part for part in place if part),
        "sentence": verdict_sentence(section, row),
    }
