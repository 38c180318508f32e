"""Machines, versions, noise, failures, claims, literature and data: what makes the article reproducible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import yaml
from markupsafe import Markup

from bench import formats, outcomes, views
from bench.article import FOLDER, Article, Html, join
from bench.formats import missing
from bench.parts import amount, message


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
        for package, version in outcomes.evidence(row.versions).items():
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
    for name in ("claims", "cells", "comparisons", "runs", "parity", "noise", "events", "coverage",
                 "peaks"):
        links = [Markup('<a href="{}{}.{}" download>{}</a>').format(prefix, name, kind, label)
                 for kind, label in (("parquet", "Parquet"), ("csv", "CSV")) if (data / f"{name}.{kind}").exists()]
        if links:
            rows.append({"file": Markup("<code>{}</code>").format(name), "what": article.words[f"file.{name}"],
                         "get": Markup(" · ").join(links)})
    if (data / "machines.json").exists():
        rows.append({"file": Markup("<code>machines</code>"), "what": article.words["file.machines"],
                     "get": Markup('<a href="{}machines.json" download>JSON</a>').format(prefix)})
    return article.table(rows, ("file", "what", "get"), "downloads", empty="no downloads")
