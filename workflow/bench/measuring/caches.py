"""The compilers' caches: empty for a first run, kept for the next, and what a compiler knows about the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.guard.folders import inside, temporary
from bench.measuring import environment
from bench.measuring.interpreters import Interpreter, own_interpreter
from bench.vocabulary import Cell

CACHES = Path(tempfile.gettempdir(), "torch-jax-caches")
"""Where compilers' caches are kept unless the caller names a folder."""
TOOLCHAIN = Path(__file__).resolve().parents[1] / "backends" / "torch_toolchain.py"
UNCOMPILED = (("torch", "eager"), ("torch", "eager-expert"), ("numpy", "eager"))
LONGEST_SECONDS = 600
"""So long may PyTorch's compilers take to find out what they want to know about the machine."""
COLD_EVERY = 5
"""Every so many trials compile with empty caches, so that what a compiler decides anew is inside the interval."""


def prepare_caches(base: Path, cell: Cell, name: str, trial: int, interpreter: Interpreter) -> tuple[Path, str]:
    """The folder of a process's compiler caches below `base`, and whether it compiles `cold` or `cached`.

    The first trial empties the folder, and so does every fifth; the others use what it left. Eager PyTorch compiles
    nothing (`none`); eager JAX compiles every operation by itself. What PyTorch's compiler finds out about the machine,
    once, is there from the start.
    """
    folder = base.absolute() / cell.folder / name
    if trial % COLD_EVERY == 0:
        shutil.rmtree(folder, ignore_errors=True)
    cache = "cached" if any(folder.glob("*/*")) else "cold"
    folder.mkdir(parents=True, exist_ok=True)
    compiles = (cell.framework, cell.mode) not in UNCOMPILED
    if cache == "cold" and compiles and cell.framework == "torch":
        begin_with(toolchain(base.absolute(), interpreter, cell.device), folder)
    return folder, cache if compiles else "none"


def begin_with(known: Path, folder: Path) -> None:
    """Copy what PyTorch's compilers `known` of the machine into a folder of caches."""
    for compiler in ("inductor", "triton"):
        with suppress(FileNotFoundError):
            shutil.copytree(known / compiler, folder / compiler, dirs_exist_ok=True)


def share_headers(base: Path, interpreter: Interpreter, device: str, place: Path) -> None:
    """Have PyTorch's compiler find, in a folder for temporary files (`place`), the headers that it has precompiled for
    this machine: that is where it keeps them, whatever folder its caches are in.
    """
    for folder in (toolchain(base.absolute(), interpreter, device) / "tmp").glob("torchinductor_*"):
        with suppress(FileExistsError):
            (place / folder.name).symlink_to(folder)


def toolchain(base: Path, interpreter: Interpreter, device: str) -> Path:
    """The folder below `base` of what PyTorch's compilers know about the machine and a device of it; made where it is
    missing.

    There is none where that fails or takes too long: the compilers then find it out by themselves, in every process.
    """
    folder = base / f"toolchain-{interpreter.versions.get('torch', 'unknown')}-{device}"
    if not folder.exists():
        base.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix="toolchain.", dir=base))
        caller = os.environ | dict(interpreter.variables)
        variables = environment.variables(caller, device=device, threads=1, caches=part) | inside(part)
        command = [interpreter.python, str(TOOLCHAIN), device]
        try:
            subprocess.run(command, env=variables, capture_output=True, check=True, timeout=LONGEST_SECONDS)
            part.rename(folder)
        except (subprocess.SubprocessError, OSError):  # it failed, or another process was faster
            shutil.rmtree(part)
    return folder


@contextmanager
def fresh_caches(base: Path, framework: str, device: str) -> Iterator[Path]:
    """A folder of caches that hold nothing but what PyTorch's compilers know about the machine, removed at the end.

    A process that is killed leaves nothing half written in the caches of the next one.
    """
    with temporary("caches") as folder:
        if framework == "torch":
            begin_with(toolchain(base.absolute(), own_interpreter(), device), folder)
            share_headers(base, own_interpreter(), device, Path(inside(folder)["TMPDIR"]))
        yield folder
