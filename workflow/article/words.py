"""The words of a language by dotted name, from its file in the folder `words`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from markupsafe import Markup

FOLDER = Path(__file__).resolve().parent / "words"
Text = TypeVar("Text", str, Markup)
MESSAGES = "message"
"""The words of messages that the tables hold in English."""
ONE_WORD = ("count", "bytes", "module", "name", "device")
"""Values of messages that are one word each."""
COUNTED = (
    *(
        "assets",
        "backward operations",
        "bodies",
        "calls",
        "cases",
        "channels",
        "checks",
        "claims",
        "comparisons",
        "complaints",
        "components",
        "curves",
    ),
    *(
        "derivatives",
        "devices",
        "distinct names",
        "elements",
        "environments",
        "epochs",
        "equations",
        "evaluations",
        "filters",
        "forecasts",
        "forms",
        "functions",
    ),
    *("further panels", "further scaling curves", "further trials", "gradients", "graphs", "heads", "kinds", "layers"),
    *("learning rates", "levels", "lines", "machines", "minibatches", "modules", "more trials", "operations"),
    *(
        "opinions",
        "others",
        "packages",
        "paths",
        "points",
        "problems",
        "processors",
        "programs",
        "public functions",
        "qubits",
        "rows",
        "runs",
    ),
    *("scaling curves", "seeds", "separate programs", "source files", "starts", "steps", "times", "tokens", "traces"),
    *("transformations", "trials", "twins", "variables", "verdicts", "votes", "workloads", "works"),
)
"""What English sentences count, in the plural."""
IRREGULAR = {"bodies": "body"}
VERBS = {"are": "is", "were": "was", "have": "has"}
ONE = re.compile(
    rf"<q\b.*?</q>|(?<![\d.,/×^-])1([ \u00a0])({'|'.join(sorted([*COUNTED, *VERBS], key=len, reverse=True))})\b",
    re.DOTALL,
)
"""What is quoted, which stays as it is, and a one before a plural."""
BETWEEN = re.compile("(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]) (?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])")
"""A space between two characters of Chinese, marks of punctuation among them."""


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


def agreeing(text: Text, language: str) -> Text:
    """The text with nouns that agree with their count: "1 comparisons" is one in English, where a quotation stays as it
    is. Chinese nouns do not bend, but no space stands between two characters, whatever was put beside a name.
    """
    if language != "en":
        return type(text)(BETWEEN.sub("", text))
    return type(text)(ONE.sub(lambda found: f"1{found[1]}{_singular(found[2])}" if found[2] else found[0], text))


def _singular(noun: str) -> str:
    if noun in VERBS:
        return VERBS[noun]
    first, _, last = noun.rpartition(" ")
    return f"{first} {IRREGULAR.get(last) or last.removesuffix('s')}".strip()


def translated(message: str, language: str) -> str:
    """A message that the tables hold in English in another language, as far as its parts have words; else as it is."""
    if language == "en":
        return message
    words = read_words(language)
    parts = message.split("; ")
    told = [_part_translated(part, language) for part in parts]
    return message if told == parts else words["semicolon"].join(told)


def is_worded(message: str) -> bool:
    """Whether some part of a message that the tables hold is one of the article's own sentences."""
    return any(pattern.fullmatch(part) for part in message.split("; ") for pattern in message_patterns().values())


def _part_translated(part: str, language: str) -> str:
    for name, pattern in message_patterns().items():
        if found := pattern.fullmatch(part):
            values = {key: _value_translated(key, value, language) for key, value in found.groupdict().items()}
            return read_words(language)[f"{MESSAGES}.{name}"].format(**values)
    return part


def _value_translated(key: str, value: str, language: str) -> str:
    """What a message holds in a place: another message, or a list of names, which a language joins in its own way."""
    if key == "names":
        return read_words(language)["enumeration"].join(re.split(", | and ", value))
    return _part_translated(value, language)


@cache
def message_patterns() -> dict[str, re.Pattern[str]]:
    """Name of a message → what it looks like in English, a group for each of its values."""
    found = read_words("en").under(MESSAGES).items()
    return {name: re.compile(re.sub(r"\\\{(\w+)\\\}", _group, re.escape(words))) for name, words in found}


def _group(found: re.Match[str]) -> str:
    """A group of a pattern: a name or a number is one word, so that no exception of a framework looks like it."""
    shape = r"\S+" if found[1] in ONE_WORD else ".+?"
    return f"(?P<{found[1]}>{shape})"
