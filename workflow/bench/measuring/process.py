"""A measuring process as its supervisor sees it: started, asked, held still, ended, and what became of it."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.guard.callers import die_with_parent
from bench.measuring import environment, hardware, timing
from bench.measuring.resources import largest_resident_bytes
from bench.vocabulary import OWN

WORKER, OWN_WORKER, PACKAGES = (
    "bench.measuring.worker",
    "bench.own.worker",
    Path(__file__).resolve().parents[2],
)
"""The modules that measure, the second what lies outside this repository, and the folder from which they are started,
so that they are found.
"""
LEAVING_SECONDS = 10.0
"""How long a process that says nothing more may take to end by itself, so that its exit status is known."""


class Process:
    """One measuring process. Only while it is asked something does it run; a stopped process costs nothing.

    `timeout` is the time that it may take of the trial, in seconds, all its turns together; `spent` is what it has
    taken, `retaking` the part of it that went into values that it took again.
    """

    def __init__(
        self, python: str, specification: dict[str, Any], folder: Path, variables: Mapping[str, str], timeout: float
    ) -> None:
        self.folder, self.timeout, self.spent, self.retaking = folder, timeout, 0.0, 0.0
        self.killed_before = kernel_kills()
        self.timed_out = self.leaving = self.ended = False
        asked, report = folder / "specification.json", folder / "report.json"
        (its_questions, self.questions), (self.answers, its_answers) = os.pipe(), os.pipe()
        pipes = {"pipes": [its_questions, its_answers], "spawned": timing.now()}
        asked.write_text(json.dumps(specification | pipes))
        worker = OWN_WORKER if specification["cell"]["family"] == OWN else WORKER
        with (folder / "stderr").open("wb") as stream:
            self.process = subprocess.Popen(
                [python, "-m", worker, str(asked), str(report)],
                env=dict(variables),
                cwd=PACKAGES,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                pass_fds=(its_questions, its_answers),
                start_new_session=True,
                preexec_fn=lambda: _become_child(specification["cpus"]),
            )
        os.close(its_questions)
        os.close(its_answers)

    def warm(self) -> bool:
        """Let it get ready, and hold it; whether it is."""
        return self._answer() is not None

    def turn(self) -> float | None:
        """Let it take one value, in seconds per step, and hold it; None where it has ended instead."""
        answer = self._ask("turn")
        if answer is None:
            return None
        self.retaking += answer.get("retaking_seconds", 0.0)
        return float(answer["seconds"])

    def finish(self) -> None:
        """Let it check what it measured, report, and end."""
        self._ask("finish")

    def _ask(self, question: str) -> dict[str, Any] | None:
        with suppress(BrokenPipeError, ProcessLookupError):
            os.write(self.questions, f"{question}\n".encode())
            os.killpg(self.process.pid, signal.SIGCONT)
        return self._answer()

    def _answer(self) -> dict[str, Any] | None:
        """The next line that it says; None where it ends, or takes longer than it may, for which it is killed. It is
        held afterwards.
        """
        text = b""
        with timing.stopwatch() as watch:
            while not text.endswith(b"\n"):
                left = self.timeout - self.spent - watch.so_far()
                if not select.select([self.answers], [], [], max(left, 0.0))[0]:
                    self.timed_out = True
                    break
                part = os.read(self.answers, 65536)
                if not part:
                    self.leaving = True
                    break
                text += part
        self.spent += watch.seconds
        told = text.endswith(b"\n")
        with suppress(ProcessLookupError):
            if told:
                os.killpg(self.process.pid, signal.SIGSTOP)
            elif self.timed_out:  # it would run beside the others
                os.killpg(self.process.pid, signal.SIGKILL)
        if not told:
            return None
        return dict(json.loads(text))

    def end(self) -> None:
        """End it and all that it started, whatever it is doing; nothing where that was done before."""
        if self.ended:
            return
        self.ended = True
        if self.leaving:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(LEAVING_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.questions, self.answers):
            with suppress(OSError):
                os.close(pipe)

    def facts(self) -> dict[str, Any]:
        """What it reported, or how it ended; after `end`."""
        report = self.folder / "report.json"
        found: dict[str, Any] = json.loads(report.read_text()) if report.exists() else {}
        if found.get("phase") == "done" or (self.process.returncode == 0 and found and not self.timed_out):
            return found
        return found | self._ended(found.get("phase", "start"))

    def _ended(self, phase: str) -> dict[str, str]:
        """Status and message of a process that left no result."""
        if self.timed_out:
            return {"status": "timeout", "message": f"no result after {self.timeout:g} s (in phase {phase})"}
        code = self.process.returncode
        lines = (self.folder / "stderr").read_text(errors="replace").strip().splitlines()
        last = " | ".join(lines[-3:])[-1500:]
        if code == -signal.SIGKILL:
            most = largest_resident_bytes(resource.RUSAGE_CHILDREN)
            if kernel_kills() > self.killed_before or most > 0.5 * (hardware.memory_bytes() or most):
                return {"status": "oom", "message": f"killed by the kernel in phase {phase}: out of memory"}
        reason = f"died of signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"exit status {code}"
        return {"status": "failed", "message": f"{reason} in phase {phase}: {last}".rstrip(": ")}


def _become_child(cpus: list[int] | None) -> None:
    """In the new process: die with the parent, take `cpus`."""
    die_with_parent()
    if cpus is not None:
        environment.pin(cpus)


def kernel_kills() -> int:
    """How often the kernel has killed a process of this control group for want of memory."""
    files = [folder / "memory.events" for folder in hardware.control_groups()]
    files += [folder / "memory.oom_control" for folder in hardware.control_groups("memory")]  # version 1
    told = next(filter(None, (hardware.line(str(file)) for file in files)), "")
    return sum(int(line.split()[1]) for line in told.splitlines() if line.startswith("oom_kill "))
