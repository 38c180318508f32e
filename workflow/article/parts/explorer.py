"""Every cell in one table with filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from article.html import Html
from article.parts.cells import cell_row
from article.section import Article
from bench.results import selection

FILTERS = ("hardware", "workload", "task", "precision", "device", "framework", "status")
PLACE = ("hardware", "workload", "task", "size", "precision", "device")
COLUMNS = (*PLACE, "variant", "status", "step", "items", "share", "memory", "runs")


def explorer(article: Article) -> Html:
    """Every cell in one table, with filters that a script shows; without the script it is a plain table."""
    frame = selection.cells(article.tables, article.machine)
    if not len(frame):
        return Html(Markup('<p id="explorer">{}</p>').format(article.words["explorer.none"]))
    records = []
    for row in frame.itertuples():
        keys = {column: article.names.of(column, getattr(row, column)) for column in FILTERS}
        keys["hardware"] = row.hardware
        cells = cell_row(article, row) | keys | {"size": article.names.of("size", row.size), "runs": str(row.runs)}
        if not article.several:
            cells.pop("hardware")
        records.append((keys, cells))
    return article.render(
        "explorer.html",
        filters=_filters([keys for keys, _ in records]),
        columns=[column for column in COLUMNS if any(cells.get(column) for _, cells in records)],
        records=records,
    )


def _filters(records: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """Column → its values in their order, for columns with more than one."""
    values = {column: list(dict.fromkeys(keys[column] for keys in records)) for column in FILTERS}
    return {column: found for column, found in values.items() if len(found) > 1}
