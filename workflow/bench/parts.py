"""The first screen, comparisons, cells, and the tables made from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from bench import formats, outcomes, prose, views
from bench.article import Article, Html, box, join
from bench.formats import missing
from bench.names import facts, telling

MOST_CARDS = 6
"""Workloads whose results are told in words on the first screen; more of them are folded."""
MOST_REASONS = 6
"""Comparisons without a ratio that are listed below a figure; more of them are folded."""
FILTERS = ("hardware", "workload", "task", "precision", "device", "framework", "status")


def overview(article: Article) -> Html:
    """Per machine and device the count of who is faster, then a card per workload: who, by how much, how sure.

    Many cards are folded: the figure that follows tells the same on one screen.
    """
    best = views.best(article.tables, article.machine)
    if not len(best):
        return article.sentence("overview.none")
    lines = [headline(article, entry) for entry in views.headlines(article.tables, article.machine)]
    main = views.main_problems(best)
    cards = [card(article, rows) for _, rows in main.groupby(["workload"], sort=False)]
    listed = Markup('<ul class="cards">{}</ul>').format(join(*cards))
    if len(cards) > MOST_CARDS:
        listed = behind(article.phrase("overview.cards", count=len(cards)), listed)
    return join(box("headlines", *lines), overview_figures(article, best, main), listed)


def overview_figures(article: Article, best: pd.DataFrame, main: pd.DataFrame) -> Html:
    """The ratios of the main problems, those of other machines folded, and where the other comparisons stand."""
    return ratio_figures(article, best, main, ("workload", "device"), "overview.others")


def ratio_figures(article: Article, frame: pd.DataFrame, main: pd.DataFrame, named: tuple[str, ...],
                  others: str) -> Html:
    """The figure of the comparisons `main`, those of other machines folded; what else `frame` holds as a table.

    named: what labels name of a problem; others: the word of the sentence that tells where the rest stands.
    """
    rest = len(frame) - len(main)
    first, *further = [ratio_figure(article, rows, named=named) for _, rows in main.groupby("hardware", sort=False)]
    return join(first, behind(article.phrase("overview.machines", count=len(further)), join(*further))
                if further else None,
                article.sentence(others, count=rest) if rest else None,
                comparison_table(article, frame, name="all comparisons") if rest else None)


def behind(title: Any, content: Any) -> Html:
    """Content behind its title until the reader asks."""
    return Html(Markup('<details class="numbers"><summary>{}</summary>{}</details>').format(title, content))


def headline(article: Article, entry: views.Headline) -> Html:
    """One sentence about one machine and device."""
    device = article.names.of("device", entry.device)
    if not entry.total:
        return article.sentence("overview.nothing", machine=entry.hardware, device=device)
    counts = article.phrase("overview.counts", machine=entry.hardware, device=device, total=entry.total, jax=entry.jax,
                            torch=entry.torch, ties=entry.ties)
    sentences = [counts]
    if entry.alone:
        sentences.append(article.phrase("overview.alone", **entry.alone))
    if entry.mean is not None and entry.mean.bounded:
        sentences.append(article.phrase("overview.mean", mean=formats.ratio(entry.mean)))
    return Html(Markup("<p>{}</p>").format(Markup(article.space).join(sentences)))


def card(article: Article, rows: pd.DataFrame) -> Html:
    """One workload: its verdict on each machine and device, each a sentence of its own."""
    first = next(rows.itertuples())
    columns = telling(rows)[1:]
    lines = []
    for row in rows.itertuples():
        place = [article.names.of("device", row.device)] + ([row.hardware] if article.several else [])
        interval = views.interval(row, "ratio")
        winner = "undecided" if interval and not interval.bounded else row.verdict
        alone = views.step_by_step(article.tables, row)
        beside = article.phrase("overview.step by step", sentence=verdict_sentence(article, alone)) if alone else ""
        lines.append(Markup('<p class="result"><span class="winner" data-verdict="{}">{}</span> '
                            '<span class="place">{}</span><br>{}</p>{}').format(
            row.verdict.replace(" ", "-"), article.words[f"winner.{winner}"], " · ".join(place),
            verdict_sentence(article, row), Markup('<p class="result">{}</p>').format(beside) if beside else ""))
    shared = tuple(column for column in ("task", "size", "precision") if column not in columns)
    return Html(Markup('<li class="card"><h3>{}</h3><p class="meta">{}</p>{}</li>').format(
        article.names.workload(first.workload), article.names.problem(first, shared), join(*lines)))


def verdict_sentence(article: Article, row: Any) -> Markup:
    """One comparison in words: who is faster, by how much, how sure."""
    interval = views.interval(row, "ratio")
    if interval is None or row.verdict == "not comparable":
        reason = first_line(row.message) or article.words["sentence.no reason"]
        return article.phrase("sentence.not comparable", message=reason)
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
    text = "" if missing(message) else str(message)
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def message(text: Any) -> Markup:
    """A message: its first line, the rest folded."""
    text = "" if missing(text) else str(text).strip()
    line = first_line(text)
    if text == line:
        return Markup("<code>{}</code>").format(line) if line else Markup("")
    return Markup('<details><summary><code>{}</code></summary>{}</details>').format(line, Markup(prose.code(text)))


def ratio_figure(article: Article, frame: pd.DataFrame, name: str = "ratio",
                 named: tuple[str, ...] | None = None) -> Html:
    """The ratio figure of comparisons, their table below it, and a sentence for each that could not be compared.

    named: what its labels may name of a problem (default: all that differs).
    """
    from bench import figures  # seaborn is slow to import: a section without figures does without

    data = views.ratios(frame, article.names, named)
    rows = [f"{row.label}{' — ' + row.panel if article.several else ''}: {row.text}" for row in data.itertuples()]
    table = comparison_table(article, frame)
    drawn = article.figure(figures.ratio_plot, data, name, rows=rows, after=table) if len(data) else Html()
    if 0 < len(data) < 2:
        drawn = join(*(Markup("<p><b>{}</b>: {}</p>").format(article.names.problem(row), verdict_sentence(article, row))
                       for row in frame[frame["ratio"].notna()].itertuples()), table)
    unknown = article.words["sentence.no reason"]
    left_out = [article.item(article.names.problem(row) + (f" — {row.hardware}" if article.several else ""),
                             first_line(row.message) or unknown)
                for row in frame[frame["ratio"].isna()].itertuples()]
    if not left_out:
        return join(drawn)
    reasons = Markup("<ul>{}</ul>").format(join(*left_out))
    if len(left_out) > MOST_REASONS:
        return join(drawn, behind(article.phrase("figure.many left out", count=len(left_out)), reasons))
    return join(drawn, article.sentence("figure.left out"), reasons)


def comparison_table(article: Article, frame: pd.DataFrame, folded: bool = True, name: str = "comparisons") -> Html:
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
    return article.table(rows, columns, name, folded=folded)


def section_results(article: Article, family: str) -> Html:
    """Ratios of every task of the workloads of one family that no other section shows, at the largest size; the others
    as a table; or that nothing has been measured.
    """
    best = views.best(article.tables, article.machine)
    section = best["workload"].map(lambda workload: facts(workload).get("SECTION", article.section))
    frame = best[(best["family"] == family) & (section == article.section)]
    if not len(frame):
        return article.sentence("figure.none", title=article.words["figure.ratio.title"])
    return ratio_figures(article, frame, views.largest(frame), ("workload", "task", "device"), "overview.rest")


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
        "step": step_text(article, row) if step else None,
        "items": formats.throughput(row.items_per_second, article.names.of("item", row.item_unit or "items"))
        if amount(row.items_per_second) else None,
        "flops": formats.rate(row.flops_per_second, "flop/s") if amount(row.flops_per_second) else None,
        "share": formats.percent(row.share_of_peak) if amount(row.share_of_peak) else None,
        "memory": None if (used := views.used_bytes(row)) is None else formats.size(used),
        "energy": f"{formats.digits(row.energy_joules)}{formats.SPACE}J" if amount(row.energy_joules) else None}


def step_text(article: Article, row: Any) -> Any:
    """The time of a step with its interval; a step of the task `target` is a whole training, and says so."""
    shown = formats.seconds(views.interval(row) or 0.0)
    return article.phrase("target.time", seconds=shown) if row.task == views.TARGET else shown


def amount(value: Any) -> bool:
    """Whether there is a number above zero."""
    return not missing(value) and value > 0


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


def scaling_table(article: Article) -> Html:
    """Time per step by size and precision, where more than one was measured."""
    return cell_table(article, views.scaling(article.tables, article.machine), "scaling")


def decision_table(article: Article) -> Html:
    """Per workload and device: which framework and mode to take, and how sure that is; further problems folded."""
    best = views.best(article.tables, article.machine)
    chosen = best.index.isin(views.main_problems(best).index)
    columns = ("problem", "hardware", "choice", "why")
    main, rest = ([_decision(article, row) for row in best[rows].itertuples()] for rows in (chosen, ~chosen))
    return join(article.table(main, columns, "decision", empty="no decision"),
                article.table(rest, columns, "more decisions", folded=True))


def _decision(article: Article, row: Any) -> dict[str, Any]:
    interval = views.interval(row, "ratio")
    choice = {"jax faster": f"jax {row.jax_mode}", "torch faster": f"torch {row.torch_mode}"}.get(
        row.verdict, article.words["either" if interval and interval.bounded else "unknown"])
    return {"problem": article.names.problem(row), "hardware": row.hardware if article.several else None,
            "choice": choice, "why": verdict_sentence(article, row)}


def metric_table(article: Article) -> Html:
    """Slower results that the workloads report besides their times."""
    rows = []
    for row in views.cells(article.tables, article.machine).itertuples():
        for name, value in outcomes.evidence(row.metrics).items():
            if isinstance(value, int | float) and not missing(value):
                rows.append({"problem": article.names.problem(row), "variant": article.names.variant(
                                 row.framework, row.mode), "hardware": row.hardware if article.several else None,
                             "quantity": article.words.get(f"metric.{name}", name.replace("_", " ")),
                             "value": formats.percent(value) if "accuracy" in name else formats.scientific(value)})
    return article.table(rows, ("problem", "hardware", "variant", "quantity", "value"), "metrics", folded=True)
