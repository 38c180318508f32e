"""The environment a measuring process starts in: threads, processors, caches and devices, equal for every framework.

Set before the framework is imported, because most of it is read once, at import. What the caller's shell or the
workflow engine had set is overridden or dropped.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
ALLOCATOR = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(2**40),
    "MALLOC_TOP_PAD_": str(2**26),
}
"""The C library keeps what a step frees for the next one, in every process alike.

By itself it gives large blocks back to the system, or not, depending on what the process has allocated before; taking
them again costs a fault for every page. A step of one and the same program then takes up to a third longer in one
process than in the next: between trials the ratio of the frameworks scattered by 13 % (a language model), 18 % (LSTM)
and 28 % (bundle adjustment), with this by 4, 3 and 1 %, over three to six trials of each.
"""
KEPT = (
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "TZ",
    "TMPDIR",
    "CC",
    "CXX",
    "CPATH",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "CONDA_BUILD_SYSROOT",
    "SYSTEMROOT",
)
"""Variables of the caller that a measuring process gets: enough to find compilers and libraries, and no more."""
KEPT_OFF_CUDA = ("LD_LIBRARY_PATH",)
"""Kept for the CPU alone: on a GPU it would put a cluster's CUDA libraries before those that the frameworks bring."""


def is_kept(variable: str, device: str = "cpu") -> bool:
    """Whether a process that measures `device` gets a variable of the caller."""
    kept = KEPT if device == "cuda" else (*KEPT, *KEPT_OFF_CUDA)
    return variable in kept or variable.startswith("LC_")


def variables(caller: Mapping[str, str], *, device: str, threads: int, caches: Path) -> dict[str, str]:
    """The environment variables of a measuring process.

    `caller` is the environment to start from, `caches` the folder that holds the compilers' caches of the cell. Every
    process sees one GPU, the first of the caller's, because one framework would start them all and the other one only.
    """
    kept = {key: value for key, value in caller.items() if is_kept(key, device)}
    if device == "cuda":
        kept["CUDA_VISIBLE_DEVICES"] = caller.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
    return kept | recorded(device=device, threads=threads, caches=caches)


def recorded(*, device: str, threads: int, caches: Path) -> dict[str, str]:
    """What `variables` sets, and what a run records.

    XLA would stop at three quarters of a GPU's memory, where PyTorch takes all there is.
    """
    settings = dict.fromkeys(THREADS, str(threads)) | ALLOCATOR
    settings |= {
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "TORCHINDUCTOR_CACHE_DIR": str(caches / "inductor"),
        "TRITON_CACHE_DIR": str(caches / "triton"),
        "JAX_COMPILATION_CACHE_DIR": str(caches / "xla"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "JAX_PLATFORMS": "cuda,cpu" if device == "cuda" else "cpu",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "XLA_CLIENT_MEM_FRACTION": "0.95",
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "CUDA_CACHE_PATH": str(caches / "cuda"),
        "PYTORCH_KERNEL_CACHE_PATH": str(caches / "kernels"),
    }
    if device == "cpu":
        settings["CUDA_VISIBLE_DEVICES"] = ""
    return settings


def pin(cpus: list[int]) -> None:
    """Bind this process, and what it starts, to `cpus`, where the system lets it."""
    if binds():
        os.sched_setaffinity(0, cpus)


@functools.cache
def binds() -> bool:
    """Whether a process may choose its processors: macOS has no call for that, a sandbox may refuse it."""
    try:
        os.sched_setaffinity(0, os.sched_getaffinity(0))
    except (AttributeError, OSError):
        return False
    return True


def affinity() -> list[int] | None:
    """The processors this process is bound to; None where it cannot be."""
    return sorted(os.sched_getaffinity(0)) if binds() else None


@functools.cache
def package_digest() -> str:
    """SHA-256 of the names and versions of all installed packages."""
    from importlib.metadata import distributions  # slow: only where it is needed

    names = sorted({f"{found.metadata['Name']}=={found.version}".lower() for found in distributions()})
    return hashlib.sha256("\n".join(names).encode()).hexdigest()
