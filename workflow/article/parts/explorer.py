"""Every cell in one table with filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from article.html import Html, join
from article.parts.cells import cell_row
from article.section import Article
from bench.results import selection

FILTERS = ("hardware", "workload", "task", "precision", "device", "framework", "status")


def explorer(article: Article) -> Html:
    """Every cell in one table, with filters that a script shows; without the script it is a plain table."""
    frame = selection.cells(article.tables, article.machine)
    if not len(frame):
        return Html(Markup('<p id="explorer">{}</p>').format(article.words["explorer.none"]))
    columns = (
        "hardware",
        "workload",
        "task",
        "size",
        "precision",
        "device",
        "variant",
        "status",
        "step",
        "items",
        "share",
        "memory",
        "runs",
    )
    records = []
    for row in frame.itertuples():
        keys = {column: article.names.of(column, getattr(row, column)) for column in FILTERS}
        keys["hardware"] = row.hardware
        cells = cell_row(article, row) | keys | {"size": article.names.of("size", row.size), "runs": str(row.runs)}
        if not article.several:
            cells.pop("hardware")
        records.append((keys, cells))
    shown = [column for column in columns if any(cells.get(column) for _, cells in records)]
    body = [
        Markup("<tr {}>{}</tr>").format(
            Markup(" ").join(Markup('data-{}="{}"').format(key, value) for key, value in keys.items()),
            join(
                *(
                    Markup('<th scope="row">{}</th>' if column == "workload" else "<td>{}</td>").format(
                        cells.get(column) or ""
                    )
                    for column in shown
                )
            ),
        )
        for keys, cells in records
    ]
    head = join(*(Markup('<th scope="col">{}</th>').format(article.words[f"column.{column}"]) for column in shown))
    return join(
        _filters(article, [keys for keys, _ in records]),
        Markup(
            '<div class="scroll tall" role="region" tabindex="0" aria-labelledby="explorer-caption">'
            '<table id="explorer"><caption id="explorer-caption">{}</caption><thead><tr>{}</tr></thead>'
            "<tbody>{}</tbody></table></div>"
        ).format(article.words["explorer.caption"], head, join(*body)),
    )


def _filters(article: Article, keys: Iterable[Mapping[str, str]]) -> Markup:
    keys = list(keys)
    selects = []
    for column in FILTERS:
        values = list(dict.fromkeys(entry[column] for entry in keys))
        if len(values) < 2:
            continue
        options = join(
            Markup('<option value="">{}</option>').format(article.words["explorer.all"]),
            *(Markup("<option>{}</option>").format(value) for value in values),
        )
        selects.append(
            Markup('<label>{} <select data-column="{}">{}</select></label>').format(
                article.words[f"column.{column}"], column, options
            )
        )
    return Markup('<form id="filters" hidden aria-label="{}">{}<output data-words="{}"></output></form>').format(
        article.words["explorer.label"], join(*selects), article.words["explorer.shown"]
    )
