"""Which framework and mode to take for what, and how sure that is."""

from __future__ import annotations

from typing import Any

from article.html import Html, join
from article.parts.comparisons import verdict_sentence
from article.section import Section
from bench.results import selection


def decision_table(section: Section) -> Html:
    """Per workload and device: which framework and mode to take, and how sure that is; further problems folded."""
    best = selection.best(section.tables, section.machine)
    chosen = best.index.isin(selection.main_problems(best).index)
    columns = ("problem", "hardware", "choice", "why")
    main, rest = ([_decision(section, row) for row in best[rows].itertuples()] for rows in (chosen, ~chosen))
    return join(
        section.table(main, columns, "decision", empty="no decision"),
        section.table(rest, columns, "more decisions", folded=True),
    )


def _decision(section: Section, row: Any) -> dict[str, Any]:
    winner = {"jax faster": ("jax", row.jax_mode), "torch faster": ("torch", row.torch_mode)}.get(row.verdict)
    return section.problem_columns(row) | {
        "choice": section.names.variant(*winner) if winner else section.words[f"choice.{row.verdict}"],
        "why": verdict_sentence(section, row),
    }
