"""Events: what an executed example returned or raised, as data that the article and the claims can read."""

from __future__ import annotations

import json
import math
import multiprocessing
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

from bench import timing

OUTCOMES = ("ok", "raised", "absent")
LONGEST_TEXT = 12_000
"""Characters kept of a text; below the limit of the tables."""

_URL_OR_PATH = re.compile(r"(?P<url>\b[a-z]{2,10}://[^\s\"']+)|(?<![\w.~])(?:[A-Za-z]:)?(?:[/\\][\w.+@~-]+){2,}")
ENDED = "The process was ended by"
"""How the text of an event begins whose example ended its process."""

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")


@dataclass(frozen=True)
class Event:
    """One recorded outcome.

    name: dotted, unique within workload and framework, equal in both frameworks where both can run the example.
    outcome: `ok` (it ran), `raised` (it raised; the message is the text), `absent` (the framework has no such thing).
    value: a finite number in SI units, or None. text: words, or JSON; without absolute paths and memory addresses.
    """

    name: str
    outcome: str
    value: float | None = None
    text: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for an unknown outcome and for a number that is not finite; cleans the text."""
        if self.outcome not in OUTCOMES:
            raise ValueError(f"outcome is {self.outcome!r}, allowed are {', '.join(OUTCOMES)}")
        if self.value is not None:
            if not math.isfinite(self.value):
                raise ValueError(f"the result is {self.value}, not a finite number")
            object.__setattr__(self, "value", float(self.value))
        object.__setattr__(self, "text", clean(self.text))

    def data(self) -> Any:
        """The text read as JSON."""
        return json.loads(self.text)


def clean(text: str) -> str:
    """The text with absolute paths cut to their last part, memory addresses replaced, and a bounded length."""
    text = _URL_OR_PATH.sub(_keep_url_or_last_part, text[: 4 * LONGEST_TEXT])
    text = _ADDRESS.sub("0x…", text)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _keep_url_or_last_part(match: re.Match[str]) -> str:
    return match["url"] or re.split(r"[/\\]", match[0])[-1]


def ok(name: str, value: float | None = None, text: Any = "") -> Event:
    """An example that ran; a text that is not a string is stored as JSON. Without a finite number it did not run."""
    if value is not None and not math.isfinite(value):
        return Event(name, "raised", None, f"the result is {value}, not a finite number")
    return Event(name, "ok", value, text if isinstance(text, str) else compact(text))


def absent(name: str, text: str = "") -> Event:
    """Something that the framework does not have."""
    return Event(name, "absent", None, text)


def compact(data: Any) -> str:
    """JSON without spaces. Raises TypeError for what JSON does not know, ValueError where it would be cut short."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"{len(text)} characters of JSON do not fit in an event of {LONGEST_TEXT}")
    return text


def attempt(name: str, example: Callable[..., Any], *arguments: Any) -> Event:
    """Run `example(*arguments)` and record what came of it.

    A number becomes the value, a pair (number or None, text) both, anything else but None the text. An exception
    or a number that is not finite becomes an event with outcome `raised` and its class and message as text.
    """
    try:
        result = example(*arguments)
        if result is None:
            return ok(name)
        if isinstance(result, bool | int | float):
            return ok(name, float(result))
        if isinstance(result, tuple):
            return ok(name, *result)
        return ok(name, None, result)
    except Exception as error:  # whatever an example raises is its outcome
        return Event(name, "raised", None, message(error))


def isolated(name: str, example: Callable[..., Any], *arguments: Any) -> Event:
    """`attempt` in a copy of this process, for an example that may end the process: then that is its outcome.

    Where processes cannot be copied the example runs in this one.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        return attempt(name, example, *arguments)
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_send, args=(sender, name, example, *arguments))
    child.start()
    sender.close()
    try:
        event = receiver.recv()
    except EOFError:  # the child ended without a word
        event = None
    child.join()
    return event or Event(name, "raised", None, f"{ENDED} {_ending(child.exitcode)}.")


def _send(sender: Connection, name: str, example: Callable[..., Any], *arguments: Any) -> None:
    sender.send(attempt(name, example, *arguments))


def _ending(code: int | None) -> str:
    """What ended a process: the name of the signal, or its exit code."""
    return signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"


def message(error: BaseException) -> str:
    """The class of an exception and what it says."""
    return f"{type(error).__name__}: {error}".strip()


def typical_seconds(call: Callable[[], object], values: int = 9) -> float:
    """Median over `values` blocks of at least 5 ms of the seconds of one `call`, which must wait for its result."""
    loops, _ = timing.calibrate(call, _nothing, shortest=0.005)
    return median(timing.block_seconds(call, _nothing, loops) / loops for _ in range(values))


def ratio_of_seconds(one: Callable[[], object], other: Callable[[], object],
                     rounds: int = 5) -> tuple[float, dict[str, float]]:
    """Median over interleaved rounds of the seconds of `one` in units of those of `other`, and the median seconds."""
    pairs = [(typical_seconds(one, 3), typical_seconds(other, 3)) for _ in range(rounds)]
    ratio = median(first / second for first, second in pairs)
    return ratio, {"seconds": median(first for first, _ in pairs), "base_seconds": median(last for _, last in pairs)}


def _nothing() -> None:
    return None
