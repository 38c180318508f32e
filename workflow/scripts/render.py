"""Assemble the executed notebooks of one language into one self-contained page.

    python workflow/scripts/render.py --language en --notebooks report/data/notebooks/en \\
        --tables report/data --machine this --output report/index.html --alternate zh report/zh/index.html
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import os
import subprocess
from collections.abc import Iterable
from dataclasses import replace

from article.citation import read_publication
from article.page import TAGS, page, sections
from article.section import LANGUAGES
from article.words import read_words
from bench.guard.folders import write_whole
from bench.guard.room import told
from bench.results.tables import Tables


def alternates(output: Path, pairs: Iterable[tuple[str, Path]]) -> list[dict[str, str]]:
    """Links to the other languages, relative to this page."""
    return [
        {
            "code": language,
            "tag": TAGS[language],
            "path": Path(os.path.relpath(path, output.parent)).as_posix(),
            "name": read_words(language)["language"],
        }
        for language, path in pairs
    ]


def commit() -> str | None:
    """The commit of this checkout, marked where something in it differs; None without Git."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None


def last_day(tables: Tables, machine: str) -> str | None:
    """The day of the last measurement of a machine, ISO 8601; None where nothing was measured."""
    runs = tables.frame("runs")
    started = runs.loc[runs["hardware"] == machine, "started"].dropna()
    return str(started.max())[:10] if len(started) else None


def only_tiny(tables: Tables, machine: str) -> bool:
    """Whether a machine measured problems, and those of the size tiny alone."""
    runs = tables.frame("runs")
    return set(runs.loc[runs["hardware"] == machine, "size"]) == {"tiny"}


def main(argv: list[str] | None = None) -> None:
    """Write the page, whole or not at all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", required=True, choices=LANGUAGES)
    parser.add_argument("--notebooks", required=True, type=Path, help="folder of the executed notebooks")
    parser.add_argument("--tables", required=True, type=Path, help="folder of the merged tables, for the page's date")
    parser.add_argument("--machine", required=True, help="name of this machine")
    parser.add_argument("--site", help="address at which the English page is published (default: as CITATION.cff says)")
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
    tables = Tables(options.tables)
    machine = tables.first_machine(options.machine)
    publication = read_publication(
        measured=last_day(tables, machine),
        commit=commit(),
        machine=machine,
        machines=len(tables.hardware(machine)),
        tiny=only_tiny(tables, machine),
    )
    if options.site:
        publication = replace(publication, url=options.site)
    content = page(options.language, parts, links, publication)
    with told(options.output):
        write_whole(options.output, content)


if __name__ == "__main__":
    main()
