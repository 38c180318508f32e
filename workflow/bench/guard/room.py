"""What a folder has to offer before anything is written or executed in it, and what is said when it has not."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LEAST_BYTES = 200_000_000
"""What has to be free where results and caches are written: the compilers' caches of a preset take about as much."""
BEGINNING_BYTES = 1_000_000
"""What Snakemake needs for its own notes."""
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


UNQUOTED = re.compile(r"[\s'\"\\]")
"""Characters that PyTorch's compiler hands to the C++ compiler as they are, in paths."""


def uncompilable(path: Path) -> str | None:
    """Why PyTorch's compiler cannot work with a path, in a sentence; None where it can."""
    if not UNQUOTED.search(str(path)):
        return None
    return (
        f"the path '{path}' has a space or a quotation mark, which PyTorch's compiler does not quote for the C++ "
        "compiler; move it, or measure modes=eager,jit"
    )


def require(*folders: Path, compiling: bool = False, interpreter: Path | None = None) -> None:
    """End the program with a sentence where nothing can be measured that writes in these folders.

    compiling: whether PyTorch's compiler is measured; interpreter: the Python that does it.
    """
    reasons = [reason for folder in folders if (reason := lacking(folder))]
    if compiling:
        paths = [*map(Path.absolute, folders), *([interpreter] if interpreter else [])]
        reasons += [reason for path in paths if (reason := uncompilable(path))]
    if reasons:
        sys.exit(f"Error: nothing can be measured: {reasons[0]}")


def require_any(folder: Path) -> None:
    """End the program with a sentence where not even Snakemake can note what it does."""
    if (free := free_bytes(folder)) < BEGINNING_BYTES:
        sys.exit(f"Error: {folder.absolute()} has {free / 1e3:.0f} kB left: make room and start the same command again")


def full(*folders: Path) -> list[Path]:
    """Those of the folders that have run full; one that is not there is where it would be made."""
    found = []
    for folder in folders:
        place = folder.absolute()
        there = next(path for path in (place, *place.parents) if path.exists())
        found += [folder] if free_bytes(there) < FULL_BYTES else []
    return found


def tell_full(*folders: Path) -> None:
    """Say on standard error which of these folders has run full."""
    for folder in full(*folders):
        kept = "what was measured is kept: make room and start the same command again"
        print(f"Error: {folder} has no room left; {kept}", file=sys.stderr)


def require_not_full(*folders: Path) -> None:
    """Raises OSError where one of these folders has run full: what has failed then is no result."""
    for folder in full(*folders):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


@contextmanager
def told(output: Path) -> Iterator[None]:
    """An error of the system while `output` is written ends the program with one sentence."""
    try:
        yield
    except OSError as error:
        more = "; make room and start the same command again" if error.errno in FULL else ""
        place = f" ({error.filename})" if error.filename else ""
        sys.exit(f"Error: {output} cannot be written: {error.strerror or error}{place}{more}")
