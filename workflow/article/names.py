"""What things are called in a language: words of the language, titles of workloads, and what a problem is in short."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from article.words import Words, agreeing
from bench.catalogue import NAME, discover, examples, known
from bench.vocabulary import EXAMPLES, OWN, SWEEP

TITLES = {"torch": "PyTorch", "jax": "JAX"}
"""What the compared frameworks call themselves."""
NAMED = ("workload", "task", "size", "precision", "device")
"""What names a problem on one machine."""


class Names:
    """Names in one language."""

    def __init__(self, words: Words, language: str) -> None:
        self.words = words
        self.language = language

    def problem(self, row: Any, columns: Iterable[str] = NAMED) -> str:
        """A problem in short: its parts that `columns` asks for, joined by middle dots."""
        family = getattr(row, "family", None)
        return " · ".join(
            self.workload(row.workload, family) if column == "workload" else self.of(column, getattr(row, column))
            for column in columns
        )

    def titles(self, frame: pd.DataFrame) -> Callable[[Any], str]:
        """What the problem of a row of the frame is called: by what tells it from the others, the machine last."""
        columns, several = telling(frame), frame["hardware"].nunique() > 1
        return lambda row: on_machine(self.problem(row, columns), row.hardware if several else None)

    def point(self, value: Any, *named: Any) -> str:
        """What a text alternative says of a point of a figure: what it is of, a colon, and its value."""
        return self.words["comma"].join(map(str, named)) + self.words["colon"] + str(value)

    def variant(self, framework: str, mode: str) -> str:
        """A variant: the same two words in every language."""
        return f"{framework} {mode}"

    def of(self, column: str, value: str) -> str:
        """What a value of a column of the tables is called."""
        if column == "workload":
            return self.workload(value)
        if column == "size" and (point := SWEEP.fullmatch(value)):
            *settings, axis = point[1].split("-")
            told = self.words[f"sweep.{axis}"].format(count=f"{int(point[2]):,}")
            return agreeing(told, self.language) + self.settings(settings)
        if column == "task" and value.endswith("_loop"):
            return self.words["looped"].format(task=self.of(column, value.removesuffix("_loop")))
        return self.words.get(f"{column}.{value}", str(value).replace("_", " "))

    def rate(self, item: str | None) -> str:
        """The unit of a throughput: so many items of a kind per second."""
        return self.words["per second"].format(item=self.of("item", item or "items"))

    def workload(self, name: str, family: str | None = None) -> str:
        """The title of a workload: that of the words, else its own; its plain name where this project knows neither."""
        if not (title := known(name, family).title) and family in (None, EXAMPLES) and (item := examples().get(name)):
            title = item.shows.title
        return self.words.get(f"workload.{name}", title.get(self.language) or name.replace("_", " "))

    def settings(self, parts: Iterable[str]) -> str:
        """What tells the curves of one axis apart ("d10", "layers2"), in brackets; "" where there is nothing."""
        shown = []
        for part in parts:
            letters = part.rstrip("0123456789")
            number = f"{int(part.removeprefix(letters)):,}"
            told = self.words.get(f"sweep.{letters}", letters + " = {count}").format(count=number)
            shown.append(agreeing(told, self.language))
        return self.words["brackets"].format(text=self.words["comma"].join(shown)) if shown else ""


def place_of(family: str | None, workload: str) -> str | None:
    """The id on the page of where a workload's numbers come from; None for what is no name of one.

    family: None where a row does not tell it, which leaves the workload of that name in this project.
    """
    family = family or family_of(workload)
    return f"source-{family}-{workload}" if all(map(NAME.fullmatch, (family, workload))) else None


def family_of(workload: str) -> str:
    """The family of the workload of that name in this project; "" where there is none."""
    return next((item.family for item in discover().values() if item.name == workload and item.family != OWN), "")


def named_by(row: Any) -> str:
    """Family and name of the workload of a row, as `--config workloads=` takes them."""
    return f"{getattr(row, 'family', None) or family_of(row.workload)}/{row.workload}"


def telling(frame: pd.DataFrame) -> tuple[str, ...]:
    """The columns of a problem that a label must name: the workload, and what differs between the rows."""
    return ("workload", *(column for column in NAMED[1:] if frame[column].nunique() > 1))


def on_machine(text: str, machine: str | None) -> str:
    """A text, and behind a dash the machine that it is about, if there is one to name."""
    return text if machine is None else f"{text} — {machine}"
