"""Where in a user's folder an exception came from."""

from __future__ import annotations

import traceback
from pathlib import Path

LONGEST_LINE, MOST_FRAMES = 200, 20


def line_of(error: BaseException, folder: Path) -> str:
    """The last line of a file in the folder that the exception went through, in brackets after a blank; "" for none.

    Of an exception that was raised from another one, the line of the first that has one.
    """
    own = _frames(error, folder)
    if not own:
        return ""
    last = own[-1]
    place = Path(last.filename).relative_to(folder)
    return f" ({place}, line {last.lineno}, in {last.name}: {(last.line or '').strip()[:LONGEST_LINE]})"


def first_line(message: str) -> str:
    """The first line of a message that is not empty."""
    return next((line.strip() for line in message.splitlines() if line.strip()), "")


def traced(error: BaseException, folder: Path) -> str:
    """`line_of`, and below it the traceback, as far as it goes through files of the folder."""
    own = _frames(error, folder)[-MOST_FRAMES:]
    below = "".join(traceback.format_list(own)).rstrip()
    return f"{line_of(error, folder)}\n{below}" if own else ""


def _frames(error: BaseException, folder: Path) -> list[traceback.FrameSummary]:
    """The frames in files of the folder, of the first exception in the chain that has some."""
    seen: BaseException | None = error
    while seen is not None:
        own = [
            frame for frame in traceback.extract_tb(seen.__traceback__) if Path(frame.filename).is_relative_to(folder)
        ]
        if own:
            return own
        seen = seen.__cause__ or seen.__context__
    return []
