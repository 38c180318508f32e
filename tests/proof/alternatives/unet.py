"""The U-Net."""

from __future__ import annotations

from functools import partial

import jax
import torch
from torch import Tensor, nn

from bench.workloads.training.convolutions.jax_convolutions import convolution, correlation
from bench.workloads.training.unet.torch_impl import UNet
from tests.proof.alternatives import Alternative, by_inductor


class Pairwise(UNet):
    """The maximum of 2 × 2 pixels as maxima of pairs."""

    def forward(self, images: Tensor) -> Tensor:
        x = images.permute(0, 3, 1, 2)
        kept: list[Tensor] = []
        for stage in self.down:
            if kept:
                rows = torch.maximum(x[:, :, ::2], x[:, :, 1::2])
                x = torch.maximum(rows[..., ::2], rows[..., 1::2])
            x = stage(x)
            kept.append(x)
        x = kept.pop()
        for level in reversed(range(len(self.up))):
            x = self.up[level](torch.cat([kept[level], self.rise[level](x)], dim=1))
        return self.head(x)


def doubling(module: nn.Module, x: Tensor) -> Tensor:
    """A transposed convolution of 2 × 2 and stride 2 as one product: no windows overlap."""
    batch, _, height, width = x.shape
    weight, bias = module.weight, module.bias
    assert isinstance(weight, Tensor)
    assert isinstance(bias, Tensor)
    pixels = x.permute(0, 2, 3, 1).reshape(-1, x.shape[1]) @ weight.permute(0, 2, 3, 1).flatten(1)
    spread = pixels.view(batch, height, width, 2, 2, -1).transpose(2, 3)
    return (spread.reshape(batch, 2 * height, 2 * width, -1) + bias).permute(0, 3, 1, 2)


class ByProduct(UNet):
    """The up-convolution as a product."""

    def forward(self, images: Tensor) -> Tensor:
        x = images.permute(0, 3, 1, 2)
        kept = []
        for number, stage in enumerate(self.down):
            x = stage(nn.functional.max_pool2d(x, 2) if number else x)
            kept.append(x)
        x = kept.pop()
        for level in reversed(range(len(self.up))):
            x = self.up[level](torch.cat([kept[level], doubling(self.rise[level], x)], dim=1))
        return self.head(x)


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def written_convolution(x: jax.Array, kernel: jax.Array, stride: int) -> jax.Array:
    """`convolution` whose derivatives are NHWC convolutions too, written out."""
    return convolution(x, kernel, stride)


def _written_forward(x: jax.Array, kernel: jax.Array, stride: int) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return convolution(x, kernel, stride), (x, kernel)


def _written_backward(stride: int, saved: tuple[jax.Array, jax.Array], error: jax.Array) -> tuple[jax.Array, jax.Array]:
    x, kernel = saved
    size, padding = kernel.shape[0], kernel.shape[0] // 2
    reached = [(length - 1) * stride for length in error.shape[1:3]]  # from the first window to the last
    low = size - 1 - padding
    around = [(low, length - 1 - far + padding) for length, far in zip(x.shape[1:3], reached, strict=True)]
    images = correlation(error, kernel[::-1, ::-1].swapaxes(2, 3), *around, spread=stride)
    around = [(padding, size - length - padding + far) for length, far in zip(x.shape[1:3], reached, strict=True)]
    kernels = correlation(x.transpose(3, 1, 2, 0), error.transpose(1, 2, 0, 3), *around, holes=stride)
    return images, kernels.transpose(1, 2, 0, 3)


written_convolution.defvjp(_written_forward, _written_backward)


ALTERNATIVES = (
    Alternative("torch", "maxima of pairs", ("train",), ("eager", "compile"), {"UNet": Pairwise}),
    Alternative("torch", "up-convolution by product", ("train",), ("eager", "compile"), {"UNet": ByProduct}),
    Alternative("jax", "derivatives written out", ("train",), ("jit",), {"convolution": written_convolution}),
    *by_inductor(("forward",)),
)
