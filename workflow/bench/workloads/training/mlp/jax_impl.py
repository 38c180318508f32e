"""The perceptron in JAX: the GELU of GPT and optax.adam, the state donated."""

from __future__ import annotations

import jax
import optax

from bench.backends import Step, jax_backend
from bench.workloads.training.by_hand.adam import BETA1, BETA2, EPSILON
from bench.workloads.training.gpt.jax_impl import gelu
from bench.workloads.training.mlp.problem import LAYERS, LEARNING_RATE, TARGET, Problem

Parameters = dict[str, jax.Array]


def logits(parameters: Parameters, images: jax.Array) -> jax.Array:
    """Scores of the ten classes, shape (batch, 10), with the exact GELU."""
    hidden = images
    for layer in LAYERS[:-1]:
        hidden = gelu(hidden @ parameters[f"{layer}.weight"] + parameters[f"{layer}.bias"])
    return hidden @ parameters[f"{LAYERS[-1]}.weight"] + parameters[f"{LAYERS[-1]}.bias"]


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the precision does not exist."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    parameters = jax_backend.arrays(problem.parameters(), device, precision)

    def mixed(parameters: Parameters, images: jax.Array) -> jax.Array:
        return logits(jax_backend.cast(parameters, precision), jax_backend.cast(images, precision))

    def loss(parameters: Parameters, images: jax.Array, labels: jax.Array) -> jax.Array:
        scores = mixed(parameters, images).astype(images.dtype)
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
