"""The first layer whose outputs differ."""

import numpy as np

from bench.own.layers import first_difference

ONE, TWO = np.arange(6.0).reshape(2, 3), np.ones((2, 3))


def test_the_first_layer_in_the_order_of_pytorch_is_named_with_the_one_before():
    found = first_difference({"a": ONE, "b": ONE, "c": TWO}, {"c": ONE, "b": ONE * 1.1, "a": ONE}, 1e-8)
    assert found.startswith("b is the first layer whose outputs differ, by 0.091")
    assert found.endswith("a, before it, agrees.")


def test_channels_may_be_first_or_last():
    image = np.arange(24.0).reshape(1, 2, 3, 4)
    assert "agree" in first_difference({"a": image}, {"a": np.moveaxis(image, 1, -1)}, 1e-8)


def test_other_shapes_are_a_difference():
    assert "shapes (2, 3) and (3,)" in first_difference({"a": ONE}, {"a": np.ones(3)}, 1e-8)


def test_a_layer_that_only_one_has_is_passed_over_and_without_any_nothing_is_said():
    assert "All 1 layers" in first_difference({"x": TWO, "a": ONE}, {"a": ONE}, 1e-8)
    assert first_difference({"x": ONE}, {"a": ONE}, 1e-8) == ""


def test_what_is_not_a_number_differs():
    assert "differ" in first_difference({"a": ONE * np.nan}, {"a": ONE}, 1e-8)
