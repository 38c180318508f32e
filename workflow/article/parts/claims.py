"""All claims with their verdicts, and how many have which."""

from __future__ import annotations

from markupsafe import Markup

from article.html import Html
from article.section import Article


def claim_table(article: Article) -> Html:
    """Every claim with its verdict on every machine, linked to its box."""
    machines = article.tables.hardware(article.machine) or [article.machine]
    rows = []
    for claim in article.claims_list:
        link = Markup('<a href="#claim-{}">{}</a>').format(claim["id"], claim["says"][article.language])
        verdicts = {
            name: article.badge(
                getattr(article.verdicts.get((name, claim["id"])), "verdict", None)
                or ("opinion" if claim["kind"] == "opinion" else "not measured here")
            )
            for name in machines
        }
        rows.append(
            {"claim": link, "section": str(claim["section"]), "kind": article.words[f"kind.{claim['kind']}"]}
            | (verdicts if article.several else {"verdict": verdicts[machines[0]]})
        )
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
