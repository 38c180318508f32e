"""Models of users as workloads: weights that get from one framework to the other, and what is said when they do not."""

import numpy as np
import pytest

from bench.backends import weights
from bench.backends.weights import Leaf


def test_a_weight_is_permuted_there_and_back():
    leaf = Leaf("dense.kernel", (2, 3), "dense.weight", (1, 0))
    given = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(leaf.to_own(given), given.T)
    np.testing.assert_array_equal(leaf.to_problem(leaf.to_own(given), (3, 2)), given)


def test_a_weight_with_heads_apart_is_reshaped_there_and_back():
    leaf = Leaf("query.kernel", (6, 2, 3), "query.weight", (1, 2, 0))
    given = np.arange(36.0).reshape(6, 6)
    assert leaf.to_own(given).shape == (6, 2, 3)
    np.testing.assert_array_equal(leaf.to_own(given).reshape(6, 6), given.T)
    np.testing.assert_array_equal(leaf.to_problem(leaf.to_own(given), (6, 6)), given)


def test_a_weight_of_another_size_is_refused_with_both_shapes():
    with pytest.raises(ValueError, match=r"a of problem.py has the shape \(3,\), b of the model \(2,\)"):
        Leaf("b", (2,), "a", (0,)).to_own(np.ones(3))


def leaves(*names):
    return weights.leaves(dict.fromkeys(names, (2, 2)), lambda own: own.replace("kernel", "weight"), ())


def test_names_that_only_one_side_has_are_told():
    with pytest.raises(ValueError, match=r"has no a\.kernel \(a\.weight\); it has b\.weight"):
        weights.values(leaves("a.kernel"), {"b.weight": np.ones((2, 2))})
    with pytest.raises(ValueError, match=r"the model has no b\.weight; it has a\.weight"):
        weights.values(leaves("a.kernel"), {"a.weight": np.ones((2, 2)), "b.weight": np.ones((2, 2))})


def test_two_arrays_of_one_name_are_refused():
    with pytest.raises(ValueError, match=r"a\.kernel and a\.weight are both a\.weight"):
        leaves("a.kernel", "a.weight")


def test_drawn_weights_depend_on_name_and_shape_alone():
    drawn = weights.values(leaves("a.kernel"), {})["a.weight"]
    np.testing.assert_array_equal(drawn, weights.drawn("a.weight", (2, 2)))
    assert not np.array_equal(drawn, weights.drawn("b.weight", (2, 2)))
    assert 0.8 < np.std(weights.drawn("a.weight", (100, 400))) * 20 < 1.2
    assert (weights.drawn("norm.weight", (3,)) == 1).all() and (weights.drawn("norm.bias", (3,)) == 0).all()


def test_the_last_pattern_with_as_many_axes_decides_a_layout():
    layouts = ((r"kernel$", (1, 0)), (r"kernel$", (2, 1, 0)), (r"^odd\.", (0, 1)))
    assert weights.axes_of("a.kernel", 2, layouts) == (1, 0)
    assert weights.axes_of("a.kernel", 3, layouts) == (2, 1, 0)
    assert weights.axes_of("odd.kernel", 2, layouts) == (0, 1)
    assert weights.axes_of("a.bias", 1, layouts) == (0,)
