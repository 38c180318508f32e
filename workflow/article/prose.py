"""Named blocks of Markdown with values in them → HTML.

A text file holds blocks, each opened by a line `<!-- block: name -->`. A block is first a Jinja template (an unknown
name is an error, and so is a bare float: it must pass through a filter that gives it a unit), then Markdown with
dollar mathematics, which becomes MathML. Values never pass through Markdown: each travels as an opaque token and is
put back, escaped, into the finished HTML, so that a hostname or a message can neither be markup nor formatting.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, meta, nodes
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin

from article import numbers
from article.names import Names
from article.words import agreeing, read_words, translated
from bench.results import intervals

BLOCK = re.compile(r"^<!-- block: ([a-z0-9_-]+) -->$", re.MULTILINE)
OPEN, CLOSE = "\ue000", "\ue001"
TOKEN = re.compile(f"{OPEN}([0-9a-f]*){CLOSE}")

FILTERS: dict[str, Callable[..., str]] = {
    "seconds": numbers.seconds,
    "ratio": numbers.ratio,
    "percent": numbers.percent,
    "margin": numbers.margin,
    "size": numbers.size,
    "span": lambda entry: numbers.ratio(intervals.Interval(entry["ratio"], entry["ratio_low"], entry["ratio_high"])),
    "rate": numbers.rate,
    "count": numbers.count,
    "scientific": numbers.scientific,
    "digits": numbers.digits,
}


def blocks(path: Path) -> dict[str, str]:
    """The named blocks of a text file in their order. Raises ValueError for text before the first, or a name twice."""
    pieces = BLOCK.split(path.read_text(encoding="utf-8"))
    if pieces[0].strip():
        raise ValueError(f"{path}: text before the first block: {pieces[0].strip()[:60]!r}")
    names = pieces[1::2]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{path}: blocks named twice: {sorted(twice)}")
    return dict(zip(names, (piece.strip() for piece in pieces[2::2]), strict=True))


def environment(language: str) -> Environment:
    """The Jinja environment of one language: strict names, autoescape, filters that give units."""
    made = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_token, trim_blocks=True, lstrip_blocks=True
    )
    made.filters.update(FILTERS)
    words = read_words(language)
    made.filters["workload"] = Names(words, language).workload
    made.filters["example"] = lambda name: words.get(f"example.{name}", name)
    made.filters["message"] = lambda text: translated(text, language)
    made.filters["listing"] = lambda items: numbers.listing(items, language)
    made.filters["range"] = lambda ends: numbers.span(map(numbers.ratio, ends), language)
    return made


def used(source: str) -> tuple[set[str], set[str]]:
    """The names of the values and of the filters that a block uses."""
    tree = environment("en").parse(source)
    return meta.find_undeclared_variables(tree), {node.name for node in tree.find_all(nodes.Filter)}


def render(source: str, values: Mapping[str, Any], language: str) -> Markup:
    """HTML of one block.

    Raises jinja2.UndefinedError for a name without a value, ValueError for a float without a format.
    """
    filled = environment(language).from_string(source).render(**values)
    return agreeing(Markup(TOKEN.sub(_restore, _markdown(language).render(filled))), language)


def _token(value: Any) -> Any:
    if isinstance(value, float) or intervals.missing(value):
        if not isinstance(value, StrictUndefined):
            raise ValueError(f"{value!r} reached the text without a format")
        return value
    return Markup(OPEN + str(escape(value)).encode().hex() + CLOSE)


def _restore(match: re.Match[str]) -> str:
    return bytes.fromhex(match[1]).decode()


@lru_cache
def _markdown(language: str) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table"])
    dollarmath_plugin(parser, double_inline=True, allow_digits=False, renderer=_math)
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    if language == "zh":  # Chinese has no space between sentences: a line's end in the source is none on the page
        parser.add_render_rule("softbreak", _nothing)
    return parser


def _nothing(*_: Any) -> str:
    return ""


def _math(content: str, options: Mapping[str, Any]) -> str:
    if not options["display_mode"]:
        return convert(content.strip())
    # A formula wider than a phone scrolls inside its own box, which the keyboard must be able to reach.
    return f'<div class="formula" tabindex="0" role="group">{convert(content.strip(), display="block")}</div>'


def _fence(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    return code(TOKEN.sub(_restore_raw, tokens[index].content))


def _table_open(*_: Any) -> str:
    return '<div class="scroll" tabindex="0" role="group"><table>'


def _table_close(*_: Any) -> str:
    return "</table></div>"


def code(content: str) -> str:
    """A listing that scrolls inside its own box."""
    return f'<pre tabindex="0"><code>{escape(content.rstrip())}</code></pre>\n'


def _restore_raw(match: re.Match[str]) -> str:
    return Markup(bytes.fromhex(match[1]).decode()).unescape()
