"""Who is faster in how many workloads, one vote each, and what the votes say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from bench.results.selection import shows_a_call

COUNTED = {"jax": "jax faster", "torch": "torch faster", "equal": "equal", "undecided": "undecided"}
"""Count of the votes → the verdict that it counts."""
SETTLED = ("jax faster", "torch faster", "equal")
"""Verdicts of comparisons that say something."""
SPLIT = "split"
"""What votes say together of which some are for either side."""


@dataclass(frozen=True)
class Votes:
    """The verdicts of some workloads, each with the ratio of PyTorch's time over JAX's that it is on."""

    cast: tuple[tuple[str, float], ...]

    @property
    def total(self) -> int:
        """How many workloads voted."""
        return len(self.cast)

    @property
    def counts(self) -> dict[str, int]:
        """How many voted for each of `COUNTED`, by name."""
        return {name: sum(vote == verdict for vote, _ in self.cast) for name, verdict in COUNTED.items()}

    @property
    def decided(self) -> bool:
        """Whether it is known of any workload who is faster, or that nobody is."""
        return self.counts["undecided"] < self.total

    @property
    def together(self) -> str:
        """A verdict that more than half of the votes are for, else "undecided"; `SPLIT` where each side has one, or
        where all are decided without such a verdict.
        """
        counts = self.counts
        most = next((COUNTED[name] for name, count in counts.items() if 2 * count > self.total), None)
        if (counts["jax"] and counts["torch"]) or (self.total and not most and not counts["undecided"]):
            return SPLIT
        return most or "undecided"

    def ratio(self, share: float = 0.5) -> float:
        """The ratio below which so large a share of the workloads lies: the median, by default. Between two of them
        their logarithms are interpolated.
        """
        return float(np.exp(np.quantile([np.log(ratio) for _, ratio in self.cast], share)))

    def most(self, verdict: str) -> float:
        """By how many times the faster framework is faster at most, among the workloads of that verdict."""
        return max(max(ratio, 1 / ratio) for vote, ratio in self.cast if vote == verdict)


def votes(rows: pd.DataFrame) -> Votes:
    """The votes of some comparisons, one per workload. What has no ratio or tells the cost of a call has none."""
    valid = voting(rows)
    return Votes(tuple(zip(valid["verdict"], valid["ratio"].astype(float), strict=True)))


def voting(rows: pd.DataFrame) -> pd.DataFrame:
    """The comparisons that have a vote."""
    valid = rows[rows["ratio"].notna()]
    return valid[~shows_a_call(valid)]


Group = list[pd.DataFrame]
"""Comparisons of one problem each, a row per machine, or per size."""


class Agreement(NamedTuple):
    """What problems that were compared several times say: of one verdict each time, decided alike at times and open at
    others, decided at no time, and decided differently.
    """

    alike: Group
    partly: Group
    never: Group
    apart: Group

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each, and in `total`."""
        return {name: len(group) for name, group in self._asdict().items()} | {"total": sum(map(len, self))}


def agreement(frame: pd.DataFrame, same: Sequence[str]) -> Agreement:
    """The problems, told apart by the columns `same`, that were compared several times."""
    found = Agreement([], [], [], [])
    for _, own in frame.groupby(list(same), sort=False):
        if len(own) > 1:
            decided = set(own["verdict"]) & set(SETTLED)
            if len(decided) == 1:
                group = found.alike if own["verdict"].isin(SETTLED).all() else found.partly
            else:
                group = found.apart if decided else found.never
            group.append(own)
    return found
