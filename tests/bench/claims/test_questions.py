"""Questions and answers: which framework to choose is decided by time and control flow."""

import pytest

from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, Results
from bench.claims.judge import judge
from tests.bench.claims.planted import ENTRIES, comparisons, event, frame


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
