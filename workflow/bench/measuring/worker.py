"""The measuring process: import one framework, build one cell, check it, time it, report.

    python -m bench.measuring.worker SPECIFICATION REPORT

Started fresh for every variant of a trial by `supervisor`, which gives it a JSON specification and a file for its
report. The report is written anew after each phase, so that a process that is killed leaves behind how far it got.
Once it is warm it waits for its turns: the supervisor asks for each value, and stops the process while others have
theirs. This module knows no framework: it imports the backend and the implementation that the specification names.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import contract, series
from bench.measuring import environment, gpu, startup, timing
from bench.measuring.resources import (
    Disturbances,
    during,
    forget_peak,
    joules_per_step,
    peak_resident_bytes,
    resident_bytes,
)
from bench.vocabulary import CHECK_STEPS, NUMERICAL, TARGET

UNFINISHED_SHARE = 0.05
"""Work found going on after `wait`, as a share of a block's time, beyond which a run is refused."""
WAITED_SHARE, RETAKING_SECONDS = 0.02, 3.0
"""Waiting for a processor, as a share of a block's time, beyond which a value is taken again, and for how long a
process may do so.
"""
BUSY_SHARE = 0.5
"""Share of a processor that may be busy after `wait` before a run is refused."""
OUT_OF_MEMORY = ("RESOURCE_EXHAUSTED", "not enough memory", "can't allocate memory")
"""What XLA and the allocators of PyTorch say, in exceptions of general types."""
SUMMARIES = 3
"""Numbers that stand for each output: mean, root mean square, and a sum in which every element has its own weight."""


class Refused(RuntimeError):
    """What was measured cannot be believed; the message says why."""


class Report:
    """What is known of the run so far, in a JSON file that is replaced whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.facts: dict[str, Any] = {"status": "failed", "message": "the measuring process ended without a result"}

    def add(self, **facts: Any) -> None:
        """Add facts and write the file."""
        self.facts |= facts
        temporary = self.path.with_suffix(".part")
        temporary.write_text(json.dumps(self.facts))
        temporary.replace(self.path)

    def phase(self, name: str, call: Callable[[], Any], parts: Callable[[], Mapping[str, float]] = dict) -> Any:
        """Run `call`, record its time as `<name>_seconds`, return its result.

        `parts` says afterwards how many seconds of it belong to other phases: these are recorded as theirs.
        """
        self.add(phase=name)
        with timing.stopwatch() as watch:
            result = call()
        others = parts()
        seconds = {name: max(watch.seconds - sum(others.values()), 0.0), **others}
        self.add(**{f"{phase}_seconds": spent for phase, spent in seconds.items()})
        return result


class Turns:
    """The supervisor's questions, a line each, and the answers to them."""

    def __init__(self, questions: int, answers: int) -> None:
        self.questions, self.answers = os.fdopen(questions), os.fdopen(answers, "w")

    def asked(self, answer: dict[str, Any]) -> bool:
        """Answer, and wait: whether another value is wanted. Ends the process when nobody is there any more."""
        print(json.dumps(answer), file=self.answers, flush=True)
        question = self.questions.readline().strip()
        if question not in ("turn", "finish"):
            os._exit(1)
        return question == "turn"

    def of(self, take: Callable[[], dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """What `take` returns, at every turn."""
        answer: dict[str, Any] = {}
        while self.asked(answer):
            answer = take()
            yield answer


def run(specification: dict[str, Any], report: Report, turns: Turns) -> None:
    """Measure the cell of `specification`, a value at each of its turns, and put everything into `report`.

    Raises whatever the cell raises; Refused where the measurement cannot be believed.
    """
    cell, device = specification["cell"], specification["cell"]["device"]
    workload = f"bench.workloads.{cell['family']}.{cell['workload']}"
    backend_name = f"bench.backends.{cell['framework']}_backend"
    names = (backend_name, f"{workload}.{cell['framework']}_impl", f"{workload}.problem")
    report.add(phase="import")
    with startup.Together() as memory:
        backend, implementation, problem_module = [import_module(name) for name in names]
        report.add(import_seconds=timing.now() - specification["spawned"])  # a clock that all processes share
        report.add(baseline_host_bytes=resident_bytes())
        problem, step = prepare(backend, implementation, problem_module, specification, report)
        report.add(
            steps_per_call=step.steps_per_call,
            versions=backend.versions(),
            affinity=environment.affinity(),
            items=problem.items(cell["task"]),
            flops=problem.flops(cell["task"]),
            item_unit=problem_module.ITEM,
            bytes_moved=bytes_moved(problem, cell["task"], cell["precision"]),
        )
        require_settings(backend, specification)
        compile_and_call(step, backend, report)
    report.add(startup_peak_host_bytes=memory.bytes)
    losses = capture(step, backend, cell, report)
    report.add(startup_peak_device_bytes=backend.peak_device_bytes(device))
    report.add(
        check_values=report.phase("check", lambda: first_values(step, losses)),
        check_summaries=SUMMARIES,
    )
    require_finite(step)
    backend.require_uncompiled(cell["mode"])
    if cell["task"] == TARGET:
        time_course(step, backend, problem_module.TARGET[cell["size"]], specification, report, turns)
    else:
        time_steps(step, backend, specification, report, turns)
    report.add(peak_host_bytes=peak_resident_bytes(), peak_device_bytes=backend.peak_device_bytes(device))
    require_settings(backend, specification)
    require_finite(step)
    report.add(message="", switches=backend.switches())
    if specification["extras"]:
        extras(step, backend, problem, cell, report)
    report.add(status="ok", phase="done")


def prepare(
    backend: ModuleType,
    implementation: ModuleType,
    problem_module: ModuleType,
    specification: dict[str, Any],
    report: Report,
) -> tuple[Any, Any]:
    """The problem and its step, after the phases of the start between the import and the compiling.

    What is drawn or imported while the workload is built is recorded as data and as import of the compiler.
    """
    cell = specification["cell"]
    device, precision = cell["device"], cell["precision"]
    if cell["mode"] != "eager" and backend.COMPILER:
        report.phase("compiler_import", lambda: [import_module(name) for name in backend.COMPILER])

    def get_ready() -> None:
        backend.configure(device, precision, specification["threads"])
        backend.first_array(device)

    report.phase("device", get_ready)
    parts = startup.Parts()

    def build() -> tuple[Any, Any]:
        problem = parts.timed("data", problem_module.Problem)(cell["size"])
        with parts.methods("data", problem), parts.imports("compiler_import", backend.COMPILER):
            step = implementation.build(problem, cell["task"], cell["mode"], device, precision)
            if cell["task"] == TARGET:
                step.begin(0)
        return problem, step

    problem, step = report.phase("build", build, lambda: parts.seconds)
    return problem, step


def bytes_moved(problem: Any, task: str, precision: str) -> float | None:
    """The least bytes that a step must read and write, where the problem counts them (in float64)."""
    counted = contract.bytes_moved(problem, task)
    return None if counted is None else counted / (1 if precision == "float64" else 2)


def compile_and_call(step: Any, backend: ModuleType, report: Report) -> None:
    """Trace, compile and take the first call, each under the clock."""
    for name, stage in step.stages():
        report.phase(name, stage)
    before = backend.compile_seconds()

    def hidden() -> dict[str, float]:  # of frameworks that compile inside the first call
        return {name: seconds - before.get(name, 0.0) for name, seconds in backend.compile_seconds().items()}

    report.phase("first_step", lambda: timing.seconds_of(step.step, step.wait), hidden)


def capture(step: Any, backend: ModuleType, cell: Mapping[str, str], report: Report) -> list[float]:
    """The further calls that the start takes until a graph is captured, and the losses of all calls but the last."""
    losses: list[float] = []
    for _ in range(backend.first_calls(cell["mode"], cell["device"]) - 1):
        losses += losses_of(step.observe())
        seconds = timing.seconds_of(step.step, step.wait)
        report.add(first_step_seconds=report.facts["first_step_seconds"] + seconds)
    return losses


def losses_of(observed: dict[str, Any]) -> list[float]:
    """The losses of the steps of a call; none where a step has no loss."""
    return [float(loss) for loss in observed["loss"].ravel()] if "loss" in observed else []


def first_values(step: Any, losses: list[float]) -> list[float]:
    """The losses of the first steps (five, or all of the first call), or the summaries of the outputs by name.

    losses: those of the calls before the last.
    """
    observed = step.observe()
    if "loss" not in observed:
        return [summary for name in sorted(observed) for summary in summaries(observed[name])]
    losses = losses + losses_of(observed)
    while len(losses) < CHECK_STEPS:
        step.step()
        step.wait()
        losses += losses_of(step.observe())
    return losses


def steady_state(backend: ModuleType, device: str) -> None:
    """From here on memory is the workload's alone: what the start held, and the copies of the checks, is forgotten."""
    forget_peak()
    backend.forget_peak(device)


def summaries(output: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean, root mean square, and Σᵢ wᵢ xᵢ / √n of an output of n elements, in its unit.

    The weights are uniform between -1 and 1, drawn once and for all: without any pattern, so that the sum changes with
    the order of the elements, whatever they and their new order are.
    """
    flat = output.ravel()
    weights = np.random.default_rng(0).uniform(-1, 1, flat.size)
    return float(flat.mean()), math.sqrt(np.square(flat).mean()), float(flat @ weights / math.sqrt(flat.size))


def time_steps(step: Any, backend: ModuleType, specification: dict[str, Any], report: Report, turns: Turns) -> None:
    """Warm up, take a value at each turn, and make sure that nothing went on outside the clock."""
    plan, device = timing.Plan(**specification["plan"]), specification["cell"]["device"]
    steady_state(backend, device)
    report.add(phase="warmup")
    result = timing.warm_up(step.step, step.wait, step.steps_per_call, plan)
    report.add(phase="timed", warmup_seconds=result.warmup_seconds, warmup_values=result.warmup_values)
    found: list[dict[str, Any]] = []
    with backend.guard(specification["cell"]["mode"], step), timing.undisturbed():
        for one in turns.of(lambda: turn(result, step, device, RETAKING_SECONDS - retaking_seconds(found))):
            found.append(one)
    block = result.loops * result.steps_per_call
    result.values = [one["seconds"] for one in found]
    result.timed_seconds = sum(one["seconds"] * block for one in found)
    total = sum((Disturbances(**one["disturbances"]) for one in found), Disturbances())
    steps = block * len(found)
    report.add(
        loops=result.loops,
        values=result.values,
        steady=result.steady,
        timed_seconds=result.timed_seconds,
        step_seconds=series.median(result.values),
        retaken=sum(one["retaken"] for one in found),
        waited_seconds=total.waited_seconds,
        involuntary_switches=total.involuntary_switches,
        minor_faults=total.minor_faults / steps,
        major_faults=total.major_faults / steps,
        **gpu.summary([gpu.Reading(**one["gpu"]) for one in found]),
    )
    with timing.stopwatch() as watch:
        require_all_inside(step, lambda: backend.drain(device), result.loops, block * report.facts["step_seconds"])
    report.add(check_seconds=report.facts["check_seconds"] + watch.seconds)

    def one_block() -> int:
        timing.block_seconds(step.step, step.wait, result.loops)
        return block

    if specification["energy"]:
        report.add(energy_joules=joules_per_step(device, one_block))


def turn(measurement: timing.Measurement, step: Any, device: str, allowance: float) -> dict[str, Any]:
    """One value, after a block that refills the caches, and what disturbed it.

    Both are taken again where the process had to wait for a processor, for as long as the `allowance` (seconds) lasts.
    """
    retaken, spent = 0, 0.0
    while True:
        with timing.stopwatch() as watch:
            timing.refill(measurement, step.step, step.wait)
            seconds, found = during(lambda: timing.value(measurement, step.step, step.wait))
        block = seconds * measurement.loops * measurement.steps_per_call
        if found.waited_seconds <= WAITED_SHARE * block or spent + watch.seconds > allowance:
            break
        retaken, spent = retaken + 1, spent + watch.seconds
    state = gpu.reading() if device == "cuda" else gpu.Reading()
    return {
        "seconds": seconds,
        "retaken": retaken,
        "retaking_seconds": spent,
        "disturbances": asdict(found),
        "gpu": asdict(state),
    }


def retaking_seconds(found: list[dict[str, Any]]) -> float:
    """What a process has spent on values that it took again."""
    return sum(one["retaking_seconds"] for one in found)


def require_all_inside(step: Any, drain: Callable[[], None], loops: int, block_seconds: float) -> None:
    """Raise Refused where work goes on outside the clock; `block_seconds` is what a block of `loops` calls takes."""
    most_left = UNFINISHED_SHARE * block_seconds + 1e-3

    def look() -> tuple[tuple[float, float], float]:
        seen, found = during(lambda: timing.unfinished_seconds(step.step, step.wait, drain, loops))
        return seen, found.waited_seconds

    left, busy = timing.work_outside(look, most_left, BUSY_SHARE)
    if left > most_left:
        raise Refused(f"work outside the clock: {left:.3g} s of it were left when wait() returned")
    if busy > BUSY_SHARE:
        raise Refused(f"work outside the clock: the process kept {busy:.2g} processors busy after wait() returned")


def time_course(
    step: Any,
    backend: ModuleType,
    target: dict[str, Any],
    specification: dict[str, Any],
    report: Report,
    turns: Turns,
) -> None:
    """Train from the seed's start until the score has reached the target; the time of that is the run's one value.

    Only the training is under the clock, not the scores between. Raises Refused where the target is not reached.
    """
    report.phase("warmup", lambda: step.begin(specification["seed"]))
    steady_state(backend, specification["cell"]["device"])
    (found,) = turns.of(lambda: course(step, lambda: backend.guard(specification["cell"]["mode"], step), target))
    scores, total, steps = found["scores"], found["seconds"], found["steps"][-1]
    report.add(
        score_name=target["score"],
        score_target=target["value"],
        scores=scores,
        score_steps=found["steps"],
        score_seconds=found["times"],
    )
    if not found["reached"]:
        best = max(scores) if target["above"] else min(scores)
        raise Refused(
            f"the target was not reached: {target['score']} was at best {best:.4g} within {steps} "
            f"steps, wanted was {target['value']:g}"
        )
    report.add(
        phase="timed",
        timed_seconds=total,
        values=[total],
        step_seconds=total,
        loops=1,
        steps_per_call=1,
        steady=True,
        items=steps * report.facts["items"],
        flops=steps * report.facts["flops"],
        **found["disturbances"],
    )


def course(step: Any, guard: Callable[[], AbstractContextManager[None]], target: dict[str, Any]) -> dict[str, Any]:
    """The whole way to the target: its seconds, what disturbed it, and the scores on the way."""
    met = Disturbances()

    def advance() -> float:
        nonlocal met
        with guard():
            seconds, found = during(lambda: timing.block_seconds(step.step, step.wait, 1))
        met += found
        return seconds

    def reached(score: float) -> bool:
        return score >= target["value"] if target["above"] else score <= target["value"]

    found = timing.pursue(advance, step.score, reached, target["most"] // step.steps_per_call)
    return {
        "seconds": found.seconds[-1],
        "times": found.seconds,
        "steps": [calls * step.steps_per_call for calls in found.calls],
        "scores": found.scores,
        "reached": found.reached,
        "disturbances": asdict(met),
    }


def extras(step: Any, backend: ModuleType, problem: Any, cell: dict[str, Any], report: Report) -> None:
    """Slower results, once per cell and after all timing: the error against the reference, the compiler's FLOP count
    and the workload's own metrics.

    What goes wrong here is told in the run's message; the times stand.
    """

    def collect() -> dict[str, Any]:
        error = reference_error(step, problem, cell["task"]) if cell["family"] in NUMERICAL else None
        return {
            "reference_error": error,
            "compiler_flops": backend.compiler_flops(step),
            "metrics": getattr(step, "metrics", dict)(),
        }

    try:
        report.add(**report.phase("metrics", collect))
    except Exception as error:  # a failure is a result
        report.add(message=f"after the timing: {outcome(error)['message']}")


def reference_error(step: Any, problem: Any, task: str) -> float | None:
    """The largest relative difference of the outputs from the problem's float64 reference: max |a - b| / max |b|.

    None where the problem has no reference at this size.
    """
    reference, observed = problem.reference(task), step.observe()
    return max(
        (
            float(abs(observed[name] - value).max() / (abs(value).max() or 1.0))
            for name, value in reference.items()
            if value.size
        ),
        default=None,
    )


def require_settings(backend: ModuleType, specification: dict[str, Any]) -> None:
    """Raise Refused when a switch or the processors are not what the run asked for."""
    cell = specification["cell"]
    expected = backend.expected(cell["device"], cell["precision"], specification["threads"])
    actual = backend.switches()
    wrong = [
        f"{key} is {actual.get(key)!r}, expected {value!r}"
        for key, value in expected.items()
        if actual.get(key) != value
    ]
    cpus = environment.affinity()
    if specification["cpus"] is not None and cpus != sorted(specification["cpus"]):
        wrong.append(f"processors are {cpus}, expected {sorted(specification['cpus'])}")
    if wrong:
        raise Refused(f"settings differ from what was asked for: {'; '.join(wrong)}")


def require_finite(step: Any) -> None:
    """Raise Refused when an output holds something that is not a finite number."""
    for name, value in step.observe().items():
        if not np.isfinite(value).all():
            raise Refused(f"non-finite values in {name}")


def outcome(error: BaseException) -> dict[str, str]:
    """Status and message of a run that raised `error`."""
    kind = type(error).__name__
    text = str(error).strip() or kind
    if kind == "Unsupported":
        return {"status": "unsupported", "message": text}
    if isinstance(error, MemoryError) or kind == "OutOfMemoryError" or any(sign in text for sign in OUT_OF_MEMORY):
        return {"status": "oom", "message": f"{kind}: {text}"[:2000]}
    return {"status": "failed", "message": (text if isinstance(error, Refused) else f"{kind}: {text}")[:2000]}


def main() -> None:
    """Read the specification, measure, report; both files are JSON."""
    specification = json.loads(Path(sys.argv[1]).read_text())
    report, turns = Report(Path(sys.argv[2])), Turns(*specification["pipes"])
    try:
        run(specification, report, turns)
    except Exception as error:  # a failure is a result
        report.add(**outcome(error))
    os._exit(0)  # the report is complete; unloading a framework would take up to a second


if __name__ == "__main__":
    main()
