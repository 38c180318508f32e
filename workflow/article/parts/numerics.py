"""Who is faster how often in derivatives and in kernels."""

from __future__ import annotations

from article import numbers
from article.html import Html
from article.rows import of_first_machine
from article.section import Section
from bench.results import selection
from bench.vocabulary import NUMERICAL

COUNTED = {"jax_faster": "jax faster", "torch_faster": "torch faster", "equal": "equal", "undecided": "undecided"}
"""Column of the table → the verdict that it counts."""


def numerics_table(section: Section) -> Html:
    """Per family and device of the first machine: how often who is faster, and the geometric mean of the ratio."""
    best = selection.best(section.tables, section.machine)
    best = of_first_machine(best[best["family"].isin(NUMERICAL) & best["ratio"].notna()])
    rows = []
    for (family, device), own in best.groupby(["family", "device"], sort=False):
        mean = selection.mean_ratio(own)
        rows.append(
            {
                "family": section.names.of("family", family),
                "place": section.names.of("device", device),
                "compared": numbers.count(len(own)),
                "mean": numbers.ratio(mean) if mean else None,
            }
            | {column: numbers.count(int((own["verdict"] == verdict).sum())) for column, verdict in COUNTED.items()}
        )
    columns = ("family", "place", "compared", *COUNTED, "mean")
    return section.table(rows, columns, "numerics", empty="no numerics")
