"""The claims of the surveyed article: the box of each, the table of all, and how many have which verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import TemplateError
from markupsafe import Markup

from article import numbers, prose
from article.html import Html, badge, join
from article.names import TITLES
from article.parts.claim_rules import DECIDED, rule_box
from article.section import FOLDER, Section, read_yaml
from bench.results import outcomes
from bench.vocabulary import CLAIM_VERDICTS, COMPARED

Claim = Mapping[str, Any]
Judged = Mapping[tuple[str, str], Any]
"""(machine, claim) → row of the table of claims."""
GROUPS = ("devices", "frameworks", "numpy")
"""Under what evidence is kept that was found apart: by device, by framework, of a framework against NumPy."""
SETTLED = ("opinion", "forecast")
"""Kinds of claims that are what they are, whatever was measured."""
UNREADABLE = (TemplateError, TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError)
"""What is raised by evidence that another machine's table may hold."""
MOST_NAMED = 4
"""Workloads that a sentence names."""


def claim_boxes(section: Section) -> Html:
    """The boxes of all claims of this section, below where they stand in the original."""
    judged = judged_claims(section)
    boxes = [claim_box(section, claim, judged) for claim in stated_claims() if claim["section"] == section.number]
    return join(section.sentence("claim.origin", number=section.number) if boxes else None, *boxes)


def claim_table(section: Section) -> Html:
    """Every claim with its verdict on every machine, linked to its box."""
    machines, judged = section.machines, judged_claims(section)
    rows = []
    for claim in stated_claims():
        link = Markup('<a href="#claim-{}">{}</a>').format(claim["id"], claim["says"][section.language])
        said = {name: verdict(claim, name, judged) for name in machines}
        verdicts = {name: verdict_badge(section, word) for name, word in said.items()}
        rows.append(
            {"claim": link}
            | (
                verdicts | {"held": _held(section, said.values())}
                if section.several
                else {"verdict": verdicts[machines[0]]}
            )
        )
    columns = ("claim", *(("held", *machines) if section.several else ("verdict",)))
    return section.table(rows, columns, "claims")


def _held(section: Section, verdicts: Iterable[str]) -> Markup | None:
    """On how many of the machines that measured it a claim has the verdict that most have; None of fewer than two."""
    counts = Counter(said for said in verdicts if said != "not measured here")
    total = sum(counts.values())
    return section.phrase("replicate.held", count=max(counts.values()), total=total) if total > 1 else None


def claim_counts(section: Section) -> dict[str, int]:
    """How many claims have which verdict on the first machine that is shown: this one, if it has results."""
    judged = judged_claims(section)
    verdicts = (verdict(claim, section.machine, judged).replace(" ", "_") for claim in stated_claims())
    return dict.fromkeys((name.replace(" ", "_") for name in CLAIM_VERDICTS), 0) | Counter(verdicts)


def claim_box(section: Section, claim: Claim, judged: Judged) -> Html:
    """The box of one claim: what is said, the verdict on each machine, the evidence, folded where it is that of others,
    and how the claim is decided.
    """
    machines = section.machines
    verdicts = _once([_verdict_parts(section, claim, machine, judged) for machine in machines], section)
    if claim["kind"] in SETTLED:  # the same on every machine: of those that tell nothing more, one is enough
        verdicts = [parts for parts in verdicts if parts[-1]] or verdicts[:1]
    judged_here = next((row for name in machines if (row := judged.get((name, claim["id"])))), None)
    return section.render(
        "claim.html",
        identity=claim["id"],
        says=claim["says"][section.language],
        verdicts=verdicts,
        decide=claim.get("decide", {}).get(section.language),
        rule=_rule(section, outcomes.as_object(judged_here.evidence) if judged_here else {}),
    )


def _once(
    verdicts: Sequence[tuple[Markup, str | None, Markup]], section: Section
) -> list[tuple[Markup, str | None, Markup]]:
    """The verdicts with what is the same on several machines once, behind their names, or their number if it is all."""
    places: dict[tuple[Markup, Markup], list[str]] = {}
    for shown, machine, evidence in verdicts:
        places.setdefault((shown, evidence), []).append(machine or "")
    return [
        (shown, _places(section, names, every=len(names) == len(verdicts)), evidence)
        for (shown, evidence), names in places.items()
    ]


def _places(section: Section, names: Sequence[str], every: bool) -> str | None:
    """The machines of a verdict, by name or, where it is that of every one of many, by number; None of one alone."""
    if every and len(names) > 2:
        return section.phrase("claim.everywhere", count=len(names))
    return section.words["enumeration"].join(names) or None


def _rule(section: Section, evidence: Mapping[str, Any]) -> Html:
    """By what rule a claim was judged, folded; nothing where its evidence is not as this page reads it."""
    try:
        return rule_box(section, evidence, asked(section, evidence))
    except UNREADABLE:
        return Html()


def _verdict_parts(section: Section, claim: Claim, machine: str, judged: Judged) -> tuple[Markup, str | None, Markup]:
    """The badge of a claim on a machine, the machine where there are several, and the evidence in words."""
    row = judged.get((machine, claim["id"]))
    said = verdict(claim, machine, judged)
    evidence = evidence_text(section, claim["id"], outcomes.as_object(row.evidence) if row else {}, said)
    return verdict_badge(section, said), section.hardware(machine), evidence


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
    return claim["kind"] if claim["kind"] in SETTLED else "not measured here"


def verdict_badge(section: Section, name: str) -> Markup:
    """A verdict as a coloured word."""
    return badge(name.replace(" ", "-"), section.words.get(f"verdict.{name}", name))


def evidence_text(section: Section, identity: str, evidence: Mapping[str, Any], said: str = "") -> Markup:
    """What decided a claim, in words, and what that hangs on; where its experiment brought nothing, the reason.

    said: the verdict on the whole claim.
    """
    block = evidence_blocks(section.language).get(identity, "") if evidence else ""
    if not block and not evidence.get("reason"):
        return Markup("")
    try:
        if evidence.get("reason"):
            text = _reason(section, evidence)
        else:
            text = prose.render(block, {"e": evidence, "w": section.words.under("evidence")}, section.language)
        votes = list(vote_sentences(section, evidence, said))
    except UNREADABLE:
        return section.phrase("claim.unreadable")  # another machine's table may hold anything
    return section.space.join([Markup(str(text).strip().removeprefix("<p>").removesuffix("</p>")), *votes])


def _reason(section: Section, evidence: Mapping[str, Any]) -> Markup:
    """Why a claim is open, and of which framework that holds where the other is decided, since both are needed."""
    reason = Markup.escape(section.words.get(f"reason.{evidence['reason']}", str(evidence["reason"])))
    frameworks = evidence.get("frameworks")
    parts = frameworks.items() if isinstance(frameworks, Mapping) else ()
    where = [TITLES[name] for name, part in parts if name in TITLES and part.get("reason") == evidence["reason"]]
    if not where or len(where) == len(parts):
        return reason
    return section.phrase("claim.reason of", parts=numbers.listing(where, section.language), reason=reason)


def vote_sentences(section: Section, evidence: Mapping[str, Any], said: str = "") -> Iterator[Markup]:
    """What the workloads say, wherever they were asked in the evidence: their votes, where the size turns one, what the
    sizes say, and what the verdict hangs on; of several parts, the verdict of each.

    said: the verdict on the whole claim.
    """
    parts = list(asked(section, evidence))
    for place, found in parts:
        if found.get("votes"):
            counts = {"won": found["for"], "lost": found["against"], "open": found["open"]}
            yield section.phrase("claim.votes" if place else "claim.votes alone", place=place, **counts)
        if sizes := found.get("measured"):
            told = [section.names.of("size", size) for size in sizes]
            yield section.phrase("claim.measured", sizes=numbers.listing(told, section.language))
        if turns := found.get("turns"):
            kind = "votes" if found.get("votes") else "winners"
            told = [turn_text(section, turn, kind) for turn in turns[:MOST_NAMED]]
            name = f"claim.turning {kind}" if len(turns) <= MOST_NAMED else f"claim.turning {kind}, for example"
            count = found.get("turning", len(turns))  # of a long list the end is left out
            yield section.phrase(name, count=count, turns=Markup(section.words["semicolon"]).join(told))
        if found.get("votes"):
            yield from _size_sentences(section, found)
            if len(parts) > 1 and found.get("verdict"):
                yield section.phrase("claim.part", verdict=_verdict_word(section, found["verdict"]))
            yield from _hanging_sentences(section, found, said)


def asked(section: Section, evidence: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What was asked (the device, the framework, …) in words, and the evidence of it, at every depth."""
    if evidence.get("votes") or evidence.get("turns") or evidence.get("measured"):
        yield place, evidence
    titles = section.words.under("device") | {name: TITLES[name] for name in COMPARED}
    for kind in GROUPS:
        groups = evidence.get(kind)
        for name, found in groups.items() if isinstance(groups, Mapping) else ():
            if not isinstance(found, Mapping):
                continue  # what one thing says of NumPy is no group
            title = titles.get(name) or str(name)
            against = section.words["claim.numpy"].format(name=title) if kind == "numpy" else title
            yield from asked(section, found, section.words["comma"].join(part for part in (place, against) if part))
    if isinstance(evidence.get("eager"), Mapping):
        eager = section.words["claim.eager"].format(name=place)
        yield from asked(section, evidence["eager"], eager)


def turn_text(section: Section, turn: Mapping[str, Any], kind: str) -> Markup:
    """At which sizes a workload says one thing and the other, and where both frameworks are equal in between.

    kind: whether it is a vote that turns (`votes`) or who is faster (`winners`).
    """
    names = section.names
    name = names.workload(turn["workload"]) + (f" · {names.of('task', turn['task'])}" if turn["task"] else "")
    ends = [names.of("size", turn[end]) for end in ("from_size", "to_size")]
    won, lost = ends if turn["first"] == "for" else ends[::-1]
    at, curve = Markup(""), turn["to_size"].rpartition("-")[0]
    if turn["at"] is not None:
        at = section.phrase("claim.at", size=names.of("size", f"{curve}-{turn['at']}"))
    return section.phrase(f"claim.of {kind}", workload=name, won=won, lost=lost, at=at)


def _size_sentences(section: Section, found: Mapping[str, Any]) -> Iterator[Markup]:
    sizes, along = found["sizes"], found.get("along", 0)
    if len(sizes) == 1:
        (size,) = (section.names.of("size", size) for size in sizes)
        yield section.phrase("claim.size and curves" if along else "claim.one size", size=size, count=along)
    elif sizes:
        told = [
            section.phrase(
                "claim.size",
                size=section.names.of("size", size),
                count=said["votes"],
                verdict=_verdict_word(section, said["verdict"]),
            )
            for size, said in sizes.items()
        ]
        few = found["votes"] >= found["least"] > min(said["votes"] for said in sizes.values())
        name = "claim.sizes of few" if few else "claim.sizes"
        yield section.phrase(name, sizes=Markup(section.words["semicolon"]).join(told), least=found["least"])


def _hanging_sentences(section: Section, found: Mapping[str, Any], said: str) -> Iterator[Markup]:
    """What the verdict hangs on: too few workloads, single ones, or none of them.

    A workload without which a part would be what the whole claim is, `said`, changes nothing and is not named.
    """
    share, hanging = found["share"], found["leave_one_out"]
    if hanging.get("least") is not None and hanging.get("most") is not None:
        ends = (numbers.ratio(hanging[end]) for end in ("least", "most"))
        yield section.phrase("claim.mean", span=numbers.span(ends, section.language))
    if found["votes"] < found["least"]:
        if share in DECIDED:
            yield section.phrase("claim.few", least=found["least"], verdict=_verdict_word(section, share))
        return
    if share in DECIDED and hanging["changes"]:
        workloads = _listed(section, list(hanging["changes"]))
        yield section.phrase("claim.single", verdict=_verdict_word(section, share), workloads=workloads)
    elif not hanging["changes"]:
        yield section.phrase("claim.stable")
    for verdict in sorted({*hanging["changes"].values()} - {said}) if share not in DECIDED else ():
        names = [name for name, other in hanging["changes"].items() if other == verdict]
        told = _verdict_word(section, verdict)
        yield section.phrase("claim.changes", workloads=_listed(section, names), verdict=told)


def _listed(section: Section, workloads: Sequence[str]) -> str:
    """Workloads by name; of many, how many there are."""
    if len(workloads) > MOST_NAMED:
        return section.words["claim.many"].format(count=len(workloads))
    return numbers.listing([section.names.workload(name) for name in workloads], section.language)


def _verdict_word(section: Section, verdict: str) -> str:
    return section.words.get(f"verdict.{verdict}", verdict)


@cache
def evidence_blocks(language: str) -> dict[str, str]:
    """Claim → the block of text that tells its evidence."""
    return prose.blocks(FOLDER / "text" / language / "claims.md")
