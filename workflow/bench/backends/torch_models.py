"""A torch.nn.Module with its loss and its optimiser, as a workload.

    build = torch_models.workload(
        model=lambda problem: MyModel(**problem.settings),
        loss=lambda model, images, labels: functional.cross_entropy(model(images), labels),
        optimizer=lambda parameters: torch.optim.AdamW(parameters, lr=1e-3),
    )

The tasks are `train`, `forward` (what the model makes of the first input, or `outputs`) and `gradient`. Weights are
those of problem.py's `parameters()`, or drawn by `weights.drawn`, under the names and in the layout of the module
unless `names` and `layouts` say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bench.backends import Arrays, Step, torch_backend, weights
from bench.backends.weights import Axes, Leaf

Outputs = Callable[..., Any]


class Build:
    """`build` of a torch_impl.py; see `workload`."""

    def __init__(
        self,
        model: Callable[[Any], nn.Module],
        loss: Callable[..., Tensor],
        optimizer: Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer],
        inputs: Sequence[str] | None,
        outputs: Outputs,
        names: Mapping[str, str],
        layouts: Mapping[str, Axes],
    ) -> None:
        self.model, self.loss, self.optimizer, self.inputs = model, loss, optimizer, inputs
        self.outputs, self.names, self.layouts = outputs, names, layouts

    def __call__(self, problem: Any, task: str, mode: str, device: str, precision: str) -> Step:
        """A step of `train`, `forward` or `gradient`. Raises Unsupported for another task, and for many gradients."""
        settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
        if task not in ("train", "forward", "gradient"):
            raise torch_backend.Unsupported(f"a model has the tasks train, forward and gradient, not {task}")
        steps = torch_backend.steps_per_call(problem, mode)
        if task == "gradient" and steps > 1:
            raise torch_backend.Unsupported(f"a model has no gradients in mode {mode}: many in a call")
        model, batch, laid = self.placed(problem, device, precision)
        if task == "forward":
            return torch_backend.Evaluation(
                lambda *batch: {"output": self.outputs(model, *batch)}, batch, inference=True, steps=steps, **settings
            )
        if task == "gradient":
            return Gradient(model, self.loss, batch, laid=laid, **settings)
        optimizer = self.optimizer(model.parameters())
        return Training(model, self.loss, batch, optimizer, steps=steps, laid=laid, **settings)

    def placed(self, problem: Any, device: str, precision: str) -> tuple[nn.Module, tuple[Tensor, ...], Laid]:
        """The model with its initial weights, and its batch, on the device; and where its weights belong."""
        model = self.model(problem)
        shapes = {name: tuple(value.shape) for name, value in model.named_parameters()}
        found = weights.leaves(shapes, self.renamed, tuple(self.layouts.items()))
        initial = weights.values(found, problem.parameters())
        model = model.to(device, torch_backend.data_type(precision, device))
        own = dict(model.named_parameters())
        with torch.no_grad():
            for name, leaf in found.items():
                own[leaf.own].copy_(torch.from_numpy(leaf.to_own(initial[name])))
        data = problem.inputs()
        batch = tuple(torch_backend.tensor(data[name], device, precision) for name in self.inputs or data)
        return model, batch, Laid(found, initial)

    def renamed(self, name: str) -> str:
        """What the user's names make of a name of the module."""
        return weights.renamed(name, self.names)

    def layers(self, problem: Any) -> Arrays:
        """What each module puts out in float64 on the CPU, by its name in the layout of problem.py, as executed."""
        model, batch, _ = self.placed(problem, "cpu", "float64")
        found: Arrays = {}

        def keep(name: str) -> Callable[..., None]:
            def hook(_: nn.Module, __: Any, output: Any) -> None:
                if isinstance(output, Tensor) and name not in found:
                    found[name] = torch_backend.host(output)

            return hook

        for name, module in model.named_modules():
            if name:
                module.register_forward_hook(keep(self.renamed(name)))
        with torch.no_grad():
            self.outputs(model, *batch)
        return found


def workload(
    model: Callable[[Any], nn.Module],
    loss: Callable[..., Tensor],
    optimizer: Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer],
    *,
    inputs: Sequence[str] | None = None,
    outputs: Outputs = lambda model, first, *others: model(first),
    names: Mapping[str, str] | None = None,
    layouts: Mapping[str, Axes] | None = None,
) -> Build:
    """The `build` of a torch_impl.py.

    model(problem): the module. loss(model, *batch): a scalar. optimizer(parameters): of torch.optim. inputs: the names
    of problem.inputs() that make the batch, in order (all). outputs(model, *batch): a tensor, for the task `forward`.
    names: patterns in names of the module → their replacements, which lead to the names of problem.parameters().
    layouts: patterns in names of the module → the permutation that makes of its array that of problem.parameters().
    """
    return Build(model, loss, optimizer, inputs, outputs, names or {}, layouts or {})


class Laid:
    """Where the weights of a module belong in problem.py."""

    def __init__(self, leaves: Mapping[str, Leaf], initial: Arrays) -> None:
        self.leaves, self.shapes = leaves, {name: value.shape for name, value in initial.items()}

    def export(self, values: Mapping[str, Tensor], prefix: str) -> Arrays:
        """Host copies of values by the module's names, named and laid out as in problem.py."""
        return {
            f"{prefix}.{name}": leaf.to_problem(torch_backend.host(values[leaf.own]), self.shapes[name])
            for name, leaf in self.leaves.items()
        }


class Gradient(torch_backend.Gradient):
    """Loss and gradient, laid out as problem.py says."""

    def __init__(self, *arguments: Any, laid: Laid, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.laid = laid

    def observe(self) -> Arrays:
        named = dict(zip(self.names, self.gradients, strict=True))
        return {"loss": np.asarray(torch_backend.host(self.loss)), **self.laid.export(named, "gradient")}


class Training(torch_backend.Training):
    """One optimiser step, its state laid out as problem.py says."""

    def __init__(self, *arguments: Any, laid: Laid, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.laid = laid

    def state(self) -> Arrays:
        buffers = {
            f"buffer.{name}": torch_backend.host(value) for name, value in torch_backend.running(self.model).items()
        }
        return self.laid.export(dict(self.model.named_parameters()), "parameter") | buffers
