"""The claims of section 7, tools and resources."""

from __future__ import annotations

from collections import Counter

from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, Results, Verdict, claim
from bench.claims.rules import MOST, by_parts
from bench.events import Missing
from bench.vocabulary import COMPARED


@claim("res-bibliography")
def works_exist_as_cited(results: Results) -> Verdict:
    """Supported if every work was found as cited, refuted if at least two thirds are wrong or not to be found, else
    mixed.
    """
    if not results.citations:
        raise Missing("the bibliography was not checked")
    counts, of = dict(Counter(results.citations)), len(results.citations)
    right = counts.get("right", 0)
    wrong = of - right - counts.get("not verified", 0)
    return Verdict(
        SUPPORTED if right == of else REFUTED if wrong >= MOST * of else MIXED,
        {"cited": of, "right": right, "findings": counts},
    )


@claim("res-debuggers")
def the_debugger_works_for_both(results: Results) -> Verdict:
    """Supported if the debugger shows the numbers at a breakpoint in eager and in compiled code of both frameworks,
    refuted if nowhere, else mixed. What it shows with the framework's switch for debugging is recorded beside it.
    """
    modes = ("eager", "compiled", "switched off")
    found = {
        framework: {
            mode.replace(" ", "_"): results.event("debugging", framework, f"breakpoint.{mode}") for mode in modes
        }
        for framework in COMPARED
    }
    parts = [found[framework][mode].value == 1 for framework in COMPARED for mode in ("eager", "compiled")]
    evidence = {
        framework: {
            mode: {"shows_numbers": event.value == 1, "transcript": event.text[:600]} for mode, event in events.items()
        }
        for framework, events in found.items()
    }
    return Verdict(by_parts(parts), evidence)
