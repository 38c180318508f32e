"""The words of a language by dotted name, from the article's file of words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml


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
