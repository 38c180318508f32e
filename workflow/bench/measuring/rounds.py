"""The rounds of a trial: in which order variants take turns, and when there are enough. Pure.

Source: Abedi and Brecht, ICPE 2017 (randomised multiple interleaved trials); Bulej et al., ICPE 2020 (duets).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from bench import series
from bench.measuring.timing import Plan

Values = Mapping[str, Mapping[int, float]]
"""Variant → round → seconds per step."""


def orders(variants: Sequence[str], seed: int) -> Iterator[list[str]]:
    """Each round's variants in random order, without end; the same for the same seed."""
    generator = random.Random(seed)
    while True:
        yield generator.sample(list(variants), len(variants))


def half_width(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    """Relative half-width of the interval of the median ratio of two variants, over the rounds that both have."""
    common = sorted(one.keys() & other.keys())
    return series.relative_half_width([one[place] / other[place] for place in common]) if common else float("inf")


def widest(values: Values) -> float:
    """The half-width of the ratio that is known least, of a variant by itself where there is no other."""
    if len(values) == 1:
        ((own,),) = [list(values.values())]
        return series.relative_half_width(list(own.values())) if own else float("inf")
    return max((half_width(one, other) for one, other in combinations(values.values(), 2)), default=0.0)


def enough(values: Values, spent_seconds: float, plan: Plan) -> bool:
    """Whether rounds may end before the plan's most: every ratio is as narrow as wished, or the budget, one for each
    variant, is spent.
    """
    done = min(len(own) for own in values.values())
    if done >= plan.least_values and widest(values) <= plan.half_width:
        return True
    return spent_seconds >= plan.budget_seconds * len(values) and done >= min(plan.least_values, 3)
