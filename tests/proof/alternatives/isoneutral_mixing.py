"""Isoneutral mixing."""

from tests.proof.alternatives import by_inductor, by_xla

ALTERNATIVES = (*by_xla(("forward",)), *by_inductor(("forward",), ("one rounding",)))
