"""All kinds of derivatives of a perceptron."""

from tests.proof.alternatives import by_inductor

ALTERNATIVES = by_inductor(("primal", "gradient"), ("max-autotune", "C++ wrapper"))
