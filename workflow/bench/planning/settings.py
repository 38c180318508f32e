"""config.yaml → settings: checked against the schema, presets filled in."""

from __future__ import annotations

import json
import reprlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from bench.measuring import hardware, identity
from bench.own import folders
from bench.texts import one_line
from bench.vocabulary import COMPARED, DEVICES, PRECISIONS, RELEASE, SWEEPS, Release

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "config.schema.yaml"


VERSIONS, DEFAULT = "versions", "default"
"""The key of config.yaml that names releases, and what stands there for the version that is measured anyway."""
LARGEST = 2**53
"""Whole numbers below this are exact, however they are written."""
MOST_BYTES = 100_000
"""Bytes of config.yaml; the project's own has 4,000."""
MOST_SHOWN, LONGEST_SHOWN = 5, 300
"""Unknown keys, and characters of a wrong value, that are told."""
CHOICES = ("first", "quick", "hopeful", "all")
"""Choices of modes: the one of each framework that starts fast; the fastest, which a workload names itself; all but
those that are never the fastest; all. The lightest workloads, which name none, are measured in all of
them whatever the choice.
"""


@dataclass(frozen=True, kw_only=True)
class ModeChoices:
    """Which of `CHOICES` a preset takes."""

    main: str
    """Of a workload's main tasks, up to size small."""
    larger: str
    """Of its main tasks at larger sizes."""
    others: str
    """Of its other tasks."""
    points: str
    """Along its scaling curves."""
    ends: str = "all"
    """Of inference at both ends of the curve over the batch, where the preset has these alone."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """How much is measured."""

    name: str
    sizes: Mapping[str, tuple[str, ...]]
    """By device; `SWEEPS` stands for all points of scaling curves."""
    precisions: Mapping[str, tuple[str, ...]]
    """By device, beside the workload's first."""
    modes: ModeChoices
    every_task: bool
    """Every task of a workload, or its main ones."""
    bearable: bool = False
    """Whether a CPU gets at size medium only the tasks of which a step takes two seconds at most."""
    ends: bool = False
    """Whether inference is measured at the smallest and the largest batch of its curve, latency and throughput."""
    trials: int
    other_trials: int
    """Trials of what the preset quick leaves out."""
    most_trials: int
    """The most trials of a pair that the first ones leave undecided; none are added where that is no more."""
    budget_seconds: float
    warmup_seconds: float
    half_width: float
    """Relative half-width of the interval at which a run may end."""
    least_values: int
    twins: bool = True
    """Whether some variants are measured twice, for the noise floor."""
    exclusive: bool = True
    """Whether trials are alone on the machine."""
    publishing: bool = False
    """Whether it is for publishing: public cases are measured without being asked for, and all examples run."""


def _both(*words: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(DEVICES, words)


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="smoke",
            sizes=_both("tiny"),
            precisions=_both(),
            every_task=False,
            modes=ModeChoices(main="first", larger="first", others="first", points="first"),
            trials=1,
            other_trials=1,
            most_trials=1,
            budget_seconds=0.1,
            warmup_seconds=0.2,
            half_width=1.0,
            least_values=3,
            twins=False,
            exclusive=False,
        ),
        Preset(
            name="quick",
            sizes=_both("small"),
            precisions=_both(),
            every_task=False,
            modes=ModeChoices(main="quick", larger="quick", others="quick", points="quick"),
            trials=3,
            other_trials=3,
            most_trials=6,
            budget_seconds=1.5,
            warmup_seconds=0.2,
            half_width=0.01,
            least_values=7,
        ),
        Preset(
            name="standard",
            sizes=_both("small", "medium"),
            precisions={"cpu": (), "cuda": ("tf32", "bfloat16")},
            every_task=True,
            bearable=True,
            ends=True,
            modes=ModeChoices(main="all", larger="hopeful", others="quick", points="quick"),
            trials=5,
            other_trials=3,
            most_trials=10,
            budget_seconds=2.0,
            warmup_seconds=0.8,
            half_width=0.005,
            least_values=7,
            publishing=True,
        ),
        Preset(
            name="full",
            sizes={"cpu": ("small", "medium", SWEEPS), "cuda": ("small", "medium", "large", SWEEPS)},
            precisions=_both(*PRECISIONS),
            every_task=True,
            modes=ModeChoices(main="all", larger="all", others="all", points="quick"),
            trials=10,
            other_trials=10,
            most_trials=20,
            budget_seconds=5.0,
            warmup_seconds=5.0,
            half_width=0.005,
            least_values=7,
            publishing=True,
        ),
    )
}


@dataclass(frozen=True)
class Settings:
    """Everything that config.yaml decides; None where the preset or a workload does."""

    preset: Preset = field(hash=False)
    devices: tuple[str, ...]
    frameworks: tuple[str, ...]
    modes: tuple[str, ...] | None
    precisions: tuple[str, ...] | None
    sizes: tuple[str, ...] | None
    workloads: tuple[str, ...] | None
    own: tuple[str, ...]
    """Folders outside this repository that are workloads too."""
    versions: tuple[Release, ...]
    """What the defaults of the frameworks are held against."""
    trials: int
    other_trials: int
    most_trials: int
    cpu_threads: int
    equal_within: float
    timeout_seconds: float
    languages: tuple[str, ...]
    site: str | None
    """Where the report is published."""
    hardware: str
    retry_failed: bool
    measure: bool
    plan: dict[str, float] = field(hash=False)
    numba: bool = False
    """Whether the base line is measured as Numba compiles it too."""

    @property
    def has_second_stage(self) -> bool:
        """Whether a pair may get further trials. A single first trial has no scatter that could ask for them."""
        return self.measure and 1 < self.trials < self.most_trials

    def written(self) -> str:
        """What a measuring process is told, as JSON (`timing.Plan`, the time-out, whether it runs alone)."""
        return (
            json.dumps(
                {
                    "preset": self.preset.name,
                    "plan": self.plan,
                    "timeout_seconds": self.timeout_seconds,
                    "exclusive": self.preset.exclusive,
                },
                indent=2,
            )
            + "\n"
        )


def schema() -> dict[str, Any]:
    """The JSON schema of config.yaml."""
    return yaml.safe_load(SCHEMA.read_text())


def has_entries(path: Path) -> bool:
    """Whether a YAML file has any key at all; one that is not there is left to Snakemake.

    Raises ValueError for what is no UTF-8, no YAML, no mapping of words to values or lists of values, or holds a key
    twice: before anything of it is built, however much its aliases stand for.
    """
    if not path.exists():
        return True
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"it has {path.stat().st_size} bytes, allowed are {MOST_BYTES}")
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        said = root is not None and not _is_null(root) and bool(_keys(root))
        yaml.safe_load(text)  # what holds no more than it shows can be built
        return said
    except RecursionError:
        raise ValueError(f"{path}: it is nested too deeply") from None
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise ValueError(
            f"{path}: it cannot be read: {one_line(' '.join(str(error).split()))[:LONGEST_SHOWN]}"
        ) from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _is_list(node: yaml.Node) -> bool:
    return isinstance(node, yaml.SequenceNode)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _keys(root: yaml.Node) -> set[str]:
    """The keys of a parsed file. Raises ValueError for what is no mapping of different words to flat values."""
    if not isinstance(root, yaml.MappingNode):
        raise ValueError("it has to hold lines of the form `key: value`")
    seen: set[str] = set()
    for key, value in root.value:
        if not isinstance(key, yaml.ScalarNode):
            raise ValueError("a key is no word")
        by_framework = key.value == VERSIONS and isinstance(value, yaml.MappingNode)
        parts = [part for pair in value.value for part in pair] if by_framework else [value]
        entries = [entry for part in parts for entry in (part.value if _is_list(part) else [part])]
        if not all(isinstance(entry, yaml.ScalarNode) for entry in entries):
            raise ValueError(f"{_shown(key.value)} has to be one value, or a list of values")
        if key.value in seen:
            raise ValueError(f"{_shown(key.value)} is there twice")
        seen.add(key.value)
    return seen


def load(config: Mapping[str, Any], elsewhere: bool = False) -> Settings:
    """Check `config` and fill in what it leaves open.

    elsewhere: whether other machines measure, of which this one knows nothing. Folders outside this repository are
    workloads from then on, in every process.

    Raises ValueError that names every wrong key, its value and what is allowed.
    """
    try:
        return _settings(_checked(config), elsewhere)
    except ValueError as error:
        raise ValueError(f"config.yaml: {error}") from None


def machine_name(file: Path) -> str:
    """What this machine is called: as the file, which may be missing, says, or as is found out. Raises ValueError where
    a key of it is wrong.
    """
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return _name(_checked(yaml.safe_load(text) or {}))


def _name(chosen: Mapping[str, Any]) -> str:
    return _auto(chosen, "hardware") or identity.name(_auto(chosen, "cpu_threads"))


def _settings(chosen: Mapping[str, Any], elsewhere: bool) -> Settings:
    """What the values decide, each of which may be. Raises ValueError where they cannot be together, or here."""
    preset = PRESETS[chosen["preset"]]
    _require_machine(chosen, elsewhere)
    folders.use(chosen["own"])
    return Settings(
        preset=preset,
        devices=_devices(chosen),
        frameworks=tuple(chosen["frameworks"]),
        modes=_auto(chosen, "modes"),
        precisions=_auto(chosen, "precisions"),
        sizes=_auto(chosen, "sizes"),
        workloads=_auto(chosen, "workloads"),
        own=tuple(chosen["own"]),
        versions=_versions(chosen),
        trials=_auto(chosen, "trials", preset.trials),
        other_trials=_auto(chosen, "trials", preset.other_trials),
        most_trials=_auto(chosen, "most_trials", preset.most_trials),
        cpu_threads=_threads(chosen, elsewhere),
        equal_within=chosen["equal_within"],
        timeout_seconds=chosen["timeout_seconds"],
        languages=tuple(chosen["languages"]),
        site=None if chosen["site"] == "none" else chosen["site"],
        hardware=_name(chosen),
        retry_failed=chosen["retry_failed"],
        measure=chosen["measure"],
        plan={
            "budget_seconds": _auto(chosen, "budget_seconds", preset.budget_seconds),
            "warmup_seconds": preset.warmup_seconds,
            "half_width": _auto(chosen, "half_width", preset.half_width),
            "least_values": preset.least_values,
        },
        numba=preset.every_task and find_spec("numba") is not None,
    )


def _auto(chosen: Mapping[str, Any], key: str, otherwise: Any = None) -> Any:
    """The value of a key; `otherwise` where it is left open."""
    value = otherwise if chosen[key] == "auto" else chosen[key]
    return tuple(value) if isinstance(value, list) else value


def _require_machine(chosen: Mapping[str, Any], elsewhere: bool) -> None:
    """Raise ValueError for a machine that cannot have that name, or of which too little is known."""
    if chosen["hardware"] == "published":
        raise ValueError("hardware is 'published', which is the folder of committed results; allowed is any other name")
    unnamed = [key for key in ("hardware", "cpu_threads") if chosen[key] == "auto"]
    if elsewhere and unnamed:
        raise ValueError(
            f"{unnamed[0]} is 'auto', but the nodes of a cluster measure, of which this machine knows nothing; allowed "
            "are a name for them (hardware) and the processors of a run on them (cpu_threads)"
        )


def _devices(chosen: Mapping[str, Any]) -> tuple[str, ...]:
    """What is measured. Raises ValueError for what this machine lacks, unless it may be another one that is named."""
    found = hardware.devices()
    devices: tuple[str, ...] = _auto(chosen, "devices", found)
    missing = set(devices) - set(found)
    if missing and chosen["hardware"] == "auto":
        raise ValueError(
            f"devices is {list(devices)}, but {sorted(missing)} is not available on this machine; allowed are "
            f"{list(found)}, and others where hardware names another machine"
        )
    return devices


def _versions(chosen: Mapping[str, Any]) -> tuple[Release, ...]:
    """The releases that are measured. Raises ValueError for those of a framework that is not."""
    named = [RELEASE.fullmatch(each) for each in chosen[VERSIONS]]
    versions = tuple(Release(*match.groups()) for match in named if match)
    for release in versions:
        if release.framework not in chosen["frameworks"]:
            raise ValueError(
                f"{VERSIONS} has {release}, allowed are versions of {', '.join(chosen['frameworks'])}, the frameworks "
                "that are measured"
            )
    return versions


def _threads(chosen: Mapping[str, Any], elsewhere: bool) -> int:
    """The processors of a run. Raises ValueError for more than there are here, and for less than a whole one."""
    wished = _auto(chosen, "cpu_threads")
    if elsewhere:
        return int(wished)
    threads = len(hardware.measuring_cpus(wished))
    if chosen["measure"] and PRESETS[chosen["preset"]].exclusive:
        hardware.require_whole_processor()
    return threads


def _checked(config: Mapping[str, Any]) -> dict[str, Any]:
    """Every key with its value, by the schema alone; those that are left out have their defaults."""
    rules = schema()
    known = rules["properties"]
    if isinstance(config.get(VERSIONS), Mapping):
        config = {**config, VERSIONS: _releases(config[VERSIONS])}
    given = {key: _plain(value, known[key]) for key, value in config.items() if key in known}
    errors = [_wrong(key, value, rules) for key, value in given.items() if not _is_flat(value)]
    errors = errors or [
        _wrong(str(error.absolute_path[0]), error.instance, rules)
        for error in jsonschema.Draft202012Validator(rules).iter_errors(given)
    ]
    if unknown := sorted(_shown(key) for key in config if key not in known):
        errors.append(f"unknown key {', '.join(unknown[:MOST_SHOWN])}; allowed are {', '.join(known)}")
    if errors:
        raise ValueError("; ".join(sorted(errors)))
    return {key: part["default"] for key, part in known.items()} | given


def _releases(by_framework: Mapping[Any, Any]) -> list[str]:
    """The versions of each framework as `jax@0.9.1`, without the default, which each of them is held against.

    Raises ValueError for a framework that has none, and for a number: YAML takes 0.10 for 0.1.
    """
    found = []
    for framework, versions in by_framework.items():
        if framework not in COMPARED:
            raise ValueError(f"{VERSIONS} has {_shown(framework)}, allowed are {', '.join(COMPARED)} with versions")
        for version in versions if isinstance(versions, list) else [versions]:
            if not isinstance(version, str):
                raise ValueError(
                    f"{VERSIONS}.{framework} is {_shown(version)}, allowed are {DEFAULT} and versions in "
                    'quotes, as "0.9.1"'
                )
            found += [f"{framework}@{version}"] if version != DEFAULT else []
    return found


def _plain(value: Any, rule: Mapping[str, Any]) -> Any:
    """A value as the schema has it: 3.0 is an integer. On a command line everything is words: a list may have commas, a
    truth value is `true` or `false`.
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST:
        return int(value)
    if not isinstance(value, str) or value == "auto":
        return value
    if rule.get("type") == "boolean":
        return {"true": True, "false": False}.get(value.lower(), value)
    if any(part.get("type") == "array" for part in [rule, *rule.get("anyOf", [])]):
        return [word.strip() for word in value.split(",") if word.strip()]
    return value


def _is_flat(value: Any) -> bool:
    """Whether a value is a word, a finite number, or a list of such: all that any key takes."""
    values = value if isinstance(value, list) else [value]
    return all(
        isinstance(each, str) or (isinstance(each, int | float) and abs(each) <= sys.float_info.max) for each in values
    )


def _wrong(key: str, value: Any, rules: Mapping[str, Any]) -> str:
    return f"{key} is {_shown(value)}, allowed is {_allowed(rules['properties'].get(key, {}))}"


def _shown(value: Any) -> str:
    """A value as it is told: what is long or deep is cut."""
    shown = reprlib.Repr()
    shown.maxstring = shown.maxother = LONGEST_SHOWN
    try:
        return shown.repr(value)[:LONGEST_SHOWN]
    except ValueError:  # Python writes no integers of thousands of digits
        return "a number of thousands of digits"


def _allowed(rule: Mapping[str, Any]) -> str:
    if "anyOf" in rule:
        return " or ".join(_allowed(part) for part in rule["anyOf"])
    if "const" in rule:
        return repr(rule["const"])
    if "enum" in rule:
        return "one of " + ", ".join(map(str, rule["enum"]))
    if rule.get("type") == "array":
        least = ", one at least" if rule.get("minItems") else ""
        return f"a list of {_allowed(rule['items'])}{least}, none twice"
    limits = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most", "pattern": "matching"}
    if rule.get("type") == "boolean":
        return "true or false"
    words = [f"{word} {rule[key]}" for key, word in limits.items() if key in rule]
    return " ".join(["a" if rule.get("type") != "integer" else "an", str(rule.get("type")), ", ".join(words)]).strip()
