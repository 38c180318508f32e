"""What the shorthand of derivatives says of the Jacobians."""

from __future__ import annotations

from typing import Any

from article import numbers
from article.html import Html
from article.section import Section
from bench.results.outcomes import Examples
from bench.vocabulary import COMPARED

DERIVED = ("x", "W", "b")
"""What y = x W + b is derived by."""


def shorthand_table(section: Section) -> Html:
    """What the shorthand of the derivatives says, what the Jacobians are, and whether the two are the same."""
    examples = section.examples("derivatives")
    rows = [
        row
        for name in DERIVED
        for case in section.words.under("case")
        if (row := shorthand_row(section, examples, name, case))
    ]
    columns = ("derivative", "case", "said", "jacobian", "holds", "closed form")
    return section.table(rows, columns, "shorthand", empty="no examples")


def shorthand_row(section: Section, examples: Examples, name: str, case: str) -> dict[str, Any] | None:
    """One derivative in one case as texts; None where it was not computed in both frameworks."""
    torch, jax = (f"{framework} shorthand.{name}.{case}" for framework in COMPARED)
    if not examples.numbers(torch, jax):
        return None
    shapes = {key: shape_text(section, examples.data(torch).get(key, ())) for key in ("said", "jacobian")}
    holds = examples.value(torch) == examples.value(jax) == 1
    errors = [examples.data(event).get("closed_form_error", 0.0) for event in (torch, jax)]
    return {
        "derivative": f"∂y/∂{name}",
        "case": section.words[f"case.{case}"],
        **shapes,
        "holds": section.words["yes" if holds else "no"],
        "closed form": numbers.scientific(max(errors)),
    }


def shape_text(section: Section, shape: Any) -> str:
    """A shape as 3×2, or the word for a number."""
    return "×".join(str(length) for length in shape) or section.words["scalar"]
