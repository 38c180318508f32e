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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import environment

CONTROL_GROUPS = Path("/sys/fs/cgroup")
SYSTEM = Path("/sys/devices/system")
PCI = Path("/sys/bus/pci/devices")
SAME_CLASS = 0.9
"""How fast cores of a class are at least, in units of the fastest: some of a class are chosen for their clock."""


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
    "bus": "pci.bus_id",
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
    """What CUDA_VISIBLE_DEVICES leaves of the devices, by number or by how a UUID begins.

    All where it names parts of devices (MIG), which are not looked up; each then says of which `part` it is the whole.
    """
    wish = os.environ.get("CUDA_VISIBLE_DEVICES")
    if wish is None:
        return found
    places = [part.strip() for part in wish.split(",")]
    if places[0] in ("", "-1", "NoDevFiles"):
        return ()
    if places[0].startswith("MIG"):
        return tuple(gpu | {"part": places[0]} for gpu in found)
    return tuple(gpu for place in places for number, gpu in enumerate(found) if _is_named(place, number, gpu))


def _is_named(place: str, number: int, gpu: dict[str, str]) -> bool:
    return int(place) == number if place.isdigit() else gpu.get("uuid", "").startswith(place)


def devices() -> tuple[str, ...]:
    """The devices that can be measured here: cpu, and cuda when an NVIDIA driver answers."""
    return ("cpu", "cuda") if gpus() else ("cpu",)


def physical_cpus() -> list[int]:
    """One logical processor of every physical core that this process may use, in order; all where it is unknown.

    The last ones, where a quota allows fewer: the first serve the interrupts, and whoever else chooses by order.
    """
    cores = _cores()
    return cores[-_quota(len(cores)) :]


def _cores() -> list[int]:
    """One logical processor of every physical core that this process is bound to."""
    if not hasattr(os, "sched_getaffinity"):
        return list(range(os.cpu_count() or 1))
    return _one_of_each(os.sched_getaffinity(0))


def _every_core() -> list[int]:
    """One logical processor of every physical core of this machine, whatever this process is bound to."""
    return _one_of_each(numbers(line(f"{SYSTEM}/cpu/online") or "")) or _cores()


def _one_of_each(processors: Iterable[int]) -> list[int]:
    seen: set[str] = set()
    cpus = []
    for cpu in sorted(processors):
        core = line(f"{SYSTEM}/cpu/cpu{cpu}/topology/thread_siblings_list") or str(cpu)
        if core not in seen:
            seen.add(core)
            cpus.append(cpu)
    return cpus


def cores_of_machine() -> int:
    """The physical cores of this machine that the control groups give, whatever this process is bound to."""
    return _quota(len(_every_core()))


def fastest(cores: list[int]) -> list[int]:
    """The cores of the fastest class; all where the system does not tell how fast they are.

    Arm tells capacities. On x86 the highest clock tells cores for performance from those for efficiency.
    """
    for told in ("cpu_capacity", "cpufreq/cpuinfo_max_freq"):
        speeds = {cpu: float(line(f"{SYSTEM}/cpu/cpu{cpu}/{told}") or 0) for cpu in cores}
        if all(speeds.values()):
            return [cpu for cpu in cores if speeds[cpu] >= SAME_CLASS * max(speeds.values())]
    return cores


def nodes() -> dict[int, set[int]]:
    """The processors of every node of memory that has some."""
    found = {
        int(folder.name.removeprefix("node")): numbers(line(f"{folder}/cpulist") or "")
        for folder in sorted((SYSTEM / "node").glob("node[0-9]*"))
    }
    return {node: cpus for node, cpus in found.items() if cpus}


def gpu_node() -> int | None:
    """The node of memory beside which the first visible accelerator stands; None where none or no node is told."""
    if not gpus():
        return None
    domain, _, place = gpus()[0].get("bus", "").lower().partition(":")
    node = line(f"{PCI}/{domain[-4:]}:{place}/numa_node")
    return int(node) if node is not None and int(node) >= 0 else None


def of_one_node(cores: list[int], wanted: int) -> tuple[list[int], int | None]:
    """The cores of one node that holds `wanted` of them, and the node; all of them and None where none does.

    The accelerator's node, else the one with the most of the cores, the last of several.
    """
    local = {node: [cpu for cpu in cores if cpu in cpus] for node, cpus in nodes().items()}
    enough = {node: own for node, own in local.items() if len(own) >= wanted}
    if not enough:
        return cores, None
    beside = gpu_node()
    node = beside if beside in enough else max(enough, key=lambda node: (len(enough[node]), node))
    return enough[node], node


def _quota(cores: int) -> int:
    """How many of `cores` the control groups let this process use (the limit of a container or a batch system)."""
    return max(1, int(min(cores, quota())))


def quota() -> float:
    """The processors whose time the control groups give this process; infinite without a limit."""
    return min(
        (int(limit) / int(period) for limit, period in _limits() if limit.isdigit() and period.isdigit()),
        default=float("inf"),  # else the limit is "max", or -1 in version 1
    )


def require_whole_processor() -> None:
    """Raise ValueError where a quota gives less than one processor: what is timed then is how it is throttled."""
    if quota() < 1:
        raise ValueError(
            f"the control group gives this process {quota():.2g} processors, and less than a whole one is stopped many "
            "times a second, which would be measured; raise the limit (docker run --cpus, resources.limits.cpu, "
            "CPUQuota) to 1 or more"
        )


def control_groups(controller: str = "") -> Iterator[Path]:
    """The folders of this process's control group and of those above it: of version 2, or those that a `controller` of
    version 1 has (cpu, memory).
    """
    which = rf"\d+:(?:[^:]*,)?{controller}(?:,[^:]*)?" if controller else "0:"
    found = re.search(rf"^{which}:/(.*)$", line("/proc/self/cgroup") or "", re.MULTILINE)
    top = CONTROL_GROUPS / controller
    group = top / (found.group(1) if found else "")
    yield from (folder for folder in (group, *group.parents) if folder.is_relative_to(top))


def _limits() -> Iterator[tuple[str, str]]:
    """Processor time and period of this process's control group and of those above it; version 2, then version 1."""
    for folder in control_groups():
        words = (line(f"{folder}/cpu.max") or "").split()
        if len(words) == 2:
            yield words[0], words[1]
    for folder in control_groups("cpu"):
        yield line(f"{folder}/cpu.cfs_quota_us") or "", line(f"{folder}/cpu.cfs_period_us") or ""


def numbers(listed: str) -> set[int]:
    """What a list of the system holds, {0, 1, 2, 8} of "0-2,8"."""
    found: set[int] = set()
    for part in filter(None, listed.split(",")):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def with_siblings(cpus: list[int]) -> set[int]:
    """The processors that share a physical core with any of `cpus`, themselves included."""
    return set(cpus).union(
        *(numbers(line(f"{SYSTEM}/cpu/cpu{cpu}/topology/thread_siblings_list") or "") for cpu in cpus)
    )


@dataclass(frozen=True)
class Choice:
    """The processors of a run, and why these."""

    cpus: list[int]
    because: str


def choice(threads: int | None = None, cores: list[int] | None = None) -> Choice:
    """The processors of a run: the last `threads` physical cores of one class and, where one holds as many, one node.

    By default all of a node but one, which the system keeps, of the cores that this process is bound to, or of `cores`.
    Where no process can choose, all processors: XLA takes them whatever PyTorch is told. Raises ValueError when there
    are fewer, or no choice.
    """
    if not environment.binds():
        return _all_processors(threads)
    cores = _cores() if cores is None else cores
    fast = fastest(cores)
    allowed = _quota(len(fast))
    near, node = of_one_node(fast, threads or 1)
    most = min(len(near), allowed)
    wanted = max(1, most - 1) if threads is None else threads
    if not 1 <= wanted <= most:
        raise ValueError(f"cpu_threads is {wanted}, allowed are 1 to {most} ({_reasons(cores, fast, allowed, None)})")
    kept = "; the others are left to the system" if wanted < len(cores) else ""
    return Choice(near[-wanted:], f"the last {wanted} of {_reasons(cores, fast, allowed, node)}{kept}")


def _all_processors(threads: int | None) -> Choice:
    bound = hasattr(os, "sched_getaffinity")
    cpus = sorted(os.sched_getaffinity(0)) if bound else list(range(os.cpu_count() or 1))
    because = f"all {len(cpus)} processors, for this system lets no process choose"
    if threads not in (None, len(cpus)):
        raise ValueError(f"cpu_threads is {threads}, allowed is {len(cpus)} ({because})")
    return Choice(cpus, because)


def _reasons(cores: list[int], fast: list[int], allowed: int, node: int | None) -> str:
    """Which cores could be chosen from, and why no others."""
    told = [f"the {len(cores)} physical cores of this machine"]
    if len(fast) < len(cores):
        told.append(f"{len(fast)} are of the fastest class")
    if allowed < len(fast):
        told.append(f"the control group gives {quota():.3g}")
    if node is not None and len(nodes()) > 1:
        told.append(f"of one node of memory, {node}")
    return ", ".join(told)


def measuring_cpus(threads: int | None = None) -> list[int]:
    """The processors of a run (see `choice`). Raises ValueError when there are fewer cores than asked for."""
    return choice(threads).cpus


def usual_threads() -> int:
    """How many processors a run takes by default where its process is bound to none."""
    return len(choice(None, _every_core()).cpus)


def memory_bytes() -> int | None:
    """The memory installed, in bytes."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None


def available_bytes() -> int:
    """The memory that is free for new processes, in bytes, and that the control groups allow; all of it where the
    system does not tell.
    """
    found = re.search(r"^MemAvailable:\s+(\d+) kB", line("/proc/meminfo") or "", re.MULTILINE)
    return min([int(found.group(1)) * 1024 if found else memory_bytes() or 2**63, *_left_of_limits()])


def _left_of_limits() -> Iterator[int]:
    """What is left of the memory that this process's control groups allow, with what the system would give back of its
    cache of files; version 2, then version 1.
    """
    names = ("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")
    for (limit, used), controller in zip(names, ("", "memory"), strict=True):
        for folder in control_groups(controller):
            allowed, taken = (line(f"{folder}/{name}") or "" for name in (limit, used))
            cached = re.search(r"^inactive_file (\d+)$", line(f"{folder}/memory.stat") or "", re.MULTILINE)
            if allowed.isdigit() and taken.isdigit():
                yield max(int(allowed) - int(taken) + (int(cached.group(1)) if cached else 0), 0)


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
