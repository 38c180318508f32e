"""Our steps against the obvious independent implementation of each framework, and against other ways to write them.

    python tests/proof/compare.py [--tasks quick] [workload …]

For every workload with a file in `baselines/`, in one process per framework, blocks of steps of ours and of theirs in
turn. For a training: the same architecture, shapes and optimiser, made from the modules of torch, torchvision,
transformers or flax, in float32. For a derivative or a kernel: the function as it is usually written, differentiated by
the framework's plain interface, in the workload's usual precision, for every task that the file offers. Prints the
ratio of times, ours over theirs: the median over the rounds, with their quartiles. For every workload with a file in
`alternatives/` the same against each other way that it holds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parents[1] / "workflow"), str(FOLDER.parents[1]), str(FOLDER)]

import numpy as np

from bench import catalogue
from bench.measuring import environment, hardware, timing
from bench.results.parity import relative_error
from bench.vocabulary import CHECK_DEVICE, CHECK_PRECISION, CHECK_SIZE

Call = Callable[[], object]
Side = tuple[Call, Call]
"""A step, and what waits for it."""
AGAINST = ("baselines", "alternatives")
"""What ours is compared with: the independent implementation, and other ways to write ours."""
TASKS = ("all", "quick")
"""What of a derivative or a kernel is compared: all that the independent implementation offers, or the quick tasks."""
ROUNDS = 15
WARM_UP_CALLS = 5


@dataclass(frozen=True)
class Label:
    """What is compared: in which mode, in which task, and with what."""

    mode: str
    task: str
    other: str = "independent"


Pair = tuple[Label, Side, Side]
"""What is compared, ours, theirs."""


def family_of(name: str) -> str:
    """The family of a workload, which its name does not tell."""
    return next(item.family for item in catalogue.discover().values() if item.name == name)


def torch_pairs(name: str, size: str) -> Iterator[Pair]:
    """A training step in eager and compiled PyTorch."""
    import torch

    problem = catalogue.find("training", name).states.problem(size)
    build = catalogue.find("training", name).implementation("torch").build
    for mode in ("eager", "compile"):
        ours = build(problem, "train", mode, "cpu", "float32")
        model, loss, batch, optimizer = import_module(f"baselines.{name}").torch_baseline(problem)
        run = torch.compile(model) if mode == "compile" else model

        def theirs(run: Any = run, loss: Any = loss, batch: Any = batch, optimizer: Any = optimizer) -> None:
            loss(run, *batch).backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

        yield Label(mode, "train"), (ours.step, ours.wait), (theirs, lambda: None)


def jax_pairs(name: str, size: str) -> Iterator[Pair]:
    """A jitted training step with donated state."""
    import jax
    import optax

    problem = catalogue.find("training", name).states.problem(size)
    ours = catalogue.find("training", name).implementation("jax").build(problem, "train", "jit", "cpu", "float32")
    for _, stage in ours.stages():
        stage()
    loss, parameters, batch, optimizer = import_module(f"baselines.{name}").jax_baseline(problem)

    def update(parameters: Any, state: Any, *batch: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(parameters, *batch)
        updates, state = optimizer.update(gradients, state, parameters)
        return optax.apply_updates(parameters, updates), state, value

    jitted = jax.jit(update, donate_argnums=(0, 1))
    held = [jax.tree.map(jax.numpy.copy, parameters), optimizer.init(parameters), None]

    def theirs() -> None:
        held[:] = jitted(held[0], held[1], *batch)

    yield Label("jit", "train"), (ours.step, ours.wait), (theirs, lambda: jax.block_until_ready(held))


def step_pairs(framework: str, name: str, size: str) -> Iterator[Pair]:
    """The tasks of a training that is no model with a loss: the whole step, of which the baseline offers its own."""
    item, baseline = catalogue.find("training", name), import_module(f"baselines.{name}")
    problem, build = item.states.problem(size), item.implementation(framework).build
    for task in baseline.TASKS:
        for mode in {"torch": ("eager", "compile"), "jax": ("jit",)}[framework]:
            ours = build(problem, task, mode, "cpu", "float32")
            for _, stage in ours.stages():
                stage()
            own = (mode,) if framework == "torch" else ()
            yield Label(mode, task), (ours.step, ours.wait), getattr(baseline, f"{framework}_step")(problem, task, *own)


def function_pairs(framework: str, name: str, size: str, tasks: str) -> Iterator[Pair]:
    """The tasks of a derivative or a kernel."""
    item = catalogue.find(family_of(name), name)
    states, build = item.states, item.implementation(framework).build
    problem, precision = states.problem(size), states.precisions[0]
    baseline = import_module(f"baselines.{name}")
    compiles = getattr(baseline, "COMPILES", states.tasks)  # the tasks that torch.compile takes, in bearable time
    wanted = states.main_tasks if tasks == "quick" else states.tasks
    for task, (function, arguments) in offered(baseline, framework, problem, wanted):
        for mode in {"torch": ("eager", "compile") if task in compiles else ("eager",), "jax": ("jit",)}[framework]:
            ours = build(problem, task, mode, "cpu", precision)
            for _, stage in ours.stages():
                stage()
            step, wait = _called(framework, function, arguments, mode)
            yield Label(mode, task), (ours.step, ours.wait), (step, wait)


def offered(
    baseline: Any,
    framework: str,
    problem: Any,
    tasks: Iterable[str],
) -> Iterator[tuple[str, tuple[Call, tuple[Any, ...]]]]:
    """Those of `tasks` that a baseline has, each with its function and arguments.

    It has all for which it does not raise the KeyError of their name. Loops are left out: they are slow on purpose.
    """
    for task in tasks:
        if task.endswith("_loop"):
            continue
        try:
            made = getattr(baseline, f"{framework}_function")(problem, task)
        except KeyError as missing:
            if missing.args != (task,):
                raise
            continue
        yield task, made


def _called(framework: str, function: Call, arguments: tuple[Any, ...], mode: str) -> tuple[Call, Call]:
    """A step that calls the function as the mode does, and what waits for it."""
    held: list[Any] = [None]
    if framework == "torch":
        import torch

        run = torch.compile(function) if mode == "compile" else function
        return lambda: held.__setitem__(0, run(*arguments)), lambda: None
    import jax

    run = jax.jit(function)
    return lambda: held.__setitem__(0, run(*arguments)), lambda: jax.block_until_ready(held)


def built_beside(framework: str, name: str, size: str, precision: str) -> Iterator[tuple[Label, Any, Any]]:
    """Our step and that of every other way to write it, compiled."""
    item = catalogue.find(family_of(name), name)
    ours = item.implementation(framework)
    for other in import_module(f"tests.proof.alternatives.{name}").ALTERNATIVES:
        if other.framework != framework:
            continue
        for task, mode in product(other.tasks, other.modes):
            options = (task, mode, CHECK_DEVICE, precision)
            both = (
                ours.build(item.states.problem(size), *options),
                other.build(ours, item.states.problem(size), *options),
            )
            for step in both:
                for _, stage in step.stages():
                    stage()
            yield Label(mode, task, other.says), *both


def alternative_pairs(framework: str, name: str, size: str) -> Iterator[Pair]:
    """Every other way to write it."""
    precision = catalogue.find(family_of(name), name).states.precisions[0]
    for label, mine, theirs in built_beside(framework, name, size, precision):
        yield label, (mine.step, mine.wait), (theirs.step, theirs.wait)


def differences(framework: str, name: str) -> list[dict[str, Any]]:
    """By how much every other way differs from ours in what it computes, relative, at the size of the parity gate."""
    import_module(f"bench.backends.{framework}_backend").configure(CHECK_DEVICE, CHECK_PRECISION, 1)
    tolerance, rows = catalogue.find(family_of(name), name).states.tolerance, []
    for label, *both in built_beside(framework, name, CHECK_SIZE, CHECK_PRECISION):
        for step in both:
            step.step()
            step.wait()
        mine, theirs = (step.observe() for step in both)
        error = max(relative_error(theirs[key], value) for key, value in mine.items())
        rows.append(asdict(label) | {"error": error, "tolerance": tolerance})
    return rows


def pairs_of(framework: str, name: str, size: str, tasks: str, against: Iterable[str]) -> Iterator[Pair]:
    """The pairs of a workload of any family."""
    if "baselines" in against and name in named_in("baselines"):
        if family_of(name) != "training":
            yield from function_pairs(framework, name, size, tasks)
        elif hasattr(import_module(f"baselines.{name}"), "TASKS"):
            yield from step_pairs(framework, name, size)
        else:
            yield from {"torch": torch_pairs, "jax": jax_pairs}[framework](name, size)
    if "alternatives" in against and name in named_in("alternatives"):
        yield from alternative_pairs(framework, name, size)


def compare(framework: str, name: str, size: str, tasks: str, against: Iterable[str]) -> list[dict[str, Any]]:
    """One row per mode and task: the median over the rounds of ours over theirs, and the quartiles."""
    cpus = hardware.measuring_cpus(None)
    environment.pin(cpus)  # before a framework counts them
    backend = import_module(f"bench.backends.{framework}_backend")
    item = catalogue.find(family_of(name), name)
    precision = "float32" if item.family == "training" else item.states.precisions[0]
    backend.configure("cpu", precision, len(cpus))
    rows = []
    for label, ours, theirs in pairs_of(framework, name, size, tasks, against):
        for step, wait in (ours, theirs):
            timing.block_seconds(step, wait, WARM_UP_CALLS)
        loops = timing.calibrate(*theirs)[0]
        rounds = np.array([[timing.block_seconds(*side, loops) for side in (ours, theirs)] for _ in range(ROUNDS)])
        low, ratio, high = np.quantile(rounds[:, 0] / rounds[:, 1], (0.25, 0.5, 0.75))
        mine, other = np.median(rounds, axis=0) / loops
        rows.append(
            {
                "workload": name,
                "framework": framework,
                **asdict(label),
                "ratio": ratio,
                "low": low,
                "high": high,
                "our_seconds": mine,
                "their_seconds": other,
            }
        )
    return rows


def named_in(folder: str) -> list[str]:
    """The workloads that have a file in `baselines` or `alternatives`."""
    return sorted(path.stem for path in (FOLDER / folder).glob("[a-z]*.py"))


def names() -> list[str]:
    """The workloads that something is compared with."""
    return sorted({name for kind in AGAINST for name in named_in(kind)})


def main() -> None:
    """Compare the named workloads, or all, each framework in a process of its own, and print a line per mode."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", metavar="workload", help=f"of {', '.join(names())} (default: all)")
    parser.add_argument("--framework", choices=("torch", "jax"), help="in this process, as JSON")
    parser.add_argument("--size", default="small")
    parser.add_argument("--differences", action="store_true", help="of what other ways compute, with --framework")
    parser.add_argument("--against", choices=AGAINST, help="of both kinds of others, one")
    parser.add_argument("--tasks", choices=TASKS, default=TASKS[0], help="of derivatives and kernels (default: all)")
    options = parser.parse_args()
    if unknown := set(options.workloads) - set(names()):
        parser.error(f"workload is {sorted(unknown)}, allowed are {', '.join(names())}")
    against = [options.against] if options.against else AGAINST
    ended = []
    for name in options.workloads or names():
        if options.framework:
            found = (
                differences(options.framework, name)
                if options.differences
                else compare(options.framework, name, options.size, options.tasks, against)
            )
            print(json.dumps(found))
            continue
        try:
            rows = both(name, options.size, options.tasks, options.against)
        except RuntimeError as error:  # what others wrote may crash a compiler: the rest is compared all the same
            print(error, file=sys.stderr, flush=True)
            ended.append(name)
            continue
        for row in rows:
            print(
                "{workload:22} {framework:5} {mode:8} {task:20} {other:24} {ratio:5.2f}  [{low:.2f}, {high:.2f}]  "
                "ours {our_seconds:.4g} s, theirs {their_seconds:.4g} s".format(**row),
                flush=True,
            )
    if ended:
        sys.exit(f"Error: no ratios of {', '.join(ended)}")


def both(name: str, size: str = "small", tasks: str = TASKS[0], against: str | None = None) -> list[dict[str, Any]]:
    """The rows of both frameworks, each measured in a fresh process on the processors that runs are measured on, in the
    environment of a trial: what the C library does with freed memory decides some of these ratios.

    Its stack may grow to the hard limit: what Inductor makes of the independent hand tracking ends the usual 8 MB.
    """
    most = resource.getrlimit(resource.RLIMIT_STACK)[1]
    resource.setrlimit(resource.RLIMIT_STACK, (most, most))
    rows = []
    for framework in ("torch", "jax"):
        command = [sys.executable, __file__, name, "--framework", framework, "--size", size, "--tasks", tasks]
        command += ["--against", against] if against else []
        with TemporaryDirectory() as caches:
            threads = len(hardware.measuring_cpus(None))
            around = environment.variables(os.environ, device="cpu", threads=threads, caches=Path(caches))
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=around)
        if done.returncode:
            raise RuntimeError(f"{name} {framework} ended with {done.returncode}: {done.stderr.strip()[-1000:]}")
        rows += json.loads(done.stdout.splitlines()[-1])
    return rows


if __name__ == "__main__":
    main()
