"""PyTorch: switches, guards and counters for the measuring process; building blocks of a step for implementations.

The compiled modes compile a training step as one graph: forward, backward and the optimiser's update together. On two
cores a step of a small perceptron took 0.25 ms so, against 0.75 ms with a compiled loss and the fused optimiser
outside of it. `compile-max` is `mode="max-autotune"`, which captures CUDA graphs, and exists on CUDA only. `many`
compiles many steps as one graph, each on a batch of its own, which returns the results of all; on CUDA it is captured.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.adamw import adamw
from torch.optim.sgd import sgd
from torch.utils.flop_counter import FlopCounterMode

from bench.backends import Arrays, Recompiled, Stage, Unsupported, farthest, require_capability
from bench.contract import steps_per_call as steps_per_call

__all__ = [
    "Course",
    "Evaluation",
    "Fit",
    "Gradient",
    "Training",
    "Unsupported",
    "export",
    "place",
    "steps_per_call",
    "tensor",
    "tensors",
]

Outputs = dict[str, Tensor]
Loss = Callable[..., Tensor]

# --- the measuring process -------------------------------------------------------------------------------------------

COMPILER = ("torch._dynamo", "torch._inductor.compile_fx")
"""The modules of the compiler. The compiled modes need all; an optimiser of torch.optim imports the first, always."""


def configure(device: str, precision: str, threads: int) -> None:
    """Set every switch that a result depends on; before the first tensor. Raises Unsupported without the device."""
    if not available(device):
        raise Unsupported(f"PyTorch sees no {device} device")
    if device == "cuda":
        require_capability(precision, ".".join(map(str, torch.cuda.get_device_capability())))
    torch.set_num_threads(threads)
    if torch.get_num_interop_threads() != 1:
        torch.set_num_interop_threads(1)
    torch.set_flush_denormal(True)  # XLA does on the CPU
    torch.set_default_dtype(torch.float32)
    tf32 = precision == "tf32"
    # The older interface first, the newer second: Inductor reads the older one and refuses a mixture that disagrees.
    torch.set_float32_matmul_precision("high" if tf32 else "highest")
    torch.backends.cudnn.allow_tf32 = tf32
    for operator in _float32_operators().values():
        operator.fp32_precision = "tf32" if tf32 else "ieee"
    torch.backends.cudnn.benchmark = True  # choose the fastest convolution, as XLA's autotuning does
    torch.backends.cudnn.deterministic = False
    # Deterministic algorithms are off by default and verified; to set them would import the compiler.


def first_array(device: str) -> None:
    """A small array on the device, which makes the context there."""
    torch.zeros(1, device=device)
    drain(device)


def first_calls(mode: str, device: str) -> int:
    """How many calls the start takes: a CUDA graph is warmed up by the first, captured by the second and replayed by
    the third.
    """
    return 3 if _captures(mode, device) else 1


def _captures(mode: str, device: str) -> bool:
    """Whether a mode captures CUDA graphs."""
    return mode == "compile-max" or (mode == "many" and device == "cuda")


def switches() -> dict[str, str | int | bool]:
    """The switches in force, read back from PyTorch."""
    read: dict[str, str | int | bool] = {
        "threads": torch.get_num_threads(),
        "interop_threads": torch.get_num_interop_threads(),
        "flush_denormal": float(torch.tensor(1e-38) * 0.5) == 0.0,
        "default_dtype": str(torch.get_default_dtype()),
        "float32_matmul_precision": torch.get_float32_matmul_precision(),
        "cudnn.benchmark": torch.backends.cudnn.benchmark,
        "cudnn.deterministic": torch.backends.cudnn.deterministic,
        "deterministic_algorithms": torch.are_deterministic_algorithms_enabled(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
    }
    return read | {f"{name}.fp32_precision": operator.fp32_precision for name, operator in _float32_operators().items()}


def expected(device: str, precision: str, threads: int) -> dict[str, str | int | bool]:
    """The switches that must be in force while a cell of this device and precision is timed."""
    tf32 = precision == "tf32"
    wanted: dict[str, str | int | bool] = {
        "threads": threads,
        "interop_threads": 1,
        "flush_denormal": True,
        "default_dtype": "torch.float32",
        "float32_matmul_precision": "high" if tf32 else "highest",
        "cudnn.benchmark": True,
        "cudnn.deterministic": False,
        "deterministic_algorithms": False,
    }
    return wanted | {f"{name}.fp32_precision": "tf32" if tf32 else "ieee" for name in _float32_operators()}


def _float32_operators() -> dict[str, Any]:
    backends: Any = torch.backends
    return {
        "cuda.matmul": backends.cuda.matmul,
        "cudnn": backends.cudnn,  # of the two below, and what Inductor asks for its own convolutions
        "cudnn.conv": backends.cudnn.conv,
        "cudnn.rnn": backends.cudnn.rnn,
        "mkldnn.matmul": backends.mkldnn.matmul,
        "mkldnn.conv": backends.mkldnn.conv,
        "mkldnn.rnn": backends.mkldnn.rnn,
    }


def versions() -> dict[str, str]:
    """Versions of PyTorch and of the libraries it brings."""
    found = {"torch": torch.__version__, "cuda": torch.version.cuda, "numpy": np.__version__}
    found |= libraries(torch.__config__.show())
    if torch.cuda.is_available():
        found["cudnn"] = str(torch.backends.cudnn.version())
        found["gpu"] = torch.cuda.get_device_name()
    return {name: str(version) for name, version in found.items() if version}


def libraries(build: str) -> dict[str, str]:
    """Versions of the libraries of mathematics in what PyTorch says of its build."""
    names = {"mkl": r"Math Kernel Library Version (\S+)", "onednn": r"MKL-DNN v(\S+)", "openmp": r"OpenMP (\d+)"}
    return {name: found[1] for name, pattern in names.items() if (found := re.search(pattern, build))}


def available(device: str) -> bool:
    """Whether this build of PyTorch can compute on `device`."""
    return device == "cpu" or (device == "cuda" and torch.cuda.is_available())


def drain(device: str) -> None:
    """Wait for everything in flight on `device`."""
    if device == "cuda":
        torch.cuda.synchronize()


@contextmanager
def guard(mode: str, step: Any) -> Iterator[None]:
    """A region in which `step` compiles nothing; a function compiled as one graph may not either. Raises Recompiled at
    its end, and RuntimeError for graphs that the compiler broke or could not capture.

    What a step would enter in every call is entered once (inference mode: 1.5 µs a call). The compiler's own guard,
    `set_stance("fail_on_recompile")`, costs 0.9 µs a call, and its counter tells the same.
    """
    if breaks := _counters("graph_break"):
        raise RuntimeError(f"torch.compile broke the graph: {next(iter(breaks)).strip().splitlines()[0]}")
    if skipped := int(_counters("inductor")["cudagraph_skips"]):
        raise RuntimeError(f"{mode} could not capture {skipped} CUDA graphs")
    if parts := int(_counters("inductor")["cudagraph_partitions"]):
        raise RuntimeError(f"{mode} could capture only parts of a step: the compiler split it into {parts}")
    before = _compiled_graphs()
    with torch.inference_mode(getattr(step, "inference", False)):
        yield
    if (after := _compiled_graphs()) != before:
        raise Recompiled(f"torch.compile compiled {after - before} graphs inside the timed region")


def require_uncompiled(mode: str) -> None:
    """Raise RuntimeError where something was compiled that is measured as `eager`."""
    if mode == "eager" and (graphs := _compiled_graphs()):
        raise RuntimeError(f"measured as eager, but torch.compile made {graphs} graphs")


def _compiled_graphs() -> int:
    return int(_counters("stats")["unique_graphs"])


def _counters(group: str) -> Mapping[str, int]:
    """The compiler's counters; empty while nothing has been compiled (importing the compiler takes a second)."""
    module = sys.modules.get("torch._dynamo.utils")
    return module.counters[group] if module else defaultdict(int)


def compile_seconds() -> dict[str, float]:
    """Seconds that the compiler took inside the first step: tracing (Dynamo) and compiling (Inductor); {} if none.

    A backward pass that is not part of the traced function is compiled when it is first called.
    """
    if "torch._dynamo.utils" not in sys.modules:
        return {}
    names, totals = sys.modules["torch._dynamo.utils"].compile_times(repr="csv", aggregate=True)
    seconds = {name: float(str(total)) for name, total in zip(names, totals, strict=True)}
    whole = seconds.get("_compile.compile_inner", 0.0)
    backend = seconds.get("OutputGraph.call_user_compiler", 0.0)
    backward = seconds.get("backward._backward_impl", 0.0)
    return {"trace": whole - backend, "compile": backend + backward} if whole else {}


def forget_peak(device: str) -> None:
    """Begin `peak_device_bytes` anew."""
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()


def peak_device_bytes(device: str) -> int | None:
    """The largest number of bytes allocated on the device since `forget_peak`; None on the CPU."""
    return torch.cuda.max_memory_allocated() if device == "cuda" else None


def compiler_flops(step: Any) -> float | None:
    """Floating-point operations of one step by PyTorch's own counter (matrix products, convolutions, attention).

    None where it counts none, and for a step that does not offer an `uncompiled` call.
    """
    if not hasattr(step, "uncompiled"):
        return None
    # a step that compiles a part of itself must not do so under the counter
    eager = torch.compiler.set_stance("force_eager") if "torch._dynamo" in sys.modules else nullcontext()
    with eager, FlopCounterMode(display=False) as counter:
        step.uncompiled()
    return float(counter.get_total_flops()) or None


# --- building blocks of a step ---------------------------------------------------------------------------------------


def data_type(precision: str, device: str) -> torch.dtype:
    """The type of stored numbers; bfloat16 keeps float32 master weights. Raises Unsupported for TF32 off CUDA."""
    if precision == "tf32" and device != "cuda":
        raise Unsupported("TF32 exists on CUDA devices only")
    return torch.float64 if precision == "float64" else torch.float32


def tensor(array: np.ndarray, device: str, precision: str) -> Tensor:
    """The array on the device: reals in the precision's type, integers as int64 (what `cross_entropy` takes)."""
    kind = data_type(precision, device) if array.dtype.kind == "f" else torch.int64
    return torch.tensor(array, dtype=kind, device=device)


def tensors(arrays: Arrays, device: str, precision: str) -> Outputs:
    """`tensor` of each of the named arrays."""
    return {name: tensor(array, device, precision) for name, array in arrays.items()}


def host(value: Tensor) -> np.ndarray:
    """A float64 copy on the host."""
    return value.detach().to("cpu", torch.float64, copy=True).numpy()


LAYOUTS: dict[type[nn.Module], tuple[int, ...]] = {
    nn.Linear: (1, 0),
    nn.Conv1d: (2, 1, 0),
    nn.Conv2d: (2, 3, 1, 0),
    nn.ConvTranspose2d: (2, 3, 0, 1),
}
"""How a module's `weight` is permuted into the layout of problem.py: (in, out), spatial axes before them."""


def _layout(model: nn.Module, name: str) -> tuple[int, ...] | None:
    path, _, leaf = name.rpartition(".")
    return LAYOUTS.get(type(model.get_submodule(path))) if leaf == "weight" else None


def export(model: nn.Module, values: Outputs, prefix: str) -> Arrays:
    """Host copies of values named like the model's parameters, in the layout of problem.py, names prefixed."""
    laid_out = {
        name: value if (layout := _layout(model, name)) is None else value.permute(layout)
        for name, value in values.items()
    }
    return {f"{prefix}.{name}": host(value) for name, value in laid_out.items()}


def load(model: nn.Module, arrays: Arrays, buffers: Arrays | None = None) -> None:
    """Copy arrays in the layout of problem.py into the model. Raises KeyError if the names of parameters differ."""
    named = dict(model.named_parameters())
    if named.keys() != arrays.keys():
        raise KeyError(f"the model has {sorted(named)}, the problem has {sorted(arrays)}")
    with torch.no_grad():
        for name, parameter in named.items():
            layout = _layout(model, name)
            source = arrays[name] if layout is None else arrays[name].transpose(np.argsort(layout))
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(source)))
        for name, values in (buffers or {}).items():
            model.get_buffer(name).copy_(torch.from_numpy(values))


def place(model: nn.Module, arrays: Arrays, device: str, precision: str, buffers: Arrays | None = None) -> nn.Module:
    """The model on the device in the precision's type, with the problem's initial parameters and buffers."""
    model = model.to(device, data_type(precision, device))
    load(model, arrays, buffers)
    return model


def running(model: nn.Module) -> Outputs:
    """The model's buffers of reals, such as the running statistics of batch normalisation."""
    return {name: value for name, value in model.named_buffers() if value.is_floating_point()}


def mixed(function: Callable, device: str, precision: str) -> Callable:
    """`function` in mixed precision if asked for, else as it is."""
    if precision != "bfloat16":
        return function

    def cast(*arguments: Any) -> Any:
        with torch.autocast(device, dtype=torch.bfloat16):
            return function(*arguments)

    return cast


def _dynamo() -> Any:
    """The compiler, imported when first needed: an eager process must not pay for it."""
    import torch._dynamo

    return torch._dynamo


def compiled(function: Callable, mode: str, device: str) -> Callable:
    """`function` as the mode runs it, in one graph, which `guard` sees to: `fullgraph=True` costs 2 µs in every call.

    Raises Unsupported for `compile-max` off CUDA.
    """
    if mode == "eager":
        return function
    _dynamo().config.trace_autograd_ops = True  # one graph for a whole training step
    _dynamo().config.automatic_dynamic_shapes = False  # said here, because `dynamic=False` costs 5 µs in every call
    if not _captures(mode, device):
        return torch.compile(function)
    if device != "cuda":
        raise Unsupported("compile-max captures CUDA graphs and exists on CUDA devices only")
    fast = torch.compile(function, mode="max-autotune")

    def call(*arguments: Any) -> Any:
        torch.compiler.cudagraph_mark_step_begin()  # the outputs of the step before may be overwritten
        return fast(*arguments)

    return call


def _copies(batch: Sequence[Tensor], steps: int) -> tuple[Tensor, ...]:
    """Every tensor so many times, along a new first axis."""
    return tuple(torch.stack([part.detach()] * steps).requires_grad_(part.requires_grad) for part in batch)


def _rows(stacked: Sequence[Tensor]) -> Iterator[tuple[Tensor, ...]]:
    """The batch of every step, out of tensors that hold those of all."""
    return zip(*(part.unbind() for part in stacked), strict=True)


def repeated(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function of every row of its stacked arguments, one after the other; its results stacked."""

    def many(*stacked: Tensor) -> Tensor:
        return torch.stack([function(*batch) for batch in _rows(stacked)])

    return many


class _Synchronous:
    """What all steps of PyTorch share: nothing is compiled before the first step, and waiting is draining."""

    steps_per_call = 1
    device: str

    def stages(self) -> list[Stage]:
        return []

    def wait(self) -> None:
        drain(self.device)

    def metrics(self) -> dict[str, float]:
        return {}


class Evaluation(_Synchronous):
    """The same function of the same arguments, again and again.

    `function(*constants, *inputs)` returns named tensors. Where a call takes many `steps`, each gets its own copy of
    `inputs`, tensors; `constants` (the weights of a model) are shared. `inference` turns autograd off; leave it False
    where the function differentiates. `metrics` gets what is observed after all timing.
    """

    def __init__(
        self,
        function: Callable[..., Outputs],
        inputs: Sequence[Any],
        *,
        mode: str,
        device: str,
        precision: str,
        steps: int = 1,
        constants: Sequence[Any] = (),
        inference: bool = False,
        metrics: Callable[[Arrays], dict[str, float]] | None = None,
    ) -> None:
        self.device, self.inference, self._metrics = device, inference, metrics
        self.plain, self.plain_arguments = mixed(function, device, precision), (*constants, *inputs)
        self.steps_per_call, self.shared = steps, len(constants)
        self.arguments = (*constants, *(inputs if steps == 1 else _copies(inputs, steps)))
        self.function = compiled(self.plain if steps == 1 else self._many, mode, device)
        self.outputs: Outputs = {}

    def _many(self, *arguments: Any) -> Outputs:
        """The outputs of all steps, stacked."""
        constants, stacked = arguments[: self.shared], arguments[self.shared :]
        found = [self.plain(*constants, *inputs) for inputs in _rows(stacked)]
        return {name: torch.stack([own[name] for own in found]) for name in found[0]}

    def step(self) -> None:
        if self.inference and not torch.is_inference_mode_enabled():
            with torch.inference_mode():
                self.outputs = self.function(*self.arguments)
        else:
            self.outputs = self.function(*self.arguments)

    def uncompiled(self) -> None:
        """One step without the compiler."""
        with torch.inference_mode(self.inference):
            self.plain(*self.plain_arguments)

    def observe(self) -> Arrays:
        found = {name: host(value) for name, value in self.outputs.items()}
        return {name: farthest(values) for name, values in found.items()} if self.steps_per_call > 1 else found

    def metrics(self) -> dict[str, float]:
        return {} if self._metrics is None else self._metrics(self.observe())


class Gradient(_Synchronous):
    """Loss and gradient of `loss(model, *batch)` with respect to every parameter, the parameters unchanged."""

    def __init__(
        self, model: nn.Module, loss: Loss, batch: Sequence[Tensor], *, mode: str, device: str, precision: str
    ) -> None:
        self.device, self.model, self.batch = device, model, tuple(batch)
        self.names, parameters = [list(part) for part in zip(*model.named_parameters(), strict=True)]
        loss = mixed(loss, device, precision)

        def differentiate(*batch: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
            value = loss(model, *batch)
            return value.detach(), torch.autograd.grad(value, parameters)

        self.plain, self.function = differentiate, compiled(differentiate, mode, device)

    def step(self) -> None:
        self.loss, self.gradients = self.function(*self.batch)

    def uncompiled(self) -> None:
        """One call without the compiler."""
        self.plain(*self.batch)

    def observe(self) -> Arrays:
        named = dict(zip(self.names, self.gradients, strict=True))
        return {"loss": host(self.loss), **export(self.model, named, "gradient")}


class Training(_Synchronous):
    """One optimiser step of the model on its fixed batch.

    `loss(model, *batch)` is a scalar; `optimizer` is a torch.optim instance over the model's parameters, made with
    `fused=True` where it exists, which the eager mode uses as it is. One call takes `steps` steps, each on a copy of
    the batch of its own. `metrics` gets this object after all timing, where a call takes one step.
    """

    def __init__(
        self,
        model: nn.Module,
        loss: Loss,
        batch: Sequence[Tensor],
        optimizer: torch.optim.Optimizer,
        *,
        mode: str,
        device: str,
        precision: str,
        steps: int = 1,
        metrics: Callable[[Training], dict[str, float]] | None = None,
    ) -> None:
        self.device, self.mode, self.model, self.plain_batch = device, mode, model, tuple(batch)
        self.optimizer, self._metrics, self.steps_per_call = optimizer, metrics, steps
        loss = mixed(loss, device, precision)
        self.plain = _eager_step(model, loss, optimizer) if mode == "eager" else _whole_step(model, loss, optimizer)
        self.batch = self.plain_batch if steps == 1 else _copies(self.plain_batch, steps)
        self.update = compiled(self.plain if steps == 1 else repeated(self.plain), mode, device)

    def step(self) -> None:
        self.loss = self.update(*self.batch)

    def uncompiled(self) -> None:
        """One step without the compiler."""
        self.plain(*self.plain_batch)

    def observe(self) -> Arrays:
        return {"loss": host(self.loss).reshape(self.steps_per_call), **self.state()}

    def state(self) -> Arrays:
        """Host copies of parameters and buffers."""
        return export(self.model, dict(self.model.named_parameters()), "parameter") | export(
            self.model, running(self.model), "buffer"
        )

    def metrics(self) -> dict[str, float]:
        return {} if self._metrics is None or self.steps_per_call > 1 else self._metrics(self)

    def restart(self, parameters: Arrays, buffers: Arrays | None = None) -> None:
        """Begin anew from host arrays in the layout of problem.py, with an optimiser that has seen nothing.

        `buffers`: those of the model; without them they stay as they are.
        """
        load(self.model, parameters, buffers)
        forget(self.optimizer)

    def run(self, *batch: Tensor) -> Tensor:
        """One step on another batch of the same shapes; its loss. Where a call takes one step."""
        loss: Tensor = self.update(*batch)
        return loss.clone() if self.mode == "compile-max" else loss  # a CUDA graph writes every loss to the same place


class Fit(Training):
    """All `epochs` steps from the initial parameters, as one step; in the mode `many` inside one compiled call, which
    sees the whole set in every epoch, as the fit does.

    `further(model)` returns named tensors that are observed besides the losses and the parameters.
    """

    def __init__(self, *arguments: Any, epochs: int, further: Callable[[nn.Module], Outputs], **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.epochs, self.further = epochs, further
        self.tensors = [*self.model.parameters(), *self.model.buffers()]
        self.initial = [value.detach().clone() for value in self.tensors]
        if self.mode == "many":
            self.update = compiled(self.whole, self.mode, self.device)

    def whole(self, *batch: Tensor) -> Tensor:
        """All epochs; their losses, shape (epochs,)."""
        return torch.stack([self.plain(*batch) for _ in range(self.epochs)])

    def step(self) -> None:
        with torch.no_grad():
            torch._foreach_copy_(self.tensors, self.initial)
        forget(self.optimizer)
        if self.mode == "many":
            self.losses = self.update(*self.batch)
        else:
            self.losses = [self.run(*self.batch) for _ in range(self.epochs)]

    def uncompiled(self) -> None:
        for _ in range(self.epochs):
            self.plain(*self.plain_batch)

    def observe(self) -> Arrays:
        with torch.no_grad():
            further = {name: host(value) for name, value in self.further(self.model).items()}
        return {"loss": host(torch.stack([*self.losses])), **self.state(), **further}


class Course(_Synchronous):
    """A training from the start that a seed decides, `every` steps at a time, for the task `target`.

    `begin(seed)` returns the initial parameters and one batch per step, both on the host; `score(model)` is the number
    that has to reach the target, a tensor. Batches are put on the device before the clock starts.
    """

    def __init__(
        self,
        training: Training,
        begin: Callable[[int], tuple[Arrays, Sequence[Sequence[np.ndarray]]]],
        score: Callable[[nn.Module], Tensor],
        every: int,
        *,
        precision: str,
    ) -> None:
        self.training, self.start, self.grade = training, begin, score
        self.device, self.precision, self.steps_per_call = training.device, precision, every

    def begin(self, seed: int) -> None:
        """Back to the start of this seed's training."""
        parameters, batches = self.start(seed)
        self.training.restart(parameters)
        self.batches = iter([tuple(tensor(part, self.device, self.precision) for part in batch) for batch in batches])

    def step(self) -> None:
        self.losses = [self.training.run(*next(self.batches)) for _ in range(self.steps_per_call)]

    def uncompiled(self) -> None:
        """One step without the compiler."""
        self.training.uncompiled()

    def score(self) -> float:
        """The number that has to reach the target, now."""
        with torch.no_grad():
            return float(self.grade(self.training.model))

    def observe(self) -> Arrays:
        return {"loss": host(torch.stack(self.losses)), **self.training.state()}


def forget(optimizer: torch.optim.Optimizer) -> None:
    """Make the optimiser, in place, one that has seen nothing."""
    for state in optimizer.state.values():
        for value in state.values():
            if isinstance(value, Tensor):
                value.zero_()


def _eager_step(model: nn.Module, loss: Loss, optimizer: torch.optim.Optimizer) -> Callable[..., Tensor]:
    def step(*batch: Tensor) -> Tensor:
        value = loss(model, *batch)
        value.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return value.detach()

    return step


def _whole_step(model: nn.Module, loss: Loss, optimizer: torch.optim.Optimizer) -> Callable[..., Tensor]:
    """Forward, backward and update in one function that Dynamo can trace without a break."""
    parameters = list(model.parameters())
    update = update_rule(optimizer)

    def step(*batch: Tensor) -> Tensor:
        value = loss(model, *batch)
        gradients = torch.autograd.grad(value, parameters)
        with torch.no_grad():
            update([parameter.detach() for parameter in parameters], list(gradients))
        return value.detach()

    return step


def update_rule(optimizer: torch.optim.Optimizer) -> Callable[[list[Tensor], list[Tensor]], None]:
    """The optimiser's update as a function (parameters, gradients), its state kept in `optimizer.state`.

    `Optimizer.step` breaks the graph by design; torch.optim's functional form does not. Raises TypeError.
    """
    if len(optimizer.param_groups) != 1:
        raise TypeError("a compiled step takes an optimiser with one group of parameters")
    group = optimizer.param_groups[0]
    parameters: list[Tensor] = group["params"]
    on_cuda = parameters[0].is_cuda
    if isinstance(optimizer, torch.optim.SGD):
        return _sgd_rule(optimizer, group, on_cuda)
    if isinstance(optimizer, torch.optim.Adam):  # AdamW is one too
        return _adam_rule(optimizer, group, on_cuda)
    raise TypeError(f"no functional update rule for {type(optimizer).__name__}: add one beside SGD and Adam")


def _state(optimizer: torch.optim.Optimizer, name: str, shaped: bool = True) -> list[Tensor]:
    """Zeros for every parameter, kept under `name` in the optimiser's state, at addresses that CUDA graphs may keep."""
    zeros = []
    for parameter in optimizer.param_groups[0]["params"]:
        zero = (
            torch.zeros_like(parameter) if shaped else torch.zeros((), dtype=parameter.dtype, device=parameter.device)
        )
        _dynamo().mark_static_address(zero)
        optimizer.state[parameter][name] = zero.detach()
        zeros.append(zero)
    return zeros


def _sgd_rule(optimizer: torch.optim.Optimizer, group: dict[str, Any], on_cuda: bool) -> Callable:
    """On CUDA foreach, one kernel for many parameters; on the CPU one expression per parameter, twice as fast.

    It subtracts: Inductor 2.13 makes addmm of `parameter.add_(a @ b, alpha=-lr)`, what torch.optim does, and loses
    alpha (https://github.com/pytorch/pytorch/issues/167313 is of the same kind).
    """
    if group["weight_decay"] or group["dampening"] or group["nesterov"] or group["maximize"]:
        raise TypeError("a compiled step of SGD has a learning rate and a momentum, nothing else")
    rate, momentum = group["lr"], group["momentum"]
    buffers: list[Any] = _state(optimizer, "momentum_buffer") if momentum else [None for _ in group["params"]]

    def each(parameters: list[Tensor], gradients: list[Tensor]) -> None:
        for parameter, gradient, buffer in zip(parameters, gradients, buffers, strict=True):
            parameter.sub_(buffer.mul_(momentum).add_(gradient) if momentum else gradient, alpha=rate)

    def together(parameters: list[Tensor], gradients: list[Tensor]) -> None:
        sgd(
            parameters,
            gradients,
            list(buffers),
            foreach=True,
            weight_decay=0.0,
            momentum=momentum,
            lr=rate,
            dampening=0.0,
            nesterov=False,
            maximize=False,
        )

    return together if on_cuda else each


def _adam_rule(optimizer: torch.optim.Optimizer, group: dict[str, Any], on_cuda: bool) -> Callable:
    """On CUDA foreach, one kernel for many parameters; on the CPU Inductor makes far faster code of the plain."""
    rule = adamw if isinstance(optimizer, torch.optim.AdamW) else adam
    means, squares = _state(optimizer, "exp_avg"), _state(optimizer, "exp_avg_sq")
    counts = _state(optimizer, "step", shaped=False)
    beta1, beta2 = group["betas"]
    options = {key: group[key] for key in ("amsgrad", "lr", "weight_decay", "eps", "maximize")}

    def update(parameters: list[Tensor], gradients: list[Tensor]) -> None:
        rule(
            parameters,
            gradients,
            means,
            squares,
            [],
            counts,
            foreach=on_cuda,
            capturable=on_cuda,
            beta1=beta1,
            beta2=beta2,
            **options,
        )

    return update
