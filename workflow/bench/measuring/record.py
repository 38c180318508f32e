"""Recording what an example returns or raises as an event."""

from __future__ import annotations

import json
import math
import multiprocessing
import signal
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

from bench.events import ENDED, LONGEST_TEXT, Event
from bench.measuring import timing


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


def ratio_of_seconds(
    one: Callable[[], object], other: Callable[[], object], rounds: int = 5
) -> tuple[float, dict[str, float]]:
    """Median over interleaved rounds of the seconds of `one` in units of those of `other`, and the median seconds."""
    pairs = [(typical_seconds(one, 3), typical_seconds(other, 3)) for _ in range(rounds)]
    ratio = median(first / second for first, second in pairs)
    return ratio, {"seconds": median(first for first, _ in pairs), "base_seconds": median(last for _, last in pairs)}


def seconds_in_turns(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """The seconds of each call, which must wait for its result, once per round: in a round each has one turn."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(rounds):
        for name, call in calls.items():
            found[name].append(typical_seconds(call, 3))
    return found


def _nothing() -> None:
    return None
