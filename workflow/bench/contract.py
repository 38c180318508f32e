"""What a problem.py states, and with which defaults: read here and nowhere else.

A problem.py defines the constants below in capitals; its docstring is the specification (mathematics, shapes, units,
source, asymmetries). A workload that is timed also has the class `Problem`:

    __init__(size)      the problem at a size of `SIZES` or `SWEEPS`
    inputs()            float64 arrays by name, seeded
    parameters()        initial parameters, float64 arrays by name, seeded
    flops(task)         floating-point operations of a step, analytic
    items(task)         what is counted per second, per step
    reference(task)     float64 results that do not come from the frameworks, named as in `observe()`; {} for none
    bytes_moved(task)   optional: the least bytes that a step must read and write, in float64
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from types import ModuleType
from typing import Any, TypeVar, get_origin, get_type_hints

from bench.vocabulary import (
    AXES,
    BASELINE,
    CHECK_PRECISION,
    CHECK_SIZE,
    CHECK_STEPS,
    EVERY_MODE,
    ITEMS,
    MANY_STEPS,
    MODES,
    NUMBA,
    PRECISIONS,
    SCENARIOS,
    SECTIONS,
    SIZES,
    SWEEP,
    TARGET,
)

LANGUAGES = ("en", "zh")
METHODS = ("inputs", "parameters", "flops", "items", "reference")
"""What the class `Problem` has to have."""
STEPS_PER_CALL = 10
"""Steps inside one compiled call of the modes `many` and `scan`; at the check's size as many as the check takes."""
CHOSEN_TASKS = (
    "quick_tasks",
    "many_tasks",
    "medium_tasks",
    "sweep_tasks",
    "drawn_tasks",
    "baseline_tasks",
    "numba_tasks",
)
"""What a workload chooses of its tasks."""
ANY_TOLERANCE = 1e-3
"""How far values may be apart in a precision of which nothing else is known."""


class InvalidWorkload(ValueError):
    """A workload that breaks its contract; the message names the file and what is missing or wrong."""


def stated(meaning: str, **options: Any) -> Any:
    """A field of a contract: what it means stands in the table of CONTRIBUTING. `name`: if not that in capitals."""
    return field(metadata={"meaning": meaning, "name": options.pop("name", None)}, **options)


@dataclass(frozen=True, kw_only=True)
class Described:
    """What every problem.py states."""

    title: Mapping[str, str] = stated("what it is called, by language")
    section: int = stated("the section of the article that shows it")


@dataclass(frozen=True, kw_only=True)
class Examples(Described):
    """What the problem.py of a workload of examples states."""

    claims: tuple[str, ...] = stated("the claims that its events decide")
    precision: str = stated("what its examples compute in: one of `bench.events.RIGHT`", default="float64")
    timed: bool = stated("whether its examples are timed, so that nothing may run beside them", default=False)
    processors: int = stated("how many processors its examples take; small ones are steadier on one", default=1)
    every_device: bool = stated("whether its examples see GPUs too", default=False)
    publishing: bool = stated("whether it is for presets for publishing alone: it takes minutes", default=False)


@dataclass(frozen=True, kw_only=True)
class Timed(Described):
    """What the problem.py of a timed workload states."""

    scenario: str = stated("ids of `scenarios.yaml` that it stands for, separated by commas", default="")
    item: str = stated("what `items` counts")
    sizes: Mapping[str, Any] = stated("the settings of each size; `tiny` and `small` at least")
    tasks: tuple[str, ...] = stated("what is timed")
    check_tasks: tuple[str, ...] = stated('what the parity gate runs; a training also has `"gradient"`')
    precisions: tuple[str, ...] = stated("what it is computed in, the one that most tables show first")
    tolerance: float = stated("how far float64 results may be apart, relative: 1e-8, looser only with the reason")
    precision_tolerance: Mapping[str, float] = stated(
        "how far first losses of two frameworks, or a derivative from its reference, may be apart in each precision"
    )
    quick_tasks: tuple[str, ...] | None = stated("its main tasks, which are all that quick times (all)", default=None)
    quick_modes: Mapping[str, tuple[str, ...]] | None = stated(
        "the fastest mode of each framework on a CPU, all that quick times there (every mode: the lightest workloads)",
        default=None,
    )
    modes: Mapping[str, tuple[str, ...]] = stated("the modes that it has (all)", default_factory=lambda: MODES)
    many_tasks: tuple[str, ...] = stated(
        "the tasks that are measured with many steps in one call too: those whose step is short (none)", default=()
    )
    medium_tasks: tuple[str, ...] | None = stated(
        "the tasks that standard times at size medium on a CPU too: those whose step takes two seconds at most there"
        " (all but `target`)",
        default=None,
    )
    sweeps: Mapping[str, Any] = stated(
        "the settings of the points of scaling curves, named `<axis>-<number>`", default_factory=dict
    )
    sweep_tasks: tuple[str, ...] | None = stated("what is timed along the curves (its first main task)", default=None)
    target: Mapping[str, Mapping[str, Any]] = stated(
        "of a task `target`, by size: `score`, `value` to reach, `above` it or below, `most` steps, and after `every`"
        " so many the score is looked at",
        default_factory=dict,
    )
    calls: Mapping[str, int] = stated(
        "how many calls a step of a task is made of, where they are many: where one is short, it is in no mean",
        default_factory=dict,
    )
    drawn_tasks: Mapping[str, float] = stated(
        "the tasks whose random numbers each framework draws itself, and how far what they compute, moments, may be"
        " apart, relative",
        default_factory=dict,
    )
    baseline_tasks: tuple[str, ...] = stated("the tasks that `numpy_impl.py` has", default=())
    numba_tasks: tuple[str, ...] = stated(
        "those of them that it has in the mode `numba` too: loops in `numba_loops.py`", default=()
    )
    problem: type = stated("the class described above", name="Problem")

    @property
    def main_tasks(self) -> tuple[str, ...]:
        """What the preset quick times."""
        return self.tasks if self.quick_tasks is None else self.quick_tasks

    @property
    def bearable_tasks(self) -> tuple[str, ...]:
        """What the preset standard times at size medium on a CPU; the one step of a target is a whole training."""
        return self.medium_tasks if self.medium_tasks is not None else tuple(t for t in self.tasks if t != TARGET)

    def modes_for(self, task: str, framework: str, device: str) -> list[str]:
        """The modes of a framework in which a task exists on a device."""
        missing = set() if device == "cuda" else {("torch", "compile-max")}
        missing |= set() if task in self.many_tasks else {*MANY_STEPS}
        missing |= set() if task in self.numba_tasks else {(BASELINE, NUMBA)}
        return [mode for mode in self.modes.get(framework, ()) if (framework, mode) not in missing]

    @property
    def curve_tasks(self) -> tuple[str, ...]:
        """What is timed along its scaling curves."""
        return self.main_tasks[:1] if self.sweep_tasks is None else self.sweep_tasks

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The ids of the scenarios that it stands for."""
        return tuple(part.strip() for part in self.scenario.split(",") if part.strip())

    def tolerance_in(self, precision: str, task: str) -> float:
        """How far first values of a task may be apart in a precision."""
        return self.drawn_tasks.get(task, self.precision_tolerance.get(precision, ANY_TOLERANCE))

    def checked_within(self, precision: str, task: str) -> float:
        """How far the parity gate lets the values of a task be apart in a precision."""
        exact = precision == CHECK_PRECISION and task not in self.drawn_tasks
        return self.tolerance if exact else self.tolerance_in(precision, task)


@dataclass(frozen=True)
class Complaint:
    """That one variant of a case is slower than another.

    slow, fast: variants, as "jax jit"; a mode that ends in `vocabulary.EXPERT` is the form that an expert writes.
    source: the address of the report. said: what was reported and what was answered, by language, in our words.
    reported: how many times as long it took, where a number is given. tasks: of which it is said (all).
    """

    slow: str
    fast: str
    source: str
    said: Mapping[str, str]
    reported: float | None = None
    tasks: tuple[str, ...] = ()

    @property
    def variants(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """(framework, mode) of both."""
        (slow, mode), (fast, other) = self.slow.split(" "), self.fast.split(" ")
        return (slow, mode), (fast, other)

    def is_about(self, task: str) -> bool:
        """Whether it is said of a task."""
        return not self.tasks or task in self.tasks


@dataclass(frozen=True, kw_only=True)
class Case(Timed):
    """What the problem.py of a public case states."""

    complaints: tuple[Mapping[str, Any], ...] = stated(
        "what people report, each a mapping with the parts of `contract.Complaint`"
    )

    @property
    def bearable_tasks(self) -> tuple[str, ...]:
        """None: a complaint is measured at one size where time is short."""
        return ()

    @property
    def filed(self) -> tuple[Complaint, ...]:
        """The complaints."""
        return tuple(Complaint(**each) for each in self.complaints)


UNKNOWN = Timed(
    title={},
    section=99,
    item="items",
    sizes={},
    tasks=(),
    check_tasks=(),
    precisions=(),
    tolerance=1e-8,
    precision_tolerance={},
    problem=object,
)
"""Stands for a workload that was measured elsewhere and is not here."""

Contract = TypeVar("Contract", bound=Described)


def read(problem: ModuleType, kind: type[Contract]) -> Contract:
    """What a problem.py states. Raises InvalidWorkload naming all that is missing or wrong."""
    hints = get_type_hints(kind)
    wrong = [] if (problem.__doc__ or "").strip() else ["no docstring"]
    found: dict[str, Any] = {}
    for part in fields(kind):
        name = name_of(part)
        if hasattr(problem, name):
            found[part.name] = getattr(problem, name)
            wrong += _wrong_kind(name, found[part.name], hints[part.name])
        elif is_needed(part):
            wrong.append(f"{name} is missing")
    if not wrong:
        made = kind(**found)
        wrong = [f"TITLE has no {language!r}" for language in LANGUAGES if not made.title.get(language)]
        if made.section not in SECTIONS:
            wrong.append(f"SECTION is {made.section}, allowed are {SECTIONS[0]} to {SECTIONS[-1]}")
        wrong += _wrong_values(made) if isinstance(made, Timed) else []
        wrong += _wrong_complaints(made) if isinstance(made, Case) else []
    if wrong:
        raise InvalidWorkload(f"{problem.__file__}: {'; '.join(wrong)}")
    return made


def name_of(part: Field[Any]) -> str:
    """What a field is called in problem.py."""
    return str(part.metadata["name"] or part.name.upper())


def is_needed(part: Field[Any]) -> bool:
    """Whether a field has no default."""
    return part.default is MISSING and part.default_factory is MISSING


def bytes_moved(problem: Any, task: str) -> float | None:
    """The least bytes that a step must read and write in float64; None where the problem does not count them."""
    counted = getattr(problem, "bytes_moved", None)
    return None if counted is None else counted(task)


def steps_per_call(problem: Any, mode: str) -> int:
    """Steps inside one call of a mode: one, but for those that take many."""
    if mode not in {name for _, name in MANY_STEPS}:
        return 1
    return CHECK_STEPS if problem.size == CHECK_SIZE else STEPS_PER_CALL


def _wrong_kind(name: str, value: Any, hint: Any) -> list[str]:
    kinds = tuple(get_origin(each) or each for each in getattr(hint, "__args__", ()) if each is not type(None))
    wanted = get_origin(hint) if isinstance(get_origin(hint), type) and get_origin(hint) in (tuple, Mapping) else None
    kind = wanted or (kinds[0] if kinds else get_origin(hint) or hint)
    return [] if isinstance(value, kind) else [f"{name} is {value!r}, expected a {kind.__name__.lower()}"]


def _wrong_values(made: Timed) -> list[str]:
    wrong = [f"SIZES has no {size!r}" for size in ("tiny", "small") if size not in made.sizes]
    wrong += [
        f"SCENARIO has {identity!r}, allowed are {', '.join(SCENARIOS)}"
        for identity in made.scenarios
        if identity not in SCENARIOS
    ]
    wrong += [] if made.item in ITEMS else [f"ITEM is {made.item!r}, allowed are {', '.join(ITEMS)}"]
    wrong += [f"SIZES has {size!r}, allowed are {', '.join(SIZES)}" for size in made.sizes if size not in SIZES]
    wrong += [
        f"SWEEPS has {size!r}, allowed are {', '.join(f'{axis}-N' for axis in AXES)}"
        for size in made.sweeps
        if not SWEEP.fullmatch(size)
    ]
    wrong += _wrong_target(made) if TARGET in made.tasks else []
    wrong += [
        f"PRECISIONS has {name!r}, allowed are {', '.join(PRECISIONS)}"
        for name in made.precisions
        if name not in PRECISIONS
    ]
    wrong += [
        f"PRECISION_TOLERANCE has no {name!r}" for name in made.precisions if name not in made.precision_tolerance
    ]
    wrong += [f"{name.upper()} is empty" for name in ("tasks", "precisions", "check_tasks") if not getattr(made, name)]
    wrong += [
        f"{name.upper()} has {task!r}, which is not in TASKS"
        for name in CHOSEN_TASKS
        for task in getattr(made, name) or ()
        if task not in made.tasks
    ]
    wrong += [
        f"{name.upper()} has {mode!r}, allowed are {', '.join(EVERY_MODE.get(framework, ()))}"
        for name in ("modes", "quick_modes")
        for framework, modes in (getattr(made, name) or {}).items()
        for mode in modes
        if mode not in EVERY_MODE.get(framework, ())
    ]
    return wrong + [
        f"Problem has no method {name}" for name in METHODS if not callable(getattr(made.problem, name, None))
    ]


def _wrong_complaints(made: Case) -> list[str]:
    wrong = [] if made.complaints else ["COMPLAINTS is empty"]
    known = {part.name: is_needed(part) for part in fields(Complaint)}
    variants = [f"{framework} {mode}" for framework, modes in made.modes.items() for mode in modes]
    for place, each in enumerate(made.complaints):
        wrong += [f"COMPLAINTS[{place}] has no {key}" for key, needed in known.items() if needed and key not in each]
        wrong += [f"COMPLAINTS[{place}] has {key!r}, allowed are {', '.join(known)}" for key in each.keys() - known]
        wrong += [
            f"COMPLAINTS[{place}] has {key} {each[key]!r}, allowed are {', '.join(variants)}"
            for key in ("slow", "fast")
            if key in each and each[key] not in variants
        ]
        wrong += [
            f"COMPLAINTS[{place}] has task {task!r}, which is not in TASKS"
            for task in each.get("tasks", ())
            if task not in made.tasks
        ]
        said = each.get("said", dict.fromkeys(LANGUAGES, "…"))
        wrong += [f"COMPLAINTS[{place}] says nothing in {name!r}" for name in LANGUAGES if not said.get(name)]
    return wrong


def _wrong_target(made: Timed) -> list[str]:
    wanted = {"score": str, "value": float, "above": bool, "every": int, "most": int}
    return [f"TARGET has no {size!r}" for size in ("tiny", "small") if size not in made.target] + [
        f"TARGET[{size!r}] has {key} {target.get(key)!r}, expected a {kind.__name__}"
        for size, target in made.target.items()
        for key, kind in wanted.items()
        if not isinstance(target.get(key), kind)
    ]
