"""Slower results that workloads report besides their times."""

from __future__ import annotations

from article import numbers
from article.html import Html
from article.section import Article
from bench.results import outcomes, selection
from bench.results.intervals import missing


def metric_table(article: Article) -> Html:
    """Slower results that the workloads report besides their times."""
    rows = []
    for row in selection.cells(article.tables, article.machine).itertuples():
        for name, value in outcomes.as_object(row.metrics).items():
            if isinstance(value, int | float) and not missing(value):
                rows.append(
                    {
                        "problem": article.names.problem(row),
                        "variant": article.names.variant(row.framework, row.mode),
                        "hardware": row.hardware if article.several else None,
                        "quantity": article.words.get(f"metric.{name}", name.replace("_", " ")),
                        "value": numbers.percent(value) if "accuracy" in name else numbers.scientific(value),
                    }
                )
    return article.table(rows, ("problem", "hardware", "variant", "quantity", "value"), "metrics", folded=True)
