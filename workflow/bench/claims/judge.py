"""Judging every claim of the article by the functions of the sections.

A claim without a function is "not measured here". An opinion and a forecast are what they are whatever was measured;
their functions tell what stands beside them.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from bench import schema, texts
from bench.claims.evidence import FORECAST, OPINION, REGISTRY, UNMEASURED, Results, Verdict, open_verdict
from bench.events import Missing

SECTIONS = (
    "background",
    "concepts",
    "algorithms",
    "mathematics",
    "practice",
    "scenarios",
    "resources",
    "trends",
    "questions",
)
"""The modules whose functions judge the claims, one per section of the article."""

SETTLED = {"opinion": OPINION, "forecast": FORECAST}
"""Kinds of claims that nothing decides → their verdict."""

for section in SECTIONS:
    import_module(f"bench.claims.{section}")


def read_claims(path: Path) -> list[dict[str, Any]]:
    """The claims of the article, in its order."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def read_citations(path: Path) -> list[str]:
    """What was found of each work that the surveyed text cites."""
    return [entry["finding"] for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["checked"]]


def judge(entry: Mapping[str, Any], results: Results) -> Verdict:
    """The verdict on one claim, with the rule that led to it and the place where that stands."""
    settled, decide = SETTLED.get(entry["kind"]), REGISTRY.get(entry["id"])
    if decide is None:
        return Verdict(settled, {}) if settled else Verdict(UNMEASURED, {"reason": "no experiment yet"})
    rule = {
        "rule": " ".join((inspect.getdoc(decide) or "").split()),
        "place": f"{decide.__module__.replace('.', '/')}.py: {decide.__name__}",
    }
    try:
        found = decide(results)
    except Missing as missing:
        if settled:
            return Verdict(settled, {})
        return Verdict(open_verdict(missing), missing.evidence | rule)
    return Verdict(found.verdict, {**found.evidence, **rule})


def judge_foreign(entry: Mapping[str, Any], results: Results) -> Verdict:
    """`judge` for the data of another machine, which may hold anything: what cannot be read decides nothing."""
    try:
        found = judge(entry, results)
        as_text(found.evidence)
        return found
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        return Verdict(UNMEASURED, {"reason": "unreadable data", "error": type(error).__name__})


def rows(results: Results, entries: Iterable[Mapping[str, Any]], own: bool = True) -> list[dict[str, Any]]:
    """The rows of the table `claims` for one machine."""
    decide = judge if own else judge_foreign
    judged = [(entry, decide(entry, results)) for entry in entries]
    return [
        {
            "hardware": results.hardware,
            "id": entry["id"],
            "section": entry["section"],
            "kind": entry["kind"],
            "verdict": found.verdict,
            "evidence": as_text(found.evidence),
        }
        for entry, found in judged
    ]


def as_text(evidence: Mapping[str, Any]) -> str:
    """Evidence as JSON that a table accepts; the last rows of its long lists are left out where it would not."""
    kept = json.loads(json.dumps(evidence))
    while len(text := texts.shown(json.dumps(kept, ensure_ascii=False, allow_nan=False))) > schema.LONGEST_TEXT:
        longest = max(_lists(kept), key=lambda rows: len(json.dumps(rows)), default=[])
        if len(longest) < 2:
            raise ValueError(f"evidence of {len(text)} characters holds no list that could be shortened")
        del longest[len(longest) // 2 :]
        kept["shortened"] = True
    return text


def _lists(value: Any) -> Iterator[list[Any]]:
    """The lists in evidence that have rows to spare, at every depth."""
    if isinstance(value, list) and len(value) > 1:
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _lists(part)
