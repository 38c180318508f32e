"""config.yaml → settings: checked against the schema, presets filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from bench import hardware
from bench.vocabulary import PRECISIONS, SIZES, SWEEPS

SCHEMA = Path(__file__).resolve().parents[1] / "schemas" / "config.schema.yaml"


@dataclass(frozen=True)
class Preset:
    """How much is measured. Seconds; `half_width` is relative; `None` precisions: all that a workload supports."""

    sizes: tuple[str, ...]
    runs: int
    further_runs: int  # of what `quick` leaves out
    budget_seconds: float
    warmup_seconds: float
    half_width: float
    least_values: int
    every_task: bool
    precisions: tuple[str, ...] | None  # beside the workload's first
    twins: bool  # measure some variants twice, for the noise floor
    exclusive: bool = True


PRESETS = {
    "smoke": Preset(("tiny",), 1, 1, 0.1, 0.2, 1.0, 3, False, (), twins=False, exclusive=False),
    "quick": Preset(("small",), 3, 3, 0.2, 0.2, 0.01, 7, False, (), twins=True),
    "standard": Preset(("small", "medium"), 5, 3, 1.0, 0.8, 0.005, 7, True, ("tf32", "bfloat16"), twins=True),
    "full": Preset((*SIZES[1:], SWEEPS), 10, 10, 5.0, 5.0, 0.005, 7, True, None, twins=True),
}


@dataclass(frozen=True)
class Settings:
    """Everything that config.yaml decides, with nothing left automatic but the choice of modes and workloads."""

    preset: str
    devices: tuple[str, ...]
    frameworks: tuple[str, ...]
    modes: tuple[str, ...] | None
    precisions: tuple[str, ...] | None
    extra_precisions: tuple[str, ...]
    sizes: tuple[str, ...] | None
    preset_sizes: tuple[str, ...]
    workloads: tuple[str, ...] | None
    every_task: bool
    runs: int
    further_runs: int
    twins: bool
    exclusive: bool
    cpu_threads: int
    timeout_seconds: float
    languages: tuple[str, ...]
    hardware: str
    retry_failed: bool
    plan: dict[str, float] = field(hash=False)

    def written(self) -> str:
        """What a measuring process is told, as JSON (`timing.Plan`, the time-out, whether it runs alone)."""
        return json.dumps({"preset": self.preset, "plan": self.plan, "timeout_seconds": self.timeout_seconds,
                           "exclusive": self.exclusive}, indent=2) + "\n"


def schema() -> dict[str, Any]:
    """The JSON schema of config.yaml."""
    return yaml.safe_load(SCHEMA.read_text())


def load(config: Mapping[str, Any]) -> Settings:
    """Check `config` and fill in what it leaves open.

    Raises ValueError that names every wrong key, its value and what is allowed.
    """
    rules = schema()
    given = {key: _from_words(value, rules["properties"].get(key, {})) for key, value in config.items()}
    errors = [_sentence(error, rules) for error in jsonschema.Draft202012Validator(rules).iter_errors(given)]
    if errors:
        raise ValueError("config.yaml: " + "; ".join(sorted(errors)))
    chosen = {key: part["default"] for key, part in rules["properties"].items()} | given
    preset = PRESETS[chosen["preset"]]

    def auto(key: str, otherwise: Any) -> Any:
        value = otherwise if chosen[key] == "auto" else chosen[key]
        return tuple(value) if isinstance(value, list) else value

    if chosen["hardware"] == "published":
        raise ValueError("config.yaml: hardware is 'published', which is the folder of committed results; "
                         "allowed is any other name")
    found = hardware.devices()
    devices = auto("devices", found)
    if missing := set(devices) - set(found):
        raise ValueError(f"config.yaml: devices is {list(devices)}, but {sorted(missing)} is not available on this "
                         f"machine; allowed are {list(found)}")
    try:
        cpus = hardware.measuring_cpus(auto("cpu_threads", None))
    except ValueError as error:
        raise ValueError(f"config.yaml: {error}") from None
    return Settings(
        preset=chosen["preset"], devices=devices, frameworks=tuple(chosen["frameworks"]), modes=auto("modes", None),
        precisions=auto("precisions", None),
        extra_precisions=PRECISIONS if preset.precisions is None else preset.precisions,
        sizes=auto("sizes", None), preset_sizes=preset.sizes, workloads=auto("workloads", None),
        every_task=preset.every_task, runs=auto("runs", preset.runs),
        further_runs=auto("runs", preset.further_runs), twins=preset.twins, exclusive=preset.exclusive,
        cpu_threads=len(cpus), timeout_seconds=chosen["timeout_seconds"],
        languages=tuple(chosen["languages"]), hardware=auto("hardware", hardware.name()),
        retry_failed=chosen["retry_failed"],
        plan={"budget_seconds": auto("budget_seconds", preset.budget_seconds),
              "warmup_seconds": preset.warmup_seconds, "half_width": auto("half_width", preset.half_width),
              "least_values": preset.least_values})


def _from_words(value: Any, rule: Mapping[str, Any]) -> Any:
    """On a command line everything is words: a list may have commas, a truth value is `true` or `false`."""
    if not isinstance(value, str) or value == "auto":
        return value
    if rule.get("type") == "boolean":
        return {"true": True, "false": False}.get(value.lower(), value)
    if any(part.get("type") == "array" for part in [rule, *rule.get("anyOf", [])]):
        return [word.strip() for word in value.split(",") if word.strip()]
    return value


def _sentence(error: jsonschema.ValidationError, rules: Mapping[str, Any]) -> str:
    if error.validator == "additionalProperties":
        unknown = sorted(set(error.instance) - set(rules["properties"]))
        return f"unknown key {', '.join(unknown)}; allowed are {', '.join(rules['properties'])}"
    key = str(error.absolute_path[0]) if error.absolute_path else "?"
    return f"{key} is {error.instance!r}, allowed is {_allowed(rules['properties'].get(key, {}))}"


def _allowed(rule: Mapping[str, Any]) -> str:
    if "anyOf" in rule:
        return " or ".join(_allowed(part) for part in rule["anyOf"])
    if "const" in rule:
        return repr(rule["const"])
    if "enum" in rule:
        return "one of " + ", ".join(map(str, rule["enum"]))
    if rule.get("type") == "array":
        return f"a list of {_allowed(rule['items'])}"
    limits = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most", "pattern": "matching"}
    if rule.get("type") == "boolean":
        return "true or false"
    words = [f"{word} {rule[key]}" for key, word in limits.items() if key in rule]
    return " ".join(["a" if rule.get("type") != "integer" else "an", str(rule.get("type")), ", ".join(words)]).strip()
