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
