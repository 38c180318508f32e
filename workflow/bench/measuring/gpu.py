"""What an NVIDIA GPU does while it is measured: its clock, what holds that down, whose processes it has, its energy.

Told by the driver's library (pynvml); without it, and for parts of a GPU (MIG), nothing is known.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

REASONS = {
    0x002: "clocks set by the user",
    0x004: "power limit",
    0x008: "hardware slowdown",
    0x010: "boost in step with other GPUs",
    0x020: "temperature limit",
    0x040: "temperature limit of the hardware",
    0x080: "power brake",
    0x100: "clocks of the display",
}
"""The driver's bits that say why the clock is not higher. Bit 1 says that nothing runs, which throttles nothing."""


@dataclass(frozen=True)
class Reading:
    """What the driver tells at a moment; None for what it does not."""

    clock_hertz: float | None = None
    reasons: int | None = None
    processes: int | None = None
    """That compute on it, those that are measured included."""


def reading() -> Reading:
    """The visible GPU now."""
    library, gpu = _driver()
    if gpu is None:
        return Reading()
    megahertz = _asked(lambda: library.nvmlDeviceGetClockInfo(gpu, library.NVML_CLOCK_SM))
    return Reading(
        clock_hertz=None if megahertz is None else megahertz * 1e6,
        reasons=_asked(lambda: library.nvmlDeviceGetCurrentClocksThrottleReasons(gpu)),
        processes=_asked(lambda: len(library.nvmlDeviceGetComputeRunningProcesses(gpu))),
    )


def joules() -> float | None:
    """Energy of the visible GPU since the driver was loaded."""
    library, gpu = _driver()
    millijoules = None if gpu is None else _asked(lambda: library.nvmlDeviceGetTotalEnergyConsumption(gpu))
    return None if millijoules is None else millijoules / 1e3


def summary(readings: Sequence[Reading]) -> dict[str, Any]:
    """The columns of a run: its median clock, everything that ever held it down, the most processes at once."""
    clocks = [one.clock_hertz for one in readings if one.clock_hertz is not None]
    masks = [one.reasons for one in readings if one.reasons is not None]
    counts = [one.processes for one in readings if one.processes is not None]
    return {
        "gpu_clock_hertz": median(clocks) if clocks else None,
        "gpu_throttle_reasons": words(functools.reduce(int.__or__, masks)) if masks else None,
        "gpu_processes": max(counts, default=None),
    }


def words(reasons: int) -> str:
    """What holds the clock down, in words; empty where nothing does."""
    return ", ".join(word for bit, word in REASONS.items() if reasons & bit)


def place_of(wish: str, uuids: Sequence[str]) -> int | None:
    """Which of the driver's GPUs CUDA_VISIBLE_DEVICES makes the first: by number, or by how its UUID begins."""
    first = wish.split(",")[0].strip()
    if first.isdigit():
        return int(first) if int(first) < len(uuids) else None
    return next((place for place, uuid in enumerate(uuids) if first and uuid.startswith(first)), None)


@functools.cache
def _driver() -> tuple[Any, Any]:
    """The driver's library and the visible GPU in it; None without."""
    try:
        import pynvml

        pynvml.nvmlInit()
        every = [pynvml.nvmlDeviceGetHandleByIndex(place) for place in range(pynvml.nvmlDeviceGetCount())]
        place = place_of(os.environ.get("CUDA_VISIBLE_DEVICES", "0"), [pynvml.nvmlDeviceGetUUID(gpu) for gpu in every])
        return pynvml, None if place is None else every[place]
    except Exception:  # the driver or the package is missing, in whatever way
        return None, None


def _asked(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except Exception:  # this GPU does not tell, each in its own way
        return None
