"""Texts and JSON that may come from anybody, made safe to show: in a page, a drawing, a log, a terminal."""

from __future__ import annotations

import json
import re
from typing import Any

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, those that hide or turn what is beside them, and what neither UTF-8 nor XML can hold."""
LARGEST = 2**63
"""Numbers beyond this are none that a file of results can mean."""


def shown(text: str) -> str:
    """The text with what would act on a page or a terminal written as JSON escapes it; lines and tabs stay."""
    return _UNSEEN.sub(_escape, text)


def one_line(text: str) -> str:
    """`shown`, with ends of lines and tabs escaped too."""
    return re.sub(r"[\n\t]", _escape, shown(text))


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def parsed(text: str) -> Any:
    """The JSON in a text, its strings `shown`; a number that is not finite or beyond `LARGEST` is read as null.

    Raises ValueError for what is no JSON or nested too deeply.
    """
    try:
        return _plain(json.loads(text))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, dict):
        return {shown(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, int | float) and not abs(value) <= LARGEST:  # false for NaN too
        return None
    return value
