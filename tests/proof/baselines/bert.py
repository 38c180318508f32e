"""BERT from packages: transformers' BertForMaskedLM for PyTorch, flax.linen's modules for JAX.

The same shapes, vocabulary, GELU, epsilon and AdamW as the workload, no dropout; the package's own initial weights.
transformers computes scores at every position and takes -100 for the targets that do not count, which is its way to
train; the flax model gathers the masked positions, as ours does.
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

from bench.workloads.training.bert.problem import BETAS, DECAY, EPSILON, NORM_EPSILON, RATE, Problem


def torch_baseline(problem: Problem) -> tuple[nn.Module, Any, tuple[Tensor, ...], torch.optim.Optimizer]:
    """(model, loss, batch, optimizer); the batch is (tokens, labels), (batch, length) both."""
    # transformers asks for torchvision where it is installed, and fails with one built for another PyTorch.
    sys.modules.setdefault("torchvision", None)  # type: ignore[arg-type]
    from transformers import BertConfig, BertForMaskedLM

    model = BertForMaskedLM(
        BertConfig(
            vocab_size=problem.vocabulary,
            hidden_size=problem.width,
            num_hidden_layers=problem.layers,
            num_attention_heads=problem.heads,
            intermediate_size=4 * problem.width,
            hidden_act="gelu",
            max_position_embeddings=problem.length,
            type_vocab_size=1,
            layer_norm_eps=NORM_EPSILON,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    )
    model.set_attn_implementation("sdpa")

    def loss(model: nn.Module, tokens: Tensor, labels: Tensor) -> Tensor:
        return model(input_ids=tokens, labels=labels).loss

    inputs = {name: torch.from_numpy(part.copy()) for name, part in problem.inputs().items()}
    labels = torch.full((problem.batch * problem.length,), -100)
    labels[inputs["positions"]] = inputs["targets"]
    batch = (inputs["tokens"], labels.view(problem.batch, problem.length))
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=BETAS, eps=EPSILON, weight_decay=DECAY, fused=True)
    return model, loss, batch, optimizer


class Block(linen.Module):
    """One layer, the norms last, with flax's own attention."""

    heads: int

    @linen.compact
    def __call__(self, stream: jax.Array) -> jax.Array:
        """(batch, length, width) → the same."""
        width = stream.shape[-1]
        stream = linen.LayerNorm(epsilon=NORM_EPSILON)(stream + linen.MultiHeadDotProductAttention(self.heads)(stream))
        widened = linen.gelu(linen.Dense(4 * width)(stream), approximate=False)
        return linen.LayerNorm(epsilon=NORM_EPSILON)(stream + linen.Dense(width)(widened))


class BERT(linen.Module):
    """Tokens (batch, length) and positions (masked,) → scores (masked, vocabulary)."""

    vocabulary: int
    layers: int
    width: int
    heads: int

    @linen.compact
    def __call__(self, tokens: jax.Array, positions: jax.Array) -> jax.Array:
        """The scores."""
        table = linen.Embed(self.vocabulary, self.width)
        places = linen.Embed(tokens.shape[1], self.width)(jnp.arange(tokens.shape[1]))
        stream = linen.LayerNorm(epsilon=NORM_EPSILON)(table(tokens) + places)
        for _ in range(self.layers):
            stream = Block(self.heads)(stream)
        rows = linen.gelu(linen.Dense(self.width)(stream.reshape(-1, self.width)[positions]), approximate=False)
        scores = table.attend(linen.LayerNorm(epsilon=NORM_EPSILON)(rows))
        return scores + self.param("bias", linen.initializers.zeros, (self.vocabulary,))


def jax_baseline(problem: Problem) -> tuple[Any, Any, tuple[jax.Array, ...], optax.GradientTransformation]:
    """(loss, parameters, batch, optimizer); the batch is (tokens, positions, targets) of the workload."""
    model = BERT(problem.vocabulary, problem.layers, problem.width, problem.heads)
    batch = tuple(jnp.asarray(part, jnp.int32) for part in problem.inputs().values())

    def loss(parameters: Any, tokens: jax.Array, positions: jax.Array, targets: jax.Array) -> jax.Array:
        scores = model.apply(parameters, tokens, positions)
        return optax.softmax_cross_entropy_with_integer_labels(scores, targets).mean()

    optimizer = optax.adamw(RATE, b1=BETAS[0], b2=BETAS[1], eps=EPSILON, weight_decay=DECAY)
    return loss, model.init(jax.random.key(0), *batch[:2]), batch, optimizer
