"""What things are called in a language: words of `words.yaml`, titles of workloads, and what a problem is in short."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bench.vocabulary import SWEEP

WORKLOADS = Path(__file__).resolve().parent / "workloads"
PROBLEM = ("workload", "task", "size", "precision", "device")
FACTS = ("TITLE", "SECTION", "SCENARIO", "ITEM", "TASKS", "QUICK_TASKS", "PRECISIONS", "SIZES", "EPOCHS",
         "LEARNING_RATE", "SEEDS")
PRIMAL = "primal"
"""The task that computes a function without its derivatives."""


class Words:
    """The words of one language by dotted name. A name that is not there raises KeyError with that name."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self._flat = dict(flatten(tree))

    def __getitem__(self, name: str) -> str:
        return self._flat[name]

    def __contains__(self, name: object) -> bool:
        return name in self._flat

    def get(self, name: str, default: str) -> str:
        """The words, or a default where outside data bring a name that has none."""
        return self._flat.get(name, default)

    def under(self, prefix: str) -> dict[str, str]:
        """The words below a prefix, by what follows it: those of one figure."""
        start = prefix + "."
        return {name.removeprefix(start): words for name, words in self._flat.items() if name.startswith(start)}


def flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    """Pairs (dotted name, words) of a nested mapping."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def read_words(path: Path, language: str) -> Words:
    """The words of a language. Raises KeyError for a language that the file does not have."""
    return Words(_tree(path)[language])


@cache
def _tree(path: Path) -> Mapping[str, Any]:
    tree: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return tree


@cache
def facts(workload: str) -> dict[str, Any]:
    """The literal facts of a workload's problem.py (`FACTS`), read without importing it; {} for an unknown workload."""
    found = sorted(WORKLOADS.glob(f"*/{workload}/problem.py")) if workload.replace("_", "").isalnum() else []
    if not found:
        return {}
    known: dict[str, Any] = {}
    for statement in ast.parse(found[0].read_text(encoding="utf-8")).body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
            if isinstance(target, ast.Name) and target.id in FACTS:
                with suppress(ValueError):  # computed when imported; the article can do without
                    known[target.id] = ast.literal_eval(statement.value)
    return known


def main_tasks(workload: str) -> list[str]:
    """The tasks of a workload, those first that tell most of it: derivatives before the function alone."""
    known = facts(workload)
    first = [task for task in known.get("QUICK_TASKS", ()) if task != PRIMAL]
    return list(dict.fromkeys([*first, *known.get("TASKS", ())]))


class Names:
    """Names in one language."""

    def __init__(self, words: Words, language: str) -> None:
        self.words = words
        self.language = language

    def workload(self, name: str) -> str:
        """The title of a workload, or its plain name where this project does not know it."""
        title = facts(name).get("TITLE", {}).get(self.language)
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

    def problem(self, row: Any, columns: Iterable[str] = PROBLEM) -> str:
        """A problem in short: its parts that `columns` asks for, joined by middle dots."""
        return " · ".join(self.of(column, getattr(row, column)) for column in columns)


def telling(frame: Any) -> tuple[str, ...]:
    """The columns of a problem that a label must name: the workload, and what differs between the rows."""
    return ("workload", *(column for column in PROBLEM[1:] if frame[column].nunique() > 1))
