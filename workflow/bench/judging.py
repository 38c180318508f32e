"""What a judgement of a claim is made from: the results of one machine, verdicts, and the rules that count them.

A judgement needs data. Where they are missing it raises `Missing`, which becomes the verdict "not measured here" with
the reason; no verdict is ever reached without data.
"""

from __future__ import annotations

import ast
import io
import json
import math
import tokenize
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench import schema, statistics
from bench.vocabulary import SIZES, SWEEP, TWIN

SUPPORTED, REFUTED, MIXED, UNMEASURED, OPINION = schema.CLAIM_VERDICTS
FRAMEWORKS = ("torch", "jax")
PROBLEM = [*schema.PROBLEM]
MACHINE = "machine"
"""The family that measures the machine, not a framework."""
TARGET = "target"
"""The task whose time is that of a whole training, until a score is reached."""
OTHER = {"torch": "jax", "jax": "torch"}

MOST = 2 / 3
"""Share of the comparisons from which a claim about all of them is supported, or refuted."""
EQUAL = 1.1
"""A ratio whose whole interval lies below this is no gain worth the name."""
FULL = 0.95
"""Share of the highest throughput of a scaling curve from which a device counts as filled."""
LEAST_POINTS = 4
"""Sizes that a scaling curve needs to be judged."""


Names = str | Sequence[str] | None
"""Which of something: one, several, or (None) all."""


class Missing(Exception):
    """No judgement is possible. reason: a short phrase, the same for all claims alike; details: plain JSON values."""

    def __init__(self, reason: str, **details: Any) -> None:
        super().__init__(reason)
        self.evidence = {"reason": reason, **details}


@dataclass(frozen=True)
class Verdict:
    """One of schema.CLAIM_VERDICTS and the evidence for it, plain JSON values."""

    verdict: str
    evidence: dict[str, Any]

    def __post_init__(self) -> None:
        """Raises ValueError for an unknown verdict, TypeError for evidence that is not plain JSON."""
        if self.verdict not in schema.CLAIM_VERDICTS:
            raise ValueError(f"verdict is {self.verdict!r}, allowed are {', '.join(schema.CLAIM_VERDICTS)}")
        json.dumps(self.evidence)


@dataclass(frozen=True)
class Outcome:
    """One recorded event."""

    outcome: str
    value: float | None
    text: str

    @property
    def ran(self) -> bool:
        """Whether the example ran."""
        return self.outcome == "ok"

    def data(self) -> Any:
        """The text read as JSON. Raises Missing where the example did not run."""
        if not self.ran:
            raise Missing("the example failed", message=self.first_line())
        return json.loads(self.text)

    def number(self) -> float:
        """The value. Raises Missing where there is none."""
        if self.value is None:
            raise Missing("no value", text=self.text[:300])
        return self.value

    def within(self, tolerance: float) -> bool:
        """Whether the example ran and its error is small."""
        return self.ran and self.value is not None and self.value <= tolerance

    def first_line(self) -> str:
        """What it says, short."""
        return self.text.strip().split("\n", 1)[0][:300]


@dataclass
class Results:
    """Everything that is known of one machine; `frames` hold all machines and have schema.py's columns."""

    hardware: str
    frames: Mapping[str, pd.DataFrame]
    machines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def own(self, name: str) -> pd.DataFrame:
        """The rows of this machine of a table; empty where the table is missing."""
        frame = self.frames.get(name)
        if frame is None:
            return pd.DataFrame(columns=list(schema.TABLES[name]))
        return frame[frame["hardware"] == self.hardware]

    def comparisons(self, family: Names = None, workload: Names = None, task: Names = None) -> pd.DataFrame:
        """Best mode against best mode at the usual sizes; the machine's own family and times to a target left out."""
        frame = self.own("comparisons")
        return _narrowed(_usual(frame[frame["best"].astype(bool)]), family, workload, task)

    def runs(self, family: Names = None, workload: Names = None, task: Names = None) -> pd.DataFrame:
        """Successful runs at the usual sizes; twins, the machine's own family and times to a target left out."""
        return _narrowed(_usual(self._sound_runs()), family, workload, task)

    def cells(self, family: Names = None, workload: Names = None, task: Names = None) -> pd.DataFrame:
        """Successful cells at the usual sizes; the machine's own family and times to a target left out."""
        return _narrowed(_usual(self._sound_cells()), family, workload, task)

    def curve_runs(self, family: Names = None, workload: Names = None, task: Names = None) -> pd.DataFrame:
        """`runs` at the points of scaling curves, with what is scaled (`kind`) and how far (`amount`)."""
        return _narrowed(_points(self._sound_runs()), family, workload, task)

    def curve_cells(self, family: Names = None, workload: Names = None, task: Names = None) -> pd.DataFrame:
        """`cells` at the points of scaling curves, with what is scaled (`kind`) and how far (`amount`)."""
        return _narrowed(_points(self._sound_cells()), family, workload, task)

    def _sound_runs(self) -> pd.DataFrame:
        frame = self.own("runs")
        return frame[(frame["status"] == "ok") & (frame["run"] < TWIN)]

    def _sound_cells(self) -> pd.DataFrame:
        frame = self.own("cells")
        return frame[frame["status"] == "ok"]

    def events(self, workload: str, framework: str) -> dict[str, Outcome]:
        """The events of a graph workload in a framework by name. Raises Missing where there are none."""
        frame = self.own("events")
        frame = frame[(frame["workload"] == workload) & (frame["framework"] == framework)]
        if frame.empty:
            raise Missing("no examples were run", workload=workload, framework=framework)
        return {row["name"]: Outcome(row["outcome"], number(row["value"]), row["text"] or "")
                for row in frame.to_dict("records")}

    def event(self, workload: str, framework: str, name: str) -> Outcome:
        """One event. Raises Missing where it is not there."""
        found = self.events(workload, framework)
        if name not in found:
            stopped = found.get("unfinished")
            raise Missing("the example was not reached", example=f"{workload} {framework} {name}",
                          message=stopped.first_line() if stopped else "")
        return found[name]

    def both(self, workload: str, name: str) -> dict[str, Outcome]:
        """One event in both frameworks. Raises Missing where either is not there."""
        return {framework: self.event(workload, framework, name) for framework in FRAMEWORKS}


def _usual(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["size"].isin(SIZES) & (frame["task"] != TARGET) & (frame["family"] != MACHINE)]


def _points(frame: pd.DataFrame) -> pd.DataFrame:
    point = frame["size"].astype(str).str.extract(f"^{SWEEP.pattern}$")
    frame = frame.assign(kind=point[0], amount=pd.to_numeric(point[1]))
    return frame[frame["kind"].notna() & (frame["task"] != TARGET) & (frame["family"] != MACHINE)]


def _narrowed(frame: pd.DataFrame, family: Names, workload: Names, task: Names) -> pd.DataFrame:
    for column, wanted in (("family", family), ("workload", workload), ("task", task)):
        if wanted is not None:
            frame = frame[frame[column].isin([wanted] if isinstance(wanted, str) else list(wanted))]
    return frame


def number(value: Any) -> float | None:
    """A finite float, or None for what is missing."""
    return None if value is None or pd.isna(value) or not math.isfinite(value) else float(value)


# --- rules ------------------------------------------------------------------------------------------------------------


def combine(verdicts: Iterable[str]) -> str:
    """Several verdicts on parts of one claim: the one they share, else mixed; parts without data do not count.

    Raises Missing if no part has data.
    """
    known = {verdict for verdict in verdicts if verdict != UNMEASURED}
    if not known:
        raise Missing("no part could be decided")
    return known.pop() if len(known) == 1 else MIXED


def by_share(for_it: int, against: int, undecided: int) -> str:
    """Supported if at least two thirds of all speak for it, refuted if at least two thirds against, else mixed.

    Raises Missing without any, and where more than half are undecided: too wide intervals show nothing.
    """
    total = for_it + against + undecided
    if total == 0:
        raise Missing("no comparisons")
    if undecided > total / 2:
        raise Missing("intervals too wide", undecided=undecided, of=total)
    if for_it >= MOST * total:
        return SUPPORTED
    return REFUTED if against >= MOST * total else MIXED


def by_parts(parts: Sequence[bool]) -> str:
    """Supported if every part holds, refuted if none does, else mixed."""
    if not parts:
        raise Missing("no part could be decided")
    return SUPPORTED if all(parts) else MIXED if any(parts) else REFUTED


def gains(rows: pd.DataFrame, winner: str, margin: float = 1.0) -> tuple[str, dict[str, Any]]:
    """Whether `winner` ("jax" or "torch") is faster by more than `margin`, by the share of comparisons.

    A comparison speaks for it if its verdict is that the winner is faster and the whole interval lies beyond the
    margin; against it if the whole interval lies below the margin or 1.1, whichever is more; otherwise it is undecided.
    Ties are counted among all. Raises Missing where there is nothing to count, and where single runs have no interval.
    """
    counted = rows[(rows["verdict"] != "not comparable") & rows["ratio"].notna()]
    if counted.empty:
        raise Missing("no comparisons", not_comparable=len(rows))
    sound = counted[counted["ratio_low"].notna() & counted["ratio_high"].notna()]
    if sound.empty:
        raise Missing("single runs have no interval", comparisons=len(counted))
    low, high = sound["ratio_low"], sound["ratio_high"]
    if winner == "torch":
        low, high = 1 / high, 1 / low
    won = (sound["verdict"] == f"{winner} faster") & (low > margin)
    against = ~won & (high < max(margin, EQUAL))
    undecided = ~won & ~against
    enough = len(counted) >= statistics.LEAST_FOR_MEAN
    mean = statistics.geometric_mean(counted["ratio"].to_list()) if enough else (None, None, None)
    centre, centre_low, centre_high = mean
    evidence = {
        "comparisons": len(counted), "not_comparable": len(rows) - len(counted),
        "jax_faster": int((sound["verdict"] == "jax faster").sum()),
        "torch_faster": int((sound["verdict"] == "torch faster").sum()), "ties": int((sound["verdict"] == "tie").sum()),
        "for": int(won.sum()), "against": int(against.sum()), "undecided": int(undecided.sum()),
        "ratio": centre, "ratio_low": centre_low, "ratio_high": centre_high, "margin": margin}
    try:
        return by_share(int(won.sum()), int(against.sum()), int(undecided.sum())), evidence
    except Missing as missing:
        return UNMEASURED, evidence | missing.evidence


def not_slower(rows: pd.DataFrame, who: str, workloads: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Whether `who` ("jax" or "torch") is strong, which means not slower than the other, by the share of comparisons.

    The rule of `gains` for the other framework, turned round: a comparison speaks for it if the whole interval of the
    other's gain lies below 1.1 (`who` is faster, or it is a tie), against it if the other is faster. Raises Missing,
    as `gains` does, and where one of the `workloads` was not compared.
    """
    compared = rows[(rows["verdict"] != "not comparable") & rows["ratio"].notna()]
    if without := sorted(set(workloads) - set(compared["workload"])):
        raise Missing("a workload was not compared", workloads=without)
    verdict, evidence = gains(rows, OTHER[who])
    turned = {SUPPORTED: REFUTED, REFUTED: SUPPORTED}.get(verdict, verdict)
    by_workload = {name: {"comparisons": len(verdicts), "slower": int((verdicts == f"{OTHER[who]} faster").sum())}
                   for name, verdicts in compared.groupby("workload")["verdict"]}
    return turned, evidence | {"for": evidence["against"], "against": evidence["for"], "workloads": by_workload,
                               "tasks": sorted(set(compared["task"]))}


def gains_by_device(rows: pd.DataFrame, winner: str, margin: float = 1.0) -> Verdict:
    """`gains` on every device, combined; the evidence by device and over all."""
    found = by_device(rows, lambda group: gains(group, winner, margin))
    return Verdict(found.verdict, found.evidence | _overall(rows, winner, margin))


def by_device(rows: pd.DataFrame, rule: Callable[[pd.DataFrame], tuple[str, dict[str, Any]]]) -> Verdict:
    """A rule on every device, combined; the evidence by device. A device without data leaves it to the others."""
    if rows.empty:
        raise Missing("no comparisons")
    devices: dict[str, Any] = {}
    for device, group in rows.groupby("device"):
        try:
            verdict, evidence = rule(group)
        except Missing as missing:
            verdict, evidence = UNMEASURED, missing.evidence
        devices[str(device)] = evidence | {"verdict": verdict}
    verdicts = [evidence["verdict"] for evidence in devices.values()]
    if set(verdicts) == {UNMEASURED}:
        raise Missing(next(iter(devices.values()))["reason"], devices=devices)
    return Verdict(combine(verdicts), {"devices": devices})


def _overall(rows: pd.DataFrame, winner: str, margin: float) -> dict[str, Any]:
    _, evidence = gains(rows, winner, margin)
    return {key: value for key, value in evidence.items() if key != "reason"}


def within_frameworks(results: Results, runs: pd.DataFrame) -> pd.DataFrame:
    """Compiled against eager within each framework: rows with PROBLEM, framework, mode, and a comparison's columns.

    `ratio` is eager seconds / compiled seconds; verdict: "jax faster" stands for "compiled faster" (the columns are
    those of the table comparisons, whose rules are applied). p is adjusted over the rows.
    """
    pairs = {"torch": ("compile", "compile-max"), "jax": ("jit",)}
    rows: list[dict[str, Any]] = []
    for key, group in runs.groupby([*PROBLEM, "framework"], sort=False):
        where = dict(zip([*PROBLEM, "framework"], key, strict=True))
        eager = group[group["mode"] == "eager"]
        for mode in pairs.get(where["framework"], ()):
            compiled = group[group["mode"] == mode]
            if len(eager) and len(compiled):
                rows.append(where | {"mode": mode} | _ratio_of_runs(eager, compiled))
    floors = _noise_floors(results)
    for row, adjusted in zip(rows, statistics.adjust([row["p"] for row in rows]), strict=True):
        verdict = statistics.verdict(row["ratio"], row["ratio_low"], row["ratio_high"], adjusted,
                                     floors.get(row["device"]))
        row |= {"p_adjusted": adjusted, "noise_floor": floors.get(row["device"]), "verdict": verdict}
    return pd.DataFrame(rows)


def _ratio_of_runs(first: pd.DataFrame, second: pd.DataFrame) -> dict[str, Any]:
    found = statistics.ratio(first["step_seconds"].to_list(), second["step_seconds"].to_list(),
                             first["run"].to_list(), second["run"].to_list())
    return {"ratio": found.ratio, "ratio_low": found.low, "ratio_high": found.high, "p": found.p}


def _noise_floors(results: Results) -> dict[str, float]:
    """The largest noise floor that stands beside this machine's comparisons, by device."""
    frame = results.own("comparisons")
    frame = frame[frame["noise_floor"].notna()]
    return {device: float(group["noise_floor"].max()) for device, group in frame.groupby("device")}


# --- scaling curves ---------------------------------------------------------------------------------------------------


def scaling_curves(points: pd.DataFrame) -> list[dict[str, Any]]:
    """What each scaling curve says: its problem, framework, and what `growth` finds; curves of few points left out.

    points: rows of `Results.curve_cells`; those whose operations are not counted have no throughput and are left out.
    At every size the fastest mode of the framework counts.
    """
    columns = ["workload", "task", "precision", "device", "kind", "framework"]
    fastest = points[points["flops"] > 0].sort_values("step_seconds").drop_duplicates([*columns, "family", "amount"])
    rows = []
    for key, group in fastest.groupby(["family", *columns], sort=True):
        if len(group) >= LEAST_POINTS:
            rows.append(dict(zip(columns, key[1:], strict=True)) | growth(group.sort_values("amount")))
    return rows


def growth(curve: pd.DataFrame) -> dict[str, Any]:
    """Whether the throughput of one scaling curve, sorted by `amount`, grows with the size.

    Throughput is analytic operations per second, so that batch, width and length are measured alike. `gain`: at the
    largest size in units of that at the smallest. `slope`: of log time over log size in the upper half of the points.
    `filled_at`: the first size with 95 % of the highest throughput; None if that is the last. `speaks`: "for" if the
    interval of the gain lies above 1.1 and the last throughput may be within a factor of 1.1 of the highest, "against"
    if the interval lies below 1.1 or the throughput has fallen for certain, else "undecided". The interval's ends are
    those of the least favourable pair of times.
    """
    work = curve["flops"].to_numpy(float)
    low, seconds, high = (curve[f"step_seconds{end}"].to_numpy(float) for end in ("_low", "", "_high"))
    amounts, throughput = curve["amount"].to_numpy(float), work / seconds
    half = len(amounts) // 2
    slope = float(np.polyfit(np.log(amounts[half:]), np.log(seconds[half:]), 1)[0])
    filled = int(np.argmax(throughput >= FULL * throughput.max()))
    gain_low, gain_high = (float(work[-1] / last * first / work[0])
                           for last, first in ((high[-1], low[0]), (low[-1], high[0])))
    fell = float((work / high).max() / (work[-1] / low[-1])) > EQUAL
    speaks = ("undecided" if not math.isfinite(gain_low) or not math.isfinite(gain_high) else
              "against" if fell or gain_high < EQUAL else "for" if gain_low > EQUAL else "undecided")
    return {"points": len(curve), "slope": slope, "gain": float(throughput[-1] / throughput[0]),
            "gain_low": number(gain_low), "gain_high": number(gain_high),
            "filled_at": int(amounts[filled]) if filled < len(amounts) - 1 else None, "speaks": speaks}


def grows(curves: Sequence[Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Whether throughput grows with the size, by the share of scaling curves."""
    if curves and all(curve["gain_low"] is None for curve in curves):
        raise Missing("single runs have no interval", curves=len(curves))
    counts = Counter(curve["speaks"] for curve in curves)
    evidence = {"curves": len(curves), "for": counts["for"], "against": counts["against"],
                "undecided": counts["undecided"], "filled": sum(curve["filled_at"] is not None for curve in curves),
                "gain": statistics.median([curve["gain"] for curve in curves]) if curves else None}
    try:
        return by_share(counts["for"], counts["against"], counts["undecided"]), evidence
    except Missing as missing:
        return UNMEASURED, evidence | missing.evidence


# --- size of code -----------------------------------------------------------------------------------------------------

LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENCODING,
          tokenize.ENDMARKER}
PACKAGES = {"torch": ("torch",), "jax": ("jax", "optax")}


def code_size(path: Path, framework: str) -> dict[str, int]:
    """Lines and tokens of a source file without docstrings, comments and blank lines; distinct names of the framework.

    A name is a dotted path that starts at an import from the framework's packages, `jax.lax.scan` for example. Imports
    themselves are not counted: both sides need them.
    """
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    left_out = _lines_of_docstrings_and_imports(tree)
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(source).readline)
              if token.type not in LAYOUT and token.start[0] not in left_out]
    lines = {line for token in tokens for line in range(token.start[0], token.end[0] + 1)}
    return {"lines": len(lines), "tokens": len(tokens), "names": len(_names(tree, PACKAGES[framework]))}


def _lines_of_docstrings_and_imports(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        bare_text = (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
                     and isinstance(node.value.value, str))
        if isinstance(node, ast.stmt) and (bare_text or isinstance(node, ast.Import | ast.ImportFrom)):
            lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def _names(tree: ast.Module, packages: Sequence[str]) -> set[str]:
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases |= {item.asname or item.name.split(".")[0]: item.name if item.asname else item.name.split(".")[0]
                        for item in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            aliases |= {item.asname or item.name: f"{node.module}.{item.name}" for item in node.names}
    aliases = {short: full for short, full in aliases.items() if full.split(".")[0] in packages}
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    chains = (_chain(node) for node in ast.walk(tree)
              if isinstance(node, ast.Attribute | ast.Name) and id(node) not in inner)
    return {".".join([aliases[chain[0]], *chain[1:]]) for chain in chains if chain and chain[0] in aliases}


def _chain(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        inner = _chain(node.value)
        return [*inner, node.attr] if inner else []
    return []


def code_sizes(folders: Mapping[str, Path]) -> dict[str, dict[str, dict[str, int]]]:
    """`code_size` of both implementations of workloads, by name and framework; folders without both are left out."""
    return {name: {framework: code_size(folder / f"{framework}_impl.py", framework) for framework in FRAMEWORKS}
            for name, folder in folders.items()
            if all((folder / f"{framework}_impl.py").exists() for framework in FRAMEWORKS)}


Sizes = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Workload -> framework -> what `code_size` counts."""


def smaller_code(sizes: Sizes, margin: float = 1.05) -> tuple[str, dict[str, Any]]:
    """Whether torch's implementations are smaller, by the share of workloads.

    A workload speaks for it if jax's has at least 5 % more tokens, against it if jax's has fewer or as many as torch's,
    and is undecided in between.
    """
    ratios = {name: both["jax"]["tokens"] / both["torch"]["tokens"] for name, both in sizes.items()}
    counts = Counter("for" if ratio >= margin else "against" if ratio <= 1 else "undecided"
                     for ratio in ratios.values())
    totals = {framework: {key: sum(both[framework][key] for both in sizes.values())
                          for key in ("lines", "tokens", "names")} for framework in FRAMEWORKS}
    if not ratios:
        raise Missing("no implementations")
    mean, low, high = statistics.geometric_mean(list(ratios.values()))
    evidence = {"workloads": sizes, "totals": totals, "tokens_ratio": mean, "tokens_ratio_low": low,
                "tokens_ratio_high": high, "for": counts["for"], "against": counts["against"],
                "undecided": counts["undecided"]}
    try:
        return by_share(counts["for"], counts["against"], counts["undecided"]), evidence
    except Missing:
        return MIXED, evidence  # sizes are known exactly: undecided means equal


Judge = Callable[[Results], Verdict]
REGISTRY: dict[str, Judge] = {}


def claim(identity: str) -> Callable[[Judge], Judge]:
    """Register the function that judges a claim. Raises ValueError if it has one already."""

    def register(judge: Judge) -> Judge:
        if identity in REGISTRY:
            raise ValueError(f"{identity} is judged twice, by {REGISTRY[identity].__name__} and {judge.__name__}")
        REGISTRY[identity] = judge
        return judge

    return register
