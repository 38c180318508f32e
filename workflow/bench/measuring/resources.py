"""Memory and energy that a process takes, as far as the system tells."""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from pathlib import Path

from bench.measuring import timing


def resident_bytes() -> int | None:
    """Memory resident now, in bytes; None where /proc does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def peak_resident_bytes() -> int:
    """The most memory that was resident at once since `forget_peak`, or since the process began, in bytes."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def forget_peak() -> None:
    """Begin `peak_resident_bytes` anew, where the kernel can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


SHORTEST_ENERGY_SECONDS = 1.0
"""The counters of energy tick every 20 to 100 ms: over less than this they say too little."""


class Energy:
    """Joules used by the device between entering and leaving: NVML's counter, RAPL's for a CPU; None if unreadable."""

    def __init__(self, device: str) -> None:
        self.read = _nvml_joules if device == "cuda" else _rapl_joules
        self.joules: float | None = None

    def __enter__(self) -> Energy:
        self.start, self.began = self.read(), timing.now()
        return self

    def __exit__(self, *_: object) -> None:
        end = self.read()
        lasted = timing.now() - self.began
        if self.start is not None and end is not None and end >= self.start and lasted >= SHORTEST_ENERGY_SECONDS:
            self.joules = end - self.start


def _nvml_joules() -> float | None:
    try:
        import pynvml

        pynvml.nvmlInit()
        return pynvml.nvmlDeviceGetTotalEnergyConsumption(pynvml.nvmlDeviceGetHandleByIndex(0)) / 1e3
    except Exception:  # the driver, the counter or the package is missing: then there is no energy to report
        return None


def _rapl_joules() -> float | None:
    try:
        packages = sorted(Path("/sys/class/powercap").glob("intel-rapl:[0-9]"))
        return sum(int((package / "energy_uj").read_text()) for package in packages) / 1e6 if packages else None
    except OSError:
        return None
