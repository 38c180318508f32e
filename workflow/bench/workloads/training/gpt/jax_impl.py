"""GPT in JAX: cuDNN's attention where it exists, the embedding's weights tied, optax.adamw, the state donated."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import optax

from bench.backends import Step, jax_backend
from bench.workloads.training.cartpole.jax_loop import scan
from bench.workloads.training.gpt.problem import BETAS, DECAY, EPSILON, NORM_EPSILON, TARGET, Problem

Parameters = dict[str, jax.Array]
Cache = list[tuple[jax.Array, jax.Array]]
"""Keys and values of every layer, (batch, length, heads, depth) each."""

gelu_tanh = partial(jax.nn.gelu, approximate=True)


def linear(parameters: Parameters, name: str, inputs: jax.Array, precision: str) -> jax.Array:
    """x W + b in the type that the precision computes in, (…, in) → (…, out)."""
    inputs, weight, bias = jax_backend.cast(
        (inputs, parameters[f"{name}.weight"], parameters[f"{name}.bias"]), precision
    )
    return product(inputs, weight) + bias


def product(inputs: jax.Array, matrix: jax.Array) -> jax.Array:
    """The product with a matrix over the last axis, all other axes taken as one.

    With three axes the products of the derivative contract two at once, which took a sixth more time on a CPU.
    """
    return (inputs.reshape(-1, inputs.shape[-1]) @ matrix).reshape(*inputs.shape[:-1], matrix.shape[-1])


def layer_norm(parameters: Parameters, name: str, inputs: jax.Array, epsilon: float) -> jax.Array:
    """LayerNorm over the last axis in the type of the stored parameters."""
    weight, bias = parameters[f"{name}.weight"], parameters[f"{name}.bias"]
    return jax.nn.standardize(inputs.astype(weight.dtype), epsilon=epsilon) * weight + bias


def attention(
    parameters: Parameters, name: str, inputs: jax.Array, heads: int, *, causal: bool, device: str, precision: str
) -> jax.Array:
    """Attention in heads, (batch, length, width) → the same; cuDNN's fused one in half precision on CUDA.

    Elsewhere it is composed here: dot_product_attention takes its softmax in float32 even of float64.
    """
    batch, length, width = inputs.shape
    qkv = linear(parameters, f"{name}.qkv", inputs, precision).reshape(batch, length, 3, heads, width // heads)
    query, key, value = jnp.moveaxis(qkv, 2, 0)
    if device == "cuda" and precision == "bfloat16":
        mixed = jax.nn.dot_product_attention(query, key, value, is_causal=causal, implementation="cudnn")
    else:
        visible = jnp.tri(length, dtype=bool) if causal else None
        mixed = composed_attention(query, key, value, visible)
    return linear(parameters, f"{name}.output", mixed.reshape(batch, length, width), precision)


def composed_attention(query: jax.Array, key: jax.Array, value: jax.Array, visible: jax.Array | None) -> jax.Array:
    """softmax(Q Kᵀ/√depth) V of (batch, length, heads, depth), the softmax in float32 or better.

    visible: which keys a query sees, (queries, keys); None for all.
    """
    depth = query.shape[3]
    exact = jnp.promote_types(query.dtype, jnp.float32)
    scores = jnp.einsum("bqhd,bkhd->bhqk", query, key, preferred_element_type=exact) / math.sqrt(depth)
    if visible is not None:
        scores = jnp.where(visible, scores, -jnp.inf)
    return jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(scores).astype(value.dtype), value)


def gelu(inputs: jax.Array) -> jax.Array:
    """x Φ(x) in float32 or better, as PyTorch computes it, returned in the type of x.

    jax.nn.gelu takes erfc, for which XLA's code on a CPU is so slow that a whole step of BERT took half as long again.
    """
    exact = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
    return (0.5 * exact * (1 + jax.lax.erf(exact * math.sqrt(0.5)))).astype(inputs.dtype)


def feedforward(
    parameters: Parameters,
    name: str,
    inputs: jax.Array,
    precision: str,
    *,
    activation: Callable[[jax.Array], jax.Array],
) -> jax.Array:
    """Two linear layers, 4 × width between them, with the activation between them."""
    widened = linear(parameters, f"{name}.0", inputs, precision)
    return linear(parameters, f"{name}.2", activation(widened), precision)


@jax.custom_vjp
def cross_entropy(scores: jax.Array, targets: jax.Array) -> jax.Array:
    """Minus the log-probability of every target, (…), from scores (…, vocabulary), in float32 or better.

    Its derivative is computed from the scores and their normalisers: neither probabilities nor a float32 copy of the
    scores is kept, and nothing is scattered.
    """
    return _cross_entropy(scores, targets)[0]


def _cross_entropy(scores: jax.Array, targets: jax.Array) -> tuple[jax.Array, tuple[jax.Array, ...]]:
    exact = scores.astype(jnp.promote_types(scores.dtype, jnp.float32))
    normaliser = jax.nn.logsumexp(exact, axis=-1)
    hit = jnp.take_along_axis(exact, targets[..., None], axis=-1).squeeze(-1)
    return normaliser - hit, (scores, targets, normaliser)


def _cross_entropy_backward(kept: tuple[jax.Array, ...], error: jax.Array) -> tuple[jax.Array, None]:
    scores, targets, normaliser = kept
    probabilities = jnp.exp(scores.astype(normaliser.dtype) - normaliser[..., None])
    hits = jax.nn.one_hot(targets, scores.shape[-1], dtype=probabilities.dtype)
    return (error[..., None] * (probabilities - hits)).astype(scores.dtype), None


cross_entropy.defvjp(_cross_entropy, _cross_entropy_backward)


def tied_scores(parameters: Parameters, stream: jax.Array, precision: str) -> jax.Array:
    """Scores of the tokens, (…, vocabulary), with the table of the embedding."""
    stream, table = jax_backend.cast((stream, parameters["tokens.weight"]), precision)
    return product(stream, table.T)


def read(
    problem: Problem,
    parameters: Parameters,
    kept: Cache,
    tokens: jax.Array,
    first: jax.Array,
    precision: str,
) -> tuple[Cache, jax.Array]:
    """The tokens (batch, n) at the positions from `first` on: the keys and values of all so far, and the scores of the
    token after the last, (batch, vocabulary).
    """
    batch, count = tokens.shape
    places = first + jnp.arange(count)
    visible = places[:, None] >= jnp.arange(problem.length)
    stream = parameters["tokens.weight"][tokens] + jax.lax.dynamic_slice_in_dim(parameters["positions"], first, count)
    renewed = []
    for layer, pair in enumerate(kept):
        name = f"blocks.{layer}"
        normed = layer_norm(parameters, f"{name}.attention_norm", stream, NORM_EPSILON)
        qkv = linear(parameters, f"{name}.attention.qkv", normed, precision)
        query, *new = jnp.moveaxis(qkv.reshape(batch, count, 3, problem.heads, -1), 2, 0)
        keys, values = (
            jax.lax.dynamic_update_slice_in_dim(old, part, first, axis=1) for old, part in zip(pair, new, strict=True)
        )
        renewed.append((keys, values))
        mixed = composed_attention(query, keys, values, visible).reshape(batch, count, problem.width)
        stream += linear(parameters, f"{name}.attention.output", mixed, precision)
        normed = layer_norm(parameters, f"{name}.feedforward_norm", stream, NORM_EPSILON)
        stream += feedforward(parameters, f"{name}.feedforward", normed, precision, activation=gelu_tanh)
    normed = layer_norm(parameters, "norm", stream[:, -1], NORM_EPSILON)
    return renewed, tied_scores(parameters, normed, precision)


def generation(
    problem: Problem, parameters: Parameters, batch: tuple[jax.Array, jax.Array], *, mode: str, precision: str
) -> Step:
    """A step of `generate`: the prompt at once, then token by token, in a loop inside the compiled program."""
    shape = (problem.batch, problem.length, problem.heads, problem.width // problem.heads)
    kind = jax_backend.cast(parameters["positions"], precision).dtype

    def generate(parameters: Parameters, tokens: jax.Array, targets: jax.Array) -> dict[str, jax.Array]:
        empty = [(jnp.zeros(shape, kind), jnp.zeros(shape, kind)) for _ in range(problem.layers)]
        start = jnp.zeros((), jnp.int32)
        begun = read(problem, parameters, empty, tokens[:, : problem.prompt], start, precision)

        def one(carry: tuple[Cache, jax.Array], given: tuple[jax.Array, ...]) -> tuple[Any, jax.Array]:
            kept, scores = carry
            place, token, target = given
            token = jnp.where(token >= 0, token, scores.argmax(axis=-1))
            kept, scores = read(problem, parameters, kept, token[:, None], place, precision)
            return (kept, scores), cross_entropy(scores, target)

        rest = (tokens[:, problem.prompt :].T, targets[:, problem.prompt :].T)
        places = jnp.arange(problem.prompt, problem.length, dtype=jnp.int32)
        _, losses = scan(one, begun, (places, *rest), mode)
        return {"output": losses.T}

    return jax_backend.Evaluation(generate, batch, constants=(parameters,), mode=mode)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task. Raises Unsupported where the precision does not exist."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    parameters = jax_backend.arrays(problem.parameters(), device, precision)
    batch = (data["tokens"], data["targets"])
    if task == "generate":
        return generation(problem, parameters, batch, mode=mode, precision=precision)

    def losses(parameters: Parameters, tokens: jax.Array, targets: jax.Array) -> jax.Array:
        stream = parameters["tokens.weight"][tokens] + parameters["positions"]
        for name in (f"blocks.{layer}" for layer in range(problem.layers)):
            normed = layer_norm(parameters, f"{name}.attention_norm", stream, NORM_EPSILON)
            stream += attention(
                parameters, f"{name}.attention", normed, problem.heads, causal=True, device=device, precision=precision
            )
            normed = layer_norm(parameters, f"{name}.feedforward_norm", stream, NORM_EPSILON)
            stream += feedforward(parameters, f"{name}.feedforward", normed, precision, activation=gelu_tanh)
        normed = layer_norm(parameters, "norm", stream, NORM_EPSILON)
        return cross_entropy(tied_scores(parameters, normed, precision), targets)

    def loss(parameters: Parameters, tokens: jax.Array, targets: jax.Array) -> jax.Array:
        return losses(parameters, tokens, targets).mean()

    if task == "forward":
        return jax_backend.Evaluation(
            lambda *arguments: {"output": losses(*arguments)}, batch, constants=(parameters,), mode=mode
        )
    if task == "gradient":
        return jax_backend.Gradient(parameters, loss, batch, mode=mode)
    optimizer = optax.adamw(problem.rate, b1=BETAS[0], b2=BETAS[1], eps=EPSILON, weight_decay=DECAY)
    training = jax_backend.Training(parameters, loss, batch, optimizer, mode=mode)
    if task == "train":
        return training
    held_out = tuple(jax_backend.array(part, device, precision) for part in problem.validation())
    return jax_backend.Course(
        training,
        problem.course,
        lambda parameters: loss(parameters, *held_out),
        TARGET[problem.size]["every"],
        device=device,
        precision=precision,
    )
