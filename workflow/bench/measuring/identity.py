"""What makes a machine the same machine: rows of different ones are never in one cell.

Two rented machines that are called alike can have different processors; the name that a virtual machine shows says
little ("AMD EPYC"), so family, model and stepping count, and what the processor can do.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measuring import hardware

PROCESSOR = {
    "vendor_id": "vendor",
    "cpu family": "family",
    "model": "model",
    "model name": "name",
    "stepping": "stepping",
    "CPU implementer": "implementer",
    "CPU part": "part",
    "CPU revision": "revision",
}
"""What /proc/cpuinfo calls what tells processors apart, on x86 and on Arm → what it is called here."""
LONGEST_NAME = 64
"""Characters of a folder of results (`vocabulary.SLUG`)."""
GPU = ("name", "uuid", "driver", "memory_mib", "power_limit", "mig", "part")
"""What tells accelerators apart."""


@functools.cache
def identity() -> dict[str, Any]:
    """What this machine is, as plain JSON values; what cannot be found out is left out."""
    info = _cpuinfo(Path("/proc/cpuinfo"))
    facts = {
        "processor": {ours: info[theirs] for theirs, ours in PROCESSOR.items() if theirs in info},
        "flags": _digest(sorted(info.get("flags", info.get("Features", "")).split())),
        "hypervisor": "hypervisor" in info.get("flags", ""),
        "caches": hardware.caches(),
        "processors": os.cpu_count(),
        "memory_gib": round((hardware.memory_bytes() or 0) / 2**30),
        "gpus": [{key: gpu[key] for key in GPU if key in gpu} for gpu in hardware.gpus()],
    }
    return {key: value for key, value in facts.items() if value not in ("", {}, [], 0)}


def fingerprint(known: Mapping[str, Any] | None = None) -> str:
    """Twelve characters that stand for an identity: this machine's, unless another is given."""
    return _digest(identity() if known is None else known)


def name(threads: int | None = None) -> str:
    """The folder name of this machine's results: its accelerator's, else its processor's with family and model.

    Where a run takes another number of processors than by default, as in a process that is bound to some of them, that
    number too: its times are another quantity, and the pages show them beside the others, as those of another machine.
    """
    own, taken = _name(), threads or len(hardware.measuring_cpus())
    if taken == hardware.usual_threads():
        return own
    suffix = f"-{taken}-thread{'s' if taken != 1 else ''}"
    return own[: LONGEST_NAME - len(suffix)].rstrip("-") + suffix


def _name() -> str:
    if hardware.gpus():
        first = hardware.gpus()[0]
        return hardware.slug(f"part of {first['name']}" if "part" in first else first["name"])
    known = identity().get("processor", {})
    model = f"family {known['family']} model {known['model']}" if {"family", "model"} <= known.keys() else ""
    return hardware.slug(f"{hardware.cpu_model()} {model} {hardware.cores_of_machine()}c")


def describe(label: str, threads: int | None = None) -> dict[str, Any]:
    """Everything the article says about this machine; `label` is the folder name of its results, `threads` the
    processors of a run (default: all but one).
    """
    chosen = hardware.choice(threads)
    facts = {
        "hardware": label,
        "name": hardware.gpus()[0]["name"] if hardware.gpus() else hardware.cpu_model(),
        "cpu_model": hardware.cpu_model(),
        "cores_physical": hardware.cores_of_machine(),
        "cores_logical": os.cpu_count(),
        "measuring_processors": chosen.cpus,
        "chosen_because": chosen.because,
        "nodes": len(hardware.nodes()) or None,
        "cpu_caches": hardware.caches(),
        "virtual": identity().get("hypervisor"),
        "memory_bytes": hardware.memory_bytes(),
        "fingerprint": fingerprint(),
        "identity": identity(),
        "gpus": list(hardware.gpus()),
        "os": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "described": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return {key: value for key, value in (facts | system()).items() if value not in (None, "")}


def system() -> dict[str, str]:
    """What can change on a machine from one day to the next, and is recorded with every run."""
    facts = {
        "kernel": platform.release(),
        "cpu_governor": hardware.line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "huge_pages": hardware.chosen("/sys/kernel/mm/transparent_hugepage/enabled"),
        "allocator": " ".join(platform.libc_ver()).strip(),
        "microcode": _cpuinfo(Path("/proc/cpuinfo")).get("microcode"),
    }
    return {key: value for key, value in facts.items() if value}


def _cpuinfo(path: Path) -> dict[str, str]:
    """The lines about the first processor."""
    text = path.read_text(errors="replace") if path.exists() else ""
    return {
        key: value.strip() for key, value in re.findall(r"^([^\t:\n]+?)\s*:(.*)$", text.split("\n\n")[0], re.MULTILINE)
    }


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
