"""What the shorthand of derivatives says, and derivatives of rising order."""

from __future__ import annotations

from typing import Any

from article import numbers
from article.html import Html
from article.section import Article
from bench.results import outcomes


def shorthand_table(article: Article) -> Html:
    """What the shorthand of the derivatives says, what the Jacobians are, and whether the two are the same."""
    ex = outcomes.Examples(article.tables, article.machine, "derivatives")
    rows = []
    for name in ("x", "W", "b"):
        for case in article.words.under("case"):
            torch, jax = (f"{framework} shorthand.{name}.{case}" for framework in ("torch", "jax"))
            if ex.numbers(torch, jax):
                data = ex.data(torch)
                shapes = {
                    key: "×".join(str(length) for length in data.get(key, ())) or article.words["scalar"]
                    for key in ("said", "jacobian")
                }
                holds = ex.value(torch) == ex.value(jax) == 1
                errors = [ex.data(event).get("closed_form_error", 0.0) for event in (torch, jax)]
                rows.append(
                    {
                        "derivative": f"∂y/∂{name}",
                        "case": article.words[f"case.{case}"],
                        **shapes,
                        "holds": article.words["yes" if holds else "no"],
                        "closed form": numbers.scientific(max(errors)),
                    }
                )
    return article.table(
        rows, ("derivative", "case", "said", "jacobian", "holds", "closed form"), "shorthand", empty="no examples"
    )


def order_table(article: Article) -> Html:
    """Derivatives of rising order: error, time, memory and number of operations in both frameworks."""
    ex = outcomes.Examples(article.tables, article.machine, "derivatives")
    rows = []
    shows = {"error": numbers.scientific, "seconds": numbers.seconds, "bytes": numbers.size}
    for order in range(1, 11):
        row: dict[str, Any] = {"order": str(order)}
        for framework in ("torch", "jax"):
            for quantity, show in shows.items():
                name = f"{framework} order.{order}.{quantity}"
                row[f"{framework}_{quantity}"] = show(ex.value(name)) if ex.numbers(name) else None
        if len([value for value in row.values() if value is not None]) > 1:
            rows.append(row)
    return article.table(
        rows,
        ("order", "torch_error", "jax_error", "torch_seconds", "jax_seconds", "torch_bytes", "jax_bytes"),
        "orders",
        empty="no examples",
    )
