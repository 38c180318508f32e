"""The equation of state of sea water."""

from tests.proof.alternatives import by_xla

ALTERNATIVES = by_xla(("forward",))
