"""Settings of a test machine with a CPU, and a trial of it."""

from bench import sources
from bench.measuring import identity
from bench.planning import order, settings
from bench.vocabulary import Cell, Trial


def plan(**config):
    return settings.load({"devices": ["cpu"], "hardware": "test", **config})


def runs(chosen):
    """Every run of every trial: (cell, number)."""
    return [run for trial in order.trials(chosen) for run in trial.runs.values()]


CELL = Cell("training", "mlp", "train", "small", "float32", "cpu", "jax", "jit")
ROW = {
    **vars(CELL),
    "run": 0,
    "hardware": "test",
    "source_digest": sources.run_digest("training", "mlp", "jax"),
    "threads": 1,
    "fingerprint": identity.fingerprint(),
    "status": "failed",
    "versions": '{"jax": "0.10.2", "numpy": "2.4.6"}',
    "environment": '{"exclusive": true}',
}
TRIAL = Trial(CELL.problem, 0, (CELL,))
