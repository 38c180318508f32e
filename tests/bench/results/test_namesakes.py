"""The coverage of NumPy and SciPy: every name is a row, and nonsense is none."""

import json

from bench.results import namesakes


def test_every_name_of_a_coverage_becomes_a_row_and_nonsense_none():
    names = json.dumps({"function": {"jax.numpy": ["add"], "": ["busday_count"]}, "distribution": {"": ["norm"]}})
    rows = [
        {
            "hardware": "here",
            "workload": "packages",
            "framework": "jax",
            "name": name,
            "outcome": "ok",
            "value": 0.5,
            "text": text,
        }
        for name, text in (
            ("coverage.numpy", names),
            ("share.numpy.version", "2.4"),
            ("coverage.scipy.fft", '{"function": ["fft"]}'),
            ("coverage.x", "[[["),
            ("coverage.y", '{"function": {"jax": [1, null]}}'),
        )
    ]
    found = namesakes.rows(rows)
    assert [(row["module"], row["name"], row["kind"], row["found"], row["place"], row["version"]) for row in found] == [
        ("numpy", "add", "function", True, "jax.numpy", "2.4"),
        ("numpy", "busday_count", "function", False, None, "2.4"),
        ("numpy", "norm", "distribution", False, None, "2.4"),
    ]
