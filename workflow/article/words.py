"""The words of a language by dotted name, from its file in the folder `words`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent / "words"


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


@cache
def read_words(language: str) -> Words:
    """The words of a language. Raises FileNotFoundError for a language that has no file."""
    text = (FOLDER / f"{language}.yaml").read_text(encoding="utf-8")
    return Words(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
