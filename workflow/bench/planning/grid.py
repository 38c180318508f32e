"""Settings → the cells to measure. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench import catalogue
from bench.catalogue import Workload
from bench.contract import Timed
from bench.planning.settings import Settings
from bench.vocabulary import (
    BASELINE,
    CASES,
    COMPILED,
    EXPERT,
    FIRST_MODES,
    FORWARD,
    MACHINE,
    NUMBA,
    SIZES,
    SWEEPS,
    TARGET,
    Cell,
    size_rank,
)

MOST_ON_CPU = {"elements": 2**22}
"""How far a scaling curve goes on a CPU, by its axis; the others go as far everywhere."""
BASELINE_PRECISIONS = ("float64", "float32")
"""What the base line computes in."""
HOPELESS = {("jax", "eager")}
"""Variants that are never the fastest: only the lightest workloads are measured in them, unless a preset takes all."""


def chosen_workloads(settings: Settings) -> dict[str, Workload]:
    """The timed workloads that the settings ask for, by `family/name`; what measures the machine always, public cases
    only where the preset has them or they are asked for.

    Raises ValueError naming a wish that no workload fulfils.
    """
    found = catalogue.timed()
    if settings.workloads is None:
        return {key: item for key, item in found.items() if item.family != CASES or settings.preset.publishing}
    theirs = {key: item for key, item in found.items() if item.family != MACHINE}
    allowed = [*sorted({item.family for item in theirs.values()}), *theirs]
    for wish in settings.workloads:
        if wish not in allowed:
            raise ValueError(f"config.yaml: workloads is {wish!r:.300}, allowed are {', '.join(allowed)}")
    return {key: item for key, item in found.items() if {key, item.family} & {*settings.workloads, MACHINE}}


def cells(settings: Settings) -> list[Cell]:
    """Every cell of the grid, in a stable order; modes and precisions that a device cannot have are left out.

    The peaks are those of the devices and precisions that workloads are measured on.
    """
    chosen = chosen_workloads(settings).values()
    grid = [
        cell
        for item in chosen
        if item.family != MACHINE
        for cell in _with_baseline(item, list(_cells_of(item, settings)), settings)
    ]
    used = {(cell.device, cell.precision) for cell in grid}
    machine = [
        cell
        for item in chosen
        if item.family == MACHINE
        for cell in _cells_of(item, settings)
        if (cell.device, cell.precision) in used or len(item.states.precisions) == 1
    ]
    return machine + grid


def _cells_of(item: Workload, settings: Settings) -> Iterable[Cell]:
    for device in settings.devices:
        for task, size, precision in _problems_of(item, device, settings):
            for framework in settings.frameworks:
                for mode in _modes(item, framework, device, settings, task, size):
                    yield Cell(item.family, item.name, task, size, precision, device, framework, mode)


def _with_baseline(item: Workload, own: list[Cell], settings: Settings) -> list[Cell]:
    """The frameworks' cells of a workload and NumPy's, if it has them, which are on the CPU beside whatever device.

    What Numba compiles is among them where a preset that takes every task finds it installed.
    """
    if BASELINE not in item.frameworks:
        return own
    problems = dict.fromkeys((cell.task, cell.size, cell.precision) for cell in own)
    return own + [
        Cell(item.family, item.name, task, size, precision, "cpu", BASELINE, mode)
        for task, size, precision in problems
        if task in item.states.baseline_tasks and precision in BASELINE_PRECISIONS
        for mode in item.states.modes_for(task, BASELINE, "cpu")
        if mode != NUMBA or settings.numba
    ]


def _problems_of(item: Workload, device: str, settings: Settings) -> Iterable[tuple[str, str, str]]:
    """(task, size, precision). A task is measured at every size in every precision; a scaling curve and the way to a
    target in the first precision alone.
    """
    precisions = _precisions(item, device, settings)
    for task in item.states.tasks if settings.preset.every_task else item.states.main_tasks:
        for size in [*_sizes(item, device, settings), *_ends(item, task, settings)]:
            if not _is_bearable(item, task, size, device, settings):
                wanted = []
            elif task == TARGET:
                wanted = precisions[:1] if size in item.states.target else []
            elif size in SIZES:
                wanted = precisions
            else:
                wanted = precisions[:1] if task in item.states.curve_tasks else []
            yield from ((task, size, precision) for precision in wanted)


def _ends(item: Workload, task: str, settings: Settings) -> list[str]:
    """The points of the curve over the batch at which inference is measured by a preset that takes no whole curves."""
    if not settings.preset.ends or settings.sizes is not None or (item.family, task) != ("training", FORWARD):
        return []
    batches = [point for point in item.states.sweeps if point.startswith("batch-")]
    return list(dict.fromkeys([*batches[:1], *batches[-1:]]))


def _is_bearable(item: Workload, task: str, size: str, device: str, settings: Settings) -> bool:
    """Whether a preset that spares a CPU what takes long takes a task at a size; a user's wish counts as it stands."""
    spared = settings.preset.bearable and settings.sizes is None and (device, size) == ("cpu", "medium")
    return not spared or task in item.states.bearable_tasks


def _sizes(item: Workload, device: str, settings: Settings) -> list[str]:
    """The sizes and points that the preset, or the user, wants on a device. Peaks are measured at one size: small, on a
    GPU medium, which keeps it busy; tiny where all else is tiny.
    """
    asked = settings.sizes or settings.preset.sizes[device]
    if item.family == MACHINE:
        return ["tiny"] if tuple(asked) == ("tiny",) else ["medium"] if device == "cuda" else ["small"]
    points = list(item.states.sweeps) if SWEEPS in asked else []
    if device == "cpu" and settings.sizes is None:
        points = [point for point in points if not _is_for_gpus(point)]
    return [size for size in item.states.sizes if size in asked] + points


def _is_for_gpus(point: str) -> bool:
    """Whether a point of a scaling curve lies beyond what a CPU is given."""
    axis, _, amount = point.rpartition("-")
    return axis in MOST_ON_CPU and int(amount) > MOST_ON_CPU[axis]


def _precisions(item: Workload, device: str, settings: Settings) -> list[str]:
    """The precisions of a workload that exist on the device: those asked for, or its first and the preset's."""
    supported = [name for name in item.states.precisions if name != "tf32" or device == "cuda"]
    if item.family == MACHINE:
        return supported
    if settings.precisions is not None:
        return [name for name in supported if name in settings.precisions]
    return [name for name in supported if name == supported[0] or name in settings.preset.precisions[device]]


def _modes(item: Workload, framework: str, device: str, settings: Settings, task: str, size: str) -> list[str]:
    """The modes to measure: those asked for, or those that the preset takes of such a problem."""
    possible = possible_modes(item.states, framework, device, task)
    if settings.modes is not None:
        return [mode for mode in possible if mode.removesuffix(EXPERT) in settings.modes or item.family == MACHINE]
    modes = settings.preset.modes
    main = modes.main if size_rank(size) <= size_rank("small") else modes.larger
    choice = main if task in item.states.main_tasks else modes.others
    if size not in SIZES:
        choice = modes.ends if size in _ends(item, task, settings) else modes.points
    return choose(choice, possible, item.states, framework, device)


def possible_modes(states: Timed, framework: str, device: str, task: str) -> list[str]:
    """The modes that a task is measured in on a device. Nobody waits for a whole training in eager JAX: it tells
    nothing that its step does not.
    """
    found = states.modes_for(task, framework, device)
    return [mode for mode in found if not (task == TARGET and (framework, mode) in HOPELESS)]


def choose(choice: str, possible: Sequence[str], states: Timed, framework: str, device: str) -> list[str]:
    """What a choice of modes (see `settings.CHOICES`) leaves of those that are possible."""
    lightest = states.quick_modes is None
    if choice == "all" or (choice == "first" and lightest):
        return list(possible)
    if choice == "first":
        return [mode for mode in possible if mode == FIRST_MODES[framework]] or list(possible[:1])
    if choice == "quick":
        return [mode for mode in possible if mode in quick_modes(states, framework, device)]
    hopeful = [mode for mode in possible if lightest or (framework, mode) not in HOPELESS]
    return hopeful or list(possible)


def quick_modes(states: Timed, framework: str, device: str) -> tuple[str, ...]:
    """The modes of the choice `quick`. A workload names its fastest on a CPU; on a GPU every compiled mode of PyTorch
    is taken too, for steps that are short there pay for each launch of a kernel, which XLA's graphs spare JAX.
    """
    quick = (states.modes if states.quick_modes is None else states.quick_modes).get(framework, ())
    further = COMPILED["torch"] if (framework, device) == ("torch", "cuda") else ()
    return (*quick, *(mode for mode in further if mode not in quick))
