"""What several sections judge with: the sizes of the real implementations."""

from bench.claims import shared


def test_the_real_workloads_are_counted_on_both_sides():
    sizes = shared.code_sizes()
    assert "training/linear_regression" in sizes
    assert not [name for name in sizes if name.startswith(("examples/", "machine/"))]
    assert all(both[framework]["names"] > 0 for both in sizes.values() for framework in ("torch", "jax"))
