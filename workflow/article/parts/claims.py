"""All claims with their verdicts, and how many have which."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from article.html import Html
from article.section import Article


def claim_table(article: Article) -> Html:
    """Every claim with its verdict on every machine, linked to its box."""
    machines = article.tables.hardware(article.machine) or [article.machine]
    rows = []
    for claim in article.claims_list:
        link = Markup('<a href="#claim-{}">{}</a>').format(claim["id"], claim["says"][article.language])
        verdicts = {name: article.badge(article.verdict(claim, name)) for name in machines}
        rows.append(
            {"claim": link, "section": str(claim["section"]), "kind": article.words[f"kind.{claim['kind']}"]}
            | (verdicts if article.several else {"verdict": verdicts[machines[0]]})
        )
    columns = ("claim", "section", "kind", *(machines if article.several else ("verdict",)))
    return article.table(rows, columns, "claims")


def claim_counts(article: Article) -> dict[str, int]:
    """How many claims have which verdict on this machine."""
    verdicts = (article.verdict(claim, article.machine).replace(" ", "_") for claim in article.claims_list)
    return dict.fromkeys(("supported", "refuted", "mixed", "not_measured_here", "opinion"), 0) | Counter(verdicts)
