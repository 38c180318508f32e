"""PyTorch: the operations whose error tells what they were computed in."""

import torch
from torch.nn import functional

from bench.backends import Arrays, torch_backend


def results(inputs: Arrays, device: str, precision: str) -> Arrays:
    """Product, convolution and attention of the inputs, as `bench.measuring.fingerprint` names and shapes them."""
    given = torch_backend.tensors(inputs, device, precision)

    def compute() -> dict[str, torch.Tensor]:
        return {
            "product": given["a"] @ given["b"],
            "convolution": functional.conv2d(given["images"], given["kernels"]),
            "attention": functional.scaled_dot_product_attention(given["query"], given["key"], given["value"]),
        }

    with torch.inference_mode():
        found = torch_backend.mixed(compute, device, precision)()
    return {name: torch_backend.host(value) for name, value in found.items()}
