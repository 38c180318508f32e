"""What the executed examples did, and the tables that are made from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from markupsafe import Markup

from bench import formats, outcomes, prose, views
from bench.article import Article, Html, join
from bench.events import ENDED
from bench.formats import missing
from bench.names import WORKLOADS
from bench.parts import behind, first_line, message

MODES = ("eager", "compiled")
"""Columns of the table of transformations, for each framework: how the names of its examples begin."""

WAYS = ("eager", "compiled", "whole", "structured", "export")
"""Rows of the table of control flow."""


PACKAGE_FACTS: tuple[tuple[str, str, Callable[[Any], str] | None], ...] = (
    ("version", "version", None), ("licence", "licence", None), ("requires python", "requires.python", None),
    ("packages", "closure.packages", formats.count), ("bytes", "closure.bytes", formats.size), ("wheel", "wheel", None))
"""Rows of the table of packages: their words, the example that found them, how its number is shown (None: its text)."""


def examples(article: Article, workload: str, prefixes: tuple[str, ...] = ("",), bare: bool = False) -> Html:
    """What the executed examples of a workload, whose names begin so, returned or raised in both frameworks."""
    rows = []
    for machine in article.tables.hardware(article.machine):
        found = outcomes.events(article.tables, machine, workload)
        wanted = [name for name in dict.fromkeys(name for _, name in found) if name.startswith(prefixes)]
        rows += [{"example": example_name(article, name), "hardware": machine if article.several else None,
                  "torch": outcome(article, found.get(("torch", name)), bare),
                  "jax": outcome(article, found.get(("jax", name)), bare)} for name in wanted]
    return article.table(rows, ("example", "hardware", "torch", "jax"), "examples", empty="no examples",
                         title=article.names.workload(workload))


def example_name(article: Article, name: str) -> Any:
    """What an example is called: the words of its parts where they all have some, else its dotted name as code."""
    parts = name.split(".")
    if all(f"example.{part}" in article.words for part in parts):
        return " · ".join(article.words[f"example.{part}"] for part in parts)
    return Markup("<code>{}</code>").format(name)


def outcome(article: Article, event: Any, bare: bool = False) -> Markup | None:
    """One outcome as a table's cell: a badge, its number, and what the example said.

    bare: only what it said, for examples whose purpose is to show an exception; the badge would confuse.
    """
    if event is None:
        return None
    text, value = event.text.strip(), "" if event.value is None else whole_or_scientific(event.value)
    if bare and event.outcome == "ok":
        return message(text)
    details = outcomes.evidence(text)
    if details and event.value is None and all(isinstance(entry, str) for entry in details.values()):
        return badge(article, event.outcome) + ", ".join(f"{key}: {entry}" for key, entry in details.items())
    if not text or _is_json(text):
        return badge(article, event.outcome) + value
    return badge(article, event.outcome) + Markup("{} ").format(value if len(text) < 40 else "") + message(text)


def whole_or_scientific(value: float) -> str:
    """A count as a whole number, an error or a share as `formats.scientific` shows it."""
    return formats.count(value) if value == int(value) else formats.scientific(value)


def badge(article: Article, name: str) -> Markup:
    """An outcome as a coloured word."""
    colour = {"crashed": "raised", "right": "ok"}.get(name, name)
    return Markup('<span class="badge" data-verdict="{}">{}</span> ').format(colour, article.words[f"outcome.{name}"])


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def source(article: Article, workload: str) -> Html:
    """The three files of a workload, folded: what was executed, word for word."""
    folders = sorted(WORKLOADS.glob(f"*/{workload}"))
    parts = [Markup("<h4><code>{}</code></h4>{}").format(
        str(path.relative_to(WORKLOADS)), Markup(prose.code(path.read_text(encoding="utf-8"))))
        for folder in folders for path in sorted(folder.glob("*.py"))]
    if not parts:
        return Html()
    return behind(article.phrase("source.summary", title=article.names.workload(workload)), join(*parts))


def outcome_matrix(article: Article, workload: str, name: str, rows: Iterable[str], columns: Mapping[str, str]) -> Html:
    """Outcomes of this machine's examples as a table: `columns` maps a heading's word to a pattern with {row} in it."""
    found = outcomes.events(article.tables, article.machine, workload)
    table = []
    for row in rows:
        cells = {}
        for column, pattern in columns.items():
            framework, _, event = pattern.format(row=row).partition(" ")
            cells[column] = short_outcome(article, found.get((framework, event)))
        if any(cells.values()):
            table.append({"example": article.words.get(f"example.{row}", row)} | cells)
    return article.table(table, ("example", *columns), name, empty="no examples")


def short_outcome(article: Article, event: Any) -> Markup | None:
    """An outcome whose number is an error as a badge; below it what an exception says, or how wrong a value is."""
    if event is None:
        return None
    if outcomes.wrong(event):
        return badge(article, "wrong") + Markup("<br>{}").format(formats.scientific(event.value))
    if event.outcome == "ok":
        return badge(article, "ok")
    return badge(article, event.outcome) + Markup("<br><code>{}</code>").format(first_line(event.text, 90))


def transformations(found: Mapping[tuple[str, str], Any]) -> list[str]:
    """The transformations that were tried, in the order of trying."""
    return list(dict.fromkeys(rest for _, name in found for mode, _, rest in [name.partition(".")] if mode in MODES))


def transformation_matrix(article: Article) -> Html:
    """Every transformation in each framework and mode on this machine; what an exception says, behind its mark."""
    found = outcomes.events(article.tables, article.machine, "transformations")
    rows = []
    for row in transformations(found):
        cells = {f"{framework} {mode}": mark(article, found.get((framework, f"{mode}.{row}")))
                 for framework in ("torch", "jax") for mode in MODES}
        if broken := mark(article, found.get(("torch", f"with breaks.{row}"))):
            cells["torch compiled"] = join(cells["torch compiled"], article.phrase("outcome.with breaks"), broken)
        rows.append({"example": article.words.get(f"example.{row}", row)} | cells)
    columns = ("example", *(f"{framework} {mode}" for framework in ("torch", "jax") for mode in MODES))
    return article.table(rows, columns, "transformations", empty="no examples")


def transformation_counts(article: Article) -> dict[str, dict[str, Any]]:
    """Framework → how many transformations were tried, and how many are right in each mode; {} where one is missing."""
    ex = outcomes.Examples(article.tables, article.machine, "transformations")
    names = transformations(ex.found)
    counts: dict[str, dict[str, Any]] = {}
    for framework in ("torch", "jax"):
        if not any(ex.outcome(f"{framework} eager.{name}") for name in names):
            return {}
        counts[framework] = {"total": len(names)} | {mode: {"right": sum(
            ex.right(f"{framework} {mode}.{name}") for name in names)} for mode in MODES}
    return counts


def mark(article: Article, event: Any) -> Markup | None:
    """An outcome whose number is an error as a badge; what it says, or how wrong it is, behind it."""
    if event is None:
        return None
    if event.outcome == "ok":
        return behind(badge(article, "wrong"), formats.scientific(event.value)) if outcomes.wrong(event) else badge(
            article, "right")
    word = "crashed" if event.text.startswith(ENDED) else event.outcome
    return behind(badge(article, word), Markup(prose.code(event.text)))


def shorthand_table(article: Article) -> Html:
    """What the shorthand of the derivatives says, what the Jacobians are, and whether the two are the same."""
    ex = outcomes.Examples(article.tables, article.machine, "derivatives")
    rows = []
    for name in ("x", "W", "b"):
        for case in article.words.under("case"):
            torch, jax = (f"{framework} shorthand.{name}.{case}" for framework in ("torch", "jax"))
            if ex.numbers(torch, jax):
                data = ex.data(torch)
                shapes = {key: "×".join(str(length) for length in data.get(key, ())) or article.words["scalar"]
                          for key in ("said", "jacobian")}
                holds = ex.value(torch) == ex.value(jax) == 1
                errors = [ex.data(event).get("closed_form_error", 0.0) for event in (torch, jax)]
                rows.append({"derivative": f"∂y/∂{name}", "case": article.words[f"case.{case}"], **shapes,
                             "holds": article.words["yes" if holds else "no"],
                             "closed form": formats.scientific(max(errors))})
    return article.table(rows, ("derivative", "case", "said", "jacobian", "holds", "closed form"), "shorthand",
                         empty="no examples")


def order_table(article: Article) -> Html:
    """Derivatives of rising order: error, time, memory and number of operations in both frameworks."""
    ex = outcomes.Examples(article.tables, article.machine, "derivatives")
    rows = []
    shows = {"error": formats.scientific, "seconds": formats.seconds, "bytes": formats.size}
    for order in range(1, 11):
        row: dict[str, Any] = {"order": str(order)}
        for framework in ("torch", "jax"):
            for quantity, show in shows.items():
                name = f"{framework} order.{order}.{quantity}"
                row[f"{framework}_{quantity}"] = show(ex.value(name)) if ex.numbers(name) else None
        if len([value for value in row.values() if value is not None]) > 1:
            rows.append(row)
    return article.table(rows, ("order", "torch_error", "jax_error", "torch_seconds", "jax_seconds", "torch_bytes",
                                "jax_bytes"), "orders", empty="no examples")


def five_rows(article: Article) -> Html:
    """The five rows of the surveyed comparison; every cell is measured, or says that it is not."""
    rows = []
    for name, show in FIVE.items():
        cells: dict[str, Any] = {}
        for framework in ("torch", "jax"):
            found = Markup(article.words["semicolon"]).join(show(article, framework))
            cells[framework] = found or article.words["five.unknown"]
        rows.append({"aspect": article.words[f"five.{name}"]} | cells)
    return article.table(rows, ("aspect", "torch", "jax"), "five")


def _graph(article: Article, framework: str) -> Iterator[Markup]:
    flow = outcomes.Examples(article.tables, article.machine, "control_flow")
    for mode in ("eager", "compiled"):
        if happened := flow.outcome(f"{framework} {mode}.branch"):
            yield article.phrase(f"five.{mode} {happened}")


def _differentiation(article: Article, framework: str) -> Iterator[Markup]:
    ex = outcomes.Examples(article.tables, article.machine, "transformations")
    names = [f"{framework} {mode}.{row}" for row in transformations(ex.found) for mode in MODES]
    if known := [name for name in names if ex.outcome(name)]:
        yield article.phrase("five.transformations", right=sum(ex.right(name) for name in known), of=len(known))


def _compiling(article: Article, framework: str) -> Iterator[Markup]:
    entry = views.beginnings(article.tables, article.machine).get(framework)
    for cache in ("cold", "cached"):
        if (seconds := getattr(entry, f"compiled_{cache}_seconds", None)) is not None:
            yield article.phrase(f"five.{cache}", seconds=formats.seconds(seconds))


def _ease(article: Article, framework: str) -> Iterator[Markup]:
    row = article.verdicts.get((article.machine, "alg-table-ease"))
    total = outcomes.evidence(row.evidence).get("totals", {}).get(framework, {}) if row else {}
    if {"lines", "tokens", "names"} <= set(total):
        yield article.phrase("five.ease text", **{key: formats.count(value) for key, value in total.items()})


def _suited(article: Article, framework: str) -> Iterator[Markup]:
    for entry in views.headlines(article.tables, article.machine):
        if entry.hardware == article.machine and entry.total:
            yield article.phrase("five.suited text", device=article.names.of("device", entry.device),
                                 wins=getattr(entry, framework), total=entry.total)


FIVE: dict[str, Callable[[Article, str], Iterator[Markup]]] = {
    "dynamic graph": _graph, "differentiation": _differentiation, "compile efficiency": _compiling, "ease": _ease,
    "suited": _suited}
"""Rows of the surveyed comparison and what fills them."""


def coverage_table(article: Article, library: str) -> Html:
    """How many functions of each namespace of NumPy or SciPy have a namesake in each framework on this machine.

    The names that have none are behind the numbers.
    """
    frame = article.tables.frame("coverage")
    frame = frame[(frame["hardware"] == article.machine) & (frame["kind"] == "function")]
    frame = frame[frame["module"].str.split(".").str[0] == library]
    rows = [{"namespace": Markup("<code>{}</code>").format(module), "functions": formats.count(own["name"].nunique())}
            | {framework: _namesakes(article, found) for framework, found in own.groupby("framework")}
            for module, own in frame.groupby("module", sort=False)]
    if len(rows) > 1:
        rows.append({"namespace": article.words["coverage.all"], "functions": formats.count(len(
            frame[["module", "name"]].drop_duplicates()))} | {framework: _share(article, found)
                                                               for framework, found in frame.groupby("framework")})
    return article.table(rows, ("namespace", "functions", "torch", "jax"), "coverage", empty="no examples")


def _namesakes(article: Article, found: Any) -> Markup:
    missing_names = found.loc[~found["found"].astype(bool), "name"].tolist()
    share = _share(article, found)
    return behind(share, article.phrase("coverage.without", names=", ".join(missing_names))) if missing_names else share


def _share(article: Article, found: Any) -> Markup:
    there = int(found["found"].sum())
    return article.phrase("coverage.share", found=formats.count(there), share=formats.percent(there / len(found)))


def package_table(article: Article) -> Html:
    """What is installed: version, licence, requirements, size, import time; one column per framework (and machine)."""
    rows = []
    for machine in article.tables.hardware(article.machine):
        ex = outcomes.Examples(article.tables, machine, "packages")
        start = views.beginnings(article.tables, machine)
        place = {"hardware": machine if article.several else None}
        for fact, event, show in PACKAGE_FACTS:
            cells = {}
            for framework in ("torch", "jax"):
                name = f"{framework} {event}"
                cells[framework] = (ex.text(name) or None) if show is None else (
                    show(ex.value(name)) if ex.numbers(name) else None)
            rows.append({"fact": article.words[f"package.{fact}"]} | place | cells)
        for fact in ("import_seconds", "eager_seconds", "compiled_cold_seconds", "compiled_cached_seconds"):
            rows.append({"fact": article.words[f"package.{fact}"]} | place | {
                framework: formats.seconds(value) for framework, entry in start.items()
                if not missing(value := getattr(entry, fact))})
    rows = [row for row in rows if row.get("torch") or row.get("jax")]
    return article.table(rows, ("fact", "hardware", "torch", "jax"), "packages", empty="no packages")
