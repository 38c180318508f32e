"""Machines side by side: the ratio on each, which verdicts hold on how many, which flip and where, and whether what
others published holds on the reader's machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, behind, bullets, join, paragraph
from article.names import on_machine
from article.parts.claim_rules import DECIDED
from article.parts.claims import Claim, judged_claims, stated_claims, verdict, verdict_badge
from article.parts.comparisons import ratio_rows
from article.parts.votes import SETTLED, agreement
from article.section import Section
from bench.results import intervals, selection
from bench.results.intervals import Interval
from bench.results.selection import SAME

MAKERS = {"AuthenticAMD": "AMD", "GenuineIntel": "Intel"}
"""What a processor calls its maker → the name."""
MOST_NAMED = 6
"""What is listed in the open; more is folded."""


def replication(section: Section, text: Html) -> Html:
    """The text, the machines beside each other, and what of the others' results holds on this one; nothing of one."""
    if len(section.machines) == 1:
        return Html()
    frame = selection.best(section.tables, section.machine)
    frame = frame[frame["ratio"].notna()]
    return join(
        text,
        bullets([*_here(section, frame)]),
        section.sentence("replicate.side by side"),
        side_by_side(section, shared_problems(frame)),
        agreement_sentences(section, frame),
    )


def shared_problems(frame: pd.DataFrame) -> pd.DataFrame:
    """Of each workload and device the main one of those problems that several machines have compared, at a size that
    most of them have.
    """
    machines = frame.groupby(SAME)["hardware"].transform("nunique")
    most = machines.groupby([frame[column] for column in ("family", "workload", "task", "device")]).transform("max")
    common = frame[(machines > 1) & (machines == most)]
    main = selection.main_problems(common.assign(hardware="").drop_duplicates(SAME))
    wanted = set(main[SAME].itertuples(index=False, name=None))
    return common.loc[[key in wanted for key in common[SAME].itertuples(index=False, name=None)]]


def side_by_side(section: Section, frame: pd.DataFrame) -> Html:
    """The figure of the ratios on every machine, and their table, a machine a column."""
    from article.figures.grouped import MOST_IN_A_ROW, grouped_ratios

    machines = [name for name in section.machines if name in set(frame["hardware"])][:MOST_IN_A_ROW]
    drawn = frame[frame["hardware"].isin(machines)]
    if not len(drawn):
        return section.sentence("replicate.nothing shared")
    order = drawn.groupby(SAME)["ratio"].transform("median")
    ordered = drawn.assign(order=order).sort_values(["family", "order", *SAME], kind="stable")
    data = ratio_rows(ordered, section.names, by_family=True).rename(columns={"panel": "member"})
    texts = [section.names.point(row.text, on_machine(row.label, row.member)) for row in data.itertuples()]
    finding = section.phrase("shows.machines", **agreement(drawn, SAME).counts)
    table = _table(section, drawn, machines)
    sizes = section.words["enumeration"].join(section.names.of("size", size) for size in drawn["size"].unique())
    return section.figure(
        grouped_ratios, data, "machines", machines, False, rows=texts, finding=finding, after=table, sizes=sizes
    )


def _table(section: Section, frame: pd.DataFrame, machines: list[str]) -> Html:
    rows = []
    for _, own in frame.groupby(SAME, sort=False):
        found = {row.hardware: row for row in own.itertuples()}
        shown = {name: _said(section, found[name]) for name in machines if name in found}
        most = own["verdict"].value_counts().iloc[0]
        held = section.phrase("replicate.held", count=most, total=len(own))
        rows.append({"problem": section.problem_columns(next(own.itertuples()))["problem"], "held": held} | shown)
    return section.table(rows, ("problem", "held", *machines), "side by side", folded=True)


def _said(section: Section, row: Any) -> Markup:
    word = section.words.get(f"verdict.{row.verdict}", row.verdict)
    return Markup("{}<br>{}").format(word, _ratio(row))


def _ratio(row: Any) -> str:
    return numbers.ratio(intervals.interval(row, "ratio") or Interval(row.ratio))


def agreement_sentences(section: Section, frame: pd.DataFrame) -> Html:
    """How many verdicts are the same on all machines that have them, and which flip, and where."""
    found = agreement(frame, SAME)
    if not found.counts["total"]:
        return Html()
    flips = [_flip(section, own) for own in found.apart]
    listed = bullets(flips)
    if len(flips) > MOST_NAMED:
        listed = behind(section.phrase("replicate.flips", count=len(flips)), listed)
    told = section.phrase("replicate.agreement", **found.counts)
    return join(paragraph(section.space.join([told, *_of_makers(section, found.apart)])), listed)


def _of_makers(section: Section, apart: Sequence[pd.DataFrame]) -> Iterator[Markup]:
    """In which problems machines with processors of one maker agree with each other, and not with those of another."""
    makers = {machine: _maker(section, machine) for machine in section.machines}
    told = []
    for own in apart:
        groups = own.groupby(own["hardware"].map(makers))["verdict"]
        said = {str(maker): set(verdicts) for maker, verdicts in groups if len(verdicts) > 1}
        if all(len(one) == 1 for one in said.values()) and len(set().union(*said.values()) & set(SETTLED)) > 1:
            parts = [
                f"{maker}{section.words['colon']}{section.words[f'verdict.{one}']}" for maker, (one,) in said.items()
            ]
            text = section.words["semicolon"].join(parts)
            told.append(section.names.problem(next(own.itertuples())) + section.words["brackets"].format(text=text))
    if told:
        yield section.phrase("replicate.makers", count=len(told), problems=section.words["semicolon"].join(told))


def _maker(section: Section, machine: str) -> str | None:
    """Who made the processor of a machine; None where its facts do not say."""
    found: Any = section.tables.machines.get(machine)
    for name in ("identity", "processor", "vendor"):
        found = found.get(name) if isinstance(found, dict) else None
    return MAKERS.get(found, found) if isinstance(found, str) else None


def _flip(section: Section, own: pd.DataFrame) -> Markup:
    """A problem of which machines say different things: which verdict, with the ratio, on which of them."""
    parts = [
        section.phrase(
            "replicate.on",
            verdict=section.words[f"verdict.{said}"],
            machines=section.words["semicolon"].join(
                row.hardware + section.words["brackets"].format(text=_ratio(row)) for row in rows.itertuples()
            ),
        )
        for said, rows in own.groupby("verdict", sort=False)
    ]
    return section.item(section.names.problem(next(own.itertuples())), Markup(section.words["semicolon"]).join(parts))


def _here(section: Section, frame: pd.DataFrame) -> Iterator[Markup]:
    """Of every other machine, which of its decided comparisons and claims hold on this one."""
    here = frame[frame["hardware"] == section.machine]
    for machine in section.machines:
        if machine != section.machine:
            there = frame[(frame["hardware"] == machine) & frame["verdict"].isin(SETTLED)]
            both = there.merge(here, on=SAME, suffixes=("", "_here"))
            yield section.space.join(
                [_comparisons_that_hold(section, machine, both), *_claims_that_hold(section, machine)]
            )


def _comparisons_that_hold(section: Section, machine: str, both: pd.DataFrame) -> Markup:
    if not len(both):
        return section.phrase("replicate.none here", machine=machine)
    same = int((both["verdict"] == both["verdict_here"]).sum())
    undecided = int((~both["verdict_here"].isin(SETTLED)).sum())
    counts = {"total": len(both), "same": same, "undecided": undecided, "other": len(both) - same - undecided}
    return section.phrase("replicate.comparisons", machine=machine, **counts)


def _claims_that_hold(section: Section, machine: str) -> Iterator[Markup]:
    judged = judged_claims(section)
    pairs = [
        (claim, verdict(claim, machine, judged), verdict(claim, section.machine, judged)) for claim in stated_claims()
    ]
    decided = [(claim, there, here) for claim, there, here in pairs if there in DECIDED and here != "not measured here"]
    if not decided:
        return
    changed = [_changed(section, claim, there, here) for claim, there, here in decided if there != here]
    yield section.phrase("replicate.claims", total=len(decided), same=len(decided) - len(changed))
    if changed:
        yield section.phrase("replicate.changed", claims=Markup(section.words["semicolon"]).join(changed))


def _changed(section: Section, claim: Claim, there: str, here: str) -> Markup:
    """A claim with the verdict there and the one here."""
    badges = Markup("{} → {}").format(verdict_badge(section, there), verdict_badge(section, here))
    link = Markup('<a href="#claim-{}">{}</a>').format(claim["id"], claim["says"][section.language])
    return link + Markup(Markup.escape(section.words["brackets"])).format(text=badges)
