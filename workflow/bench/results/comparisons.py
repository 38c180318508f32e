"""Runs → the table `comparisons`: ratios with their intervals, and verdicts with the rule that decided them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bench import catalogue
from bench.results import statistics
from bench.results.cells import grouped
from bench.results.noise import floors, noise_rows
from bench.results.pairs import first_stage, is_further, ratio_of
from bench.results.parity import gate_failure
from bench.results.statistics import EQUAL_WITHIN, Floor, Ratio
from bench.schema import Row
from bench.vocabulary import APART, CASES, COMPARED, MANY_STEPS, NUMERICAL, PROBLEM, RULES, TWIN

REFERENCE_FACTOR = 10
"""How many tolerances the worst element of an output may be from its float64 reference where it is timed.

Large problems have more elements. In float64 the published results reach 0.05; in float32 small sizes reach 1.0 (nbody,
option_greeks).
"""
LEAST_FOR_CHOICE = 3
"""With fewer trials the fastest modes are not chosen by the other trials: one of them would decide alone."""


@dataclass(frozen=True, eq=False)
class Variant:
    """One framework in one mode, with its runs."""

    framework: str
    mode: str
    good: list[Row]
    bad: list[Row]
    version: str = ""
    """Where it is not the default."""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.framework, self.mode, self.version)))

    @property
    def takes_many(self) -> bool:
        """Whether one call takes many steps."""
        return (self.framework, self.mode) in MANY_STEPS

    @property
    def seconds(self) -> float:
        """Seconds per step; infinite without a successful run."""
        return statistics.interval([row["step_seconds"] for row in self.good])[0] if self.good else math.inf

    @property
    def first_seconds(self) -> float:
        """The same in the trials of the first stage."""
        return replace(self, good=first_stage(self.good)).seconds

    @property
    def failures(self) -> str:
        """How many of its runs failed, and why the first of them did, or that it cannot be run; "" if none failed."""
        if not self.bad:
            return ""
        why = self.bad[0]["message"] or self.bad[0]["status"]
        if all(row["status"] == "unsupported" for row in self.bad):
            return f"{self} is not supported: {why}"[:500]
        return f"{len(self.bad)} of {len(self.bad) + len(self.good)} runs of {self} failed: {why}"[:500]

    def logs(self) -> dict[int, float]:
        """Trial → logarithm of the seconds per step."""
        return {row["run"]: math.log(row["step_seconds"]) for row in self.good}


@dataclass(frozen=True)
class Refusal:
    """Why a pair is not comparable: a rule of vocabulary.RULES, and what a reader is told."""

    rule: str
    message: str


@dataclass(frozen=True, eq=False)
class Pair:
    """A variant of each framework, and why they cannot be compared, where they cannot."""

    torch: Variant
    jax: Variant
    parity_error: float | None
    refusal: Refusal | None

    @property
    def variants(self) -> tuple[Variant, Variant]:
        """Both, in the order of the ratio."""
        return self.torch, self.jax

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """What is least of the best pair: comparable, with an interval, fast."""
        trials = min(len(variant.good) for variant in self.variants)
        return self.refusal is not None, trials < 2, self.torch.first_seconds * self.jax.first_seconds


def comparison_rows(runs: list[Row], gate: list[Row], equal_within: float = EQUAL_WITHIN) -> list[Row]:
    """One row per problem × torch mode × jax mode, with verdicts; p adjusted over the best pairs, and over the others.

    Shapes: `runs` and `gate` are rows of the tables `runs` and `parity` of one machine. What has failed is compared
    too, and found not comparable. What takes many steps in one call (`MANY_STEPS`) is compared with its like alone, and
    is never the best.
    """
    floor = floors(noise_rows(runs))
    main = [row for row in runs if row["run"] < TWIN and row["family"] not in APART]
    rows: list[Row] = []
    for key, group in grouped(main, PROBLEM).items():
        rows += _problem_rows(dict(zip(PROBLEM, key, strict=True)), group, gate, floor)
    for table in ([row for row in rows if row["best"]], [row for row in rows if not row["best"]]):
        decide(table, equal_within)
    return rows


def variants_of(runs: Iterable[Row]) -> list[Variant]:
    """The variants of one problem, with their runs."""
    return [
        Variant(
            framework,
            mode,
            good=[row for row in own if row["status"] == "ok"],
            bad=[row for row in own if row["status"] != "ok"],
        )
        for (framework, mode), own in grouped(runs, ("framework", "mode")).items()
    ]


def _problem_rows(problem: Row, runs: list[Row], gate: list[Row], floor: Mapping[str, Floor]) -> list[Row]:
    variants = variants_of(runs)
    torches, jaxes = ([variant for variant in variants if variant.framework == name] for name in COMPARED)
    pairs = [
        _pair(problem, torch, jax, gate) for torch in torches for jax in jaxes if torch.takes_many == jax.takes_many
    ]
    rivals = [pair for pair in pairs if not pair.torch.takes_many]
    best = min(rivals, key=lambda pair: pair.rank, default=None)
    rows = []
    for pair in pairs:
        row = problem | {
            "torch_mode": pair.torch.mode,
            "jax_mode": pair.jax.mode,
            **{f"{own.framework}_seconds": own.seconds if own.good else None for own in pair.variants},
            "best": pair is best,
            "failed": sum(len(variant.bad) for variant in pair.variants),
            "parity_error": pair.parity_error,
        }
        if pair.refusal:
            row |= {"rule": pair.refusal.rule, "verdict": RULES[pair.refusal.rule], "message": pair.refusal.message}
        else:
            row |= _compared(pair, rivals if pair is best else [pair], floor.get(problem["device"]))
        rows.append(row)
    return rows


def _pair(problem: Row, torch: Variant, jax: Variant, gate: list[Row]) -> Pair:
    return Pair(torch, jax, *held(problem, (torch, jax), gate))


def held(problem: Row, variants: tuple[Variant, Variant], gate: list[Row]) -> tuple[float | None, Refusal | None]:
    """By how much the values of two variants differ, and which of the rules that refuse a comparison refuses theirs."""
    error, tolerance = value_error(problem, *(variant.good for variant in variants))
    if failed := failures(variants):
        return error, Refusal("failed", "; ".join(failed))
    if message := gate_failure(problem, [(variant.framework, variant.mode) for variant in variants], gate):
        return error, Refusal("gate", message)
    if message := off_reference(variants, REFERENCE_FACTOR * tolerance) or value_failure(error, tolerance):
        return error, Refusal("values", message)
    return error, None


def failures(variants: Iterable[Variant]) -> list[str]:
    """Of each variant that failed in more than half of its trials, or had none, the reason."""
    return [variant.failures for variant in variants if len(variant.good) < max(1, len(variant.bad))]


def off_reference(variants: Iterable[Variant], tolerance: float) -> str | None:
    """Which variants miss the reference at the timed size, where there is one; None if none does."""
    wrong = [
        f"{variant} differs by {error:.2g} from the reference, allowed is {tolerance:.2g}"
        for variant in variants
        for error in [reference_error(variant.good)]
        if error is not None and not error <= tolerance
    ]
    return "; ".join(wrong) or None


def reference_error(runs: Iterable[Row]) -> float | None:
    """The largest error of the outputs of runs against the reference; NaN if one is, None where none was told."""
    errors = [row["reference_error"] for row in runs if row["reference_error"] is not None]
    return math.nan if any(map(math.isnan, errors)) else max(errors, default=None)


def _compared(pair: Pair, rivals: Sequence[Pair], floor: Floor | None) -> Row:
    """The columns of a pair that can be compared; `rivals` are those that it was chosen from."""
    found, share = _chosen_by_others(pair, rivals)
    return columns_of(found, floor) | {
        "choice_share": share,
        "message": "; ".join([*_left_out(pair, rivals), *filter(None, (own.failures for own in pair.variants))]),
    }


def columns_of(found: Ratio, floor: Floor | None) -> Row:
    """What a table says of a ratio, and what `decide` asks of it."""
    return {
        "ratio": found.ratio,
        "ratio_low": found.low,
        "ratio_high": found.high,
        "ratio_low_90": found.low_90,
        "ratio_high_90": found.high_90,
        "method": found.method,
        "trials": found.trials,
        "scatter": found.scatter,
        "p": found.p,
        "noise_floor": floor.value if floor else None,
        "found": found,
    }


def _chosen_by_others(best: Pair, rivals: Sequence[Pair]) -> tuple[Ratio, float | None]:
    """The ratio of the fastest modes, in each trial those that are the fastest in the other trials.

    Choosing the fastest modes and comparing them by the same trials would favour whoever has more modes to choose from:
    simulated with three modes that are equally fast, by 0.6 standard errors. Also the share of the trials
    for which the choice is `best`; None where nothing is chosen. Where it is not always, the trials depend on each
    other through it, and the error is the jackknife's: simulated with two or three modes, equally fast or not, and 3 to
    10 trials, the interval covers 95 to 97 %, Student's would 89 to 94 %. Source: Stone, JRSS B 36 (1974) 111.
    """
    candidates = [best, *(pair for pair in rivals if pair is not best and pair.rank[:2] == (False, False))]
    trials = sorted({row["run"] for pair in candidates for variant in pair.variants for row in variant.good})
    if len(candidates) == 1 or len(trials) < LEAST_FOR_CHOICE:
        return ratio_of(best.torch.good, best.jax.good), None
    chosen = _choices(candidates, trials)
    found, share = _ratio_of_choices(chosen), sum(pair is best for pair in chosen.values()) / len(trials)
    if share == 1:
        return found, share
    without = [_choices(candidates, [number for number in trials if number != trial]) for trial in trials]
    return statistics.jackknifed(found, [_ratio_of_choices(each).ratio for each in without]), share


def _choices(candidates: Sequence[Pair], trials: Sequence[int]) -> dict[int, Pair]:
    """Trial → the pair of modes that is the fastest in the other trials of the first stage, the first candidate where
    none is there.
    """
    logs = {id(variant): variant.logs() for pair in candidates for variant in pair.variants}

    def elsewhere(variant: Variant, trial: int) -> float:
        own = logs[id(variant)]
        others = [own[number] for number in trials if number != trial and number in own and not is_further(number)]
        return sum(others) / len(others) if others else math.inf

    chosen = {}
    for trial in trials:
        there = [pair for pair in candidates if all(trial in logs[id(variant)] for variant in pair.variants)]
        chosen[trial] = min(
            there, key=lambda pair: sum(elsewhere(variant, trial) for variant in pair.variants), default=candidates[0]
        )
    return chosen


def _ratio_of_choices(chosen: Mapping[int, Pair]) -> Ratio:
    torch, jax = (
        [row for trial, pair in chosen.items() for row in pair.variants[side].good if row["run"] == trial]
        for side in (0, 1)
    )
    return ratio_of(torch, jax)


def _left_out(best: Pair, rivals: Sequence[Pair]) -> list[str]:
    """What a reader is told of the modes that may be faster than those compared, and cannot be."""
    told = []
    for side, chosen in enumerate(best.variants):
        for pair in rivals:
            variant, other = pair.variants[side], pair.variants[1 - side]
            if variant is chosen or other is not best.variants[1 - side]:
                continue
            supported = any(row["status"] != "unsupported" for row in [*variant.good, *variant.bad])
            faster = variant.first_seconds < chosen.first_seconds or (not variant.good and supported)
            if faster and pair.rank[:2] != (False, False):
                told.append(f"{variant} is left out: {pair.refusal.message if pair.refusal else 'it has one trial'}")
    return told


def value_error(problem: Row, first: list[Row], second: list[Row]) -> tuple[float | None, float]:
    """Largest relative difference of the first values of the timed runs, and what the workload allows."""
    states = catalogue.known(problem["workload"], problem["family"])
    tolerance = states.tolerance_in(problem["precision"], problem["task"])
    numerical = problem["family"] in (*NUMERICAL, CASES)
    errors = [_value_error(ours, theirs, numerical) for ours in first for theirs in second]
    return (None, tolerance) if None in errors or not errors else (max(errors), tolerance)  # type: ignore[type-var]


def value_failure(error: float | None, tolerance: float) -> str | None:
    """Why the first values do not let a pair through, or None; an error that is not a number is no agreement."""
    if error is None:
        return "a run has no first values to compare"
    return None if error <= tolerance else f"first values differ by {error:.2g}, allowed is {tolerance:.2g}"


def _value_error(ours: Row, theirs: Row, numerical: bool) -> float | None:
    """The largest difference over the largest value: of the summaries of each output, or of the losses both have.

    NaN where a value is not a number, None where there is nothing to compare.
    """
    mine, others = ours["check_values"], theirs["check_values"]
    if not mine or not others or (numerical and len(mine) != len(others)):
        return None
    both = list(zip(mine, others, strict=False))
    if any(math.isnan(value) for pair in both for value in pair):
        return math.nan
    length = theirs["check_summaries"] if numerical else len(both)
    parts = [both[first : first + length] for first in range(0, len(both), length)]
    return max(max(abs(a - b) for a, b in part) / (max(abs(b) for _, b in part) or 1.0) for part in parts)


def decide(table: list[Row], equal_within: float, rivals: tuple[str, str] = COMPARED) -> None:
    """Adjust p over the table and give every row of it that has a ratio (in the column `found`) its verdict."""
    tested = [row for row in table if row.get("p") is not None]
    for row, adjusted in zip(tested, statistics.adjust([row["p"] for row in tested]), strict=True):
        row["p_adjusted"] = adjusted
    for row in table:
        row["equal_within"] = equal_within
        if (found := row.pop("found", None)) is None:
            continue
        given = (found, row.get("p_adjusted"), row["noise_floor"], equal_within)
        row["verdict"], row["rule"] = statistics.verdict(*given, rivals=rivals)
        if row["verdict"] == "undecided":
            row["further_trials"] = statistics.further_trials(*given)
