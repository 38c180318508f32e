"""From the tables to what a figure, a table or a sentence needs: pure functions of data frames and names.

Only successful measurements with a number become points; what is missing is left out here, so that nothing after this
module has to know about missing data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bench import statistics
from bench.formats import Interval, missing
from bench.formats import ratio as ratio_text
from bench.names import Names, facts, main_tasks, telling
from bench.tables import Tables
from bench.vocabulary import PRECISIONS, SIZES, TWIN, size_rank

PROBLEM = ["hardware", "family", "workload", "task", "size", "precision", "device"]
CELL = [*PROBLEM, "framework", "mode"]
COMPILED = {"torch": ("compile", "compile-max"), "jax": ("jit",)}
VARIANT_ORDER = {("torch", "eager"): 0, ("torch", "compile"): 1, ("torch", "compile-max"): 2, ("jax", "eager"): 3,
                 ("jax", "jit"): 4, ("jax", "scan"): 5, ("numpy", "eager"): 6}
"""In which order tables and figures show variants."""

MACHINE = "machine"
"""The family that measures the machine (its peaks), not a framework."""

TARGET = "target"
"""The task whose one step is a whole training, until a score is reached."""

PARTS = {"import_seconds": "import", "build_seconds": "build", "trace_seconds": "trace", "compile_seconds": "compile",
         "first_step_seconds": "first step"}


def interval(row: Any, column: str = "step_seconds") -> Interval | None:
    """The interval of a row's quantity, or None where it has no value."""
    value = getattr(row, column)
    if missing(value):
        return None
    low, high = getattr(row, f"{column}_low", None), getattr(row, f"{column}_high", None)
    if low is None or high is None or missing(low) or missing(high) or not 0 < low <= high:
        return Interval(value)
    return Interval(value, low, high)


def own_first(frame: pd.DataFrame, own: str) -> pd.DataFrame:
    """The rows sorted by machine (this one first), family, workload and the order of the workload's tasks."""
    def rank(row: Any) -> tuple[Any, ...]:
        tasks = list(facts(row.workload).get("TASKS", ()))
        task = tasks.index(row.task) if row.task in tasks else len(tasks)
        return (row.hardware != own, row.hardware, row.family, facts(row.workload).get("SECTION", 99), row.workload,
                row.device, task, row.task, size_rank(row.size), PRECISIONS.index(row.precision),
                VARIANT_ORDER.get((getattr(row, "framework", ""), getattr(row, "mode", "")), 0))
    order = sorted(range(len(frame)), key=[rank(row) for row in frame.itertuples()].__getitem__)
    return frame.iloc[order]


def usual(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the usual sizes: a point of a scaling curve is no problem of its own."""
    return frame[frame["size"].isin(SIZES)]


def best(tables: Tables, own: str) -> pd.DataFrame:
    """Best mode against best mode: one comparison per problem of a usual size, sorted."""
    frame = usual(tables.frame("comparisons"))
    frame = frame.assign(ratio=frame["ratio"].where(frame["ratio"] > 0))
    return own_first(frame[frame["best"].fillna(False).astype(bool)], own)


def step_by_step(tables: Tables, row: Any) -> Any | None:
    """The comparison like `row`, a best pair with `scan`, but with JAX's fastest mode of one step per call, `jit`."""
    frame = tables.frame("comparisons")
    columns = ("hardware", "family", "workload", "task", "size", "precision", "device", "torch_mode")
    same = (frame[list(columns)] == [getattr(row, column) for column in columns]).all(axis=1)
    found = frame[same & (frame["jax_mode"] == "jit") & frame["ratio"].notna()]
    return next(found.itertuples(), None) if row.jax_mode == "scan" else None


def main_problems(frame: pd.DataFrame, *apart: str) -> pd.DataFrame:
    """One problem per machine, workload and device (and `apart`): main task, first precision, largest usual size."""
    def rank(row: Any) -> tuple[int, ...]:
        tasks, precisions = main_tasks(row.workload), list(facts(row.workload).get("PRECISIONS", ()))
        return (missing(getattr(row, "ratio", 1)), tasks.index(row.task) if row.task in tasks else len(tasks),
                precisions.index(row.precision) if row.precision in precisions else len(precisions),
                row.size not in SIZES, -size_rank(row.size)[0])
    chosen: dict[tuple[str, ...], tuple[tuple[int, ...], tuple[str, ...]]] = {}
    for row in frame.itertuples():
        key = tuple(getattr(row, column) for column in ("hardware", "workload", "device", *apart))
        candidate = (rank(row), tuple(getattr(row, column) for column in PROBLEM))
        if key not in chosen or candidate < chosen[key]:
            chosen[key] = candidate
    wanted = {problem for _, problem in chosen.values()}
    keep = [tuple(row) in wanted for row in frame[PROBLEM].itertuples(index=False, name=None)]
    return frame[np.asarray(keep, dtype=bool)]


def largest(found: pd.DataFrame) -> pd.DataFrame:
    """The rows at one size and precision per machine, workload, task and device: the largest size, the first precision.

    What has a ratio goes before what has none, where the frame has ratios.
    """
    def rank(row: Any) -> tuple[int, ...]:
        precisions = list(facts(row.workload).get("PRECISIONS", ()))
        return (missing(getattr(row, "ratio", 1)), precisions.index(row.precision) if row.precision in precisions
                else len(precisions), -size_rank(row.size)[0], PRECISIONS.index(row.precision))
    if not len(found):
        return found
    ranks = [rank(row) for row in found.itertuples()]
    keys = list(found[["hardware", "workload", "task", "device"]].itertuples(index=False, name=None))
    least: dict[tuple[Any, ...], tuple[int, ...]] = {}
    for key, place in zip(keys, ranks, strict=True):
        least[key] = min(place, least.get(key, place))
    return found[[place == least[key] for key, place in zip(keys, ranks, strict=True)]]


@dataclass(frozen=True)
class Headline:
    """Who is faster how often on one machine and device; `mean` is the geometric mean of torch / jax."""

    hardware: str
    device: str
    jax: int
    torch: int
    ties: int
    total: int
    mean: Interval | None
    alone: dict[str, int] | None
    """The same counts (jax, torch, ties) with `jit` in place of `scan`; None where `scan` is nowhere the best."""


def headlines(tables: Tables, own: str) -> list[Headline]:
    """One headline per machine and device over all comparisons of best modes."""
    found = []
    for (hardware, device), rows in best(tables, own).groupby(["hardware", "device"], sort=False):
        valid = rows[rows["ratio"].notna()]
        verdicts = valid["verdict"].value_counts()
        jax, torch, ties = (int(verdicts.get(verdict, 0)) for verdict in ("jax faster", "torch faster", "tie"))
        found.append(Headline(hardware, device, jax, torch, ties, len(valid), mean_ratio(valid),
                              _alone(tables, valid)))
    return found


def mean_ratio(rows: pd.DataFrame) -> Interval | None:
    """The geometric mean of the ratios, each workload counting once, however many tasks it has; None of too few."""
    logs = np.log(rows["ratio"].astype(float)).groupby(rows["workload"]).mean()
    enough = len(logs) >= statistics.LEAST_FOR_MEAN
    return Interval(*statistics.geometric_mean(np.exp(logs))) if enough else None


def _alone(tables: Tables, rows: pd.DataFrame) -> dict[str, int] | None:
    """Who is faster how often when every call takes one step."""
    if not (rows["jax_mode"] == "scan").any():
        return None
    pairs = [step_by_step(tables, row) if row.jax_mode == "scan" else row for row in rows.itertuples()]
    verdicts = [row.verdict for row in pairs if row is not None]
    return {"jax": verdicts.count("jax faster"), "torch": verdicts.count("torch faster"), "ties": verdicts.count("tie")}


def ratios(frame: pd.DataFrame, names: Names, named: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Rows of `figures.ratio_plot` from comparisons; `named`: what labels may name of a problem (default: all)."""
    valid = frame[frame["ratio"].notna()]
    columns = [column for column in (telling(valid) if len(valid) else ()) if named is None or column in named]
    rows = []
    for row in valid.itertuples():
        shown = interval(row, "ratio") or Interval(1.0)
        rows.append({"panel": row.hardware, "label": names.problem(row, columns), "ratio": shown.value,
                     "low": shown.low, "high": shown.high, "verdict": row.verdict,
                     "noise_floor": none(row.noise_floor), "text": ratio_text(shown)})
    return pd.DataFrame(rows, columns=["panel", "label", "ratio", "low", "high", "verdict", "noise_floor", "text"])


def none(value: Any) -> Any:
    """None for whatever is missing."""
    return None if missing(value) else value


def panel(row: Any, names: Names, several_machines: bool, columns: tuple[str, ...]) -> str:
    """The heading of a panel: the problem, and the machine where there are several."""
    return names.problem(row, columns) + (f" — {row.hardware}" if several_machines else "")


def sound_runs(tables: Tables) -> pd.DataFrame:
    """Successful runs whose values are times of a step at a usual size, without the twins of A/A comparisons."""
    runs = usual(tables.frame("runs"))
    return runs[(runs["status"] == "ok") & (runs["run"] < TWIN) & (runs["family"] != MACHINE)
                & (runs["task"] != TARGET)]


def side_by_side(frame: pd.DataFrame, own: str) -> pd.DataFrame:
    """The rows of `own_first` with the machines of one problem next to each other."""
    ordered = own_first(frame, own)
    columns = [column for column in PROBLEM if column != "hardware"]
    place = {key: place for place, key in enumerate(dict.fromkeys(ordered[columns].itertuples(index=False, name=None)))}
    keys = [place[key] for key in ordered[columns].itertuples(index=False, name=None)]
    return ordered.iloc[sorted(range(len(ordered)), key=keys.__getitem__)]


def cells(tables: Tables, own: str) -> pd.DataFrame:
    """The cells of the workloads, sorted; what measures the machine itself is left out."""
    frame = tables.frame("cells")
    return own_first(frame[frame["family"] != MACHINE], own)


def sound_cells(tables: Tables, own: str) -> pd.DataFrame:
    """The cells with a time per step at a usual size, sorted."""
    frame = usual(cells(tables, own))
    return frame[(frame["status"] == "ok") & frame["step_seconds"].notna() & (frame["task"] != TARGET)]


def used_bytes(row: Any) -> float | None:
    """Peak memory of a cell: on the device where it is known, else what the process took beyond its import."""
    return device_bytes(row) or host_bytes(row)


def device_bytes(row: Any) -> float | None:
    """Peak of the device's own memory; None where it has none or it is not known."""
    return None if missing(row.peak_device_bytes) or row.peak_device_bytes <= 0 else float(row.peak_device_bytes)


def host_bytes(row: Any) -> float | None:
    """What the process took in the host's memory beyond its import; None where it is not known."""
    if missing(row.peak_host_bytes):
        return None
    return max(0.0, row.peak_host_bytes - (0.0 if missing(row.baseline_host_bytes) else row.baseline_host_bytes))


def startup(tables: Tables, own: str, names: Names) -> pd.DataFrame:
    """Rows of `figures.startup_plot`: medians over the runs of a cell, cold and cached apart."""
    runs = side_by_side(main_problems(sound_runs(tables)), own)
    if not len(runs):
        return pd.DataFrame(columns=["panel", "label", "part", "seconds", "framework", "mode", "cache"])
    several, columns = runs["hardware"].nunique() > 1, telling(runs)
    rows = []
    for _, group in runs.groupby([*CELL, "cache"], sort=False, dropna=False):
        first = next(group.itertuples())
        cache = "" if first.cache not in ("cold", "cached") else f" · {names.words['cache.' + first.cache]}"
        for column, part in PARTS.items():
            seconds = group[column].dropna()
            if len(seconds):
                rows.append({"panel": panel(first, names, several, columns), "framework": first.framework,
                             "label": names.variant(first.framework, first.mode) + cache, "mode": first.mode,
                             "cache": first.cache, "part": part, "seconds": float(seconds.median())})
    return sort_variants(pd.DataFrame(rows))


def sort_variants(frame: pd.DataFrame) -> pd.DataFrame:
    """Within each panel: torch before jax, and the modes in a fixed order."""
    panels = {name: place for place, name in enumerate(dict.fromkeys(frame["panel"]))}
    keys = [(panels[row.panel], VARIANT_ORDER[row.framework, row.mode], getattr(row, "cache", "") != "cold", place)
            for place, row in enumerate(frame.itertuples())]
    return frame.iloc[sorted(range(len(frame)), key=keys.__getitem__)].reset_index(drop=True)


@dataclass(frozen=True)
class BreakEven:
    """After how many steps a compiled variant has caught up with the eager one of its framework.

    steps: None where it never does; start_seconds: until the end of the first step, cold and (or None) cached.
    """

    hardware: str
    panel: str
    framework: str
    mode: str
    start_seconds: float
    cached_start_seconds: float | None
    eager_start_seconds: float
    step_seconds: float
    eager_step_seconds: float
    steps: float | None
    cached_steps: float | None


def break_even(tables: Tables, own: str, names: Names) -> list[BreakEven]:
    """Every compiled variant of the main problems against the eager one of its framework."""
    runs = side_by_side(main_problems(sound_runs(tables)), own)
    several, columns = runs["hardware"].nunique() > 1, telling(runs) if len(runs) else ()
    found = []
    for _, group in runs.groupby(PROBLEM, sort=False):
        heading = panel(next(group.itertuples()), names, several, columns)
        for framework, modes in COMPILED.items():
            eager = _beginning(group, framework, "eager", ("none", "cold", "cached"))
            for mode in modes:
                cold, cached = (_beginning(group, framework, mode, (cache,)) for cache in ("cold", "cached"))
                if eager and cold:
                    found.append(_break_even(group, heading, framework, mode, eager, cold, cached))
    return found


def _beginning(group: pd.DataFrame, framework: str, mode: str, caches: tuple[str, ...]) -> tuple[float, float] | None:
    """Seconds until the end of the first step (without import and building) and per step."""
    cell = group[(group["framework"] == framework) & (group["mode"] == mode)]
    rows = cell[cell["cache"].fillna("none").isin(caches)]
    start = rows[["trace_seconds", "compile_seconds", "first_step_seconds"]].dropna(how="all").fillna(0).sum(axis=1)
    steps = cell["step_seconds"].dropna()
    if not len(start) or not len(steps) or start.median() <= 0 or steps.median() <= 0:
        return None
    return float(start.median()), float(steps.median())


def _break_even(group: pd.DataFrame, heading: str, framework: str, mode: str, eager: tuple[float, float],
                cold: tuple[float, float], cached: tuple[float, float] | None) -> BreakEven:
    return BreakEven(group["hardware"].iloc[0], heading, framework, mode, cold[0], cached[0] if cached else None,
                     eager[0], cold[1], eager[1], crossing(eager, cold), crossing(eager, cached) if cached else None)


def crossing(eager: tuple[float, float], compiled: tuple[float, float]) -> float | None:
    """Steps until start + (n - 1) step of both are equal; 1 when compiled is ahead at once, None when it never is."""
    gain, debt = eager[1] - compiled[1], compiled[0] - eager[0]
    if debt <= 0:
        return 1.0 if gain >= 0 else None
    return 1 + debt / gain if gain > 0 else None


def curves(found: list[BreakEven]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows and crossings of `figures.break_even_plot`; the axis reaches ten times beyond the last crossing."""
    rows, crossings = [], []
    for heading in dict.fromkeys(entry.panel for entry in found):
        entries = [entry for entry in found if entry.panel == heading]
        last = max([100.0, *(entry.steps for entry in entries if entry.steps)])
        steps = np.geomspace(1, min(10 * last, 1e8), 60)
        for framework in dict.fromkeys(entry.framework for entry in entries):
            own = [entry for entry in entries if entry.framework == framework]
            lines = [("eager", own[0].eager_start_seconds, own[0].eager_step_seconds)]
            lines += [(entry.mode, entry.start_seconds, entry.step_seconds) for entry in own]
            rows += [{"panel": heading, "framework": framework, "mode": mode, "steps": count,
                      "seconds": start + (count - 1) * step} for mode, start, step in lines for count in steps]
        crossings += [{"panel": heading, "steps": entry.steps, "framework": entry.framework, "mode": entry.mode,
                       "seconds": entry.start_seconds + (entry.steps - 1) * entry.step_seconds}
                      for entry in entries if entry.steps and 1 < entry.steps < 1e8]
    return (pd.DataFrame(rows, columns=["panel", "framework", "mode", "steps", "seconds"]),
            pd.DataFrame(crossings, columns=["panel", "steps", "seconds", "framework", "mode"]))


def values(tables: Tables, own: str, names: Names, family: str | None = None) -> pd.DataFrame:
    """Rows of `figures.distribution_plot`: every value of every successful run of the main problems."""
    runs = side_by_side(main_problems(sound_runs(tables)), own)
    runs = runs[runs["family"] == family] if family else runs
    empty = pd.DataFrame(columns=["panel", "label", "framework", "mode", "run", "seconds"])
    if not len(runs):
        return empty
    several, columns = runs["hardware"].nunique() > 1, telling(runs)
    rows = [{"panel": panel(row, names, several, columns), "label": names.variant(row.framework, row.mode),
             "framework": row.framework, "mode": row.mode, "run": row.run, "seconds": seconds}
            for row in runs.itertuples() for seconds in row.values or () if seconds > 0]
    return sort_variants(pd.DataFrame(rows)) if rows else empty


def work_rates(tables: Tables, own: str, names: Names) -> pd.DataFrame:
    """Rows of `figures.peak_plot`: flop/s of the main problem of every workload in every precision, and the peak."""
    sound = sound_cells(tables, own)
    sound = main_problems(sound[sound["flops_per_second"] > 0], "precision")
    peaks = tables.frame("peaks")
    peaks = peaks[(peaks["quantity"] == "matmul_flops_per_second") & peaks["value"].notna()]
    highest = peaks.groupby(["hardware", "device", "precision"])["value"].max().to_dict()
    several = sound["hardware"].nunique() > 1
    rows = [{"panel": panel(row, names, several, ("device", "precision")),
             "label": names.problem(row, ("workload", "task", "size")), "framework": row.framework, "mode": row.mode,
             "flops_per_second": row.flops_per_second, "share": none(row.share_of_peak),
             "peak": highest.get((row.hardware, row.device, row.precision))} for row in sound.itertuples()]
    return pd.DataFrame(rows, columns=["panel", "label", "framework", "mode", "flops_per_second", "share", "peak"])


def losses(tables: Tables, own: str, names: Names, task: str = "train", steps: int = 5) -> pd.DataFrame:
    """Rows of `figures.loss_plot`: the first `steps` losses of one run per variant of the training workloads."""
    runs = sound_runs(tables)
    runs = runs[(runs["family"] == "training") & (runs["task"] == task)]
    runs = side_by_side(main_problems(runs), own)
    empty = pd.DataFrame(columns=["panel", "framework", "mode", "step", "loss"])
    if not len(runs):
        return empty
    several, columns = runs["hardware"].nunique() > 1, telling(runs)
    rows = []
    for _, group in runs.groupby(CELL, sort=False):
        row = next(group.sort_values("run").itertuples())
        if isinstance(row.check_values, list) and len(row.check_values) > 1:
            rows += [{"panel": panel(row, names, several, columns), "framework": row.framework, "mode": row.mode,
                      "step": step, "loss": loss} for step, loss in enumerate(row.check_values[:steps])]
    return pd.DataFrame(rows) if rows else empty


@dataclass(frozen=True)
class Startup:
    """Medians over all sound runs of one framework on one machine, in seconds; None where nothing is known."""

    framework: str
    import_seconds: float
    eager_seconds: float | None
    compiled_cold_seconds: float | None
    compiled_cached_seconds: float | None


def beginnings(tables: Tables, machine: str) -> dict[str, Startup]:
    """Framework → time from the start of the process to its first result, over the main problems of the machine."""
    runs = sound_runs(tables)
    runs = main_problems(runs[(runs["hardware"] == machine) & (runs["device"] == "cpu")])
    total = runs[list(PARTS)].fillna(0).sum(axis=1)
    found = {}
    for framework, modes in COMPILED.items():
        own = runs["framework"] == framework
        imports = runs[own]["import_seconds"].dropna()
        if not len(imports):
            continue
        compiled = own & (runs["mode"] == modes[0])
        times = [total[own & (runs["mode"] == "eager")], total[compiled & (runs["cache"] == "cold")],
                 total[compiled & (runs["cache"] == "cached")]]
        found[framework] = Startup(framework, float(imports.median()),
                                   *(float(series.median()) if len(series) else None for series in times))
    return found


def scaling(tables: Tables, own: str) -> pd.DataFrame:
    """Sound cells of problems that were measured at more than one usual size or in more than one precision."""
    frame = sound_cells(tables, own)
    group = ["hardware", "workload", "task", "device", "framework", "mode"]
    several = (frame.groupby(group)["size"].transform("nunique") > 1) | (
        frame.groupby(group)["precision"].transform("nunique") > 1)
    return frame[several]


def largest_error(tables: Tables, machine: str, family: str | None = None) -> float | None:
    """Largest relative error in float64 of any sound result of a machine against its reference; None without any."""
    parity = tables.frame("parity")
    parity = parity[(parity["hardware"] == machine) & (parity["against"] == "reference") & (parity["status"] == "ok")
                    & (parity["precision"] == "float64")]
    found = (parity[parity["family"] == family] if family else parity)["error"].dropna()
    return float(found.max()) if len(found) else None


def extreme_ratios(tables: Tables, machine: str) -> tuple[Interval | None, Interval | None]:
    """The smallest and the largest ratio of best modes on a machine; None where there are fewer than two."""
    frame = best(tables, machine)
    rows = [interval(row, "ratio") for row in frame[frame["hardware"] == machine].itertuples()]
    found = sorted((entry for entry in rows if entry is not None and entry.bounded), key=lambda entry: entry.value)
    return (found[0], found[-1]) if len(found) > 1 else (None, None)


def failures(tables: Tables, own: str) -> pd.DataFrame:
    """Cells that are not ok, with their messages."""
    frame = cells(tables, own)
    return frame[frame["status"] != "ok"]
