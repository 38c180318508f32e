"""A checkout with one small planted workload, and how it is measured."""

TABLES = "results/test/cells.parquet"
ONE = {"frameworks": "jax", "modes": "jit"}


def small(bench):
    """The checkout with one small planted workload and no others, in which a run takes about a second."""
    bench.keep_only()
    bench.plant("small", "jax")
    return bench
