"""What a judgement of a claim is made from: the results of one machine, and what it becomes.

A judgement needs data. Where they are missing it raises `Missing`, which becomes the verdict "not measured here" with
the reason; where they are there and cannot decide, `Undecided`. No verdict is ever reached without data.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from bench import schema, vocabulary
from bench.events import UNFINISHED, Event, Missing
from bench.results.outcomes import event_of
from bench.results.selection import points, steps, successful_cells, successful_runs
from bench.vocabulary import CASES, COMPARED, OWN

SUPPORTED, REFUTED, MIXED, UNDECIDED, UNMEASURED, FORECAST, OPINION = vocabulary.CLAIM_VERDICTS
OPEN = {UNDECIDED, UNMEASURED}
"""Verdicts of what is not decided."""

Names = str | Sequence[str] | None
"""Which of something: one, several, or (None) all."""


class Undecided(Missing):
    """What was measured decides nothing: the intervals are too wide, or there are none."""


def open_verdict(missing: Missing) -> str:
    """The verdict where no judgement is possible."""
    return UNDECIDED if isinstance(missing, Undecided) else UNMEASURED


@dataclass(frozen=True)
class Verdict:
    """One of vocabulary.CLAIM_VERDICTS and the evidence for it, plain JSON values."""

    verdict: str
    evidence: dict[str, Any]

    def __post_init__(self) -> None:
        """Raises ValueError for an unknown verdict, TypeError for evidence that is not plain JSON."""
        if self.verdict not in vocabulary.CLAIM_VERDICTS:
            raise ValueError(f"verdict is {self.verdict!r}, allowed are {', '.join(vocabulary.CLAIM_VERDICTS)}")
        json.dumps(self.evidence)


@dataclass
class Results:
    """Everything that is known of one machine; `frames` hold all machines and have schema.py's columns."""

    hardware: str
    frames: Mapping[str, pd.DataFrame]
    machines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    citations: Sequence[str] = ()
    """What was found of each work that the surveyed text cites: `right`, or what is wrong."""
    code: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    """Sizes of the obvious implementations of workloads, by workload and framework (`code_size.Sizes`)."""

    def own(self, name: str) -> pd.DataFrame:
        """The rows of this machine of a table, without what decides no claim, a user's own workloads and public cases;
        empty where the table is missing.
        """
        frame = self.frames.get(name)
        if frame is None:
            return pd.DataFrame(columns=list(schema.TABLES[name]))
        frame = frame[frame["hardware"] == self.hardware]
        return frame[~frame["family"].isin((OWN, CASES))] if "family" in frame else frame

    def comparisons(self, family: Names = None, workload: Names = None, task: Names = None) -> pd.DataFrame:
        """Best mode against best mode at the named sizes; the machine's own family and times to a target left out."""
        frame = self.own("comparisons")
        return _narrowed(steps(frame[frame["best"].astype(bool)]), family, workload, task)

    def curve_comparisons(self, family: Names = None, workload: Names = None, task: Names = None) -> pd.DataFrame:
        """`comparisons` at the points of scaling curves, with what is scaled (`kind`) and how far (`amount`)."""
        frame = self.own("comparisons")
        return _narrowed(points(frame[frame["best"].astype(bool)]), family, workload, task)

    def runs(self, family: Names = None, workload: Names = None, task: Names = None) -> pd.DataFrame:
        """Successful runs at the named sizes; twins, the machine's own family and times to a target left out."""
        return _narrowed(steps(successful_runs(self.own("runs"))), family, workload, task)

    def cells(self, family: Names = None, workload: Names = None, task: Names = None) -> pd.DataFrame:
        """Successful cells at the named sizes; the machine's own family and times to a target left out."""
        return _narrowed(steps(successful_cells(self.own("cells"))), family, workload, task)

    def curve_runs(self, family: Names = None, workload: Names = None, task: Names = None) -> pd.DataFrame:
        """`runs` at the points of scaling curves, with what is scaled (`kind`) and how far (`amount`)."""
        return _narrowed(points(successful_runs(self.own("runs"))), family, workload, task)

    def curve_cells(self, family: Names = None, workload: Names = None, task: Names = None) -> pd.DataFrame:
        """`cells` at the points of scaling curves, with what is scaled (`kind`) and how far (`amount`)."""
        return _narrowed(points(successful_cells(self.own("cells"))), family, workload, task)

    def events(self, workload: str, framework: str) -> dict[str, Event]:
        """The events of a workload's examples in a framework by name. Raises Missing where there are none."""
        frame = self.own("events")
        frame = frame[(frame["workload"] == workload) & (frame["framework"] == framework)]
        if frame.empty:
            raise Missing("no examples were run", workload=workload, framework=framework)
        return {row["name"]: event_of(row) for row in frame.to_dict("records")}

    def event(self, workload: str, framework: str, name: str) -> Event:
        """One event. Raises Missing where it is not there."""
        found = self.events(workload, framework)
        if name not in found:
            stopped = found.get(UNFINISHED)
            raise Missing(
                "the example was not reached",
                example=f"{workload} {framework} {name}",
                message=stopped.first_line() if stopped else "",
            )
        return found[name]

    def both(self, workload: str, name: str) -> dict[str, Event]:
        """One event in both frameworks. Raises Missing where either is not there."""
        return {framework: self.event(workload, framework, name) for framework in COMPARED}


def _narrowed(frame: pd.DataFrame, family: Names, workload: Names, task: Names) -> pd.DataFrame:
    for column, wanted in (("family", family), ("workload", workload), ("task", task)):
        if wanted is not None:
            frame = frame[frame[column].isin([wanted] if isinstance(wanted, str) else list(wanted))]
    return frame


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
