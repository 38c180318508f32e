"""The U-Net."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bench.workloads.training.convolutions import jax_convolutions
from bench.workloads.training.unet.torch_impl import UNet
from tests.proof.alternatives import Alternative, changed


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


def looped(mode: str, device: str) -> jax_convolutions.Convolve:
    """The derivatives that are written out, in every mode."""
    return jax_convolutions.looped_convolution


LOOPED = changed(jax_convolutions, {"chosen": looped}).step
ALTERNATIVES = (
    Alternative("torch", "maxima of pairs", ("train",), ("eager", "compile"), {"UNet": Pairwise}),
    Alternative("torch", "up-convolution by product", ("train",), ("eager", "compile"), {"UNet": ByProduct}),
    Alternative("jax", "derivatives written out", ("train",), ("jit",), {"step": LOOPED}),
)
