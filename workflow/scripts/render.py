"""Assemble the executed notebooks of one language into one self-contained page.

    python workflow/scripts/render.py --language en --notebooks report/data/notebooks/en --preset quick \\
        --output report/index.html --alternate zh report/zh/index.html
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import os
from collections.abc import Iterable

from article.page import TAGS, page, sections
from article.section import LANGUAGES
from article.words import read_words


def alternates(output: Path, pairs: Iterable[tuple[str, Path]]) -> list[dict[str, str]]:
    """Links to the other languages, relative to this page."""
    return [
        {
            "tag": TAGS[language],
            "path": Path(os.path.relpath(path, output.parent)).as_posix(),
            "name": read_words(language)["language"],
        }
        for language, path in pairs
    ]


def main(argv: list[str] | None = None) -> None:
    """Write the page, whole or not at all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", required=True, choices=LANGUAGES)
    parser.add_argument("--notebooks", required=True, type=Path, help="folder of the executed notebooks")
    parser.add_argument("--preset", default="quick", help="smoke: the page says that its numbers mean nothing")
    parser.add_argument("--output", required=True, type=Path, help="page to write")
    parser.add_argument(
        "--alternate",
        nargs=2,
        action="append",
        default=[],
        metavar=("LANGUAGE", "PAGE"),
        help="the same page in another language",
    )
    options = parser.parse_args(argv)
    titles = read_words(options.language).under("section")
    parts = sections(options.notebooks.glob("[0-9][0-9]_*.ipynb"), titles)
    if not parts:
        parser.error(f"--notebooks is {options.notebooks}, which holds no executed notebook")
    links = alternates(
        options.output, [(language, Path(path)) for language, path in options.alternate if language != options.language]
    )
    options.output.parent.mkdir(parents=True, exist_ok=True)
    temporary = options.output.with_name(f".{options.output.name}.tmp")
    temporary.write_text(page(options.language, parts, options.preset, links), encoding="utf-8")
    temporary.replace(options.output)


if __name__ == "__main__":
    main()
