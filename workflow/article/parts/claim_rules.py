"""By what rule a claim is judged: the rule with its thresholds, whose votes it counts, and what would turn it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from article.html import Html, behind, join, paragraph
from article.names import place_of
from article.section import FOLDER, Section, read_yaml

VOTES = ("for", "against", "turning", "undecided")
"""What a workload may say, in the order in which it is told."""
DECIDED = ("supported", "refuted")
"""What the votes of workloads may decide."""


def rule_box(section: Section, evidence: Mapping[str, Any], asked: Iterator[tuple[str, Mapping[str, Any]]]) -> Html:
    """The rule of a claim, folded; nothing where no function judges it.

    asked: what was asked in words, and the evidence of it, as `claims.asked` finds it.
    """
    if not isinstance(evidence.get("rule"), str):
        return Html()
    rule = section.phrase(
        "rule box.rule", rule=_quoted(section, evidence["rule"]), place=_code(evidence.get("place", ""))
    )
    voted = [(place, found) for place, found in asked if found.get("ballot") and found.get("most")]
    told = [paragraph(section.space.join(_vote_sentences(section, place, found))) for place, found in voted]
    return behind(
        section.words["rule box.title"], join(paragraph(rule), *told or [section.sentence("rule box.examples")])
    )


def _vote_sentences(section: Section, place: str, found: Mapping[str, Any]) -> Iterator[Markup]:
    """The thresholds for these votes, who cast which, and what would turn the verdict."""
    few = found["votes"] < found["least"]
    name = "rule box.few" if few else "rule box.votes"
    counts = {"votes": found["votes"], "need": _need(found, found["votes"]), "least": found["least"]}
    yield section.phrase(name if place else f"{name} alone", place=place, **counts)
    ballot: Mapping[str, str] = found["ballot"]
    for vote in VOTES:
        if names := [name for name, said in ballot.items() if said == vote]:
            yield section.phrase(f"rule box.{vote}", workloads=_workloads(section, names))
    if few:
        yield section.phrase("rule box.lacks workloads", count=found["least"] - found["votes"])
    else:
        yield _turning_sentence(section, found)


def _turning_sentence(section: Section, found: Mapping[str, Any]) -> Markup:
    """What would turn the verdict of enough votes, or make one of those that decide nothing."""
    firm = _need(found, found["votes"] - 1) + 1  # as many as still are enough when any single one is left out
    lacking = {verdict: max(0, firm - found[vote]) for verdict, vote in zip(DECIDED, ("for", "against"), strict=True)}
    given = next((verdict for verdict, count in lacking.items() if not count), None)
    if given is None:
        return section.phrase("rule box.lacks", won=lacking["supported"], lost=lacking["refuted"])
    if found["share"] == given and not found["leave_one_out"]["changes"]:
        return section.phrase("rule box.turns", count=found["for" if given == "supported" else "against"] - firm + 1)
    return section.phrase("rule box.apart", verdict=section.words[f"verdict.{given}"])


def _need(found: Mapping[str, Any], votes: int) -> int:
    """Of so many votes, how many a verdict takes."""
    return math.ceil(found["most"] * votes)


def _workloads(section: Section, names: list[str]) -> Markup:
    """Workloads of the project by name, each leading to where its numbers come from, where the tables hold some."""
    compared = set(section.tables.frame("comparisons")["workload"])
    linked = []
    for name in names:
        title, place = section.names.workload(name), place_of(None, name)
        linked.append(Markup('<a href="#{}">{}</a>').format(place, title) if place and name in compared else title)
    return Markup(section.words["enumeration"]).join(linked)


def _quoted(section: Section, rule: str) -> Markup:
    """A rule in the language of the page where its texts have it, else in English."""
    file = f"text/{section.language}/rules.yaml"
    told = read_yaml(file).get(rule) if (FOLDER / file).is_file() else None
    return Markup("<q>{}</q>").format(told) if told else Markup('<q lang="en">{}</q>').format(rule)


def _code(text: Any) -> Markup:
    return Markup("<code>{}</code>").format(text)
