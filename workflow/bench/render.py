"""Assemble the executed notebooks of one language into one self-contained page.

    python workflow/bench/render.py --language en --notebooks report/notebooks/en --machine this --preset quick \
        --output report/index.html --alternate zh report/zh/index.html
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the package, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import base64
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bench import svg
from bench.article import FOLDER, LANGUAGES
from bench.names import read_words

TAGS = {"en": "en", "zh": "zh-Hans"}


@dataclass(frozen=True)
class Section:
    """One notebook's part of the page."""

    number: int
    title: str
    content: Markup


def outputs(notebook: Path) -> list[str]:
    """The HTML that the cells of an executed notebook displayed, in order. Raises ValueError where a cell failed."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    found = []
    for cell in content["cells"]:
        for output in cell.get("outputs", ()):
            if output["output_type"] == "error":
                raise ValueError(f"{notebook}: a cell failed: {output['ename']}: {output['evalue']}")
            html = output.get("data", {}).get("text/html")
            if html is not None:
                found.append("".join(html))
    return found


def sections(notebooks: Iterable[Path], titles: dict[str, str]) -> list[Section]:
    """The sections of the page; the number of each is the number its file name begins with."""
    return [Section(number, titles[str(number)], Markup("\n".join(outputs(path))))
            for path in sorted(notebooks) for number in [int(path.name.split("_")[0])]]


def style() -> Markup:
    """The style sheet with the colours that figures use."""
    text = (FOLDER / "style.css").read_text(encoding="utf-8")
    for mark, colours in (("/* variables */", svg.variables()), ("/* dark */", svg.DARK)):
        text = text.replace(mark, "".join(f"  --{name}: {colour};\n" for name, colour in colours.items()))
    return Markup(text)


def page(language: str, parts: list[Section], preset: str, languages: list[dict[str, str]]) -> str:
    """The whole page as text."""
    script = (FOLDER / "explorer.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("page.html").render(
        words=read_words(FOLDER / "words.yaml", language), tag=TAGS[language], sections=parts, preset=preset,
        languages=languages, style=style(), script=Markup(script), script_hash=f"sha256-{digest}")


def alternates(output: Path, pairs: Iterable[tuple[str, Path]]) -> list[dict[str, str]]:
    """Links to the other languages, relative to this page."""
    return [{"tag": TAGS[language], "path": Path(os.path.relpath(path, output.parent)).as_posix(),
             "name": read_words(FOLDER / "words.yaml", language)["language"]} for language, path in pairs]


def main(argv: list[str] | None = None) -> None:
    """Write the page, whole or not at all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", required=True, choices=LANGUAGES)
    parser.add_argument("--notebooks", required=True, type=Path, help="folder of the executed notebooks")
    parser.add_argument("--preset", default="quick", help="smoke: the page says that its numbers mean nothing")
    parser.add_argument("--output", required=True, type=Path, help="page to write")
    parser.add_argument("--alternate", nargs=2, action="append", default=[], metavar=("LANGUAGE", "PAGE"),
                        help="the same page in another language")
    options = parser.parse_args(argv)
    titles = read_words(FOLDER / "words.yaml", options.language).under("section")
    parts = sections(options.notebooks.glob("[0-9][0-9]_*.ipynb"), titles)
    if not parts:
        parser.error(f"--notebooks is {options.notebooks}, which holds no executed notebook")
    links = alternates(options.output, [(language, Path(path)) for language, path in options.alternate
                                        if language != options.language])
    options.output.parent.mkdir(parents=True, exist_ok=True)
    temporary = options.output.with_name(f".{options.output.name}.tmp")
    temporary.write_text(page(options.language, parts, options.preset, links), encoding="utf-8")
    temporary.replace(options.output)


if __name__ == "__main__":
    main()
