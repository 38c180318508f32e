"""What this machine is: its name, its processors, memory and accelerators, and the processors a run may use.

Reads /proc, /sys, os and nvidia-smi; everything that cannot be found out is left out, never guessed.
"""

from __future__ import annotations

import functools
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

CONTROL_GROUPS = Path("/sys/fs/cgroup")


def slug(text: str) -> str:
    """A readable name for files: lower case letters, digits and dashes, at most 64 characters."""
    text = re.sub(r"\((r|tm|c)\)|\b(cpu|processor)\b|@.*", " ", text.lower())
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")[:64].strip("-") or "unknown"


def cpu_model() -> str:
    """The processor's name, as the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"^(?:model name|Hardware|Model)\s*:\s*(.+)$", info.read_text(errors="replace"), re.MULTILINE)
        if found:
            return found.group(1).strip()
    return platform.processor() or platform.machine()


GPU_FACTS = {
    "name": "name",
    "memory_mib": "memory.total",
    "driver": "driver_version",
    "uuid": "uuid",
    "power_limit": "power.limit",
    "mig": "mig.mode.current",
}
"""What is asked of the driver, and what it calls that."""


@functools.cache
def gpus() -> tuple[dict[str, str], ...]:
    """The visible NVIDIA devices whose driver answers, with their `GPU_FACTS`; empty without any."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    query = [tool, f"--query-gpu={','.join(GPU_FACTS.values())}", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    keys = tuple(GPU_FACTS)
    lines = [[part.strip() for part in line.split(",")] for line in answer.splitlines()]
    return visible(tuple(dict(zip(keys, parts, strict=True)) for parts in lines if len(parts) == len(keys)))


def visible(found: tuple[dict[str, str], ...]) -> tuple[dict[str, str], ...]:
    """What CUDA_VISIBLE_DEVICES leaves of the devices; anything but numbers in it is not looked up."""
    wish = os.environ.get("CUDA_VISIBLE_DEVICES")
    if wish is None:
        return found
    places = [part.strip() for part in wish.split(",")]
    if places[0] in ("", "-1", "NoDevFiles"):
        return ()
    if not all(place.isdigit() for place in places):
        return found
    return tuple(found[int(place)] for place in places if int(place) < len(found))


def devices() -> tuple[str, ...]:
    """The devices that can be measured here: cpu, and cuda when an NVIDIA driver answers."""
    return ("cpu", "cuda") if gpus() else ("cpu",)


def physical_cpus() -> list[int]:
    """One logical processor of every physical core that this process may use, in order; all where it is unknown."""
    if not hasattr(os, "sched_getaffinity"):
        return list(range(os.cpu_count() or 1))
    seen: set[str] = set()
    cpus = []
    for cpu in sorted(os.sched_getaffinity(0)):
        siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        core = siblings.read_text().strip() if siblings.exists() else str(cpu)
        if core not in seen:
            seen.add(core)
            cpus.append(cpu)
    return cpus[: _quota(len(cpus))]


def _quota(cores: int) -> int:
    """How many of `cores` the control groups let this process use (the limit of a container or a batch system)."""
    for limit, period in _limits():
        if limit.isdigit() and period.isdigit():  # else "max", or -1 in version 1
            cores = min(cores, int(limit) // int(period))
    return max(1, cores)


def _limits() -> Iterator[tuple[str, str]]:
    """Processor time and period of this process's control group and of those above it; version 2, then version 1."""
    found = re.search(r"^0::/(.*)$", line("/proc/self/cgroup") or "", re.MULTILINE)
    group = CONTROL_GROUPS / (found.group(1) if found else "")
    for folder in (group, *group.parents):
        words = (line(f"{folder}/cpu.max") or "").split()
        if folder.is_relative_to(CONTROL_GROUPS) and len(words) == 2:
            yield words[0], words[1]
    first = CONTROL_GROUPS / "cpu"
    yield line(f"{first}/cpu.cfs_quota_us") or "", line(f"{first}/cpu.cfs_period_us") or ""


def with_siblings(cpus: list[int]) -> set[int]:
    """The processors that share a physical core with any of `cpus`, themselves included."""
    found = set(cpus)
    for cpu in cpus:
        listed = line(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list") or ""
        for part in filter(None, listed.split(",")):
            first, _, last = part.partition("-")
            found |= set(range(int(first), int(last or first) + 1))
    return found


def measuring_cpus(threads: int | None = None) -> list[int]:
    """The processors of a run: the last `threads` physical cores; by default all but one, which the system keeps.

    Raises ValueError when there are fewer cores than asked for.
    """
    cores = physical_cpus()
    wanted = max(1, len(cores) - 1) if threads is None else threads
    if not 1 <= wanted <= len(cores):
        raise ValueError(f"cpu_threads is {wanted}, allowed are 1 to {len(cores)} (the physical cores of this machine)")
    return cores[-wanted:]


def memory_bytes() -> int | None:
    """The memory installed, in bytes."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None


def available_bytes() -> int:
    """The memory that is free for new processes, in bytes; all of it where the system does not tell."""
    found = re.search(r"^MemAvailable:\s+(\d+) kB", line("/proc/meminfo") or "", re.MULTILINE)
    return int(found.group(1)) * 1024 if found else memory_bytes() or 2**63


def chosen(path: str) -> str | None:
    """The choice that stands in brackets in a file of the system, "madvise" of "always [madvise] never"."""
    found = re.search(r"\[(\w+)\]", line(path) or "")
    return found.group(1) if found else None


def line(path: str) -> str | None:
    """What a file of the system says, without white space around it; None where it cannot be read."""
    try:
        return Path(path).read_text().strip()
    except OSError:
        return None


def caches() -> dict[str, str]:
    """The processor's caches of data: level → size."""
    found = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        if line(f"{folder}/type") != "Instruction":
            found[f"L{line(f'{folder}/level')}"] = line(f"{folder}/size") or ""
    return found
