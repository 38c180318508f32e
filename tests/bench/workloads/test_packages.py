"""Which functions count as being there."""

import numpy as np
import pytest

from bench.workloads.examples.packages import problem


def refused(*arguments):
    """Not implemented."""
    raise NotImplementedError("by design")


def careful(number):
    if number < 0:
        raise ValueError(number)
    return number


@pytest.mark.parametrize(
    ("thing", "stub"),
    [(refused, True), (careful, False), (np.sin, False), (len, False), (lambda: None, False), (np.linalg.norm, False)],
)
def test_a_function_that_only_raises_is_a_stub(thing, stub):
    assert problem.is_stub(thing) is stub


def test_a_stub_is_nowhere_and_later_places_are_looked_at():
    class Place:
        fft = staticmethod(refused)

    found = problem.looked_up("numpy.fft", {"first": Place, "second": problem.only(np.fft, "fft", "ifft")})
    assert found["function"]["second"] == ["fft", "ifft"]
    assert "first" not in found["function"]
    assert "rfft" in found["function"][""]
