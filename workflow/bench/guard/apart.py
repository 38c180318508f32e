"""A generator in a process of its own: what it yields is kept, whatever becomes of it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.guard.callers import die_with_parent

PACKAGES = Path(__file__).resolve().parents[2]


TIMEOUT_SECONDS = 600.0
"""How long one step may take where nobody says."""
LEAVING_SECONDS = 10.0
"""How long a process that says nothing more may take to end by itself."""


def timeout_in(settings: Path | None) -> float:
    """The time-out, in seconds, of a settings.json (see planning.settings), or the usual one."""
    return TIMEOUT_SECONDS if settings is None else float(json.loads(settings.read_text())["timeout_seconds"])


def yielded(
    function: str, arguments: Mapping[str, Any], variables: Mapping[str, str], timeout_seconds: float
) -> tuple[list[Any], str | None]:
    """What the generator `module:name` yields, as JSON, and why it did not come to its end; None where it did.

    variables: set in its process before the module is imported. timeout_seconds: that one step may take. The process
    and all that it started end with it, and with the process that asks.
    """
    answers, its_answers = os.pipe()
    specification = {"function": function, "arguments": dict(arguments), "variables": dict(variables)}
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, json.dumps(specification), str(its_answers)],
        cwd=PACKAGES,
        env=os.environ | {"TMPDIR": variables["TMPDIR"]} if "TMPDIR" in variables else None,
        stdin=subprocess.DEVNULL,
        pass_fds=(its_answers,),
        start_new_session=True,
        preexec_fn=die_with_parent,
    )
    os.close(its_answers)
    try:
        text, late = _read(answers, timeout_seconds)
        if not late:  # so that its exit status is known
            with suppress(subprocess.TimeoutExpired):
                process.wait(LEAVING_SECONDS)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        os.close(answers)
    *whole, last = text.split(b"\n")
    items = [json.loads(line) for line in whole]
    if late:
        return items, f"no result after {timeout_seconds:g} s"
    return items, json.loads(last) if last else ending(code)


def _read(descriptor: int, timeout_seconds: float) -> tuple[bytes, bool]:
    """Everything until the process closes its end, and whether that was waited for in vain."""
    text = b""
    while select.select([descriptor], [], [], timeout_seconds)[0]:
        part = os.read(descriptor, 1 << 20)
        if not part:
            return text, False
        text += part
    return text[: text.rfind(b"\n") + 1], True


def ending(code: int) -> str:
    """How a process ended, as a sentence."""
    return f"its process died of {signal.Signals(-code).name}" if code < 0 else f"its process ended with status {code}"


def main() -> None:
    """Yield into the pipe: a line for each item, and, without its end, the reason why there are no more, or null."""
    specification, descriptor = json.loads(sys.argv[1]), int(sys.argv[2])
    os.set_inheritable(descriptor, False)
    os.environ.update(specification["variables"])
    module, _, name = specification["function"].partition(":")
    reason = None
    with os.fdopen(descriptor, "w") as stream:
        try:
            for item in getattr(import_module(module), name)(**specification["arguments"]):
                stream.write(json.dumps(item) + "\n")
                stream.flush()
        except Exception as error:  # told, and in the log
            traceback.print_exc()
            reason = f"{type(error).__name__}: {error}"
        stream.write(json.dumps(reason))
    sys.stderr.flush()
    os._exit(0)  # nothing that a framework left behind can keep it


if __name__ == "__main__":
    main()
