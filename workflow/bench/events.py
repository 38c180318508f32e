"""An event: what one executed example returned or raised, as it is recorded, read, shown and judged."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from bench.vocabulary import OUTCOMES

LONGEST_TEXT = 12_000
"""Characters kept of a text; below the limit of the tables."""
RIGHT = {"float64": 1e-9, "float32": 1e-6}
"""The relative error up to which an example is right, by the precision that it computes in: rounding, and no more."""
UNFINISHED = "unfinished"
"""The name of the event that says why a workload's examples came to no end."""
ENDED = "The process was ended by"
"""How the text of an event begins whose example ended its process."""

_URL_OR_PATH = re.compile(r"(?P<url>\b[a-z]{2,10}://[^\s\"']+)|(?<![\w.~])(?:[A-Za-z]:)?(?:[/\\][\w.+@~-]+){2,}")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")


class Missing(Exception):
    """No judgement is possible. reason: a short phrase, the same for all claims alike; details: plain JSON values."""

    def __init__(self, reason: str, **details: Any) -> None:
        super().__init__(reason)
        self.evidence = {"reason": reason, **details}


@dataclass(frozen=True)
class Event:
    """One recorded outcome.

    name: dotted, unique within workload and framework, equal in both frameworks where both can run the example.
    outcome: `ok` (it ran), `raised` (it raised; the message is the text), `absent` (the framework has no such thing).
    value: a finite number in SI units, or None. text: words, or JSON; without absolute paths and memory addresses.
    right_within: the error up to which a value that is an error means that the example is right; not recorded.
    """

    name: str
    outcome: str
    value: float | None = None
    text: str = ""
    right_within: float = RIGHT["float64"]

    def __post_init__(self) -> None:
        """Raises ValueError for an unknown outcome and for a number that is not finite; cleans the text."""
        if self.outcome not in OUTCOMES:
            raise ValueError(f"outcome is {self.outcome!r}, allowed are {', '.join(OUTCOMES)}")
        if self.value is not None:
            if not math.isfinite(self.value):
                raise ValueError(f"the result is {self.value}, not a finite number")
            object.__setattr__(self, "value", float(self.value))
        object.__setattr__(self, "text", clean(self.text))

    @property
    def ran(self) -> bool:
        """Whether the example ran."""
        return self.outcome == "ok"

    @property
    def accurate(self) -> bool:
        """Whether the example ran and left an error that is rounding."""
        return self.ran and self.value is not None and self.value <= self.right_within

    @property
    def verdict(self) -> str:
        """What became of an example that has a right value: `right`, `wrong`, or its outcome where it did not run."""
        if not self.ran:
            return self.outcome
        return "right" if self.value is None or self.accurate else "wrong"

    def number(self) -> float:
        """The value. Raises Missing where there is none."""
        if self.value is None:
            raise Missing("no value", text=self.text[:300])
        return self.value

    def data(self) -> Any:
        """The text read as JSON. Raises Missing where the example did not run."""
        if not self.ran:
            raise Missing("the example failed", message=self.first_line())
        return json.loads(self.text)

    def first_line(self) -> str:
        """What it says, short."""
        return self.text.strip().split("\n", 1)[0][:300]


def clean(text: str) -> str:
    """The text with absolute paths cut to their last part, memory addresses replaced, and a bounded length."""
    text = _URL_OR_PATH.sub(_keep_url_or_last_part, text[: 4 * LONGEST_TEXT])
    text = _ADDRESS.sub("0x…", text)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _keep_url_or_last_part(match: re.Match[str]) -> str:
    return match["url"] or re.split(r"[/\\]", match[0])[-1]
