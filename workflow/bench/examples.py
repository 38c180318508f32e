"""What the executed examples did, and the tables that are made from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from markupsafe import Markup

from bench import formats, prose, views
from bench.article import Article, Html, join
from bench.formats import missing
from bench.names import WORKLOADS
from bench.parts import first_line

TRANSFORMATIONS = (
    "gradient", "jvp", "vjp", "jacfwd", "jacrev", "hessian", "hvp forward over reverse", "hvp reverse over reverse",
    "vmap of gradient", "custom rule", "custom rule, whole", "checkpoint", "Python loop, reverse",
    "Python loop, forward", "loop operation, reverse", "loop operation, forward")
"""Rows of the table of transformations: names of examples without their mode."""


WAYS = ("eager", "compiled", "whole", "structured", "export")
"""Rows of the table of control flow."""


PACKAGE_FACTS: tuple[tuple[str, str, Callable[[Any], str] | None], ...] = (
    ("version", "version", None), ("licence", "licence", None), ("requires python", "requires.python", None),
    ("packages", "closure.packages", formats.count), ("bytes", "closure.bytes", formats.size), ("wheel", "wheel", None))
"""Rows of the table of packages: their words, the example that found them, how its number is shown (None: its text)."""


def examples(article: Article, workload: str, prefixes: tuple[str, ...] = ("",)) -> Html:
    """What the executed examples of a workload, whose names begin so, returned or raised in both frameworks."""
    rows = []
    for machine in article.tables.hardware(article.machine):
        found = views.events(article.tables, machine, workload)
        wanted = [name for name in dict.fromkeys(name for _, name in found) if name.startswith(prefixes)]
        rows += [{"example": example_name(article, workload, name), "hardware": machine if article.several else None,
                  "torch": outcome(article, found.get(("torch", name))),
                  "jax": outcome(article, found.get(("jax", name)))} for name in wanted]
    return article.table(rows, ("example", "hardware", "torch", "jax"), "examples", empty="no examples",
                         title=article.names.workload(workload))


def example_name(article: Article, workload: str, name: str) -> Any:
    """What an example is called: its words, else its dotted name as code."""
    key = f"example.{workload}.{name}"
    return article.words[key] if key in article.words else Markup("<code>{}</code>").format(name)


def outcome(article: Article, event: Any) -> Markup | None:
    """One outcome as a table's cell: a badge, the value, and the first line of the text; the rest is folded."""
    if event is None:
        return None
    badge = Markup('<span class="badge" data-verdict="{}">{}</span>').format(
        event.outcome, article.words[f"outcome.{event.outcome}"])
    value = "" if event.value is None else formats.scientific(event.value)
    line = first_line(event.text, 160)
    if event.text.strip().startswith(("{", "[")) and _is_json(event.text):
        line = ""
    code = Markup("<code>{}</code>").format(line) if line else Markup("")
    return Markup("{} {} {}").format(badge, value, code)


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
    return Html(Markup('<details class="numbers"><summary>{}</summary>{}</details>').format(
        article.phrase("source.summary", title=article.names.workload(workload)), join(*parts)))


def outcome_matrix(article: Article, workload: str, name: str, rows: Iterable[str], columns: Mapping[str, str]) -> Html:
    """Outcomes of this machine's examples as a table: `columns` maps a heading's word to a pattern with {row} in it."""
    found = views.events(article.tables, article.machine, workload)
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
    """An outcome as a badge; what an exception says is its tooltip-free second line."""
    if event is None:
        return None
    badge = Markup('<span class="badge" data-verdict="{}">{}</span>').format(
        event.outcome, article.words[f"outcome.{event.outcome}"])
    if event.outcome == "ok":
        return badge
    return badge + Markup("<br><code>{}</code>").format(first_line(event.text, 90))


def shorthand_table(article: Article) -> Html:
    """What the shorthand of the derivatives says, what the Jacobians are, and whether the two are the same."""
    ex = views.Examples(article.tables, article.machine, "derivatives")
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
    ex = views.Examples(article.tables, article.machine, "derivatives")
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
    flow = views.Examples(article.tables, article.machine, "control_flow")
    derivatives = views.Examples(article.tables, article.machine, "derivatives")
    start = views.beginnings(article.tables, article.machine)
    unknown = article.words["five.unknown"]

    def cells(show: Any) -> dict[str, Any]:
        return {framework: show(framework) or unknown for framework in ("torch", "jax")}

    def graph(framework: str) -> Markup | None:
        known = [name for name in ("eager", "compiled") if flow.outcome(f"{framework} {name}.branch")]
        return Markup("; ").join(article.phrase(f"five.{name} {flow.outcome(f'{framework} {name}.branch')}")
                                 for name in known) if known else None

    def transformed(framework: str) -> Markup | None:
        known = [name for row in TRANSFORMATIONS for name in (f"{framework} eager.{row}", f"{framework} compiled.{row}")
                 if derivatives.outcome(name)]
        return article.phrase("five.transformations", ran=sum(derivatives.outcome(name) == "ok" for name in known),
                              of=len(known)) if known else None

    def compiling(framework: str) -> Markup | None:
        entry = start.get(framework)
        times = {name: getattr(entry, f"compiled_{name}_seconds", None) for name in ("cold", "cached")}
        return Markup("; ").join(article.phrase(f"five.{name}", seconds=formats.seconds(value))
                                 for name, value in times.items() if value is not None) or None

    def ease(framework: str) -> Markup | None:
        row = article.verdicts.get((article.machine, "alg-table-ease"))
        total = views.evidence(row.evidence).get("totals", {}).get(framework, {}) if row else {}
        return article.phrase("five.ease text", **total) if {"lines", "tokens", "names"} <= set(total) else None

    def suited(framework: str) -> Markup | None:
        own = [entry for entry in views.headlines(article.tables, article.machine) if entry.hardware == article.machine]
        return Markup("; ").join(article.phrase("five.suited text", device=article.names.of("device", entry.device),
                                                wins=getattr(entry, framework), total=entry.total)
                                 for entry in own if entry.total) or None

    shows = {"dynamic graph": graph, "differentiation": transformed, "compile efficiency": compiling, "ease": ease,
             "suited": suited}
    return article.table([{"aspect": article.words[f"five.{name}"]} | cells(show) for name, show in shows.items()],
                         ("aspect", "torch", "jax"), "five")


def package_table(article: Article) -> Html:
    """What is installed: version, licence, requirements, size, import time; one column per framework (and machine)."""
    rows = []
    for machine in article.tables.hardware(article.machine):
        ex = views.Examples(article.tables, machine, "packages")
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
