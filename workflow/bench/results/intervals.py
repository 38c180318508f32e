"""Values of tables as numbers with intervals, and what it means that there is no value."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any, NamedTuple


class Interval(NamedTuple):
    """A value with the bounds of its 95 % interval; bounds are None where one run gives no interval."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def bounded(self) -> bool:
        """Whether both bounds are known."""
        return not missing(self.low) and not missing(self.high)

    def inverse(self) -> Interval:
        """The interval of 1 / value; the bounds change places."""
        if not self.bounded:
            return Interval(1 / self.value)
        assert self.low is not None and self.high is not None
        return Interval(1 / self.value, 1 / self.high, 1 / self.low)


def missing(value: object) -> bool:
    """Whether a value is None, NaN or pandas' NA."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA refuses to be a truth value
        return True


def interval(row: Any, column: str = "step_seconds") -> Interval | None:
    """The interval of a row's quantity, or None where it has no value."""
    value = getattr(row, column)
    if missing(value):
        return None
    low, high = getattr(row, f"{column}_low", None), getattr(row, f"{column}_high", None)
    if low is None or high is None or missing(low) or missing(high) or not 0 < low <= high:
        return Interval(value)
    return Interval(value, low, high)


def number(value: Any) -> float | None:
    """A finite float, or None for what is missing, infinite or no number."""
    return None if missing(value) or not isinstance(value, Real) or not math.isfinite(value) else float(value)


def is_positive(value: Any) -> bool:
    """Whether there is a number above zero."""
    found = number(value)
    return found is not None and found > 0
