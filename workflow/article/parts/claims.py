"""The claims of the surveyed article: the box of each, the table of all, and how many have which verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import TemplateError
from markupsafe import Markup

from article import numbers, prose
from article.html import Html, badge, join
from article.names import TITLES
from article.section import FOLDER, Section, read_yaml
from bench.results import outcomes
from bench.vocabulary import CLAIM_VERDICTS, COMPARED

Claim = Mapping[str, Any]
Judged = Mapping[tuple[str, str], Any]
"""(machine, claim) → row of the table of claims."""


def claim_boxes(section: Section) -> Html:
    """The boxes of all claims of this section."""
    judged = judged_claims(section)
    return join(*(claim_box(section, claim, judged) for claim in stated_claims() if claim["section"] == section.number))


def claim_table(section: Section) -> Html:
    """Every claim with its verdict on every machine, linked to its box."""
    machines, judged = _machines(section), judged_claims(section)
    rows = []
    for claim in stated_claims():
        link = Markup('<a href="#claim-{}">{}</a>').format(claim["id"], claim["says"][section.language])
        verdicts = {name: verdict_badge(section, verdict(claim, name, judged)) for name in machines}
        rows.append(
            {"claim": link, "section": str(claim["section"]), "kind": section.words[f"kind.{claim['kind']}"]}
            | (verdicts if section.several else {"verdict": verdicts[machines[0]]})
        )
    columns = ("claim", "section", "kind", *(machines if section.several else ("verdict",)))
    return section.table(rows, columns, "claims")


def claim_counts(section: Section) -> dict[str, int]:
    """How many claims have which verdict on this machine."""
    judged = judged_claims(section)
    verdicts = (verdict(claim, section.machine, judged).replace(" ", "_") for claim in stated_claims())
    return dict.fromkeys((name.replace(" ", "_") for name in CLAIM_VERDICTS), 0) | Counter(verdicts)


def claim_box(section: Section, claim: Claim, judged: Judged) -> Html:
    """The box of one claim: what is said, the verdict on each machine, the evidence, how it is decided."""
    machines = _machines(section)
    if claim["kind"] == "opinion":  # the same on every machine, and decided by nothing
        machines = machines[:1]
    return section.render(
        "claim.html",
        identity=claim["id"],
        says=claim["says"][section.language],
        verdicts=[_verdict_parts(section, claim, machine, judged) for machine in machines],
        decide=claim.get("decide", {}).get(section.language),
    )


def _machines(section: Section) -> list[str]:
    return section.machines or [section.machine]


def _verdict_parts(section: Section, claim: Claim, machine: str, judged: Judged) -> tuple[Markup, str | None, Markup]:
    """The badge of a claim on a machine, the machine where there are several, and the evidence in words."""
    row = judged.get((machine, claim["id"]))
    evidence = evidence_text(section, claim["id"], outcomes.as_object(row.evidence) if row else {})
    return verdict_badge(section, verdict(claim, machine, judged)), section.hardware(machine), evidence


def stated_claims() -> list[dict[str, Any]]:
    """Every claim of claims.yaml."""
    return read_yaml("claims.yaml")


def judged_claims(section: Section) -> dict[tuple[str, str], Any]:
    """(machine, claim) → row of the table of claims."""
    return {(row.hardware, row.id): row for row in section.tables.frame("claims").itertuples()}


def verdict(claim: Claim, machine: str, judged: Judged) -> str:
    """The verdict on a claim on a machine; what its kind says where the machine has none."""
    row = judged.get((machine, claim["id"]))
    if row and row.verdict:
        return row.verdict
    return "opinion" if claim["kind"] == "opinion" else "not measured here"


def verdict_badge(section: Section, name: str) -> Markup:
    """A verdict as a coloured word."""
    return badge(name.replace(" ", "-"), section.words.get(f"verdict.{name}", name))


def evidence_text(section: Section, identity: str, evidence: Mapping[str, Any]) -> Markup:
    """What decided a claim, in words, and what that hangs on; where its experiment brought nothing, the reason."""
    block = evidence_blocks(section.language).get(identity, "") if evidence else ""
    if not block and not evidence.get("reason"):
        return Markup("")
    try:
        if reason := evidence.get("reason"):
            text = Markup.escape(section.words.get(f"reason.{reason}", str(reason)))
        else:
            text = prose.render(block, {"e": evidence, "w": section.words.under("evidence")}, section.language)
        votes = list(vote_sentences(section, evidence))
    except (TemplateError, TypeError, ValueError, KeyError, AttributeError, IndexError):
        return section.phrase("claim.unreadable")  # another machine's table may hold anything
    return section.space.join([Markup(str(text).strip().removeprefix("<p>").removesuffix("</p>")), *votes])


def vote_sentences(section: Section, evidence: Mapping[str, Any]) -> Iterator[Markup]:
    """How the workloads voted on each device, or within each framework, what leaving out any one of them would change,
    and what the sizes say where they were judged apart.
    """
    for place, found in voted(section, evidence):
        counts = {"won": found["for"], "lost": found["against"], "open": found["open"]}
        yield section.phrase("claim.votes", place=place, **counts)
        if found["votes"] > 1:
            yield from _left_out_sentences(section, found["leave_one_out"])
        if sizes := found.get("sizes"):
            told = [
                section.phrase(
                    "claim.size",
                    size=section.names.of("size", size),
                    verdict=section.words.get(f"verdict.{verdict}", verdict),
                )
                for size, verdict in sizes.items()
            ]
            yield section.phrase("claim.sizes", sizes=Markup(section.words["comma"]).join(told))


def voted(section: Section, evidence: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The name of each device and framework by which workloads voted, and the evidence there."""
    titles = section.words.under("device") | {name: TITLES[name] for name in COMPARED}
    for kind in ("devices", "frameworks"):
        groups = evidence.get(kind)
        for name, found in groups.items() if isinstance(groups, Mapping) else ():
            if found.get("votes"):
                yield titles.get(name) or str(name), found


def _left_out_sentences(section: Section, found: Mapping[str, Any]) -> Iterator[Markup]:
    if found["least"] is not None and found["most"] is not None:
        least, most = numbers.ratio(found["least"]), numbers.ratio(found["most"])
        yield section.phrase("claim.mean", least=least, most=most)
    if not found["changes"]:
        yield section.phrase("claim.stable")
    for verdict in sorted(set(found["changes"].values())):
        names = [section.names.workload(name) for name, other in found["changes"].items() if other == verdict]
        workloads, told = numbers.listing(names, section.language), section.words.get(f"verdict.{verdict}", verdict)
        yield section.phrase("claim.changes", workloads=workloads, verdict=told)


@cache
def evidence_blocks(language: str) -> dict[str, str]:
    """Claim → the block of text that tells its evidence."""
    return prose.blocks(FOLDER / "text" / language / "claims.md")
