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

import pandas as pd

from bench import schema, statistics
from bench.vocabulary import TWIN

SUPPORTED, REFUTED, MIXED, UNMEASURED, OPINION = schema.CLAIM_VERDICTS
FRAMEWORKS = ("torch", "jax")
PROBLEM = [*schema.PROBLEM]
MACHINE = "machine"
"""The family that measures the machine, not a framework."""

MOST = 2 / 3
"""Share of the comparisons from which a claim about all of them is supported, or refuted."""
EQUAL = 1.1
"""A ratio whose whole interval lies below this is no gain worth the name."""


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
        """The text read as JSON."""
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

    def comparisons(self, family: str | Sequence[str] | None = None, workload: str | None = None) -> pd.DataFrame:
        """Best mode against best mode, the machine's own family left out."""
        frame = self.own("comparisons")
        frame = frame[frame["best"].astype(bool) & (frame["family"] != MACHINE)]
        return _narrowed(frame, family, workload)

    def runs(self, family: str | Sequence[str] | None = None, workload: str | None = None) -> pd.DataFrame:
        """Successful runs; twins and the machine's own family left out."""
        frame = self.own("runs")
        frame = frame[(frame["status"] == "ok") & (frame["run"] < TWIN) & (frame["family"] != MACHINE)]
        return _narrowed(frame, family, workload)

    def cells(self) -> pd.DataFrame:
        """Successful cells; the machine's own family left out."""
        frame = self.own("cells")
        return frame[(frame["status"] == "ok") & (frame["family"] != MACHINE)]

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


def _narrowed(frame: pd.DataFrame, family: str | Sequence[str] | None, workload: str | None) -> pd.DataFrame:
    if family is not None:
        frame = frame[frame["family"].isin([family] if isinstance(family, str) else list(family))]
    return frame if workload is None else frame[frame["workload"] == workload]


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


def gains_by_device(rows: pd.DataFrame, winner: str, margin: float = 1.0) -> Verdict:
    """`gains` on every device, combined; the evidence by device and over all."""
    if rows.empty:
        raise Missing("no comparisons")
    devices: dict[str, Any] = {}
    verdicts: dict[str, str] = {}
    for device, group in rows.groupby("device"):
        try:
            verdicts[device], devices[device] = gains(group, winner, margin)
        except Missing as missing:
            verdicts[device], devices[device] = UNMEASURED, missing.evidence
        devices[device]["verdict"] = verdicts[device]
    if set(verdicts.values()) == {UNMEASURED}:
        raise Missing(next(iter(devices.values()))["reason"], devices=devices)
    return Verdict(combine(verdicts.values()), {"devices": devices, **_overall(rows, winner, margin)})


def _overall(rows: pd.DataFrame, winner: str, margin: float) -> dict[str, Any]:
    _, evidence = gains(rows, winner, margin)
    return {key: value for key, value in evidence.items() if key != "reason"}


def within_frameworks(results: Results, runs: pd.DataFrame) -> pd.DataFrame:
    """Compiled against eager within each framework: rows with PROBLEM, framework, mode, and a comparison's columns.

    `ratio` is eager seconds / compiled seconds; verdict: "jax faster" stands for "compiled faster" (the columns are
    those of the table comparisons, whose rules are applied). p is adjusted (Holm) over the rows.
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
