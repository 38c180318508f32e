"""Where in a user's folder an exception came from."""

from __future__ import annotations

import traceback
from pathlib import Path

LONGEST_LINE = 200


def line_of(error: BaseException, folder: Path) -> str:
    """The last line of a file in the folder that the exception went through, in brackets after a blank; "" for none.

    Of an exception that was raised from another one, the line of the first that has one.
    """
    seen: BaseException | None = error
    while seen is not None:
        own = [frame for frame in traceback.extract_tb(seen.__traceback__) if _is_in(frame.filename, folder)]
        if own:
            last = own[-1]
            place = Path(last.filename).relative_to(folder)
            return f" ({place}, line {last.lineno}, in {last.name}: {(last.line or '').strip()[:LONGEST_LINE]})"
        seen = seen.__cause__ or seen.__context__
    return ""


def _is_in(file: str, folder: Path) -> bool:
    return Path(file).is_relative_to(folder)
