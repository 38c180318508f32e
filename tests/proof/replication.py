"""The same preset twice on one machine: whether the second finds what the first predicts.

An interval of the first, ratio × exp(± t s / √n), predicts a mean of m new trials within ± t s √(1/n + 1/m): where
trials scatter as they did, 95 % of the second's ratios lie there.
"""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

from bench.results.comparisons import comparison_rows
from bench.results.reading import read_machine
from bench.schema import Row
from bench.vocabulary import PROBLEM
from tests.proof import markdown

LEAST_SHARE = 0.93


def comparisons(folder: Path) -> dict[tuple[Any, ...], Row]:
    """The comparisons of a machine's folder, by problem (without the machine's name) and modes."""
    machine = read_machine(folder, own=False)
    key = (*PROBLEM[1:], "torch_mode", "jax_mode")
    return {tuple(row[column] for column in key): row for row in comparison_rows(machine.runs, machine.parity)}


def predicted(first: Row, trials: int) -> float | None:
    """Half the width of what an interval predicts of so many new trials, of logarithms; None without an interval."""
    if not first.get("ratio_low") or not first.get("ratio_high"):
        return None
    half = math.log(first["ratio_high"] / first["ratio_low"]) / 2
    return half * math.sqrt(1 + first["trials"] / trials)


def measured(first: Path, second: Path) -> dict[str, Any]:
    """What two folders of one machine have in common."""
    one, other = comparisons(first), comparisons(second)
    rows = []
    for key in sorted(one.keys() & other.keys()):
        before, after = one[key], other[key]
        half = predicted(before, after["trials"]) if after.get("ratio") and after.get("trials") else None
        rows.append(
            {
                "pair": " ".join(map(str, key)),
                "best": bool(before["best"]),
                "ratios": [before.get("ratio"), after.get("ratio")],
                "predicted": half,
                "within": None if half is None else abs(math.log(after["ratio"] / before["ratio"])) <= half,
                "verdicts": [before["verdict"], after["verdict"]],
            }
        )
    return {"rows": rows, "only_first": len(one.keys() - other.keys()), "only_second": len(other.keys() - one.keys())}


def share_within(numbers: dict[str, Any]) -> float:
    """Of the pairs for which there is a prediction, the share that it holds for."""
    known = [row["within"] for row in numbers["rows"] if row["within"] is not None]
    return sum(known) / len(known) if known else math.nan


def changed(numbers: dict[str, Any]) -> Counter[tuple[str, str]]:
    """How often which verdict became which other."""
    pairs = (tuple(row["verdicts"]) for row in numbers["rows"])
    return Counter((before, after) for before, after in pairs if before != after)


def criteria(numbers: dict[str, Any]) -> dict[str, bool]:
    """The second lies in what the first predicts, and nobody is faster the other way round."""
    opposite = {("torch faster", "jax faster"), ("jax faster", "torch faster")}
    return {
        f"at least {LEAST_SHARE:.0%} of the second's ratios lie in what the first predicts": share_within(numbers)
        >= LEAST_SHARE,
        "no verdict turned into its opposite": not opposite & changed(numbers).keys(),
    }


def text(numbers: dict[str, Any]) -> str:
    """The paragraphs and the tables of the page."""
    rows = numbers["rows"]
    known = [row for row in rows if row["within"] is not None]
    counts = changed(numbers)
    best = [row for row in rows if row["best"]]
    best_changed = sum(row["verdicts"][0] != row["verdicts"][1] for row in best)
    outside = [
        [row["pair"], f"{row['ratios'][0]:.3f}", f"±{row['predicted']:.1%}", f"{row['ratios'][1]:.3f}"]
        for row in known
        if not row["within"]
    ]
    parts = [
        f"{len(rows)} comparisons were measured both times ({numbers['only_first']} the first time alone, "
        f"{numbers['only_second']} the second). {sum(row['within'] for row in known)} of {len(known)} "
        f"({share_within(numbers):.1%}) lie in what the first predicts. {sum(counts.values())} of {len(rows)} verdicts "
        f"changed, {best_changed} of the {len(best)} of the fastest modes.",
        markdown.checklist(criteria(numbers)),
    ]
    if counts:
        changes = [[*words, count] for words, count in counts.most_common()]
        parts.insert(1, markdown.table(["verdict", "became", "pairs"], changes))
    if outside:
        parts.append("Outside of what was predicted:")
        parts.append(markdown.table(["pair", "first ratio", "predicted within", "second ratio"], outside))
    return "\n\n".join(parts)
