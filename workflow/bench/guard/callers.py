"""Nobody works on for a workflow that is gone, and nobody's child lives on without him."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WORKFLOW = "TORCH_JAX_WORKFLOW"
"""The variable that tells the process of the workflow to whatever it starts."""


def announce_workflow() -> None:
    """Tell this process, which starts others, to all of them."""
    os.environ[WORKFLOW] = str(os.getpid())


def end_with_workflow() -> None:
    """Have this process get SIGTERM when the workflow ends that it belongs to, or the shell in which that started it.

    Whoever is started by hand, and so belongs to no workflow, goes on.
    """
    workflow = os.environ.pop(WORKFLOW, "")
    if not workflow.isdigit() or not hasattr(os, "pidfd_open"):
        return
    callers = [_opened(int(workflow)), _opened(os.getppid())]
    threading.Thread(target=_wait_for, args=([one for one in callers if one is not None],), daemon=True).start()


def _opened(process: int) -> int | None:
    """A descriptor that can be read when the process has ended; None where the kernel has none. Gone: ends this one."""
    try:
        return os.pidfd_open(process)
    except ProcessLookupError:
        os.kill(os.getpid(), signal.SIGTERM)
    except OSError:
        pass
    return None


def _wait_for(descriptors: list[int]) -> None:
    if descriptors and select.select(descriptors, [], []):
        os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def unwound() -> Iterator[None]:
    """SIGTERM and SIGHUP end this block as SIGINT does: by an exception, so that everything is cleared away."""

    def stop(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():  # nobody else gets signals
        yield
        return
    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def hold_signals() -> None:
    """From here on no signal ends this process that can be held back: what it writes now counts as done."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))


def die_with_parent() -> None:
    """In a new process: be killed when the one that started it ends, and be the kernel's first choice when memory runs
    out.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
