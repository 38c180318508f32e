"""After how many steps compiling has paid for itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.results.startup import crossing


@given(st.floats(0, 10), st.floats(1e-6, 1), st.floats(0, 10), st.floats(1e-6, 1))
def test_at_the_crossing_both_variants_have_taken_equally_long(eager_start, eager_step, start, step):
    steps = crossing((eager_start, eager_step), (start, step))
    if steps is not None and steps > 1:
        assert eager_start + (steps - 1) * eager_step == pytest.approx(start + (steps - 1) * step, rel=1e-6)


def test_a_compiled_variant_that_is_slower_in_every_way_never_breaks_even():
    assert crossing((0.1, 0.001), (5.0, 0.002)) is None


def test_a_compiled_variant_ahead_from_the_start_breaks_even_at_once():
    assert crossing((0.1, 0.002), (0.05, 0.001)) == 1.0
