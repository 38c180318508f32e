"""A model of Flax (nnx), of Equinox or of plain functions, with its loss and an optax optimiser, as a workload.

    build = jax_models.workload(
        model=lambda problem: MyModel(**problem.settings, rngs=nnx.Rngs(0)),
        loss=lambda model, images, labels: softmax_cross_entropy(model(images), labels).mean(),
        optimizer=optax.adamw(1e-3, weight_decay=1e-2),
    )

A plain model is a tree of arrays, which the loss gets in place of a module. The tasks are `train`, `forward` (what the
model makes of the first input, or `outputs`) and `gradient`. Weights are those of problem.py's `parameters()`, or drawn
by `weights.drawn`, the same as PyTorch's: names of leaves lead to those of a torch module by the rules of `FLAX` and by
`names`, layouts by those of `FLAX_LAYOUTS` and by `layouts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from bench.backends import Arrays, Step, jax_backend, weights
from bench.backends.weights import Axes, Layouts, Leaf

FLAX = {
    r"\b(kernel|scale|embedding)$": "weight",
    r"\bmean$": "running_mean",
    r"\bvar$": "running_var",
}
"""What Flax calls as PyTorch does not: pattern → replacement."""
FLAX_LAYOUTS: Layouts = tuple((r"\bkernel$", axes) for axes in ((1, 0), (2, 1, 0), (3, 2, 0, 1)))
"""How Flax's kernels are permuted into the weights of nn.Linear, nn.Conv1d and nn.Conv2d."""
VALUE = ("value", "_value", "raw_value", "")
"""How the path to the array of a variable of Flax may end."""

Named = dict[str, jax.Array]


@dataclass(frozen=True)
class Model:
    """A model taken apart: its arrays by their own names, and how it is put together again."""

    parameters: Named
    buffers: Named
    whole: Callable[[Named, Named], Any]
    """The model with these parameters and buffers."""
    buffers_of: Callable[[Any], Named]
    """The buffers of a model, which a call may have changed."""
    modules: Callable[[Any], dict[int, tuple[str, Any]]]
    """The parts of a model that can be called: id → name and part."""
    names: Mapping[str, str]
    layouts: Layouts


def taken_apart(model: Any) -> Model:
    """A module of Flax or of Equinox, or a tree of arrays, taken apart."""
    packages = {base.__module__.split(".")[0] for base in type(model).__mro__}
    return _flax(model) if "flax" in packages else _equinox(model) if "equinox" in packages else _plain(model)


def _flax(model: Any) -> Model:
    from flax import nnx

    graph, parameters, statistics, others = nnx.split(model, nnx.Param, nnx.BatchStat, ...)
    named, rebuilt = _named(parameters)
    buffers, buffers_rebuilt = _named(statistics)

    def modules(model: Any) -> dict[int, tuple[str, Any]]:
        return {id(part): (".".join(map(str, path)), part) for path, part in nnx.iter_modules(model) if path}

    return Model(
        named,
        buffers,
        lambda own, state: nnx.merge(graph, rebuilt(own), buffers_rebuilt(state), others),
        lambda model: _named(nnx.state(model, nnx.BatchStat))[0],
        modules,
        FLAX,
        FLAX_LAYOUTS,
    )


def _equinox(model: Any) -> Model:
    import equinox

    parameters, static = equinox.partition(model, equinox.is_inexact_array)
    named, rebuilt = _named(parameters)
    return Model(
        named,
        {},
        lambda own, _: equinox.combine(rebuilt(own), static),
        lambda model: {},
        lambda model: _modules(model, equinox.Module),
        {},
        (),
    )


def _plain(model: Any) -> Model:
    named, rebuilt = _named(model)
    return Model(named, {}, lambda own, _: rebuilt(own), lambda model: {}, lambda model: {}, {}, ())


def _named(tree: Any) -> tuple[Named, Callable[[Named], Any]]:
    """The leaves of a tree by their paths, joined by dots, and the tree as a function of such leaves."""
    found, structure = jax.tree_util.tree_flatten_with_path(tree)
    names = [_name(path) for path, _ in found]

    def rebuilt(named: Named) -> Any:
        return jax.tree_util.tree_unflatten(structure, [named[name] for name in names])

    return dict(zip(names, (leaf for _, leaf in found), strict=True)), rebuilt


def _name(path: Sequence[Any]) -> str:
    parts = [str(getattr(key, "key", getattr(key, "name", getattr(key, "idx", "")))) for key in path]
    while parts and parts[-1] in VALUE:
        parts.pop()
    return ".".join(parts)


def _modules(model: Any, kind: type, prefix: str = "") -> dict[int, tuple[str, Any]]:
    """Every module below a model by its id, with its path."""
    below, _ = jax.tree_util.tree_flatten_with_path(
        model, is_leaf=lambda inner: inner is not model and isinstance(inner, kind)
    )
    found: dict[int, tuple[str, Any]] = {}
    for path, inner in below:
        if isinstance(inner, kind):
            found[id(inner)] = (f"{prefix}{_name(path)}", inner)
            found |= _modules(inner, kind, f"{prefix}{_name(path)}.")
    return found


class Build:
    """`build` of a jax_impl.py; see `workload`."""

    def __init__(
        self,
        model: Callable[[Any], Any],
        loss: Callable[..., jax.Array],
        optimizer: optax.GradientTransformation,
        inputs: Sequence[str] | None,
        outputs: Callable[..., jax.Array],
        names: Mapping[str, str],
        layouts: Mapping[str, Axes],
    ) -> None:
        self.model, self.loss, self.optimizer, self.inputs = model, loss, optimizer, inputs
        self.outputs, self.names, self.layouts = outputs, names, layouts

    def __call__(self, problem: Any, task: str, mode: str, device: str, precision: str) -> Step:
        """A step of `train`, `forward` or `gradient`. Raises Unsupported for another task, and for many gradients."""
        if task not in ("train", "forward", "gradient"):
            raise jax_backend.Unsupported(f"a model has the tasks train, forward and gradient, not {task}")
        steps = jax_backend.steps_per_call(problem, mode)
        if task == "gradient" and steps > 1:
            raise jax_backend.Unsupported(f"a model has no gradients in mode {mode}: many in a call")
        placed = Placed(self, problem, device, precision)
        if task == "forward":
            return jax_backend.Evaluation(
                placed.forward, placed.batch, constants=(placed.parameters, placed.buffers), mode=mode, steps=steps
            )
        settings: dict[str, Any] = {"mode": mode, "buffers": placed.buffers or None, "placed": placed}
        if task == "gradient":
            return Gradient(placed.parameters, placed.loss, placed.batch, **settings)
        return Training(placed.parameters, placed.loss, placed.batch, self.optimizer, steps=steps, **settings)

    def layers(self, problem: Any) -> Arrays:
        """What each module puts out in float64 on the CPU, by its name in problem.py, as executed; {} of what has none.

        The model runs operation by operation; of a module that is called several times the first call counts.
        """
        placed = Placed(self, problem, "cpu", "float64")
        model = placed.model.whole(
            placed.own(placed.parameters, placed.leaves), placed.own(placed.buffers, placed.states)
        )
        found: Arrays = {}
        named = {
            key: (self.renamed(placed.model, name), part) for key, (name, part) in placed.model.modules(model).items()
        }
        with recorded(named, found):
            self.outputs(model, *placed.batch)
            jax.effects_barrier()
        return found

    def renamed(self, model: Model, name: str) -> str:
        """What the rules of the kind of model and the user's names make of an own name."""
        return weights.renamed(weights.renamed(name, model.names), self.names)


class Placed:
    """A model with its initial weights on a device, as pure functions of its arrays by their names in problem.py."""

    def __init__(self, build: Build, problem: Any, device: str, precision: str) -> None:
        self.build, self.precision = build, precision
        self.kind = jax_backend.data_type(precision, device)
        self.model = taken_apart(build.model(problem))
        self.leaves, self.states = self._leaves(self.model.parameters), self._leaves(self.model.buffers)
        initial = weights.values(self.leaves, problem.parameters())
        self.shapes = {name: value.shape for name, value in initial.items()}
        self.parameters = {
            name: jax_backend.array(leaf.to_own(initial[name]), device, precision) for name, leaf in self.leaves.items()
        }
        self.buffers = {
            name: jax_backend.array(np.asarray(self.model.buffers[leaf.own]), device, precision)
            for name, leaf in self.states.items()
        }
        data = problem.inputs()
        self.batch = tuple(jax_backend.array(data[name], device, precision) for name in build.inputs or data)

    def _leaves(self, arrays: Named) -> dict[str, Leaf]:
        layouts = (*self.model.layouts, *self.build.layouts.items())
        shapes = {name: value.shape for name, value in arrays.items()}
        return weights.leaves(shapes, lambda own: self.build.renamed(self.model, own), layouts)

    @staticmethod
    def own(arrays: Named, leaves: Mapping[str, Leaf]) -> Named:
        """The arrays by their own names."""
        return {leaf.own: arrays[name] for name, leaf in leaves.items()}

    def _whole(self, parameters: Named, buffers: Named | None) -> Any:
        cast = jax_backend.cast(parameters, self.precision)
        return self.model.whole(self.own(cast, self.leaves), self.own(buffers or {}, self.states))

    def forward(self, parameters: Named, buffers: Named, *batch: jax.Array) -> Named:
        """What the model makes of a batch."""
        model = self._whole(parameters, buffers)
        return {"output": self.build.outputs(model, *jax_backend.cast(batch, self.precision))}

    def loss(self, parameters: Named, *rest: Any) -> Any:
        """The loss of a batch; where the model has buffers they come before it, and are returned too."""
        buffers, batch = (rest[0], rest[1:]) if self.buffers else (None, rest)
        model = self._whole(parameters, buffers)
        value = self.build.loss(model, *jax_backend.cast(batch, self.precision))
        value = value.astype(self.kind)
        if not self.buffers:
            return value
        renewed = self.model.buffers_of(model)
        return value, {
            name: jnp.asarray(renewed[leaf.own], self.buffers[name].dtype) for name, leaf in self.states.items()
        }

    def export(self, values: Mapping[str, np.ndarray], prefix: str) -> Arrays:
        """Arrays by name, laid out as in problem.py."""
        return {
            f"{prefix}.{name}": leaf.to_problem(values[name], self.shapes[name]) for name, leaf in self.leaves.items()
        }


class Gradient(jax_backend.Gradient):
    """Loss and gradient, laid out as problem.py says."""

    def __init__(self, *arguments: Any, placed: Placed, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.placed = placed

    def observe(self) -> Arrays:
        found = super().observe()
        own = {name: found[f"gradient.{name}"] for name in self.placed.leaves}
        return {"loss": found["loss"], **self.placed.export(own, "gradient")}


class Training(jax_backend.Training):
    """One optimiser step, its state laid out as problem.py says."""

    def __init__(self, *arguments: Any, placed: Placed, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.placed = placed

    def host_state(self) -> Arrays:
        found = super().host_state()
        own = {name: found[f"parameter.{name}"] for name in self.placed.leaves}
        buffers = {name: value for name, value in found.items() if name.startswith("buffer.")}
        return self.placed.export(own, "parameter") | buffers


@contextmanager
def recorded(modules: Mapping[int, tuple[str, Any]], found: Arrays) -> Iterator[None]:
    """Inside the block, what each of the modules returns is written to `found`; of a batched call the whole batch."""

    def recording(kind: type, call: Any) -> Callable[..., Any]:
        def called(self: Any, *arguments: Any, **keywords: Any) -> Any:
            output = call.__get__(self, kind)(*arguments, **keywords)
            if id(self) in modules and isinstance(output, jax.Array):
                output = kept(modules[id(self)][0], output)
            return output

        return called

    def kept(name: str, output: jax.Array) -> jax.Array:
        def keep(value: np.ndarray) -> np.ndarray:
            found.setdefault(name, np.asarray(value, np.float64))
            return value

        shape = jax.ShapeDtypeStruct(output.shape, output.dtype)
        return jax.pure_callback(keep, shape, output, vmap_method="expand_dims")

    mro = {base for _, part in modules.values() for base in type(part).__mro__}
    kinds = {kind for kind in mro if "__call__" in vars(kind) and kind is not object}
    calls = {kind: vars(kind)["__call__"] for kind in kinds}
    for kind, call in calls.items():
        type.__setattr__(kind, "__call__", recording(kind, call))
    try:
        yield
    finally:
        for kind, call in calls.items():
            type.__setattr__(kind, "__call__", call)


def workload(
    model: Callable[[Any], Any],
    loss: Callable[..., jax.Array],
    optimizer: optax.GradientTransformation,
    *,
    inputs: Sequence[str] | None = None,
    outputs: Callable[..., jax.Array] = lambda model, first, *others: model(first),
    names: Mapping[str, str] | None = None,
    layouts: Mapping[str, Axes] | None = None,
) -> Build:
    """The `build` of a jax_impl.py.

    model(problem): a module of Flax (nnx) or of Equinox, or a tree of arrays. loss(model, *batch): a scalar. optimizer:
    of optax. inputs: the names of problem.inputs() that make the batch, in order (all). outputs(model, *batch): an
    array, for the task `forward`. names: patterns in names of the model, after the rules of `FLAX` → replacements,
    which lead to the names of problem.parameters(). layouts: patterns in names of the model → the permutation that
    makes of its array that of problem.parameters().
    """
    return Build(model, loss, optimizer, inputs, outputs, names or {}, layouts or {})
