"""GPT from packages: transformers' GPT2LMHeadModel for PyTorch, flax.linen's modules for JAX.

The same shapes, vocabulary, GELU, epsilon and AdamW as the workload, no dropout; the package's own initial weights.
"""

from __future__ import annotations

import sys
from typing import Any

import jax
import jax.numpy as jnp
import optax
import torch
from flax import linen
from torch import Tensor, nn
from torch.nn import functional

from bench.workloads.training.gpt.problem import BETAS, DECAY, EPSILON, NORM_EPSILON, Problem


def torch_baseline(problem: Problem) -> tuple[nn.Module, Any, tuple[Tensor, ...], torch.optim.Optimizer]:
    """(model, loss, batch, optimizer); the batch is (tokens, targets), (batch, length) both."""
    # transformers asks for torchvision where it is installed, and fails with one built for another PyTorch.
    sys.modules.setdefault("torchvision", None)  # type: ignore[arg-type]
    from transformers import GPT2Config, GPT2LMHeadModel

    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=problem.vocabulary,
            n_positions=problem.length,
            n_embd=problem.width,
            n_layer=problem.layers,
            n_head=problem.heads,
            activation_function="gelu_pytorch_tanh",
            layer_norm_epsilon=NORM_EPSILON,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            use_cache=False,
            bos_token_id=0,
            eos_token_id=0,
        )
    )
    model.set_attn_implementation("sdpa")

    def loss(model: nn.Module, tokens: Tensor, targets: Tensor) -> Tensor:
        return functional.cross_entropy(model(input_ids=tokens).logits.flatten(0, 1), targets.flatten())

    batch = tuple(torch.from_numpy(part.copy()) for part in problem.inputs().values())
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=problem.rate, betas=BETAS, eps=EPSILON, weight_decay=DECAY, fused=True
    )
    return model, loss, batch, optimizer


class Block(linen.Module):
    """One layer, the norms first, with flax's own attention."""

    heads: int

    @linen.compact
    def __call__(self, stream: jax.Array, mask: jax.Array) -> jax.Array:
        """(batch, length, width) → the same."""
        width = stream.shape[-1]
        normed = linen.LayerNorm(epsilon=NORM_EPSILON)(stream)
        stream = stream + linen.MultiHeadDotProductAttention(self.heads)(normed, mask=mask)
        widened = linen.Dense(4 * width)(linen.LayerNorm(epsilon=NORM_EPSILON)(stream))
        return stream + linen.Dense(width)(linen.gelu(widened, approximate=True))


class GPT(linen.Module):
    """Tokens (batch, length) → scores (batch, length, vocabulary)."""

    vocabulary: int
    layers: int
    width: int
    heads: int

    @linen.compact
    def __call__(self, tokens: jax.Array) -> jax.Array:
        """The scores."""
        table = linen.Embed(self.vocabulary, self.width)
        positions = linen.Embed(tokens.shape[1], self.width)(jnp.arange(tokens.shape[1]))
        stream = table(tokens) + positions
        mask = linen.make_causal_mask(tokens)
        for _ in range(self.layers):
            stream = Block(self.heads)(stream, mask)
        return table.attend(linen.LayerNorm(epsilon=NORM_EPSILON)(stream))


def jax_baseline(problem: Problem) -> tuple[Any, Any, tuple[jax.Array, ...], optax.GradientTransformation]:
    """(loss, parameters, batch, optimizer); the batch is (tokens, targets), (batch, length) both."""
    model = GPT(problem.vocabulary, problem.layers, problem.width, problem.heads)
    batch = tuple(jnp.asarray(part, jnp.int32) for part in problem.inputs().values())

    def loss(parameters: Any, tokens: jax.Array, targets: jax.Array) -> jax.Array:
        scores = model.apply(parameters, tokens)
        return optax.softmax_cross_entropy_with_integer_labels(scores, targets).mean()

    optimizer = optax.adamw(problem.rate, b1=BETAS[0], b2=BETAS[1], eps=EPSILON, weight_decay=DECAY)
    return loss, model.init(jax.random.key(0), batch[0]), batch, optimizer
