"""What failed, with its message, and the files that were not believed."""

from __future__ import annotations

import pandas as pd

from article.html import Html, join, message
from article.section import Article
from bench.results.selection import cells
from bench.results.tables import Tables


def failure_table(article: Article) -> Html:
    """Every cell that failed, with its message, then those that cannot exist, folded."""
    frame = failures(article.tables, article.machine)
    unsupported = frame["status"] == "unsupported"
    return join(
        _failures(article, frame[~unsupported], "failures", False),
        _failures(article, frame[unsupported], "unsupported", True) if unsupported.any() else None,
    )


def _failures(article: Article, frame: pd.DataFrame, name: str, folded: bool) -> Html:
    rows = [
        {
            "problem": article.names.problem(row),
            "hardware": row.hardware if article.several else None,
            "variant": article.names.variant(row.framework, row.mode),
            "status": article.names.of("status", row.status),
            "message": message(row.message),
        }
        for row in frame.itertuples()
    ]
    return article.table(
        rows, ("problem", "hardware", "variant", "status", "message"), name, empty="no failures", folded=folded
    )


def left_out(article: Article) -> Html:
    """Files that were not believed, by machine."""
    rows = [
        {"hardware": name, "message": str(entry)}
        for name, known in article.tables.machines.items()
        for entry in known.get("left_out") or ()
    ]
    return article.table(rows, ("hardware", "message"), "left out", empty="nothing left out")


def failures(tables: Tables, own: str) -> pd.DataFrame:
    """Cells that are not ok, with their messages."""
    frame = cells(tables, own)
    return frame[frame["status"] != "ok"]
