"""The claims of the surveyed article: the box of each, the table of all, and how many have which verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import TemplateError
from markupsafe import Markup

from article import prose
from article.html import Html, badge, join
from article.section import FOLDER, Section, read_yaml
from bench.results import outcomes

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
    return dict.fromkeys(("supported", "refuted", "mixed", "not_measured_here", "opinion"), 0) | Counter(verdicts)


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
    """What decided a claim, in words; where its experiment brought nothing, the reason."""
    if reason := evidence.get("reason"):
        return Markup(Markup.escape(section.words.get(f"reason.{reason}", str(reason))))
    block = evidence_blocks(section.language).get(identity)
    if block is None or not evidence:
        return Markup("")
    try:
        text = prose.render(block, {"e": evidence, "w": section.words.under("evidence")}, section.language)
    except (TemplateError, TypeError, ValueError, KeyError, AttributeError, IndexError):
        return section.phrase("claim.unreadable")  # another machine's table may hold anything
    return Markup(str(text).strip().removeprefix("<p>").removesuffix("</p>"))


@cache
def evidence_blocks(language: str) -> dict[str, str]:
    """Claim → the block of text that tells its evidence."""
    return prose.blocks(FOLDER / "text" / language / "claims.md")
