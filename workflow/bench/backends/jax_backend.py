"""JAX: switches, guards and counters for the measuring process; building blocks of a step for implementations.

Modes: `jit` compiles one step and donates the state; `eager` is the plain function, one operation after the other;
`scan` takes many steps inside one compiled call, each on a batch of its own, and returns the results of all.
"""

from __future__ import annotations

import gc
import inspect
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import jax
import jax.numpy as jnp
import jaxlib
import numpy as np
import optax

from bench.backends import Arrays, Recompiled, Stage, Unsupported, farthest, require_capability
from bench.contract import steps_per_call as steps_per_call

__all__ = [
    "Course",
    "Drawn",
    "Evaluation",
    "Fit",
    "Gradient",
    "Training",
    "Unsupported",
    "array",
    "arrays",
    "cast",
    "steps_per_call",
]

Outputs = dict[str, jax.Array]
Loss = Callable[..., jax.Array]

# --- the measuring process -------------------------------------------------------------------------------------------

COMPILER: tuple[str, ...] = ()
"""Nothing apart: XLA is imported with JAX."""
COMPILATION = "/jax/core/compile/backend_compile_duration"
_compilations = [0]


def _count(event: str, duration_secs: float, **_: Any) -> None:
    if event == COMPILATION:
        _compilations[0] += 1


jax.monitoring.register_event_duration_secs_listener(_count)


def configure(device: str, precision: str, threads: int) -> None:
    """Set every switch that a result depends on; before the first array. Raises Unsupported without the device.

    `threads` is not set here: XLA makes as many as the process has processors to run on.
    """
    for name, value in _settings(device, precision).items():
        jax.config.update(name, value)
    if not available(device):
        raise Unsupported(f"JAX sees no {device} device: {_refusal(device)}")
    if device == "cuda":
        require_capability(precision, jax.devices(device)[0].compute_capability)


def first_array(device: str) -> None:
    """A small array on the device, whose client there is from now on."""
    jax.device_put(np.zeros(1, np.float32), jax.devices(device)[0]).block_until_ready()


def first_calls(mode: str, device: str) -> int:
    """One: XLA captures its graphs, where it makes some, by itself in the first."""
    return 1


def _settings(device: str, precision: str) -> dict[str, Any]:
    return {
        "jax_platforms": "cuda,cpu" if device == "cuda" else "cpu",
        "jax_enable_x64": precision == "float64",
        "jax_default_matmul_precision": _operands(device, precision),
        "jax_disable_jit": False,
        "jax_debug_nans": False,
        "jax_default_prng_impl": "threefry2x32",
    }


def _operands(device: str, precision: str) -> str | None:
    """How exactly operands are multiplied. On a GPU float32 has to be asked for: the default is TF32.

    There anything else is left to the default, for XLA writes and tunes fused kernels of no other products; that it
    means what the precision says, a test sees to: no product in bfloat16 or float64 has operands of float32. The word
    "default" is not the default: the LSTM of cuDNN refuses it.
    """
    return "float32" if device == "cpu" or precision == "float32" else None


def switches() -> dict[str, str | int | bool | None]:
    """The switches in force, read back from JAX."""
    read: dict[str, str | int | bool | None] = {name: getattr(jax.config, name) for name in _settings("cpu", "float32")}
    read["backend"] = jax.default_backend()
    if hasattr(os, "sched_getaffinity"):
        read["threads"] = len(os.sched_getaffinity(0))
    return read


def expected(device: str, precision: str, threads: int) -> dict[str, str | int | bool | None]:
    """The switches that must be in force while a cell of this device and precision is timed."""
    wanted = _settings(device, precision) | {"backend": "gpu" if device == "cuda" else "cpu"}
    return wanted | ({"threads": threads} if hasattr(os, "sched_getaffinity") else {})


def versions() -> dict[str, str]:
    """Versions of JAX and of the libraries it works with."""
    found = {"jax": jax.__version__, "jaxlib": jaxlib.__version__, "optax": optax.__version__, "numpy": np.__version__}
    if jax.default_backend() == "gpu":
        found["gpu"] = jax.devices()[0].device_kind
        found["platform"] = jax.devices()[0].client.platform_version
    return found


def available(device: str) -> bool:
    """Whether this build of JAX can compute on `device`."""
    return _refusal(device) is None


def _refusal(device: str) -> str | None:
    """What JAX says when it is asked for a device that it cannot use: what is missing, or does not fit the driver."""
    try:
        jax.devices(device)
    except RuntimeError as error:
        return str(error)
    return None


def drain(device: str) -> None:
    """Wait for everything in flight."""
    jax.effects_barrier()
    jax.block_until_ready(jax.live_arrays())


@contextmanager
def guard(mode: str, step: Any) -> Iterator[None]:
    """A region without compilation and, in `jit` and `scan`, implicit transfers. Raises Recompiled at its end."""
    before = _compilations[0]
    with nullcontext() if mode == "eager" else jax.transfer_guard("disallow"):
        yield
    if (after := _compilations[0]) != before:
        raise Recompiled(f"XLA compiled {after - before} programs inside the timed region")


def loop(function: Callable, **options: Any) -> Callable:
    """`jax.jit` of a function that is a loop, in every mode: `eager` would compile the loop's body in every call."""
    _loops.add(function)
    return jax.jit(function, **options)


_loops: set[Callable] = set()


def require_uncompiled(mode: str) -> None:
    """Raise RuntimeError where something was compiled that is measured as `eager`: programs compiled ahead, functions
    of this project that `jax.jit` has compiled, but loops. What JAX's own functions compile is part of the mode.
    """
    if mode != "eager":
        return
    for thing in gc.get_objects():
        kind = type(thing)  # `isinstance` would wake what is imported lazily
        if issubclass(kind, jax.stages.Compiled):
            raise RuntimeError("measured as eager, but a program was compiled ahead of time")
        if issubclass(kind, _JITTED) and thing._cache_size():
            function = inspect.unwrap(thing)
            if getattr(function, "__module__", "").startswith("bench.") and function not in _loops:
                raise RuntimeError(f"measured as eager, but jax.jit compiled {function.__qualname__}")


_JITTED = type(jax.jit(lambda: None))


def compile_seconds() -> dict[str, float]:
    """Nothing: tracing and compiling are stages of their own, before the first step."""
    return {}


def forget_peak(device: str) -> None:
    """Nothing: JAX's counter of memory goes on from the start of the process."""


def peak_device_bytes(device: str) -> int | None:
    """The largest number of bytes in use on the device since the process began; None on the CPU."""
    statistics = jax.devices()[0].memory_stats() if device == "cuda" else None
    return int(statistics["peak_bytes_in_use"]) if statistics else None


def compiler_flops(step: Any) -> float | None:
    """Floating-point operations of one step by XLA's cost analysis; None for a step that does not offer its `cost`."""
    flops = (step.cost() or {}).get("flops", 0.0) if hasattr(step, "cost") else 0.0
    return float(flops) if flops > 0 else None


# --- building blocks of a step ---------------------------------------------------------------------------------------


def data_type(precision: str, device: str) -> Any:
    """The type of stored numbers; bfloat16 keeps float32 master weights. Raises Unsupported for TF32 off CUDA."""
    if precision == "tf32" and device != "cuda":
        raise Unsupported("TF32 exists on CUDA devices only")
    return jnp.float64 if precision == "float64" else jnp.float32


def array(values: np.ndarray, device: str, precision: str) -> jax.Array:
    """The values on the device: reals in the precision's type, integers as int32."""
    kind = data_type(precision, device) if values.dtype.kind == "f" else jnp.int32
    return jax.device_put(np.asarray(values, dtype=kind), jax.devices(device)[0])


def arrays(values: Arrays, device: str, precision: str) -> Outputs:
    """`array` of each of the named values."""
    return {name: array(value, device, precision) for name, value in values.items()}


def cast(tree: Any, precision: str) -> Any:
    """The real leaves in the type that is computed in: bfloat16 if asked for, else as they are stored."""
    if precision != "bfloat16":
        return tree
    return jax.tree.map(
        lambda leaf: leaf.astype(jnp.bfloat16) if jnp.issubdtype(leaf.dtype, jnp.floating) else leaf, tree
    )


def host(value: jax.Array) -> np.ndarray:
    """A float64 copy on the host."""
    return np.array(jax.device_get(value), dtype=np.float64)


class _Compiled:
    """A function and its arguments, traced and compiled ahead of the first call; as it is in the mode `eager`."""

    def __init__(self, function: Callable, mode: str, donate: tuple[int, ...] = ()) -> None:
        self.call, self.mode = function, mode
        self.jitted = jax.jit(function, donate_argnums=donate)

    def stages(self, arguments: Callable[[], tuple]) -> list[Stage]:
        """`trace` and `compile`, for the arguments that the callable returns when the stage runs."""
        if self.mode == "eager":
            return []

        def trace() -> None:
            self.lowered = self.jitted.trace(*arguments()).lower()

        def compile_() -> None:
            self.call = self.lowered.compile()

        return [("trace", trace), ("compile", compile_)]


def _copies(tree: Any, steps: int) -> Any:
    """Every leaf so many times, along a new first axis."""
    return jax.tree.map(lambda leaf: jnp.repeat(leaf[None], steps, axis=0), tree)


def _cost(function: Callable, arguments: tuple) -> dict[str, float] | None:
    """XLA's cost analysis of one step; a loop's body would be counted once, whatever its length."""
    return jax.jit(function).lower(*arguments).cost_analysis()


class Evaluation:
    """The same function of the same arguments, again and again.

    `function(*constants, *inputs)` returns named arrays. Where a call takes many `steps`, each gets its own copy of
    `inputs`, so that XLA cannot move work out of the loop; `constants` (the weights of an inference) are shared.
    `metrics` gets what is observed after all timing.
    """

    def __init__(
        self,
        function: Callable[..., Outputs],
        inputs: Sequence[Any],
        *,
        mode: str,
        steps: int = 1,
        constants: Sequence[Any] = (),
        metrics: Callable[[Arrays], dict[str, float]] | None = None,
    ) -> None:
        self.plain, self.plain_arguments, self._metrics = function, (*constants, *inputs), metrics
        self.outputs: Any = {}
        self.steps_per_call = steps
        if steps > 1:
            self.arguments: tuple = (tuple(constants), _copies(tuple(inputs), steps))
            self.program = _Compiled(self._scan, mode)
        else:
            self.arguments = self.plain_arguments
            self.program = _Compiled(function, mode)

    def _scan(self, constants: tuple, copies: tuple) -> Outputs:
        """The outputs of all steps, stacked."""
        return jax.lax.scan(lambda _, inputs: (None, self.plain(*constants, *inputs)), None, copies)[1]

    def stages(self) -> list[Stage]:
        return self.program.stages(lambda: self.arguments)

    def step(self) -> None:
        self.outputs = self.program.call(*self.arguments)

    def wait(self) -> None:
        jax.block_until_ready(self.outputs)

    def observe(self) -> Arrays:
        found = {name: host(value) for name, value in self.outputs.items()}
        return {name: farthest(values) for name, values in found.items()} if self.steps_per_call > 1 else found

    def metrics(self) -> dict[str, float]:
        return {} if self._metrics is None else self._metrics(self.observe())

    def cost(self) -> dict[str, float] | None:
        """XLA's cost analysis of one step."""
        return _cost(self.plain, self.plain_arguments)


class Drawn(Evaluation):
    """A function of random numbers, which every call draws anew: `function(key, *inputs)` returns named arrays.

    The key of a call is split off in the compiled function from the one that the last call left.
    """

    def __init__(
        self, function: Callable[..., Outputs], inputs: Sequence[Any], seed: int, *, mode: str, device: str
    ) -> None:
        def draw(key: jax.Array, *inputs: Any) -> tuple[jax.Array, Outputs]:
            key, own = jax.random.split(key)
            return key, function(own, *inputs)

        self.key = jax.device_put(jax.random.key(seed), jax.devices(device)[0])
        super().__init__(draw, (self.key, *inputs), mode=mode)  # type: ignore[arg-type]

    def step(self) -> None:
        self.key, self.outputs = self.program.call(self.key, *self.arguments[1:])

    def wait(self) -> None:
        jax.block_until_ready((self.key, self.outputs))


def differentiated(loss: Loss, buffers: Outputs | None) -> Callable[..., tuple[jax.Array, Outputs, Outputs | None]]:
    """(value, gradient, new buffers) of `loss` as a function of (parameters, buffers, *batch).

    Without buffers `loss(parameters, *batch)` returns the value alone, with them `loss(parameters, buffers, *batch)`
    returns (value, new buffers).
    """

    def function(parameters: Outputs, buffers_now: Outputs | None, *batch: Any) -> Any:
        if buffers is None:
            value, gradients = jax.value_and_grad(loss)(parameters, *batch)
            return value, gradients, None
        (value, renewed), gradients = jax.value_and_grad(loss, has_aux=True)(parameters, buffers_now, *batch)
        return value, gradients, renewed

    return function


class Gradient(Evaluation):
    """Loss and gradient of `loss(parameters, *batch)` with respect to every parameter, the parameters unchanged.

    With `buffers` it is `loss(parameters, buffers, *batch)`, which returns (value, new buffers); these are dropped.
    """

    def __init__(
        self,
        parameters: Outputs,
        loss: Loss,
        batch: Sequence[Any],
        *,
        mode: str,
        buffers: Outputs | None = None,
    ) -> None:
        derive = differentiated(loss, buffers)

        def differentiate(parameters: Outputs, buffers: Outputs | None, *batch: Any) -> Outputs:
            value, gradients, _ = derive(parameters, buffers, *batch)
            return {"loss": value} | {f"gradient.{name}": gradient for name, gradient in gradients.items()}

        super().__init__(differentiate, batch, mode=mode, constants=(parameters, buffers))


class Training:
    """One optimiser step on a fixed batch.

    `loss(parameters, *batch)` is a scalar, `parameters` a flat dictionary with the names of problem.py, `optimizer`
    an optax transformation. With `buffers` (running statistics) it is `loss(parameters, buffers, *batch)`, which
    returns (value, new buffers). The state begins as these arrays themselves, and a step takes its memory: whoever
    gives them does not use them any more. One call takes `steps` steps, each on a copy of the batch of its own.
    `metrics` gets this object after all timing, where a call takes one step.
    """

    def __init__(
        self,
        parameters: Outputs,
        loss: Loss,
        batch: Sequence[Any],
        optimizer: optax.GradientTransformation,
        *,
        mode: str,
        steps: int = 1,
        buffers: Outputs | None = None,
        metrics: Callable[[Training], dict[str, float]] | None = None,
    ) -> None:
        self.mode, self._metrics = mode, metrics
        self.optimizer, self.differentiate = optimizer, differentiated(loss, buffers)
        self.steps_per_call = steps
        self.batch = tuple(batch) if steps == 1 else _copies(tuple(batch), steps)
        self.program = _Compiled(self.update if steps == 1 else self.many, mode, donate=(0,))
        self.restart(parameters, buffers)

    def update(self, state: Any, *batch: Any) -> tuple[Any, jax.Array]:
        """(parameters, optimiser state, buffers) after one step, and the loss before it."""
        parameters, optimizer_state, buffers = state
        loss, gradients, buffers = self.differentiate(parameters, buffers, *batch)
        updates, optimizer_state = self.optimizer.update(gradients, optimizer_state, parameters)
        return (optax.apply_updates(parameters, updates), optimizer_state, buffers), loss

    def many(self, state: Any, *batches: Any) -> tuple[Any, jax.Array]:
        """The state after a step on every one of the stacked batches, and the losses, shape (steps,)."""
        return jax.lax.scan(lambda carry, batch: self.update(carry, *batch), state, batches)

    def restart(self, parameters: Outputs, buffers: Outputs | None = None) -> None:
        """Begin anew, with a new optimiser, from arrays whose memory a step then takes; nothing else keeps them."""
        self.state: Any = (parameters, self.optimizer.init(parameters), buffers)

    def stages(self) -> list[Stage]:
        return self.program.stages(lambda: (self.state, *self.batch))

    def step(self) -> None:
        self.state, self.loss = self.program.call(self.state, *self.batch)

    def wait(self) -> None:
        jax.block_until_ready((self.state, self.loss))

    def observe(self) -> Arrays:
        return {"loss": host(self.loss).reshape(self.steps_per_call), **self.host_state()}

    def host_state(self) -> Arrays:
        """Host copies of parameters and buffers."""
        parameters, _, buffers = self.state
        return {f"parameter.{name}": host(value) for name, value in parameters.items()} | {
            f"buffer.{name}": host(value) for name, value in (buffers or {}).items()
        }

    def metrics(self) -> dict[str, float]:
        return {} if self._metrics is None or self.steps_per_call > 1 else self._metrics(self)

    def run(self, *batch: Any) -> jax.Array:
        """One step on another batch of the same shapes; its loss. Where a call takes one step."""
        self.state, loss = self.program.call(self.state, *batch)
        return loss

    def cost(self) -> dict[str, float] | None:
        """XLA's cost analysis of one step."""
        batch = self.batch if self.steps_per_call == 1 else jax.tree.map(lambda leaf: leaf[0], self.batch)
        return _cost(self.update, (self.state, *batch))


class Course:
    """A training from the start that a seed decides, `every` steps at a time, for the task `target`.

    `begin(seed)` returns the initial parameters and one batch per step, both on the host; `score(parameters)` is the
    number that has to reach the target. Batches are put on the device before the clock starts.
    """

    def __init__(
        self,
        training: Training,
        begin: Callable[[int], tuple[Arrays, Sequence[Sequence[np.ndarray]]]],
        score: Callable[[Outputs], jax.Array],
        every: int,
        *,
        device: str,
        precision: str,
    ) -> None:
        self.training, self.start, self.every = training, begin, every
        self.device, self.precision, self.steps_per_call = device, precision, every
        self.grade = jax.jit(score)

    def begin(self, seed: int) -> None:
        """Back to the start of this seed's training."""
        parameters, batches = self.start(seed)
        self.training.restart(arrays(parameters, self.device, self.precision))
        self.batches = iter([tuple(array(part, self.device, self.precision) for part in batch) for batch in batches])

    def stages(self) -> list[Stage]:
        return self.training.stages()

    def step(self) -> None:
        self.losses = [self.training.run(*next(self.batches)) for _ in range(self.every)]

    def wait(self) -> None:
        jax.block_until_ready((self.training.state, self.losses))

    def score(self) -> float:
        """The number that has to reach the target, now."""
        return float(self.grade(self.training.state[0]))

    def observe(self) -> Arrays:
        losses = np.array([host(loss) for loss in self.losses])
        return {"loss": losses} | {f"parameter.{name}": host(value) for name, value in self.training.state[0].items()}

    def metrics(self) -> dict[str, float]:
        return {}

    def cost(self) -> dict[str, float] | None:
        """XLA's cost analysis of one step."""
        return self.training.cost()


class Fit(Training):
    """All `epochs` steps from the initial parameters, as one step; in the mode `scan` inside one compiled call, which
    sees the whole set in every epoch, as the fit does.

    `further(parameters)` returns named arrays that are observed besides the losses and the parameters.
    """

    def __init__(self, *arguments: Any, epochs: int, further: Callable[[Outputs], Outputs], **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.epochs, self.further = epochs, further
        self.start = self.state
        if self.mode == "scan":
            self.program = _Compiled(self.whole, self.mode)  # nothing donated: every call begins with the same state

    def whole(self, state: Any, *batch: Any) -> tuple[Any, jax.Array]:
        """The state after all epochs, and their losses, shape (epochs,)."""
        return jax.lax.scan(lambda carry, _: self.update(carry, *batch), state, length=self.epochs)

    def step(self) -> None:
        if self.mode == "scan":
            self.state, self.loss = self.program.call(self.start, *self.batch)
            return
        self.state = jax.tree.map(jnp.copy, self.start)  # a step takes its state's memory
        self.loss = []
        for _ in range(self.epochs):
            self.state, loss = self.program.call(self.state, *self.batch)
            self.loss.append(loss)

    def observe(self) -> Arrays:
        losses = host(self.loss) if self.mode == "scan" else np.array([host(loss) for loss in self.loss])
        further = {name: host(value) for name, value in self.further(self.state[0]).items()}
        return {"loss": losses, **self.host_state(), **further}

    def cost(self) -> dict[str, float] | None:
        cost = super().cost() or {}
        return {"flops": self.epochs * cost.get("flops", 0.0)}
