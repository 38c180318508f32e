"""One run: a fresh process of one cell, alone on the machine, watched until it ends, and its Parquet file.

Whatever happens to that process (an exception, a kill, a time-out) becomes the run's status and message.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from bench import sources
from bench.measuring import environment, hardware, probe, timing
from bench.measuring.caches import prepare_caches
from bench.vocabulary import TWIN, Cell

WORKER, PACKAGES = "bench.measuring.worker", Path(__file__).resolve().parents[2]
"""The module that measures, and the folder from which it is started, so that it is found."""

LOCK = Path("/tmp/torch-jax-benchmark.lock")
"""One per machine, whatever TMPDIR says: whoever holds it measures."""


@dataclass(frozen=True)
class Conditions:
    """How a run is measured."""

    plan: timing.Plan
    timeout_seconds: float = 600.0
    exclusive: bool = True


def measure(
    cell: Cell, run: int, output: Path, label: str, conditions: Conditions, cpus: list[int], cache_folder: Path
) -> dict[str, Any]:
    """Measure one run and write its file; returns the row that was written."""
    with alone(conditions.exclusive), tempfile.TemporaryDirectory(prefix="run-") as folder, timing.stopwatch() as wall:
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        caches, cache = prepare_caches(cache_folder, cell, run)
        keep_off(cpus)
        before = probed(cpus)
        specification = {
            "cell": asdict(cell),
            "threads": len(cpus),
            "cpus": cpus,
            "plan": asdict(conditions.plan),
            "seed": run % TWIN,
            "extras": run == 0,
        }
        facts = supervise(specification, Path(folder), conditions.timeout_seconds, caches)
        after = probed(cpus)
    drift = after["median"] / before["median"] - 1
    row = (
        asdict(cell)
        | facts
        | {
            "hardware": label,
            "run": run,
            "started": started,
            "cache": cache,
            "wall_seconds": wall.seconds,
            "probe_before_seconds": before["median"],
            "probe_after_seconds": after["median"],
            "probe_seconds": before["total"] + after["total"],
            "drift": drift,
            "drifted": abs(drift) > probe.DRIFT_LIMIT,
            "threads": len(cpus),
            "source_digest": sources.run_digest(cell.family, cell.workload, cell.framework),
            "environment": environment.recorded(device=cell.device, threads=len(cpus), caches=Path("cache"))
            | {"exclusive": conditions.exclusive},
            "package_digest": environment.package_digest(),
        }
    )
    from bench import schema  # slow: see `_import_while_waiting`

    kept = {
        key: json.dumps(value) if isinstance(value, dict) else value for key, value in row.items() if key in schema.RUNS
    }
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
    variables = environment.variables(
        os.environ, device=cell["device"], threads=specification["threads"], caches=caches
    )
    killed_before = kernel_kills()
    with errors.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", WORKER, str(asked), str(report)],
            env=variables,
            cwd=PACKAGES,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            preexec_fn=lambda: _become_child(specification["cpus"]),
        )
    with stopped_with(process):
        if not set(environment.affinity() or specification["cpus"]) & set(specification["cpus"]):
            _import_while_waiting()
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = None
    facts: dict[str, Any] = json.loads(report.read_text()) if report.exists() else {}
    if code == 0 and facts:
        return facts
    return facts | ended(code, timeout, facts.get("phase", "start"), errors, kernel_kills() > killed_before)


def _import_while_waiting() -> None:
    """What takes half a second and is needed when the run is written: done while the other process imports too, on
    processors that it does not use. With its first array pyarrow imports pandas, where that is installed.
    """
    import pyarrow

    from bench import schema as schema

    pyarrow.array([])
    environment.package_digest()


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
