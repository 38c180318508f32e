"""Which framework and mode to take for what, and how sure that is."""

from __future__ import annotations

from typing import Any

from article.html import Html, join
from article.parts.comparisons import verdict_sentence
from article.section import Article
from bench.results import intervals, selection


def decision_table(article: Article) -> Html:
    """Per workload and device: which framework and mode to take, and how sure that is; further problems folded."""
    best = selection.best(article.tables, article.machine)
    chosen = best.index.isin(selection.main_problems(best).index)
    columns = ("problem", "hardware", "choice", "why")
    main, rest = ([_decision(article, row) for row in best[rows].itertuples()] for rows in (chosen, ~chosen))
    return join(
        article.table(main, columns, "decision", empty="no decision"),
        article.table(rest, columns, "more decisions", folded=True),
    )


def _decision(article: Article, row: Any) -> dict[str, Any]:
    interval = intervals.interval(row, "ratio")
    choice = {"jax faster": f"jax {row.jax_mode}", "torch faster": f"torch {row.torch_mode}"}.get(
        row.verdict, article.words["either" if interval and interval.bounded else "unknown"]
    )
    return {
        "problem": article.names.problem(row),
        "hardware": row.hardware if article.several else None,
        "choice": choice,
        "why": verdict_sentence(article, row),
    }
