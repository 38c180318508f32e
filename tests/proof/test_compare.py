"""No implementation is slower than the obvious independent one of its framework (`make compare` prints the ratios)."""

import pytest

from tests.proof import compare

pytestmark = [pytest.mark.slow, pytest.mark.serial]


@pytest.mark.parametrize("name", compare.names())
def test_an_implementation_is_at_most_five_percent_slower_than_an_independent_one(name):
    for package in ("flax", "torchvision", "transformers"):
        pytest.importorskip(package, reason="`make compare` installs it")
    slower = [row for row in compare.both(name) if row["low"] > 1.05]
    assert not slower


def test_where_one_comparison_crashes_the_others_are_made(monkeypatch, capsys):
    row = {"framework": "jax", "mode": "jit", "task": "train", "other": "independent", "ratio": 0.5, "low": 0.4}
    row |= {"high": 0.6, "our_seconds": 1.0, "their_seconds": 2.0}

    def both(name, *_):
        if name == "dqn":
            raise RuntimeError("dqn torch ended with -11")
        return [row | {"workload": name}]

    monkeypatch.setattr(compare, "both", both)
    monkeypatch.setattr("sys.argv", ["compare.py", "dqn", "gmm"])
    with pytest.raises(SystemExit, match="no ratios of dqn"):
        compare.main()
    told = capsys.readouterr()
    assert told.out.startswith("gmm ")
    assert "ended with -11" in told.err
