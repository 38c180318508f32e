"""Find out what works on a GPU that nothing was measured on yet: a table, a line for each check, with the message of
what failed.

python workflow/scripts/gpu_check.py [--output FILE]

Ends with status 1 where something failed, and where no GPU answers. Nothing of it becomes a result.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from bench import catalogue, schema
from bench.measuring import environment, fingerprint, gpu, hardware
from bench.planning.grid import possible_modes
from bench.results import parity
from bench.vocabulary import COMPARED

WORKFLOW = Path(__file__).resolve().parents[1]
GATED = (
    "training/mlp",
    "training/resnet",
    "training/gpt",
    "training/lstm",
    "training/ppo",
    "training/gcn",
    "autodiff/gmm",
    "autodiff/mlp_derivatives",
    "science/nbody",
    "science/heat_equation",
)
"""What goes through the parity gate on the device: whatever has kernels, layouts or captures of its own there."""
TIMED = (
    ("machine/matmul", "medium", "bfloat16"),
    ("machine/copy", "medium", "float32"),
    ("training/mlp", "small", "float32"),
    ("training/resnet", "small", "tf32"),
    ("training/gpt", "small", "bfloat16"),
)
"""One trial of each, in its first task: workload, size, precision."""
CAPTURING, CAPTURED = ("compile-max", "many"), "training/mlp"
"""The modes of PyTorch that capture graphs, for which it tries kernels for up to two minutes a step: the gate takes
them in the first task of a workload alone, trials in one workload.
"""
LONGEST_SECONDS = 600
HOST_BYTES, DEVICE_BYTES = 4 * 2**30, 2 * 2**30
"""Memory that a process of the gate may need."""


@dataclass(frozen=True)
class Line:
    """What was checked, whether it passed, and what is told of it."""

    what: str
    passed: bool
    told: str

    def __str__(self) -> str:
        return f"{'ok' if self.passed else 'FAILED':8}{self.what:44}{self.told}"


class Failed(Exception):
    """A command failed; the message is the last line of what it said."""


def run(*command: str | Path, env: Mapping[str, str] | None = None) -> str:
    """What a Python command prints, in this environment or another. Raises Failed where it fails or takes too long."""
    try:
        done = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False, env=env
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"took more than {LONGEST_SECONDS} s") from None
    if done.returncode:
        raise Failed((done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1])
    return done.stdout


def driver() -> Iterator[Line]:
    """The device, and what the driver tells of it now."""
    for one in hardware.gpus():
        yield Line("device", True, ", ".join(f"{key} {value}" for key, value in one.items()))
    now = gpu.reading()
    told = f"clock {now.clock_hertz} Hz, throttled by {now.reasons}, {now.processes} processes compute on it"
    yield Line("what the driver's library tells", now.clock_hertz is not None, told)
    yield Line("nobody else computes on it", now.processes == 0, f"{now.processes} processes")


def fingerprints(framework: str, device: str) -> Iterator[Line]:
    """Versions, switches, and whether each precision is computed in as it is called."""
    with tempfile.TemporaryDirectory() as folder:
        threads = len(environment.affinity() or [0])
        variables = environment.variables(os.environ, device=device, threads=threads, caches=Path(folder))
        variables["PYTHONPATH"] = str(WORKFLOW)
        try:
            found = json.loads(run("-m", "bench.measuring.fingerprint", framework, device, env=variables))
        except Failed as reason:
            yield Line(f"{framework}: starts", False, str(reason))
            return
    yield Line(f"{framework}: starts", True, ", ".join(f"{key} {value}" for key, value in found["versions"].items()))
    for precision, one in found["precisions"].items():
        if "unsupported" in one:
            yield Line(f"{framework}: {precision}", True, f"unsupported: {one['unsupported']}")
            continue
        faults = [*fingerprint.wrong(precision, one["errors"]), *one["switches"]]
        errors = ", ".join(f"{name} {error:.1e}" for name, error in one["errors"].items())
        yield Line(f"{framework}: {precision} is what it is called", not faults, "; ".join(faults) or errors)


def gate(workloads: Sequence[str], device: str) -> Iterator[Line]:
    """Whether the variants of the workloads compute the same on the device, in float64 at the size tiny; a line for
    each, in the order in which they are done, for nothing is timed and as many run side by side as there is room for.
    """
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(side_by_side()) as pool:
        waiting: dict[Future[list[schema.Row]], tuple[str, str]] = {
            pool.submit(observed, workload, framework, device, Path(folder)): (workload, framework)
            for workload in workloads
            for framework in COMPARED
        }
        rows: dict[str, list[schema.Row]] = {workload: [] for workload in workloads}
        missing = dict.fromkeys(workloads, len(COMPARED))
        failed: dict[str, str] = {}
        for done in as_completed(waiting):
            workload, framework = waiting[done]
            missing[workload] -= 1
            try:
                rows[workload] += done.result()
            except Failed as reason:
                failed[workload] = f"{framework}: {reason}"
            if not missing[workload]:
                yield gated(workload, rows[workload], failed.get(workload))


def side_by_side() -> int:
    """How many processes of the gate have room beside each other: a processor, host and device memory for each."""
    told = [int(one["memory_mib"]) * 2**20 for one in hardware.gpus() if one["memory_mib"].isdecimal()]
    rooms = (hardware.available_bytes() // HOST_BYTES, *(size // DEVICE_BYTES for size in told))
    return max(1, min(len(environment.affinity() or [0]), *rooms))


def observed(workload: str, framework: str, device: str, folder: Path) -> list[schema.Row]:
    """What a framework computes for the gate. Raises Failed."""
    output = folder / f"{workload.replace('/', '-')}-{framework}.parquet"
    states = catalogue.find(*workload.split("/")).states
    checks = [
        f"{mode}:{task}"
        for task in states.check_tasks
        for mode in states.modes_for(task, framework, device)
        if mode not in CAPTURING or task == states.tasks[0]
    ]
    arguments = ("--framework", framework, "--workload", workload, "--device", device, "--output", output)
    run(WORKFLOW / "scripts/check.py", *arguments, "--checks", *checks)
    return schema.read(output, "observations")


def gated(workload: str, rows: list[schema.Row], failed: str | None) -> Line:
    """What the gate says of the observations of a workload."""
    judged = parity.compare(rows, "check")
    bad = [row for row in judged if row["status"] not in ("ok", "unsupported")]
    told = [f"{row['framework']} {row['mode']} {row['task']} {row['precision']}: {row['message']}" for row in bad]
    told += [failed] if failed else []
    return Line(f"gate: {workload}", not told, "; ".join(told) or f"{len(judged)} comparisons")


def trial(workload: str, size: str, precision: str, device: str) -> Line:
    """One trial of a workload's first task: all modes but the hopeless; those that capture graphs in one workload."""
    family, name = workload.split("/")
    states = catalogue.find(family, name).states
    task = states.tasks[0]
    variants = [
        f"{framework}-{mode}"
        for framework in COMPARED
        for mode in possible_modes(states, framework, device, task)
        if f"{framework}-{mode}" != "jax-eager" and (mode not in CAPTURING or workload == CAPTURED)
    ]
    what = f"trial: {workload} {task} {size} {precision}"
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "trial.parquet")
        cell = ("--family", family, "--workload", name, "--task", task, "--size", size, "--precision", precision)
        arguments = ("--device", device, "--caches", Path(folder, "caches"), "--output", output)
        try:
            run(WORKFLOW / "scripts/measure.py", *cell, *arguments, "--variants", *variants)
        except Failed as reason:
            return Line(what, False, str(reason))
        rows = schema.read(output, "trial")
    return Line(what, all(row["status"] == "ok" for row in rows), "; ".join(map(told_of, rows)))


def told_of(row: schema.Row) -> str:
    """The time of a step and what the device did meanwhile, or why there is none."""
    variant = f"{row['framework']}-{row['mode']}"
    if row["status"] != "ok":
        return f"{variant} {row['status']}: {row['message']}"
    rate = f", {row['flops'] / row['step_seconds'] / 1e12:.3g} TFLOP/s" if row["flops"] else ""
    moved = f", {row['items'] / row['step_seconds'] / 1e9:.4g} GB/s" if row["item_unit"] == "bytes" else ""
    held = f", held down by {row['gpu_throttle_reasons']}" if row["gpu_throttle_reasons"] else ""
    others = f", {row['gpu_foreign_processes']} foreign processes" if row["gpu_foreign_processes"] else ""
    return f"{variant} {row['step_seconds']:.3g} s{moved or rate}, {row['peak_device_bytes']} bytes{held}{others}"


def lines(device: str) -> Iterator[Line]:
    """All checks, one after the other."""
    yield from driver()
    for framework in COMPARED:
        yield from fingerprints(framework, device)
    yield from gate(GATED, device)
    for workload, size, precision in TIMED:
        yield trial(workload, size, precision, device)


def main() -> None:
    """Print the table, write it, and fail where a check did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path("gpu-check.txt"), help="default: %(default)s")
    options = parser.parse_args()
    if "cuda" not in hardware.devices():
        sys.exit("Error: no NVIDIA GPU answers on this machine (nvidia-smi lists none), so there is nothing to check.")
    found: list[Line] = []
    for line in lines("cuda"):
        found.append(line)
        print(line, flush=True)
        options.output.write_text("".join(f"{each}\n" for each in found))
    failed = sum(not line.passed for line in found)
    print(f"{len(found) - failed} of {len(found)} checks passed; the table is in {options.output}.")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
