"""N-body gravitation."""

from tests.proof.alternatives import by_xla

ALTERNATIVES = by_xla(("forward",))
