"""Temporary folders that outlive nobody, and files that are written whole or not at all.

Who makes a folder holds its lock, of which the kernel lets go however its process ends. What a killed process left is
removed at the next start, with every process that still works in it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.guard.callers import unwound

PREFIX = "torch-jax."
"""How the names of these folders begin."""
MARK = ".torch-jax"
"""A file in a folder that somebody else has made, and names, for this workflow."""
_HELD: list[int] = []


@contextmanager
def temporary(kind: str) -> Iterator[Path]:
    """A folder in the temporary folder, removed at the end; what killed processes left there goes first."""
    remove_abandoned()
    folder, descriptor = _made(kind)
    try:
        with unwound():
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def inside(folder: Path) -> dict[str, str]:
    """The variables with which a process keeps what is temporary below `folder`."""
    place = folder / "tmp"
    place.mkdir(exist_ok=True)
    return {"TMPDIR": str(place)}


def adopt(folder: Path) -> None:
    """Have a folder that was made for this process removed like those that it makes itself, if it is killed."""
    with suppress(OSError):
        (folder / MARK).touch()
        _HELD.append(os.open(folder, os.O_RDONLY))
        _lock(_HELD[-1])


def _made(kind: str) -> tuple[Path, int]:
    """A new folder, and the descriptor that holds its lock; another one where somebody took it for abandoned."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{kind}."))
        with suppress(FileNotFoundError):
            descriptor = os.open(folder, os.O_RDONLY)
            with suppress(BlockingIOError), suppress(FileNotFoundError):
                _lock(descriptor)
                if os.stat(folder).st_ino == os.fstat(descriptor).st_ino:
                    return folder, descriptor
            os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Raises BlockingIOError where another process holds it; a file system without locks lets everybody have it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return


def remove_abandoned() -> list[Path]:
    """Remove the folders of processes that were killed, and end what still works in them; returns the folders."""
    removed, place = [], Path(tempfile.gettempdir())
    for folder in sorted([*place.glob(f"{PREFIX}*"), *(mark.parent for mark in place.glob(f"*/{MARK}"))]):
        with suppress(OSError):  # another user's, held, or gone
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                end_processes_in(folder)
                shutil.rmtree(folder)
                removed.append(folder)
            finally:
                os.close(descriptor)
    return removed


def end_processes_in(folder: Path) -> None:
    """Kill every process whose temporary folder is below `folder`, held ones too."""
    mark = f"TMPDIR={folder}/".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # another user's, or gone
            if any(variable.startswith(mark) for variable in (process / "environ").read_bytes().split(b"\0")):
                os.kill(int(process.name), signal.SIGKILL)


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with unfinished.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
