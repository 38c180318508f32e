"""Settings of a test machine with a CPU, and a run file of it."""

from bench import sources
from bench.planning import settings
from bench.vocabulary import Cell


def plan(**config):
    return settings.load({"devices": ["cpu"], "hardware": "test", **config})


CELL = Cell("training", "mlp", "train", "small", "float32", "cpu", "jax", "jit")
ROW = {
    **vars(CELL),
    "run": 0,
    "hardware": "test",
    "source_digest": sources.run_digest("training", "mlp", "jax"),
    "threads": 1,
    "status": "failed",
    "environment": '{"exclusive": true}',
}
