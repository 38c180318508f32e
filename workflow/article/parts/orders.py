"""Derivatives of rising order: what each costs, and how right it is."""

from __future__ import annotations

from article import numbers
from article.html import Html
from article.section import Section
from bench.vocabulary import COMPARED

ORDERS = range(1, 11)
SHOWS = {"error": numbers.scientific, "seconds": numbers.seconds, "bytes": numbers.size}
"""What an example of an order left, and how it is shown."""


def order_table(section: Section) -> Html:
    """Error, time and memory of every order in both frameworks; an order that neither reached is left out."""
    examples = section.examples("derivatives")
    rows = []
    for order in ORDERS:
        cells = {
            f"{framework}_{quantity}": show(examples.value(name)) if examples.numbers(name) else None
            for framework in COMPARED
            for quantity, show in SHOWS.items()
            for name in [f"{framework} order.{order}.{quantity}"]
        }
        if any(cells.values()):
            rows.append({"order": str(order), **cells})
    columns = ("order", *(f"{framework}_{quantity}" for quantity in SHOWS for framework in COMPARED))
    return section.table(rows, columns, "orders", empty="no examples")
