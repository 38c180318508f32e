"""What things are called in a language: words of the language, titles of workloads, and what a problem is in short."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from article.words import Words
from bench.catalogue import known
from bench.vocabulary import SWEEP, VARIANT_ORDER

NAMED = ("workload", "task", "size", "precision", "device")


class Names:
    """Names in one language."""

    def __init__(self, words: Words, language: str) -> None:
        self.words = words
        self.language = language

    def workload(self, name: str) -> str:
        """The title of a workload, or its plain name where this project does not know it."""
        title = known(name).title.get(self.language)
        return title or name.replace("_", " ")

    def of(self, column: str, value: str) -> str:
        """What a value of a column of the tables is called."""
        if column == "workload":
            return self.workload(value)
        if column == "size" and (point := SWEEP.fullmatch(value)):
            *settings, axis = point[1].split("-")
            return self.words[f"sweep.{axis}"].format(count=f"{int(point[2]):,}") + self.settings(settings)
        if column == "task" and value.endswith("_loop"):
            return self.words["looped"].format(task=self.of(column, value.removesuffix("_loop")))
        return self.words.get(f"{column}.{value}", str(value).replace("_", " "))

    def settings(self, parts: Iterable[str]) -> str:
        """What tells the curves of one axis apart ("d10", "layers2"), in brackets; "" where there is nothing."""
        shown = []
        for part in parts:
            letters = part.rstrip("0123456789")
            number = f"{int(part.removeprefix(letters)):,}"
            shown.append(self.words.get(f"sweep.{letters}", letters + " = {count}").format(count=number))
        return self.words["brackets"].format(text=self.words["comma"].join(shown)) if shown else ""

    def variant(self, framework: str, mode: str) -> str:
        """A variant: the same two words in every language."""
        return f"{framework} {mode}"

    def problem(self, row: Any, columns: Iterable[str] = NAMED) -> str:
        """A problem in short: its parts that `columns` asks for, joined by middle dots."""
        return " · ".join(self.of(column, getattr(row, column)) for column in columns)


def telling(frame: Any) -> tuple[str, ...]:
    """The columns of a problem that a label must name: the workload, and what differs between the rows."""
    return ("workload", *(column for column in NAMED[1:] if frame[column].nunique() > 1))


TITLES = {"torch": "PyTorch", "jax": "JAX"}


def panel(row: Any, names: Names, several_machines: bool, columns: tuple[str, ...]) -> str:
    """The heading of a panel: the problem, and the machine where there are several."""
    return names.problem(row, columns) + (f" — {row.hardware}" if several_machines else "")


def sort_variants(frame: pd.DataFrame) -> pd.DataFrame:
    """Within each panel: torch before jax, and the modes in a fixed order."""
    panels = {name: place for place, name in enumerate(dict.fromkeys(frame["panel"]))}
    keys = [
        (panels[row.panel], VARIANT_ORDER[row.framework, row.mode], getattr(row, "cache", "") != "cold", place)
        for place, row in enumerate(frame.itertuples())
    ]
    return frame.iloc[sorted(range(len(frame)), key=keys.__getitem__)].reset_index(drop=True)
