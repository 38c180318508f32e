"""The first screen: who is faster how often, in two sentences, and workload by workload."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from article import numbers
from article.html import Html, behind, join, paragraph, render_template
from article.parts.comparisons import by_ratio, ratio_figures
from article.parts.sizes import link_to, main_by_size
from article.parts.votes import COUNTED, votes
from article.section import Section
from bench.results import selection
from bench.results.intervals import Interval
from bench.results.selection import mean_ratio, shows_a_call
from bench.vocabulary import CALL_SECONDS, SIZES

LEAST_FOR_QUARTILES = 4
"""Workloads of which it is said where the middle half lies."""


def answer(section: Section) -> Html:
    """Per machine and device the answer in two sentences: in how many workloads who is faster, and by how much. That of
    the other machines is folded.
    """
    best = selection.counted(selection.best(section.tables, section.machine))
    main = selection.main_problems(best)
    if not len(main):
        return section.sentence("overview.none")
    by_size = selection.main_problems(best, "size")
    told = []
    for machine, rows in main.groupby("hardware", sort=False):
        devices = rows.groupby("device", sort=False)
        here = by_size[by_size["hardware"] == machine]
        lines = [
            answer_sentences(section, machine, device, found, here[here["device"] == device])
            for device, found in devices
        ]
        told.append(render_template("headlines.html", headlines=lines))
    return section.by_machine(told, "answer.others")


def answer_sentences(section: Section, machine: str, device: str, rows: pd.DataFrame, by_size: pd.DataFrame) -> Html:
    """What is said of the main comparisons of one machine and device; every workload has one vote.

    by_size: those at every size, of which it is told too where it is not the only one.
    """
    found = votes(rows)
    place = {"machine": machine, "device": section.names.of("device", device)}
    if not found.total:
        compared, below = int(rows["ratio"].notna().sum()), numbers.seconds(CALL_SECONDS)
        return section.sentence("answer.calls" if compared else "answer.nothing", **place, total=compared, below=below)
    if not found.decided:
        return section.sentence("answer.undecided", **place, total=found.total)
    shown = [size for size in SIZES if size in set(rows["size"])]
    named = numbers.listing([section.names.of("size", size) for size in shown], section.language)
    sentences = [section.phrase("answer.counts", **place, **found.counts, total=found.total, sizes=named)]
    if found.total >= LEAST_FOR_QUARTILES:
        median, low, high = (numbers.ratio(found.ratio(share)) for share in (0.5, 0.25, 0.75))
        span = numbers.span((low, high), section.language)
        sentences.append(section.phrase("answer.median", median=median, span=span))
    for size in SIZES:
        own = by_size[by_size["size"] == size]
        there, name = votes(own), section.names.of("size", size)
        if there.total and shown != [size]:
            without = len(own) - there.total
            sentences.append(section.phrase("answer.at", size=name, **there.counts, total=there.total, without=without))
    if without := len(rows) - found.total:
        sentences.append(section.phrase("answer.without", below=numbers.seconds(CALL_SECONDS), count=without))
    return paragraph(section.space.join(sentences))


def overview(section: Section) -> Html:
    """The figure of one problem per workload, by family and ratio, and what all comparisons together say."""
    best = selection.best(section.tables, section.machine)
    if not len(best):
        return section.sentence("table.no decision")
    main = by_ratio(section, selection.main_problems(best))
    lines = [headline_sentences(section, entry) for entry in headlines(section)]
    return join(
        ratio_figures(section, best, main, ("workload", "device"), "overview.others", section.words["matrix.all"]),
        section.sentence("sizes.changes", link=link_to(section, "scaling")) if len(main_by_size(section)) else None,
        behind(section.words["overview.counted"], join(*lines)),
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
    best = selection.counted(selection.best(section.tables, section.machine))
    for (hardware, device), rows in best.groupby(["hardware", "device"], sort=False):
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
        span = numbers.span(map(numbers.ratio, entry.span), section.language)
        sentences.append(section.phrase("overview.mean", mean=numbers.ratio(entry.mean), span=span))
        if entry.calls:
            below = numbers.seconds(CALL_SECONDS)
            sentences.append(section.phrase("overview.calls", count=entry.calls, below=below))
    return paragraph(section.space.join(sentences))
