"""Composite parts of the article: first screen, result explorer, tables and figures that several sections use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd
import yaml
from markupsafe import Markup

from bench import formats, prose, views
from bench.article import FOLDER, Article, Html, box, join
from bench.formats import missing
from bench.names import WORKLOADS, facts, telling

TRANSFORMATIONS = (
    "gradient", "jvp", "vjp", "jacfwd", "jacrev", "hessian", "hvp forward over reverse", "hvp reverse over reverse",
    "vmap of gradient", "custom rule", "custom rule, whole", "checkpoint", "Python loop, reverse",
    "Python loop, forward", "loop operation, reverse", "loop operation, forward")
"""Rows of the table of transformations: names of examples without their mode."""

WAYS = ("eager", "compiled", "whole", "structured", "export")
"""Rows of the table of control flow."""

FILTERS = ("hardware", "workload", "task", "precision", "device", "framework", "status")


# --- first screen -----------------------------------------------------------------------------------------------------


def overview(article: Article) -> Html:
    """Per machine and device the count of who is faster, then a card per workload: who, by how much, how sure."""
    best = views.best(article.tables, article.machine)
    if not len(best):
        return article.sentence("overview.none")
    lines = [headline(article, entry) for entry in views.headlines(article.tables, article.machine)]
    main = views.main_problems(best)
    cards = [card(article, rows) for _, rows in main.groupby(["workload"], sort=False)]
    return join(box("headlines", *lines), Markup('<ul class="cards">{}</ul>').format(join(*cards)))


def headline(article: Article, entry: views.Headline) -> Html:
    """One sentence about one machine and device."""
    device = article.names.of("device", entry.device)
    if not entry.total:
        return article.sentence("overview.nothing", machine=entry.hardware, device=device)
    counts = article.phrase("overview.counts", machine=entry.hardware, device=device, total=entry.total, jax=entry.jax,
                            torch=entry.torch, ties=entry.ties)
    mean = ""
    if entry.mean is not None and entry.mean.bounded:
        mean = article.phrase("overview.mean", mean=formats.ratio(entry.mean))
    return Html(Markup("<p>{}{}{}</p>").format(counts, article.space if mean else "", mean))


def card(article: Article, rows: pd.DataFrame) -> Html:
    """One workload: its verdict on each machine and device, each a sentence of its own."""
    first = next(rows.itertuples())
    columns = telling(rows)[1:]
    lines = []
    for row in rows.itertuples():
        place = [article.names.of("device", row.device)] + ([row.hardware] if article.several else [])
        interval = views.interval(row, "ratio")
        winner = "undecided" if interval and not interval.bounded else row.verdict
        lines.append(Markup('<p class="result"><span class="winner" data-verdict="{}">{}</span> '
                            '<span class="place">{}</span><br>{}</p>').format(
            row.verdict.replace(" ", "-"), article.words[f"winner.{winner}"], " · ".join(place),
            verdict_sentence(article, row)))
    shared = tuple(column for column in ("task", "size", "precision") if column not in columns)
    return Html(Markup('<li class="card"><h3>{}</h3><p class="meta">{}</p>{}</li>').format(
        article.names.workload(first.workload), article.names.problem(first, shared), join(*lines)))


def verdict_sentence(article: Article, row: Any) -> Markup:
    """One comparison in words: who is faster, by how much, how sure."""
    interval = views.interval(row, "ratio")
    if interval is None or row.verdict == "not comparable":
        return article.phrase("sentence.not comparable", message=first_line(row.message))
    modes = {"torch": article.names.variant("torch", row.torch_mode), "jax": article.names.variant("jax", row.jax_mode)}
    if not interval.bounded:
        return article.phrase("sentence.one run", ratio=formats.ratio(interval), **modes)
    floor = formats.percent(row.noise_floor) if not missing(row.noise_floor) else None
    if row.verdict == "tie":
        name = "sentence.tie" if floor else "sentence.tie without floor"
        return article.phrase(name, ratio=formats.ratio(interval), floor=floor, **modes)
    shown = interval if row.verdict == "jax faster" else interval.inverse()
    sure = article.phrase("sentence.p", p=p_value(row.p_adjusted)) if not missing(row.p_adjusted) else ""
    return article.phrase(f"sentence.{row.verdict}", ratio=formats.ratio(shown), **modes) + sure


def p_value(p: float) -> str:
    """A p value after its letter: "< 0.001", or "= 0.02"."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}" if p < 0.1 else f"= {p:.2f}"


def first_line(message: Any, length: int = 240) -> str:
    """The first line of a message, at most `length` characters."""
    line = next((line.strip() for line in str(message or "").splitlines() if line.strip()), "")
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


# --- comparisons and cells --------------------------------------------------------------------------------------------


def ratio_figure(article: Article, frame: pd.DataFrame, name: str = "ratio") -> Html:
    """The ratio figure of comparisons, their table below it, and a sentence for each that could not be compared."""
    from bench import figures

    data = views.ratios(frame, article.names)
    rows = [f"{row.label}{' — ' + row.panel if article.several else ''}: {row.text}" for row in data.itertuples()]
    table = comparison_table(article, frame)
    drawn = article.figure(figures.ratio_plot, data, name, rows=rows, after=table) if len(data) else Html()
    if 0 < len(data) < 2:
        drawn = join(*(Markup("<p><b>{}</b>: {}</p>").format(article.names.problem(row), verdict_sentence(article, row))
                       for row in frame[frame["ratio"].notna()].itertuples()), table)
    left_out = [Markup("<li><b>{}</b>{}: {}</li>").format(
        article.names.problem(row), f" — {row.hardware}" if article.several else "", first_line(row.message))
        for row in frame[frame["ratio"].isna()].itertuples()]
    if not left_out:
        return join(drawn)
    return join(drawn, article.sentence("figure.left out"), Markup("<ul>{}</ul>").format(join(*left_out)))


def comparison_table(article: Article, frame: pd.DataFrame, folded: bool = True) -> Html:
    """Comparisons as a table."""
    rows = []
    for row in frame.itertuples():
        interval = views.interval(row, "ratio")
        rows.append({
            "problem": article.names.problem(row), "hardware": row.hardware if article.several else None,
            "torch": row.torch_mode, "jax": row.jax_mode, "ratio": formats.ratio(interval) if interval else None,
            "verdict": article.words.get(f"verdict.{row.verdict}", row.verdict),
            "p_adjusted": p_value(row.p_adjusted).removeprefix("= ") if not missing(row.p_adjusted) else None,
            "noise_floor": formats.percent(row.noise_floor) if not missing(row.noise_floor) else None,
            "parity_error": formats.scientific(row.parity_error) if not missing(row.parity_error) else None})
    columns = ("problem", "hardware", "torch", "jax", "ratio", "verdict", "p_adjusted", "noise_floor", "parity_error")
    return article.table(rows, columns, "comparisons", folded=folded)


def section_results(article: Article, family: str, name: str = "ratio") -> Html:
    """Ratios of one family, or the sentence that nothing has been measured."""
    best = views.best(article.tables, article.machine)
    frame = best[best["family"] == family]
    return ratio_figure(article, frame, name) if len(frame) else article.sentence("figure.none", title=article.words[
        f"figure.{name}.title"])


def cell_table(article: Article, frame: pd.DataFrame, name: str, folded: bool = True) -> Html:
    """Cells as a table of times, work and memory."""
    return article.table([cell_row(article, row) for row in frame.itertuples()],
                         ("problem", "hardware", "variant", "step", "items", "flops", "share", "memory", "energy"),
                         name, folded=folded)


def cell_row(article: Article, row: Any) -> dict[str, Any]:
    """One cell as texts; what is missing is None."""
    step = views.interval(row)
    return {
        "problem": article.names.problem(row), "hardware": row.hardware if article.several else None,
        "variant": article.names.variant(row.framework, row.mode),
        "step": formats.seconds(step) if step else None,
        "items": formats.throughput(row.items_per_second, article.names.of("item", row.item_unit or "items"))
        if amount(row.items_per_second) else None,
        "flops": formats.rate(row.flops_per_second, "flop/s") if amount(row.flops_per_second) else None,
        "share": formats.percent(row.share_of_peak) if amount(row.share_of_peak) else None,
        "memory": memory(article, row), "energy": f"{formats.digits(row.energy_joules)}{formats.SPACE}J"
        if amount(row.energy_joules) else None}


def amount(value: Any) -> bool:
    """Whether there is a number above zero."""
    return not missing(value) and value > 0


def memory(article: Article, row: Any) -> str | None:
    """Peak memory on the device where it is known, else what the process took beyond its import."""
    if amount(row.peak_device_bytes):
        return formats.size(row.peak_device_bytes)
    if missing(row.peak_host_bytes):
        return None
    baseline = 0 if missing(row.baseline_host_bytes) else row.baseline_host_bytes
    return formats.size(max(0, row.peak_host_bytes - baseline))


def explorer(article: Article) -> Html:
    """Every cell in one table, with filters that a script shows; without the script it is a plain table."""
    frame = views.cells(article.tables, article.machine)
    if not len(frame):
        return Html(Markup('<p id="explorer">{}</p>').format(article.words["explorer.none"]))
    columns = ("hardware", "workload", "task", "size", "precision", "device", "variant", "status", "step", "items",
               "share", "memory", "runs")
    records = []
    for row in frame.itertuples():
        keys = {column: article.names.of(column, getattr(row, column)) for column in FILTERS}
        keys["hardware"] = row.hardware
        cells = cell_row(article, row) | keys | {"size": article.names.of("size", row.size), "runs": str(row.runs)}
        if not article.several:
            cells.pop("hardware")
        records.append((keys, cells))
    shown = [column for column in columns if any(cells.get(column) for _, cells in records)]
    body = [Markup("<tr {}>{}</tr>").format(
        Markup(" ").join(Markup('data-{}="{}"').format(key, value) for key, value in keys.items()),
        join(*(Markup('<th scope="row">{}</th>' if column == "workload" else "<td>{}</td>").format(
            cells.get(column) or "") for column in shown))) for keys, cells in records]
    head = join(*(Markup('<th scope="col">{}</th>').format(article.words[f"column.{column}"]) for column in shown))
    return join(_filters(article, [keys for keys, _ in records]), Markup(
        '<div class="scroll tall" role="region" tabindex="0" aria-labelledby="explorer-caption">'
        '<table id="explorer"><caption id="explorer-caption">{}</caption><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>").format(article.words["explorer.caption"], head, join(*body)))


def _filters(article: Article, keys: Iterable[Mapping[str, str]]) -> Markup:
    keys = list(keys)
    selects = []
    for column in FILTERS:
        values = list(dict.fromkeys(entry[column] for entry in keys))
        if len(values) < 2:
            continue
        options = join(Markup('<option value="">{}</option>').format(article.words["explorer.all"]),
                       *(Markup("<option>{}</option>").format(value) for value in values))
        selects.append(Markup('<label>{} <select data-column="{}">{}</select></label>').format(
            article.words[f"column.{column}"], column, options))
    return Markup('<form id="filters" hidden aria-label="{}">{}<output data-words="{}"></output></form>').format(
        article.words["explorer.label"], join(*selects), article.words["explorer.shown"])


# --- figures that come with their table -------------------------------------------------------------------------------


def startup_figure(article: Article) -> Html:
    """Start-up by part, and the same as a table."""
    from bench import figures

    data = views.startup(article.tables, article.machine, article.names)
    rows = []
    for (panel, label), group in data.groupby(["panel", "label"], sort=False):
        parts = {row.part: formats.seconds(row.seconds) for row in group.itertuples()}
        total = formats.seconds(float(group["seconds"].sum()))
        rows.append({"problem": panel, "variant": label, "total": total, **parts})
    table = article.table(rows, ("problem", "variant", *views.PARTS.values(), "total"), "startup", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['total']}" for row in rows]
    return article.figure(figures.startup_plot, data, "startup", rows=texts, after=table)


def break_even_figure(article: Article) -> Html:
    """Cumulative time of compiled and eager variants, and the number of steps to break even as a table."""
    from bench import figures

    found = views.break_even(article.tables, article.machine, article.names)
    data, crossings = views.curves(found)
    rows = [{"problem": entry.panel, "variant": article.names.variant(entry.framework, entry.mode),
             "start": formats.seconds(entry.start_seconds), "eager_start": formats.seconds(entry.eager_start_seconds),
             "step": formats.seconds(entry.step_seconds), "eager_step": formats.seconds(entry.eager_step_seconds),
             "steps": steps_text(article, entry.steps),
             "cached_steps": None if entry.cached_start_seconds is None else steps_text(article, entry.cached_steps)}
            for entry in found]
    table = article.table(rows, ("problem", "variant", "start", "eager_start", "step", "eager_step", "steps",
                                 "cached_steps"), "break even", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['steps']}" for row in rows]
    return article.figure(figures.break_even_plot, data, "break even", crossings, rows=texts, after=table)


def steps_text(article: Article, steps: float | None) -> str:
    """A number of steps, or the word for never."""
    return article.words["never"] if steps is None or steps > 1e12 else formats.count(round(steps))


def distribution_figure(article: Article, family: str | None = None) -> Html:
    """Every value, and its quartiles as a table."""
    from bench import figures

    data = views.values(article.tables, article.machine, article.names, family)
    rows = []
    for (panel, label), group in data.groupby(["panel", "label"], sort=False):
        quarters = group["seconds"].quantile([0, 0.25, 0.5, 0.75, 1]).tolist()
        names = ("lowest", "lower quartile", "median", "upper quartile", "highest")
        rows.append({"problem": panel, "variant": label, "runs": str(group["run"].nunique()),
                     "values": formats.count(len(group)),
                     **{name: formats.seconds(value) for name, value in zip(names, quarters, strict=True)}})
    table = article.table(rows, ("problem", "variant", "runs", "values", "lowest", "lower quartile", "median",
                                 "upper quartile", "highest"), "distribution", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['median']}" for row in rows]
    return article.figure(figures.distribution_plot, data, "distribution", rows=texts, after=table)


def peak_figure(article: Article) -> Html:
    """Rates of work against the measured peak."""
    from bench import figures

    data = views.work_rates(article.tables, article.machine, article.names)
    rows = [{"problem": row.label, "place": row.panel, "variant": article.names.variant(row.framework, row.mode),
             "flops": formats.rate(row.flops_per_second, "flop/s"),
             "share": formats.percent(row.share) if amount(row.share) else None} for row in data.itertuples()]
    table = article.table(rows, ("problem", "place", "variant", "flops", "share"), "peak", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['flops']}" for row in rows]
    return article.figure(figures.peak_plot, data, "peak", rows=texts, after=table)


def loss_figure(article: Article, data: pd.DataFrame, name: str) -> Html:
    """Loss curves over each other; the table holds the first and the last loss of each."""
    from bench import figures

    rows = []
    for (panel, framework, mode), group in data.groupby(["panel", "framework", "mode"], sort=False):
        rows.append({"problem": panel, "variant": article.names.variant(framework, mode),
                     "steps": formats.count(int(group["step"].max() - group["step"].min())),
                     "first loss": loss_text(group["loss"].iloc[0]), "last loss": loss_text(group["loss"].iloc[-1])})
    table = article.table(rows, ("problem", "variant", "steps", "first loss", "last loss"), "losses", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['first loss']} → {row['last loss']}" for row in rows]
    return article.figure(figures.loss_plot, data, name, rows=texts, after=table)


def loss_text(loss: float) -> str:
    """A loss with seven significant digits: enough to see that two float32 runs agree."""
    return f"{loss:.7g}"


def error_figure(article: Article, family: str | None = None) -> Html:
    """Largest relative errors against the reference, and all of them as a table."""
    from bench import figures

    data = views.errors(article.tables, article.machine, article.names, family)
    rows = [{"problem": row.label, "hardware": row.panel if article.several else None,
             "variant": article.names.variant(row.framework, row.mode), "error": formats.scientific(row.error),
             "tolerance": formats.scientific(row.tolerance)} for row in data.itertuples()]
    table = article.table(rows, ("problem", "hardware", "variant", "error", "tolerance"), "errors", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['error']}" for row in rows]
    return article.figure(figures.error_plot, data, "error", rows=texts, after=table)


def graph_figure(article: Article, workload: str, framework: str, event: str, name: str) -> Html:
    """A graph recorded as an event, drawn; the sentence that it could not be recorded where it was not."""
    from bench import figures

    found = views.events(article.tables, article.machine, workload).get((framework, event))
    if found is None or found.outcome != "ok":
        return article.sentence("graph.none", title=article.words[f"figure.{name}.title"],
                                message=first_line(found.text) if found else "")
    nodes, edges = views.layered(found.text)
    labels = dict(zip(nodes["id"], nodes["label"], strict=True))
    rows = [f"{labels[edge.source]} → {labels[edge.target]}" for edge in edges.itertuples()]
    return article.figure(figures.graph_plot, nodes, name, edges, rows=rows, operations=int(
        (nodes["kind"] == "operation").sum()))


# --- examples ---------------------------------------------------------------------------------------------------------


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


PACKAGE_FACTS: tuple[tuple[str, str, Callable[[Any], str] | None], ...] = (
    ("version", "version", None), ("licence", "licence", None), ("requires python", "requires.python", None),
    ("packages", "closure.packages", formats.count), ("bytes", "closure.bytes", formats.size), ("wheel", "wheel", None))
"""Rows of the table of packages: their words, the example that found them, how its number is shown (None: its text)."""


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


def scaling_table(article: Article) -> Html:
    """Time per step by size and precision, where more than one was measured."""
    return cell_table(article, views.scaling(article.tables, article.machine), "scaling", folded=False)


def decision_table(article: Article) -> Html:
    """Per workload and device: which framework and mode to take, and how sure that is."""
    best = views.best(article.tables, article.machine)
    rows = []
    for row in best.itertuples():
        interval = views.interval(row, "ratio")
        choice = {"jax faster": f"jax {row.jax_mode}", "torch faster": f"torch {row.torch_mode}"}.get(
            row.verdict, article.words["either"] if interval else article.words["unknown"])
        rows.append({"problem": article.names.problem(row), "hardware": row.hardware if article.several else None,
                     "choice": choice, "why": verdict_sentence(article, row)})
    return article.table(rows, ("problem", "hardware", "choice", "why"), "decision", empty="no decision")


def scenario_table(article: Article) -> Html:
    """Every scenario of the outline with its workloads' verdicts; those without a workload say so."""
    best = views.best(article.tables, article.machine)
    rows = []
    scenarios = {entry["id"]: entry["name"][article.language] for entry in yaml.safe_load(
        (FOLDER / "scenarios.yaml").read_text(encoding="utf-8"))}
    belonging = {workload: [part.strip() for part in str(facts(workload).get("SCENARIO", "")).split(",")]
                 for workload in dict.fromkeys(best["workload"])}
    further = sorted({part for parts in belonging.values() for part in parts} - {"", *scenarios})
    for identity, name in (scenarios | dict(zip(further, further, strict=True))).items():
        found = best[[identity in belonging[workload] for workload in best["workload"]]]
        verdicts = [Markup("<b>{}</b>{}: {}").format(
            article.names.problem(row, ("workload", "task", "device")), f" — {row.hardware}" if article.several else "",
            verdict_sentence(article, row)) for row in found.itertuples()]
        rows.append({"scenario": name, "result": Markup("<br>").join(verdicts) or article.words["scenario.none"]})
    return article.table(rows, ("scenario", "result"), "scenarios")


def metric_table(article: Article) -> Html:
    """Slower results that the workloads report besides their times."""
    rows = []
    for row in views.cells(article.tables, article.machine).itertuples():
        for name, value in views.evidence(row.metrics).items():
            if isinstance(value, int | float) and not missing(value):
                rows.append({"problem": article.names.problem(row), "variant": article.names.variant(
                                 row.framework, row.mode), "hardware": row.hardware if article.several else None,
                             "quantity": article.words.get(f"metric.{name}", name.replace("_", " ")),
                             "value": formats.percent(value) if "accuracy" in name else formats.scientific(value)})
    return article.table(rows, ("problem", "hardware", "variant", "quantity", "value"), "metrics", folded=True)


# --- the machine and the method ---------------------------------------------------------------------------------------


def machine_table(article: Article) -> Html:
    """What is known of every machine: one column each."""
    machines = {name: article.tables.machines.get(name, {}) for name in article.tables.hardware(article.machine)}
    rows: list[dict[str, Any]] = []
    for fact in article.words.under("fact"):
        cells = {name: fact_text(article, fact, known.get(fact)) for name, known in machines.items()}
        if any(cells.values()):
            rows.append({"fact": article.words[f"fact.{fact}"]} | cells)
    return article.table(rows, ("fact", *machines), "machines", empty="no machines")


def fact_text(article: Article, fact: str, value: Any) -> str | None:
    """A fact of a machine in words; whatever a foreign file holds in its place is shown as it is."""
    if value in (None, "", [], {}):
        return None
    if fact == "memory_bytes" and isinstance(value, int | float) and not missing(value):
        return formats.size(value)
    if isinstance(value, bool):
        return article.words["yes" if value else "no"]
    if isinstance(value, Mapping):
        return ", ".join(f"{key}{formats.SPACE}{entry}" for key, entry in value.items())
    if isinstance(value, list):
        return ", ".join(str(entry.get("name", entry)) if isinstance(entry, Mapping) else str(entry) for entry in value)
    return str(value)


def version_table(article: Article) -> Html:
    """Versions that the runs recorded, one column per machine."""
    rows: dict[str, dict[str, str]] = {}
    for row in article.tables.frame("runs").itertuples():
        for package, version in views.evidence(row.versions).items():
            rows.setdefault(package, {})[row.hardware] = str(version)
    ordered = [{"package": package} | versions for package, versions in sorted(rows.items())]
    columns = ("package", *article.tables.hardware(article.machine))
    return article.table(ordered, columns, "versions", empty="no versions")


def noise_table(article: Article) -> Html:
    """The A/A comparisons: one variant measured as two."""
    rows = []
    for row in views.own_first(article.tables.frame("noise"), article.machine).itertuples():
        interval = views.interval(row, "ratio")
        rows.append({"problem": article.names.problem(row), "hardware": row.hardware if article.several else None,
                     "variant": article.names.variant(row.framework, row.mode), "runs": str(row.runs),
                     "aa_ratio": formats.ratio(interval) if interval else None})
    return article.table(rows, ("problem", "hardware", "variant", "aa_ratio", "runs"), "noise", empty="no noise")


def peak_table(article: Article) -> Html:
    """The measured peaks of every device."""
    units = {"matmul_flops_per_second": "flop/s", "copy_bytes_per_second": "B/s"}
    rows = [{"place": article.names.of("device", row.device), "hardware": row.hardware if article.several else None,
             "quantity": article.words.get(f"quantity.{row.quantity}", row.quantity),
             "framework": row.framework, "precision": article.names.of("precision", row.precision or ""),
             "value": formats.rate(row.value, units.get(row.quantity, "/s"))}
            for row in article.tables.frame("peaks").itertuples() if amount(row.value)]
    return article.table(rows, ("place", "hardware", "quantity", "precision", "framework", "value"), "peaks",
                         empty="no peaks")


def failure_table(article: Article) -> Html:
    """Every cell that failed, with its message, then those that cannot exist, folded."""
    frame = views.failures(article.tables, article.machine)
    unsupported = frame["status"] == "unsupported"
    return join(_failures(article, frame[~unsupported], "failures", False),
                _failures(article, frame[unsupported], "unsupported", True) if unsupported.any() else None)


def _failures(article: Article, frame: pd.DataFrame, name: str, folded: bool) -> Html:
    rows = [{"problem": article.names.problem(row), "hardware": row.hardware if article.several else None,
             "variant": article.names.variant(row.framework, row.mode),
             "status": article.names.of("status", row.status), "message": message(row.message)}
            for row in frame.itertuples()]
    return article.table(rows, ("problem", "hardware", "variant", "status", "message"), name, empty="no failures",
                         folded=folded)


def message(text: Any) -> Markup:
    """A message: its first line, the rest folded."""
    text = "" if missing(text) else str(text).strip()
    line = first_line(text)
    if text == line:
        return Markup("<code>{}</code>").format(line) if line else Markup("")
    return Markup('<details><summary><code>{}</code></summary>{}</details>').format(line, Markup(prose.code(text)))


def left_out(article: Article) -> Html:
    """Files that were not believed, by machine."""
    rows = [{"hardware": name, "message": str(entry)} for name, known in article.tables.machines.items()
            for entry in known.get("left_out") or ()]
    return article.table(rows, ("hardware", "message"), "left out", empty="nothing left out")


def claim_table(article: Article) -> Html:
    """Every claim with its verdict on every machine, linked to its box."""
    machines = article.tables.hardware(article.machine) or [article.machine]
    rows = []
    for claim in article.claims_list:
        link = Markup('<a href="#claim-{}">{}</a>').format(claim["id"], claim["says"][article.language])
        verdicts = {name: article.badge(getattr(article.verdicts.get((name, claim["id"])), "verdict", None) or (
            "opinion" if claim["kind"] == "opinion" else "not measured here")) for name in machines}
        rows.append({"claim": link, "section": str(claim["section"]), "kind": article.words[f"kind.{claim['kind']}"]}
                    | (verdicts if article.several else {"verdict": verdicts[machines[0]]}))
    columns = ("claim", "section", "kind", *(machines if article.several else ("verdict",)))
    return article.table(rows, columns, "claims")


def claim_counts(article: Article) -> dict[str, int]:
    """How many claims have which verdict on this machine."""
    counts: dict[str, int] = {}
    for claim in article.claims_list:
        row = article.verdicts.get((article.machine, claim["id"]))
        verdict = row.verdict if row else "opinion" if claim["kind"] == "opinion" else "not measured here"
        counts[verdict.replace(" ", "_")] = counts.get(verdict.replace(" ", "_"), 0) + 1
    return {"supported": 0, "refuted": 0, "mixed": 0, "not_measured_here": 0, "opinion": 0} | counts


# --- literature -------------------------------------------------------------------------------------------------------


def bibliography(article: Article) -> dict[str, Any]:
    """The content of references.yaml."""
    return yaml.safe_load((FOLDER / "references.yaml").read_text(encoding="utf-8"))


def reference(entry: Mapping[str, Any]) -> Markup:
    """One entry as a citation."""
    fields = (entry[key] for key in ("authors", "year", "title", "where"))
    return Markup("{} ({}). <cite>{}</cite>. {}.").format(*fields)


def checked_table(article: Article) -> Html:
    """What the surveyed text cites, whether it exists, and the work that is meant."""
    content = bibliography(article)
    works = {entry["id"]: entry for entry in content["works"]}
    rows = [{"cited": entry["cited"][article.language], "finding": article.words[f"finding.{entry['finding']}"],
             "meant": Markup("<br>").join(reference(works[work]) for work in entry.get("works", ())) or None,
             "nearest": Markup("<br>").join(reference(works[work]) for work in entry.get("nearest", ())) or None}
            for entry in content["checked"]]
    return article.table(rows, ("cited", "finding", "meant", "nearest"), "checked")


def reference_list(article: Article) -> Html:
    """Every work, in the order of its first author."""
    works = sorted(bibliography(article)["works"], key=lambda entry: (str(entry["authors"]).casefold(), entry["year"]))
    return Html(Markup('<ol class="references" id="references">{}</ol>').format(
        join(*(Markup('<li id="work-{}">{}</li>').format(entry["id"], reference(entry)) for entry in works))))


def downloads(article: Article) -> Html:
    """Links to the tables that exist, relative to the page: English beside `data/`, other languages a level below."""
    data, prefix = article.tables.folder, "data/" if article.language == "en" else "../data/"
    rows = []
    for name in ("claims", "cells", "comparisons", "runs", "parity", "noise", "events", "peaks"):
        links = [Markup('<a href="{}{}.{}" download>{}</a>').format(prefix, name, kind, label)
                 for kind, label in (("parquet", "Parquet"), ("csv", "CSV")) if (data / f"{name}.{kind}").exists()]
        if links:
            rows.append({"file": Markup("<code>{}</code>").format(name), "what": article.words[f"file.{name}"],
                         "get": Markup(" · ").join(links)})
    if (data / "machines.json").exists():
        rows.append({"file": Markup("<code>machines</code>"), "what": article.words["file.machines"],
                     "get": Markup('<a href="{}machines.json" download>JSON</a>').format(prefix)})
    return article.table(rows, ("file", "what", "get"), "downloads", empty="no downloads")
