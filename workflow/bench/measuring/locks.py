"""The machine's lock: who is timed is alone, whatever workflow and whatever user it belongs to.

Where it cannot be had the program ends with a sentence that says why and what to do.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Any

LOCK = Path("/tmp/torch-jax-benchmark.lock")
"""One per machine, whatever TMPDIR says: whoever holds it alone measures."""


@contextmanager
def alone(exclusive: bool) -> Iterator[None]:
    """Let no other measurement, of whatever workflow, run at the same time, if asked for."""
    with held(fcntl.LOCK_EX) if exclusive else nullcontext():
        yield


@contextmanager
def beside_no_measurement() -> Iterator[None]:
    """Wait until nothing is measured, and let nothing be until the block ends; others may work too."""
    with held(fcntl.LOCK_SH):
        yield


@contextmanager
def held(kind: int) -> Iterator[None]:
    """Hold the machine's lock, for one or for several."""
    with open_lock() as stream:
        try:
            try:
                fcntl.flock(stream, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"Waiting until nobody else measures on this machine ({LOCK})", file=sys.stderr, flush=True)
                fcntl.flock(stream, kind)
        except OSError as error:
            raise SystemExit(f"Error: the file system of {LOCK} cannot lock files: {error.strerror}") from error
        yield


def open_lock() -> IO[Any]:
    """The lock's file, which belongs to whoever came first and which everybody may read."""
    try:
        with suppress(FileNotFoundError):
            return LOCK.open("rb")
        descriptor = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        with suppress(PermissionError):  # another user was faster
            os.fchmod(descriptor, 0o666)  # whatever the user's mask takes from new files
        return os.fdopen(descriptor, "rb")
    except PermissionError as error:
        raise SystemExit(
            f"Error: {LOCK}, the lock of this machine, belongs to another user, who lets nobody read it; have them "
            "remove it or allow it (chmod a+r)"
        ) from error
