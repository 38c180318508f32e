"""The perceptron in JAX: the GELU of GPT and optax.adam, the state donated."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax

from bench.backends import Arrays, Step, jax_backend
from bench.workloads.training.by_hand.adam import BETA1, BETA2, EPSILON
from bench.workloads.training.gpt.jax_impl import gelu
from bench.workloads.training.mlp.problem import DROPOUT, LAYERS, LEARNING_RATE, SEED, TARGET, Problem

Parameters = dict[str, jax.Array]


def logits(parameters: Parameters, images: jax.Array, key: jax.Array | None = None) -> jax.Array:
    """Scores of the ten classes, shape (batch, 10), with the exact GELU; with a key, dropout behind both of them."""
    hidden = images
    keys = [None, None] if key is None else jax.random.split(key)
    for layer, own in zip(LAYERS[:-1], keys, strict=True):
        hidden = gelu(hidden @ parameters[f"{layer}.weight"] + parameters[f"{layer}.bias"])
        hidden = hidden if own is None else dropped(hidden, own)
    return hidden @ parameters[f"{LAYERS[-1]}.weight"] + parameters[f"{LAYERS[-1]}.bias"]


def dropped(hidden: jax.Array, key: jax.Array) -> jax.Array:
    """The activations with dropout."""
    kept = jax.random.bernoulli(key, 1 - DROPOUT, hidden.shape)
    return jnp.where(kept, hidden / (1 - DROPOUT), 0)


class Dropping(jax_backend.Training):
    """The step with dropout, the key of the next masks in its state; at the size of the parity gate the moments of the
    logits are observed too.
    """

    def __init__(self, problem: Problem, parameters: Parameters, *arguments: Any, mode: str, **settings: Any) -> None:
        key, own = jax.random.split(jax.random.PRNGKey(SEED))
        device, precision = settings.pop("device"), settings.pop("precision")
        self.moments: Arrays = {}
        if problem.draws:
            drawing = logits if mode == "eager" else jax.jit(logits)
            images = jax_backend.array(problem.repeated(), device, precision)
            self.moments = problem.moments(jax_backend.host(drawing(parameters, images, own)))
        buffers = {"key": jax.device_put(key, jax.devices(device)[0])}
        super().__init__(parameters, *arguments, mode=mode, buffers=buffers, **settings)

    def observe(self) -> Arrays:
        return {"loss": super().observe()["loss"], **self.moments}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of one of the tasks. Raises Unsupported where the precision does not exist."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    parameters = jax_backend.arrays(problem.parameters(), device, precision)

    def mixed(parameters: Parameters, images: jax.Array, key: jax.Array | None = None) -> jax.Array:
        return logits(jax_backend.cast(parameters, precision), jax_backend.cast(images, precision), key)

    def loss(parameters: Parameters, images: jax.Array, labels: jax.Array, key: jax.Array | None = None) -> jax.Array:
        scores = mixed(parameters, images, key).astype(images.dtype)
        return optax.softmax_cross_entropy_with_integer_labels(scores, labels).mean()

    if task == "forward":
        return jax_backend.Evaluation(
            lambda parameters, images: {"output": mixed(parameters, images)},
            (data["images"],),
            constants=(parameters,),
            mode=mode,
        )
    batch = (data["images"], data["labels"])
    if task == "gradient":
        return jax_backend.Gradient(parameters, loss, batch, mode=mode)

    def metrics(training: jax_backend.Training) -> dict[str, float]:
        whole = jax_backend.arrays(problem.training_set(), device, precision)
        training.restart(jax_backend.arrays(problem.parameters(), device, precision))
        losses = [
            [float(training.run(whole["images"][rows], whole["labels"][rows])) for rows in epoch]
            for epoch in problem.epochs()
        ]
        test = jax_backend.arrays(problem.test_set(), device, precision)
        return problem.metrics(losses, jax_backend.host(logits(training.state[0], test["images"])))

    optimizer = optax.adam(LEARNING_RATE, b1=BETA1, b2=BETA2, eps=EPSILON)

    def drawn_loss(parameters: Parameters, buffers: Parameters, images: jax.Array, labels: jax.Array) -> Any:
        key, own = jax.random.split(buffers["key"])
        return loss(parameters, images, labels, own), {"key": key}

    if task == "train_dropout":
        settings = {"mode": mode, "device": device, "precision": precision}
        return Dropping(problem, parameters, drawn_loss, batch, optimizer, **settings)
    steps = jax_backend.steps_per_call(problem, mode)
    training = jax_backend.Training(parameters, loss, batch, optimizer, mode=mode, steps=steps, metrics=metrics)
    if task == "target":
        test = jax_backend.arrays(problem.test_set(), device, precision)

        def accuracy(parameters: Parameters) -> jax.Array:
            return (logits(parameters, test["images"]).argmax(axis=1) == test["labels"]).mean()

        return jax_backend.Course(
            training, problem.course, accuracy, TARGET[problem.size]["every"], device=device, precision=precision
        )
    return training
