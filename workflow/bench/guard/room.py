"""What a folder has to offer before anything is written or executed in it, and what is said when it has not."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LEAST_BYTES = 200_000_000
"""What has to be free where results and caches are written: the compilers' caches of a preset take about as much."""
FULL_BYTES = 5_000_000
"""Where less is free a file may not have been written."""
FULL = (errno.ENOSPC, errno.EDQUOT)


def free_bytes(folder: Path) -> int:
    """What a user may still write in a folder; nothing where no further file can be made."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize if found.f_favail or not found.f_files else 0


def lacking(folder: Path) -> str | None:
    """Why nothing can be measured that writes in `folder`, in a sentence; None where it can."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"{folder} may not be written"
    if os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return f"{folder} lies on a file system that executes no programs (noexec), which compilers put there"
    if (free := free_bytes(folder)) < LEAST_BYTES:
        return f"{folder} has {free / 1e6:.0f} MB left, {LEAST_BYTES / 1e6:.0f} MB are needed"
    return None


def require(*folders: Path) -> None:
    """End the program with a sentence where nothing can be measured that writes in these folders."""
    for folder in folders:
        if reason := lacking(folder):
            sys.exit(f"Error: {reason}: nothing can be measured")


def tell_full(*folders: Path) -> None:
    """Say on standard error which of these folders has run full."""
    for folder in folders:
        if free_bytes(folder) < FULL_BYTES:
            kept = "what was measured is kept: make room and start the same command again"
            print(f"Error: {folder} has no room left; {kept}", file=sys.stderr)


@contextmanager
def told(output: Path) -> Iterator[None]:
    """An error of the system while `output` is written ends the program with one sentence."""
    try:
        yield
    except OSError as error:
        more = "; make room and start the same command again" if error.errno in FULL else ""
        place = f" ({error.filename})" if error.filename else ""
        sys.exit(f"Error: {output} cannot be written: {error.strerror or error}{place}{more}")
