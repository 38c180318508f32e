"""Isoneutral mixing."""

from tests.proof.alternatives import by_xla

ALTERNATIVES = by_xla(("forward",))
