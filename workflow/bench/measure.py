"""Measure one run: a fresh process of one cell, alone on the machine, and write its Parquet file.

Whatever happens to that process (an exception, a kill, a time-out) becomes the run's status and message; this
command itself fails only when it was called wrongly or cannot write its file.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the package, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import ctypes
import fcntl
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from typing import IO, Any

from bench import environment, hardware, probe, timing, workloads
from bench.vocabulary import ALLOWED, TWIN, Cell

WORKER = Path(__file__).with_name("worker.py")
CACHES = Path(tempfile.gettempdir(), "torch-jax-caches")
"""Where compilers' caches are kept unless the caller names a folder."""
TOOLCHAIN = Path(__file__).with_name("backends") / "torch_toolchain.py"
UNCOMPILED = ("torch-eager", "numpy-eager")
LOCK = Path("/tmp/torch-jax-benchmark.lock")
"""One per machine, whatever TMPDIR says: whoever holds it measures."""


@dataclass(frozen=True)
class Settings:
    """How a run is measured."""

    plan: timing.Plan
    timeout_seconds: float = 600.0
    exclusive: bool = True


def measure(cell: Cell, run: int, output: Path, label: str, settings: Settings, cpus: list[int],
            cache_folder: Path) -> dict[str, Any]:
    """Measure one run and write its file; returns the row that was written."""
    with alone(settings.exclusive), tempfile.TemporaryDirectory(prefix="run-") as folder, \
            timing.stopwatch() as wall:
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        caches, cache = prepare_caches(cache_folder, cell, run)
        keep_off(cpus)
        before = probed(cpus)
        specification = {"cell": asdict(cell), "threads": len(cpus), "cpus": cpus, "plan": asdict(settings.plan),
                         "seed": run % TWIN, "extras": run == 0}
        facts = supervise(specification, Path(folder), settings.timeout_seconds, caches)
        after = probed(cpus)
    drift = after["median"] / before["median"] - 1
    row = asdict(cell) | facts | {
        "hardware": label, "run": run, "started": started, "cache": cache, "wall_seconds": wall.seconds,
        "probe_before_seconds": before["median"], "probe_after_seconds": after["median"],
        "probe_seconds": before["total"] + after["total"], "drift": drift, "drifted": abs(drift) > probe.DRIFT_LIMIT,
        "threads": len(cpus), "source_digest": workloads.source_digest(cell.family, cell.workload),
        "environment": environment.recorded(device=cell.device, threads=len(cpus), caches=Path("cache")) | {
            "exclusive": settings.exclusive},
        "package_digest": environment.package_digest(),
    }
    schema = import_module("bench.schema")
    kept = {key: json.dumps(value) if isinstance(value, dict) else value
            for key, value in row.items() if key in schema.RUNS}
    schema.write(output, "run", [kept])
    return kept


@contextmanager
def alone(exclusive: bool) -> Iterator[None]:
    """Hold the machine's lock, so that no other measurement, of whatever workflow, runs at the same time."""
    if not exclusive:
        yield
        return
    with open_lock() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def open_lock() -> IO[bytes]:
    """The lock's file, which belongs to whoever came first and which everybody may read."""
    with suppress(FileNotFoundError):
        return LOCK.open("rb")
    os.close(os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o666))
    return LOCK.open("rb")


def prepare_caches(base: Path, cell: Cell, run: int) -> tuple[Path, str]:
    """The folder of the cell's compiler caches below `base`, and whether this run compiles `cold` or `cached`.

    The first run empties the folder; the others use what it left. Eager PyTorch compiles nothing (`none`); eager JAX
    compiles every operation by itself. What PyTorch's compiler finds out about the machine, once, is there from the
    start.
    """
    folder = base.absolute() / cell.problem / cell.variant
    if run == 0:
        shutil.rmtree(folder, ignore_errors=True)
    cache = "cached" if any(folder.glob("*/*")) else "cold"
    folder.mkdir(parents=True, exist_ok=True)
    if cache == "cold" and cell.variant.startswith("torch-compile"):
        shutil.copytree(toolchain(base.absolute()), folder, dirs_exist_ok=True)
    return folder, "none" if cell.variant in UNCOMPILED else cache


def toolchain(base: Path) -> Path:
    """The cache below `base` of what PyTorch's compiler knows about the machine; made where it is missing.

    It stays empty where that fails: the compiler then finds it out by itself, in every cold run.
    """
    folder = base / f"toolchain-{version('torch')}"
    if not folder.exists():
        base.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix="toolchain.", dir=base))
        variables = environment.variables(os.environ, device="cpu", threads=1, caches=part)
        subprocess.run([sys.executable, str(TOOLCHAIN)], env=variables, capture_output=True, check=False)
        try:
            part.rename(folder)
        except OSError:  # another process was faster
            shutil.rmtree(part)
    return folder


@contextmanager
def fresh_caches(base: Path, framework: str) -> Iterator[Path]:
    """A folder of caches that hold nothing but what PyTorch's compiler knows about the machine, removed at the end.

    A process that is killed leaves nothing half written in the caches of the next one.
    """
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        if framework == "torch":
            shutil.copytree(toolchain(base.absolute()), folder, dirs_exist_ok=True)
        yield Path(folder)


def keep_off(cpus: list[int]) -> None:
    """Move this process to the processors that the measurement does not use, if there are any."""
    others = sorted(set(environment.affinity() or []) - hardware.with_siblings(cpus))
    if others:
        environment.pin(others)


def probed(cpus: list[int]) -> dict[str, float]:
    """Probe the processors of the run; `median` of the probe and `total` time spent, in seconds."""
    mine = environment.affinity()
    with timing.stopwatch() as total:
        environment.pin(cpus[-1:])
        median = probe.seconds()
        if mine is not None:
            environment.pin(mine)
    return {"median": median, "total": total.seconds}


def supervise(specification: dict[str, Any], folder: Path, timeout: float, caches: Path) -> dict[str, Any]:
    """Start the measuring process, wait for it, and return what it reported or how it ended."""
    cell = specification["cell"]
    asked, report, errors = folder / "specification.json", folder / "report.json", folder / "stderr"
    asked.write_text(json.dumps(specification | {"spawned": timing.now()}))
    variables = environment.variables(os.environ, device=cell["device"], threads=specification["threads"],
                                      caches=caches)
    killed_before = kernel_kills()
    with errors.open("wb") as stream:
        process = subprocess.Popen([sys.executable, str(WORKER), str(asked), str(report)], env=variables,
                                   stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True,
                                   preexec_fn=lambda: _become_child(specification["cpus"]))
    with stopped_with(process):
        # slow, needed later: now, while the other process imports too, on processors that it does not use
        if not set(environment.affinity() or specification["cpus"]) & set(specification["cpus"]):
            import_module("bench.schema").pa.array([])  # with which pyarrow imports pandas, where it is installed
            environment.package_digest()
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = None
    facts: dict[str, Any] = json.loads(report.read_text()) if report.exists() else {}
    if code == 0 and facts:
        return facts
    return facts | ended(code, timeout, facts.get("phase", "start"), errors, kernel_kills() > killed_before)


@contextmanager
def stopped_with(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Whatever ends this block, a signal included, ends the process and all that it started."""
    def stop(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for number, handler in previous.items():
            signal.signal(number, handler)


def _become_child(cpus: list[int]) -> None:
    """In the new process: die with the parent, be the kernel's first choice when memory runs out, take `cpus`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
    environment.pin(cpus)


def ended(code: int | None, timeout: float, phase: str, errors: Path, by_kernel: bool) -> dict[str, str]:
    """Status and message of a process that left no result: None is a time-out, a negative code a signal."""
    if code is None:
        return {"status": "timeout", "message": f"no result after {timeout:g} s (in phase {phase})"}
    last = " | ".join(errors.read_text(errors="replace").strip().splitlines()[-3:])[-1500:]
    if code == -signal.SIGKILL:
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        if by_kernel or most > 0.5 * (hardware.memory_bytes() or most):
            return {"status": "oom", "message": f"killed by the kernel in phase {phase}: out of memory"}
    reason = f"died of signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"exit status {code}"
    return {"status": "failed", "message": f"{reason} in phase {phase}: {last}".rstrip(": ")}


def kernel_kills() -> int:
    """How often the kernel has killed a process of this control group for want of memory."""
    try:
        lines = Path("/sys/fs/cgroup/memory.events").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def line(cell: Cell, row: dict[str, Any]) -> str:
    """One plain line about a finished run: its step time with the interval's half-width, or its failure."""
    if row["status"] != "ok":
        return f"{cell} #{row['run']}: {row['status']}: {(row['message'] or '').splitlines()[0][:160]}"
    half = timing.statistics.relative_half_width(row["values"])
    width = f" ± {half:.1%}" if half < 1e9 else ""  # too few values have no interval
    return (f"{cell} #{row['run']}: {readable(row['step_seconds'])}{width} "
            f"({len(row['values'])} values{'' if row['steady'] else ', not steady'}"
            f"{', machine drifted' if row['drifted'] else ''})")


def readable(seconds: float) -> str:
    """Seconds with the unit that keeps the number between 1 and 1000."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure one run of one cell and write its Parquet file.")
    for option in fields(Cell):
        parser.add_argument(f"--{option.name}", required=True, choices=ALLOWED.get(option.name))
    parser.add_argument("--run", type=int, default=0, help="number of the run; run 0 compiles with empty caches")
    parser.add_argument("--hardware", default=None, help="name of this machine in the results (default: found out)")
    parser.add_argument("--cpu-threads", type=int, default=None, help="processors of the run (default: all but one)")
    parser.add_argument("--settings", type=Path, default=None,
                        help="settings.json of the workflow: time budget, interval width, time-out")
    parser.add_argument("--caches", type=Path, default=CACHES,
                        help="folder that keeps the compilers' caches from run 0 to the next (default: %(default)s)")
    parser.add_argument("--output", type=Path, required=True, help="Parquet file to write")
    return parser.parse_args(arguments)


def settings_from(path: Path | None) -> Settings:
    """The settings in `path` (see settings.py), or the defaults."""
    if path is None:
        return Settings(timing.Plan())
    given = json.loads(path.read_text())
    return Settings(timing.Plan(**given["plan"]), given["timeout_seconds"], given["exclusive"])


def main() -> None:
    """Measure what the command line says and print one line about it."""
    options = parse()
    cell = Cell(**{option.name: getattr(options, option.name) for option in fields(Cell)})
    try:
        workloads.require(cell.family, cell.workload, cell.task, cell.size, cell.precision)
        cpus = hardware.measuring_cpus(options.cpu_threads)
    except ValueError as error:
        sys.exit(f"Error: {error}")
    label = options.hardware or hardware.name()
    settings = settings_from(options.settings)
    row = measure(cell, options.run, options.output, label, settings, cpus, options.caches)
    print(line(cell, row), flush=True)


if __name__ == "__main__":
    main()
    os._exit(0)  # to dismantle pyarrow and pandas takes a tenth of a second, in every run
