"""JAX: the operations whose error tells what they were computed in."""

import jax

from bench.backends import Arrays, jax_backend


def results(inputs: Arrays, device: str, precision: str) -> Arrays:
    """Product, convolution and attention of the inputs, as `bench.measuring.fingerprint` names and shapes them."""
    given = jax_backend.cast(jax_backend.arrays(inputs, device, precision), precision)

    def compute(given: dict[str, jax.Array]) -> dict[str, jax.Array]:
        # Written out: jax.nn.dot_product_attention takes its softmax in float32, of float64 too.
        scores = given["query"] @ given["key"].swapaxes(2, 3) / given["query"].shape[-1] ** 0.5
        return {
            "product": given["a"] @ given["b"],
            "convolution": jax.lax.conv_general_dilated(given["images"], given["kernels"], (1, 1), "VALID"),
            "attention": jax.nn.softmax(scores) @ given["value"],
        }

    return {name: jax_backend.host(value) for name, value in jax.jit(compute)(given).items()}
