"""Questions and answers: which framework to choose is decided by time and control flow; who recurses."""

import pytest

from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, UNMEASURED, Results
from bench.claims.judge import judge
from bench.events import ENDED
from tests.bench.claims.planted import ENTRIES, comparisons, event, frame, judged, migrated, passed_back


@pytest.mark.parametrize(
    ("ratio", "forms", "verdict"),
    [
        (1.5, {"torch": 4, "jax": 2}, SUPPORTED),
        (0.5, {"torch": 2, "jax": 2}, REFUTED),
        (0.5, {"torch": 4, "jax": 2}, MIXED),
    ],
)
def test_the_choice_is_decided_by_time_and_control_flow(ratio, forms, verdict):
    names = ["eager.branch", "eager.loop", "compiled.branch", "compiled.loop"]
    rows = [
        event("control_flow", framework, name, 0.0, outcome="ok" if place < count else "raised")
        for framework, count in forms.items()
        for place, name in enumerate(names)
    ]
    planted = comparisons([ratio] * 5) | {"events": frame("events", rows)}
    found = judge(ENTRIES["faq-choose"], Results("here", planted))
    assert found.verdict == verdict
    assert found.evidence["devices"]["cpu"]["votes"] == 5


RECURSION = {"deep": "RecursionError: too deep", "visited": "rrll", "visits": 8}


@pytest.mark.parametrize(
    ("torch", "jax", "verdict"),
    [
        ({}, {}, REFUTED),
        (RECURSION, RECURSION, SUPPORTED),
        ({"deep": f"{ENDED} SIGSEGV."}, {}, MIXED),
        ({"visited": "llrr"}, {}, MIXED),
        ({}, {"visits": 8}, MIXED),
        ({"deep": "RuntimeError: out of memory"}, {}, UNMEASURED),
        ({}, {"walked": True}, UNMEASURED),
    ],
)
def test_recursion_is_seen_by_depth_branches_and_paths(torch, jax, verdict):
    assert judged("faq-recursive", *passed_back("torch", **torch), *passed_back("jax", **jax)) == verdict


def test_a_wrong_gradient_of_the_deep_chain_decides_nothing():
    rows = [*passed_back("torch"), *passed_back("jax")]
    rows = [row | ({"value": 0.5} if row["name"] == "deep.gradient" else {}) for row in rows]
    assert judged("faq-recursive", *rows) == UNMEASURED


@pytest.mark.parametrize(
    ("torch", "jax", "verdict"),
    [
        ({}, {}, MIXED),
        ({}, {"named": True}, SUPPORTED),
        ({"wrong": "migrated.weights"}, {}, REFUTED),
        ({}, {"wrong": "migrated.back"}, REFUTED),
        ({}, {"raised": "migrated.gradient"}, REFUTED),
        ({}, {"raised": "migrated.gradient", "named": True}, MIXED),
    ],
)
def test_a_migration_is_judged_by_what_it_gives_and_by_names(torch, jax, verdict):
    assert judged("faq-migrate", *migrated("torch", **torch), *migrated("jax", **jax)) == verdict


def test_layers_that_differ_by_name_are_told():
    rows = [*migrated("torch"), *migrated("jax")]
    found = judge(ENTRIES["faq-migrate"], Results("here", {"events": frame("events", rows)}))
    assert found.evidence["layers"]["as_named"] == {"of": 1, "right": 0, "wrong": ["gelu"]}
    assert found.evidence["layers"]["as_meant"] == {"of": 1, "right": 1, "wrong": []}
