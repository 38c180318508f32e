"""How the values of the runs scatter."""

import pandas as pd

from article.parts.values import middle_halves, widest_first


def test_the_problem_whose_values_scatter_most_comes_first():
    lanes = {
        ("calm", "jax jit"): [1.0, 1.01, 1.02],
        ("calm", "torch eager"): [5.0, 5.1, 5.2],
        ("restless", "jax jit"): [2.0, 2.0, 2.0],
        ("restless", "torch eager"): [1.0, 2.0, 3.0],
    }
    rows = [{"panel": panel, "label": label, "seconds": one} for (panel, label), own in lanes.items() for one in own]
    data = pd.DataFrame(rows)
    spans = middle_halves(data)
    assert spans["restless", "torch eager"] == 0.5
    assert spans["restless", "jax jit"] == 0.0
    found = widest_first(data, spans)
    assert list(found["panel"].unique()) == ["restless", "calm"]
    assert list(found["label"].unique()) == ["jax jit", "torch eager"]
    assert list(found.columns) == ["panel", "label", "seconds"]
    none = pd.DataFrame(columns=["panel", "label", "seconds"])
    assert not len(widest_first(none, middle_halves(none)))
