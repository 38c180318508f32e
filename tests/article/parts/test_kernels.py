"""Numerical kernels against NumPy."""

from article.parts.kernels import main_speedups, speedups
from article.section import Section
from tests.article.planted import OWN


def test_a_kernel_is_drawn_at_its_largest_size_with_the_best_mode_of_each_framework(tables):
    main = main_speedups(speedups(Section(tables, "en", OWN, 6)))
    assert set(main["size"]) == {"medium"}
    assert main.groupby(["workload", "framework"]).size().max() == 1
    assert set(main["framework"]) == {"torch", "jax"}
