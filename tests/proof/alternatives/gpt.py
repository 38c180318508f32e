"""GPT."""

from tests.proof.alternatives import by_inductor

ALTERNATIVES = by_inductor(("forward",))
