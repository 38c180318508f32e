"""Numbers as the reader sees them."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from article.numbers import SPACE, count, digits, ends, listing, margin, ratio, scientific, seconds, span, throughput
from bench.results.intervals import Interval

positive = st.floats(1e-9, 1e9)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0000000321, f"32.1{SPACE}ns"),
        (0.00123, f"1.23{SPACE}ms"),
        (1.5, f"1.50{SPACE}s"),
        (99.96, f"100{SPACE}s"),
        (600, f"10.0{SPACE}min"),
        (0, f"0{SPACE}s"),
    ],
)
def test_seconds_have_human_units(value, shown):
    assert seconds(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.123, "0.123"),
        (9_990, "9,990"),
        (80_800, f"80.8{SPACE}k"),
        (825_123_456, f"825{SPACE}M"),
        (1.1e9, f"1.10{SPACE}G"),
    ],
)
def test_rates_have_three_digits_and_a_prefix_from_ten_thousand_on(value, shown):
    assert throughput(value, "images/s") == f"{shown}{SPACE}images/s"


def test_rates_beside_each_other_share_the_prefix_of_the_largest():
    among = [950_000, 1.2e6, 40]
    assert [throughput(value, among=among) for value in among] == [
        f"{n}{SPACE}M" for n in ("0.950", "1.20", "0.0000400")
    ]


def test_an_interval_shares_the_unit_and_the_decimals_of_its_value():
    assert seconds(Interval(0.00123, 0.0011, 0.00137)) == f"1.23 [1.10,{SPACE}1.37]{SPACE}ms"


def test_a_narrow_interval_is_not_rounded_away():
    assert ratio(Interval(1.0004, 1.0001, 1.0008)) == f"1.0004 [1.0001,{SPACE}1.0008]"


def test_the_ends_of_a_narrow_interval_do_not_look_alike():
    assert ends(Interval(12.01, 11.99, 12.03)) == ("11.99", "12.01", "12.03")


def test_bounds_of_another_order_of_magnitude_keep_their_digits():
    assert ratio(Interval(13.7, 0.00987, 18964)) == f"13.7 [0.00987,{SPACE}18,964]"


def test_the_inverse_of_an_interval_changes_its_bounds():
    assert Interval(2.0, 1.0, 4.0).inverse() == Interval(0.5, 0.25, 1.0)


def test_a_value_from_one_run_stands_without_brackets():
    assert ratio(Interval(2.0)) == "2.00"


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
@pytest.mark.parametrize("show", [digits, scientific, count])
def test_what_is_no_number_is_refused(show, value):
    with pytest.raises(ValueError, match="is not a number that can be shown"):
        show(value)


def test_small_numbers_are_powers_of_ten():
    assert scientific(1.23e-16) == f"1.2{SPACE}×{SPACE}10⁻¹⁶"


def test_a_margin_is_shown_as_it_was_stated():
    assert margin(0.05) == f"±5{SPACE}%"
    assert margin(0.025) == f"±2.5{SPACE}%"


def test_items_are_joined_as_the_language_joins_them():
    assert listing(["a", "b", "c"], "en") == "a, b and c"
    assert listing(["a", "b", "c"], "zh") == "a、b 和 c"


def test_a_span_whose_ends_look_alike_is_one_number():
    assert span(("1.00", "2.00"), "en") == "1.00 to 2.00"
    assert span(("1.00", "2.00"), "zh") == "1.00 至 2.00"
    assert span(("2.00", "2.00"), "en") == "2.00"


@given(positive)
def test_a_shown_ratio_is_within_half_a_percent_of_its_value(value):
    shown = float(ratio(value).replace(",", ""))
    assert math.isclose(shown, value, rel_tol=0.0051)


@given(positive, st.floats(1.0001, 3), st.floats(1.0001, 3))
def test_an_interval_is_shown_around_its_value(value, below, above):
    numbers = re.findall(r"[\d.,]+\d", ratio(Interval(value, value / below, value * above)))
    middle, low, high = (float(number.replace(",", "")) for number in numbers)
    assert low <= middle <= high
