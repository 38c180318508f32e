"""Greeks of a basket option."""

from tests.proof.alternatives import by_xla

ALTERNATIVES = by_xla(("gradient",))
