r"""What print, a breakpoint and an exception show, in eager and in compiled code.

    f(x) = 2 x + 1, with y = 2 x looked at in between;  x: (2,), all 1

`print` counts what two calls print. The breakpoint starts Python's own debugger, pdb, which is given COMMANDS in place
of a user; its transcript is kept, and `value` is 1 when the transcript holds the numbers of y. The exceptions are a
product of matrices that do not fit, an index out of range, and a not-a-number; `value` is 1 when the traceback names
the line of the user's function. In the mode `switched off`, the framework's switch for debugging runs the compiled
function eagerly. Asymmetry: torch.compile may leave the graph for a print or a breakpoint ("graph break"); the mode
`whole` forbids that; jax.jit never leaves the graph, and has jax.debug.print for it.
"""

import contextlib
import io
import pdb
import sys
import traceback
from collections.abc import Callable, Iterator

import numpy as np

TITLE = {"en": "Debugging in eager and compiled code", "zh": "在即时与编译代码中调试"}
SECTION = 7
CLAIMS = ("core-dynamic-debug", "res-debuggers")
X = np.ones(2, np.float32)
NUMBERS = "[2.0, 2.0]"
COMMANDS = "p type(y).__name__\np y.tolist()\ncontinue\n"
CALLS = 2


def printed(call: Callable[[], object]) -> tuple[float, str]:
    """How many lines two calls print, and the lines."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        for _ in range(CALLS):
            call()
    lines = output.getvalue().splitlines()
    return len(lines), "\n".join(lines)


def debugged(call: Callable[[], object]) -> tuple[float, str]:
    """1 if the debugger showed the numbers of y, else 0, and the transcript."""
    with _commands() as transcript:
        call()
    text = transcript.getvalue()
    return float(NUMBERS in text), text


@contextlib.contextmanager
def _commands() -> Iterator[io.StringIO]:
    """Let breakpoint() start pdb with the commands in place of a user."""
    transcript = io.StringIO()

    def stop(*_: object, **__: object) -> None:
        debugger = pdb.Pdb(stdin=io.StringIO(COMMANDS), stdout=transcript, nosigint=True, readrc=False)
        debugger.use_rawinput = False
        debugger.set_trace(sys._getframe(1))

    usual, sys.breakpointhook = sys.breakpointhook, stop
    try:
        yield transcript
    finally:
        sys.breakpointhook = usual
        sys.settrace(None)


def located(call: Callable[[], object], function: str) -> tuple[float | None, str]:
    """1 if a traceback names a line of `function`, else 0, and the exception's class and message.

    Without an exception: no number, and what the call gave.
    """
    try:
        result = call()
    except Exception as error:
        named = any(frame.name == function for frame in traceback.extract_tb(error.__traceback__))
        return float(named or f"in {function}" in str(error)), f"{type(error).__name__}: {error}"
    return None, f"no exception: {result}"
