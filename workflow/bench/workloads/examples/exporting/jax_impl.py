"""Export, reload and migration from JAX's side."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from jax.example_libraries import optimizers, stax

from bench.events import Event
from bench.measuring.record import absent, attempt, compact, ok
from bench.workloads.examples.exporting import problem

Parameters = dict[str, Any]
COUNTERPARTS = {
    "layers": ("Conv", "BatchNorm", "Gelu", "Embedding", "MultiheadAttention", "Dropout", "Dense", "Linear"),
    "optimiser": ("Adam", "AdamW", "SGD", "RMSprop", "Adagrad"),
}
"""Names under which JAX could have the counterparts of torch.nn and torch.optim."""
ELSEWHERE = """
import jax, numpy
jax.config.update("jax_enable_x64", True)
program, given = jax.export.deserialize(bytearray(open("model", "rb").read())), numpy.load("inputs.npz")
numpy.save("output.npy", program.call(given["u"], given["k"]))
"""


def convolution(u: jax.Array, kernel: jax.Array, padding: Any) -> jax.Array:
    """Channels last."""
    strides = (problem.STRIDE, problem.STRIDE)
    return lax.conv_general_dilated(u, kernel, strides, padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))


SYMMETRIC = ((problem.PADDING, problem.PADDING),) * 2
"""torch's padding; "SAME" puts all of an odd total behind the image."""


def normalised(values: Parameters, x: jax.Array, mean: jax.Array, variance: jax.Array) -> jax.Array:
    """Batch normalisation by these statistics."""
    return (x - mean) / jnp.sqrt(variance + problem.NORM_EPSILON) * values["g"] + values["c"]


def statistics_of(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Mean and biased variance of each channel."""
    return x.mean((0, 1, 2)), x.var((0, 1, 2))


def moved(values: Parameters, mean: jax.Array, variance: jax.Array, count: int) -> Parameters:
    """The running statistics after a batch of so many values per channel."""
    batch = {"mean": mean, "variance": variance * count / (count - 1)}
    share = problem.MOMENTUM
    return {name: (1 - share) * values[name] + share * batch[name] for name in problem.STATISTICS}


def embedding_table(table: jax.Array) -> jax.Array:
    """The table, of which the row of the padding is not trained."""
    return table.at[problem.PADDED].set(lax.stop_gradient(table[problem.PADDED]))


def heads(qkv: jax.Array) -> tuple[jax.Array, ...]:
    """q, k and v, (rows, places, heads, size of a head), of (rows, places, 3 WIDTH)."""
    return tuple(jnp.moveaxis(qkv.reshape(*qkv.shape[:2], 3, problem.HEADS, -1), 2, 0))


def attention(qkv: jax.Array) -> jax.Array:
    """What the heads give together; written out, for jax.nn.dot_product_attention takes its softmax in float32."""
    q, k, v = heads(qkv)
    scores = jnp.einsum("rqhs,rkhs->rhqk", q, k) / jnp.sqrt(q.shape[-1])
    return jnp.einsum("rhqk,rkhs->rqhs", jax.nn.softmax(scores), v).reshape(*qkv.shape[:2], -1)


def network(
    values: Parameters, u: jax.Array, k: jax.Array, mask: jax.Array | None = None
) -> tuple[jax.Array, Parameters]:
    """The outputs, and the running statistics after them; in training there is a mask that dropout multiplies with."""
    convolved = convolution(u, values["K"], SYMMETRIC)
    statistics = {name: values[name] for name in problem.STATISTICS}
    mean, variance = statistics.values()
    if mask is not None:
        mean, variance = statistics_of(convolved)
        statistics = moved(values, mean, variance, convolved[..., 0].size)
    h = jax.nn.gelu(normalised(values, convolved, mean, variance), approximate=False)
    tokens = embedding_table(values["E"])[k]
    z = jnp.concatenate([h.reshape(h.shape[0], -1, h.shape[-1]), tokens], axis=1)
    a = attention(z @ values["Wqkv"] + values["bqkv"]) @ values["Wo"] + values["bo"]
    dropped = a if mask is None else a * mask
    return dropped.mean(1) @ values["W2"] + values["b2"], statistics


def loss(weights: Parameters, statistics: Parameters, mask: jax.Array) -> tuple[jax.Array, Parameters]:
    """The mean squared error of a step of training, and the running statistics after it."""
    u, k, t = arrays()
    y, statistics = network(weights | statistics, u, k, mask)
    return ((y - t) ** 2).mean(), statistics


def initial() -> tuple[Parameters, Parameters]:
    """Weights and running statistics of the file, mapped from torch's names and layouts."""
    with tempfile.TemporaryDirectory() as folder, np.load(problem.written(Path(folder), problem.parameters())) as file:
        values = {name: jnp.asarray(value) for name, value in problem.from_torch(dict(file)).items()}
    return values, {name: values.pop(name) for name in problem.STATISTICS}


def arrays() -> tuple[jax.Array, ...]:
    """u, k and t."""
    return tuple(jnp.asarray(array) for array in problem.inputs().values())


def host(values: Parameters) -> problem.Arrays:
    """Arrays of NumPy."""
    return {name: np.asarray(value) for name, value in values.items()}


Optimiser = tuple[Callable[[Parameters], Any], Callable[[int, Parameters, Any], Any], Callable[[Any], Parameters]]
"""The state of weights; the state after a step along a gradient; the weights of a state."""


def of_optax() -> Optimiser:
    """optax.adam."""
    adam = optax.adam(problem.RATE, b1=problem.BETAS[0], b2=problem.BETAS[1], eps=problem.EPSILON)

    def update(_: int, gradient: Parameters, state: Any) -> Any:
        weights, moments = state
        updates, moments = adam.update(gradient, moments)
        return optax.apply_updates(weights, updates), moments

    return lambda weights: (weights, adam.init(weights)), update, lambda state: state[0]


def of_jax() -> Optimiser:
    """The Adam of jax.example_libraries."""
    adam = optimizers.adam(problem.RATE, *problem.BETAS, problem.EPSILON)
    return adam.init_fn, adam.update_fn, adam.params_fn


def trained(optimiser: Callable[[], Optimiser] = of_optax) -> tuple[Parameters, list[float]]:
    """Weights and running statistics after ten steps, and the losses."""
    init, update, weights_of = optimiser()
    weights, statistics = initial()
    state, losses = init(weights), []
    differentiated = jax.jit(jax.value_and_grad(loss, has_aux=True))
    for step, mask in enumerate(problem.masks()):
        (value, statistics), gradient = differentiated(weights_of(state), statistics, mask)
        state = update(step, gradient, state)
        losses.append(float(value))
    return weights_of(state) | statistics, losses


def output_error() -> float:
    """Difference of the untrained model's outputs from the reference."""
    u, k, _ = problem.inputs().values()
    weights, statistics = initial()
    found, _ = network(weights | statistics, *arrays()[:2])
    return problem.difference(np.asarray(found), problem.forward(problem.parameters(), u, k))


def gradient_error() -> float:
    """Difference of all gradients of the first step from the reference."""
    gradient, _ = jax.grad(loss, has_aux=True)(*initial(), problem.masks()[0])
    return problem.difference(host(gradient), problem.loss_and_gradient(problem.parameters(), 0)[1])


def training_error() -> tuple[float, str]:
    """Difference of ten losses from the reference, and the losses."""
    _, losses = trained()
    return problem.difference(np.array(losses), np.array(problem.train()[1])), compact(losses)


def weights_error(optimiser: Callable[[], Optimiser] = of_optax) -> float:
    """Difference of the trained weights and running statistics from the reference."""
    return problem.difference(host(trained(optimiser)[0]), problem.train()[0])


def back_error() -> float:
    """Difference of the trained weights, under torch's names and in its layouts, from the reference's there."""
    return problem.difference(problem.to_torch(host(trained()[0])), problem.to_torch(problem.train()[0]))


def exported() -> jax.export.Exported:
    """The trained model as a program for any number of rows."""
    values, _ = trained()
    (rows,) = jax.export.symbolic_shape("rows")
    u, k, _ = (jax.ShapeDtypeStruct((rows, *array.shape[1:]), array.dtype) for array in arrays())
    return jax.export.export(jax.jit(lambda u, k: network(values, u, k)[0]))(u, k)


def reproduced(program: jax.export.Exported) -> float:
    """Difference of an exported program's outputs from the reference, after a call with another number of rows."""
    u, k, _ = arrays()
    program.call(u[:3], k[:3])
    return problem.reproduced(lambda u, k: np.asarray(program.call(u, k)))


def elsewhere_error() -> tuple[float, str]:
    """Difference of the outputs of a model exported, written, and read by a fresh interpreter; the file's bytes."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "model").write_bytes(exported().serialize())
        return problem.elsewhere(Path(folder), ELSEWHERE, problem.inputs()["u"])


def batch_norm(values: Parameters, x: jax.Array) -> jax.Array:
    """stax.BatchNorm, which has no running statistics and is the same in training and evaluation."""
    _, apply = stax.BatchNorm(axis=(0, 1, 2), epsilon=problem.NORM_EPSILON)
    return apply((values["c"], values["g"]), x)


def dropout() -> jax.Array:
    """The largest of stax.Dropout's values for ones, given torch's rate."""
    _, apply = stax.Dropout(problem.RATE_OF_DROPOUT)
    return apply((), jnp.ones(1000), rng=jax.random.key(0)).max().reshape(1)


def decayed(optimiser: optax.GradientTransformation) -> jax.Array:
    """Ones after ten steps."""
    value = jnp.ones(problem.WIDTH)
    state = optimiser.init(value)
    for slope in problem.slopes():
        update, state = optimiser.update(jnp.asarray(slope), state, value)
        value = optax.apply_updates(value, update)
    return value


def named(values: Parameters, convolved: jax.Array) -> dict[str, Callable[[], Any]]:
    """Each layer alone by the function of its name, with its defaults or torch's arguments."""
    u, k, _ = arrays()
    weigh = jnp.asarray(problem.upstream())
    in_torch = problem.to_torch(problem.parameters())
    qkv = jnp.asarray(problem.projected())
    together = (*qkv.shape[:2], problem.WIDTH)
    as_in_torch = [jnp.moveaxis(part, 2, 1) for part in heads(qkv)]
    return {
        "convolution": lambda: convolution(u, values["K"], "SAME"),
        "batch normalisation, training": lambda: batch_norm(values, convolved),
        "batch normalisation, evaluation": lambda: batch_norm(values, convolved),
        "gelu": lambda: jax.nn.gelu(convolved),
        "embedding, gradient": lambda: jax.grad(lambda table: (jnp.take(table, k, 0) * weigh).sum())(values["E"]),
        "attention, heads first": lambda: jnp.moveaxis(jax.nn.dot_product_attention(*as_in_torch), 1, 2).reshape(
            together
        ),
        "attention, places first": lambda: jax.nn.dot_product_attention(*heads(qkv)).reshape(together),
        "dropout": dropout,
        "linear": lambda: stax.Dense(problem.OUTPUTS)[1]((in_torch["head.weight"], values["b2"]), problem.rows()),
        "AdamW": lambda: decayed(optax.adamw(problem.RATE)),
    }


def meant(values: Parameters, convolved: jax.Array) -> dict[str, Callable[[], Any]]:
    """Each layer alone, as torch's computes it."""
    u, k, _ = arrays()
    weigh, qkv = jnp.asarray(problem.upstream()), jnp.asarray(problem.projected())
    mean, variance = statistics_of(convolved)
    return {
        "convolution": lambda: convolution(u, values["K"], SYMMETRIC),
        "batch normalisation, training": lambda: normalised(values, convolved, mean, variance),
        "batch normalisation, evaluation": lambda: normalised(values, convolved, values["mean"], values["variance"]),
        "running statistics": lambda: jnp.stack([*moved(values, mean, variance, convolved[..., 0].size).values()]),
        "gelu": lambda: jax.nn.gelu(convolved, approximate=False),
        "embedding, gradient": lambda: jax.grad(lambda table: (embedding_table(table)[k] * weigh).sum())(values["E"]),
        **dict.fromkeys(problem.ATTENTION, lambda: attention(qkv)),
        "dropout": lambda: jnp.asarray(problem.masks()).max().reshape(1),
        "linear": lambda: jnp.asarray(problem.rows()) @ values["W2"] + values["b2"],
        "AdamW": lambda: decayed(optax.adamw(problem.RATE, weight_decay=problem.DECAY)),
    }


def layers() -> Iterator[Event]:
    """Each layer alone."""
    weights, statistics = initial()
    values = weights | statistics
    convolved = convolution(arrays()[0], values["K"], SYMMETRIC)
    for kind, ways in (("as named", named), ("as meant", meant)):
        for name, way in ways(values, convolved).items():
            yield attempt(f"layer.{name}.{kind}", lambda n, w: problem.layer_error(n, np.asarray(w())), name, way)
    yield absent("layer.running statistics.as named", "stax.BatchNorm keeps none")


def spread(initialiser: Any) -> float:
    """The standard deviation of drawn weights, in units of that of torch's linear layers."""
    return problem.spread(np.asarray(initialiser(jax.random.key(0), (512, 512))), 512)


def own(name: str) -> Event:
    """Where JAX itself defines layers or optimisers to replace torch's with, in all of its public modules."""
    found = problem.defined(Path(jax.__path__[0]), COUNTERPARTS[name])
    places = sorted({place.rpartition(".")[0] for each in found.values() for place in each})
    if not places:
        return absent(f"own.{name}", "none of " + ", ".join(COUNTERPARTS[name]))
    without = [each for each, where in found.items() if not where]
    return ok(f"own.{name}", None, {"modules": ", ".join(places), "without": ", ".join(without)})


def in_named_modules(name: str) -> Event:
    """Whether what the claim names has the counterparts of torch's layers (jax.numpy) or optimisers (jax.jit)."""
    place, module = {"layers": ("jax.numpy", jnp), "optimiser": ("jax.jit", jax.jit)}[name]
    names = {each.lower() for each in COUNTERPARTS[name]}
    found = [each for each in dir(module) if each.lower() in names]
    if found:
        return ok(f"named.{name}", None, " ".join(f"{place}.{each}" for each in found))
    return absent(f"named.{name}", f"{place} has none of {', '.join(COUNTERPARTS[name])}")


def sources() -> str:
    """Where the parts of the model and its training come from."""
    return compact(
        {"layers": "functions of jax.numpy, jax.lax and jax.nn", "gelu": "jax.nn", "optimiser": optax.adam.__module__}
    )


def events() -> Iterator[Event]:
    """`value`: largest relative difference from the NumPy reference."""
    jax.config.update("jax_enable_x64", True)
    yield attempt("migrated.output", output_error)
    yield attempt("migrated.gradient", gradient_error)
    yield attempt("migrated.losses", training_error)
    yield attempt("migrated.weights", weights_error)
    yield attempt("migrated.back", back_error)
    yield attempt("exported.output", lambda: reproduced(exported()))
    yield attempt("elsewhere.output", elsewhere_error)
    yield from layers()
    yield attempt("initialiser.as named", spread, jax.nn.initializers.kaiming_uniform())
    yield attempt("initialiser.as meant", spread, jax.nn.initializers.variance_scaling(1 / 3, "fan_in", "uniform"))
    for name in COUNTERPARTS:
        yield in_named_modules(name)
        yield own(name)
    yield attempt("own.training", weights_error, of_jax)
    yield attempt("sources", sources)
