"""The boxes of the claims."""

from types import SimpleNamespace

import pytest

from article.parts.claims import claim_box, stated_claims
from article.section import Section
from tests.article.planted import OWN


@pytest.mark.parametrize(
    "evidence", ['{"positive": 3, "negative": null}', "[]", "no JSON", '{"reason": "<b>x</b>"}', "null"]
)
def test_another_machines_evidence_may_hold_anything(tables, evidence):
    (claim,) = (claim for claim in stated_claims() if claim["id"] == "bg-dynamic")
    judged = {(OWN, "bg-dynamic"): SimpleNamespace(verdict="mixed", evidence=evidence)}
    html = claim_box(Section(tables, "en", OWN, 1), claim, judged)
    assert "<b>x" not in html
    assert "mixed" in html
