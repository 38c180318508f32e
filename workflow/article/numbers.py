"""Numbers as a reader sees them: human units, three significant digits, the same digits in every language.

Every function refuses a value that is missing, infinite or not a number: a page never says "nan".
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from bench.results import intervals
from bench.results.intervals import Interval, missing

SPACE = "\u00a0"
"""A number and its unit stay on one line."""

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
TIME_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
BYTE_UNITS = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B"))
RATE_UNITS = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))

Amount = float | Interval


def digits(value: float, significant: int = 3) -> str:
    """A plain decimal number with `significant` digits and thousands separators, never an exponent."""
    _check(value)
    if value == 0:
        return "0"
    rounded = float(f"{value:.{significant - 1}e}")  # 99.96 is 100, not 100.0
    decimals = max(0, significant - 1 - math.floor(math.log10(abs(rounded))))
    return f"{value:,.{min(decimals, 12)}f}"


def scientific(value: float) -> str:
    """A number as 1.2 × 10⁻¹⁶; numbers between 0.001 and 10,000 stay plain, and zero is 0."""
    _check(value)
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return digits(value, 2)
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}{SPACE}×{SPACE}10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def seconds(amount: Amount) -> str:
    """A time in ns, µs, ms, s or min, with its interval in the same unit."""
    interval = as_interval(amount)
    if abs(interval.value) >= 120:
        return _scaled(interval, 60.0, "min")
    scale, unit = next((entry for entry in TIME_UNITS if abs(interval.value) >= entry[0]), TIME_UNITS[-1])
    if interval.value == 0:
        scale, unit = TIME_UNITS[0]
    return _scaled(interval, scale, unit)


def ratio(amount: Amount) -> str:
    """A ratio as 1.23 [1.10, 1.37]."""
    return _scaled(as_interval(amount), 1.0, "")


def ratio_text(row: Any) -> str:
    """The ratio of a row, with its interval from `low` to `high` where there is one."""
    return ratio(Interval(row.ratio, intervals.number(row.low), intervals.number(row.high)))


def percent(amount: Amount) -> str:
    """A share (0.123) as 12.3 %, and one that is too small to matter as < 0.01 %."""
    interval = as_interval(amount)
    return f"<{SPACE}0.01{SPACE}%" if 0 < interval.value < 1e-4 else _scaled(interval, 0.01, "%")


def margin(share: float) -> str:
    """What counts as equal (0.05) as ±5 %, without the zeros that a measured number would have."""
    _check(share)
    return f"±{100 * share:g}{SPACE}%"


def size(amount: Amount) -> str:
    """Bytes in B, KiB, MiB, GiB or TiB."""
    interval = as_interval(amount)
    scale, unit = next((entry for entry in BYTE_UNITS if abs(interval.value) >= entry[0]), BYTE_UNITS[-1])
    return _scaled(interval, float(scale), unit)


def rate(amount: Amount, unit: str) -> str:
    """An amount per second with an SI prefix: rate(2e9, "flop/s") is 2.00 Gflop/s."""
    interval = as_interval(amount)
    scale, prefix = next((entry for entry in RATE_UNITS if abs(interval.value) >= entry[0]), RATE_UNITS[-1])
    return _scaled(interval, scale, prefix + unit)


def throughput(value: float, unit: str = "", among: Iterable[float] = ()) -> str:
    """An amount per second, for units that take no prefix: throughput(80800, "images/s") is 80.8 k images/s.

    among: those that stand beside it, which share the prefix of the largest. Below ten thousand there is none.
    """
    _check(value)
    largest = max([value, *among])
    scale, prefix = next((entry for entry in RATE_UNITS if largest >= max(entry[0], 1e4)), RATE_UNITS[-1])
    return SPACE.join(part for part in (digits(float(f"{value / scale:.3g}")), prefix, unit) if part)


def count(value: float) -> str:
    """A whole number with thousands separators; ten million and above in powers of ten."""
    _check(value)
    return scientific(float(value)) if abs(value) >= 1e7 else f"{round(value):,}"


def p_value(p: float) -> str:
    """A p value after its letter: "< 0.001", or "= 0.02"."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}" if p < 0.1 else f"= {p:.2f}"


def listing(items: Iterable[object], language: str) -> str:
    """Items joined as the language joins them: "a, b and c" or "a、b 和 c"."""
    words = [str(item) for item in items]
    comma, last = (", ", " and ") if language == "en" else ("、", " 和 ")
    return words[0] if len(words) == 1 else comma.join(words[:-1]) + last + words[-1] if words else ""


def clauses(items: Iterable[object], language: str) -> str:
    """`listing` of what has verbs of its own: "a is, b is and c is" or "a 更快，b 更快"."""
    return "，".join(map(str, items)) if language == "zh" else listing(items, language)


def span(shown: Iterable[str], language: str) -> str:
    """From the least to the most of some numbers, as they are shown; one number where they look alike."""
    least, most = shown
    return least if least == most else f"{least} to {most}" if language == "en" else f"{least} 至 {most}"


def as_interval(amount: Amount) -> Interval:
    """The amount as an `Interval`; raises ValueError when the value itself is missing."""
    interval = amount if isinstance(amount, Interval) else Interval(float(amount))
    _check(interval.value)
    return interval


def ends(interval: Interval, scale: float = 1.0) -> tuple[str, str, str]:
    """The lower end, the value and the upper end of a bounded interval as they are shown beside each other."""
    assert interval.low is not None and interval.high is not None
    found = (interval.low / scale, interval.value / scale, interval.high / scale)
    if interval.low <= 0 or interval.high > 10 * interval.low:  # ends of another order of magnitude: each by itself
        low, middle, high = map(digits, found)
    else:  # as many decimals as the value, more when the ends would otherwise look equal to it
        decimals = _decimals(found[1], abs(interval.high - interval.low) / scale)
        low, middle, high = (f"{number:,.{decimals}f}" for number in found)
    return low, middle, high


def _scaled(interval: Interval, scale: float, unit: str) -> str:
    tail = f"{SPACE}{unit}" if unit else ""
    if not interval.bounded:
        return digits(interval.value / scale) + tail
    low, middle, high = ends(interval, scale)
    return f"{middle} [{low},{SPACE}{high}]{tail}"


def _decimals(value: float, width: float) -> int:
    plain = 2 - math.floor(math.log10(abs(value))) if value else 2
    narrow = -math.floor(math.log10(width)) if width > 0 else plain
    return min(max(0, plain, narrow), max(0, plain + 2), 12)


def _check(value: float) -> None:
    if missing(value) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number that can be shown")
