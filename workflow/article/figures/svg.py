"""A Matplotlib figure → an inline SVG that takes its colours from the page.

Text stays text, the ground is transparent, ids are unique on the page, and every colour of the palette becomes a CSS
variable with that colour as its fallback, so that one drawing serves light and dark. What Matplotlib writes and nothing
needs (groups without a meaning, turns by 0°, blanks) is left out: it was half of a page.
"""

from __future__ import annotations

import io
import re
import warnings
from functools import cache
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from article.figures.axes import theme
from article.figures.compact import compact
from article.figures.palette import SURFACE, VARIABLES

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"

COLOUR = re.compile("|".join(VARIABLES), re.IGNORECASE)
LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
NO_TURN = re.compile(r"rotate\(-?0(\.0+)? [^)]*\)")
REFERENCE = re.compile(r"url\(#([^)]+)\)")


KEY = 14
"""Pixels across a mark of a legend."""
NO_MARKS: dict[str, Any] = {"bar": "s", "stroke": [(-5, -2), (5, -2), (5, 2), (-5, 2), (-5, -2)]}
"""What a legend shows that marks no point → its shape, as Matplotlib takes markers."""


def embed(figure: Figure, prefix: str) -> Markup:
    """The figure as an `<svg>` whose ids begin with `prefix`, for an element that says what it shows."""
    buffer = io.StringIO()
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": prefix, "text.parse_math": False}
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # the browser has the font
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(buffer.getvalue())
    for tag in ("metadata", "defs"):
        for child in root.findall(f"{{{SVG}}}{tag}"):
            if tag == "metadata" or child.find(f"{{{SVG}}}style") is not None:
                root.remove(child)  # the style element would reach beyond this drawing
    _rewrite(root, prefix)
    _flatten(root)
    compact(root, prefix)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    return Markup(ElementTree.tostring(root, encoding="unicode").replace(f' xmlns="{SVG}"', "", 1))


@cache
def key(colour: str, marker: str) -> Markup:
    """The mark of a line of a legend; marker: as in `axes.Entry`."""
    hollow, shape = marker.startswith("open "), marker.removeprefix("open ")
    with theme():
        figure = Figure(figsize=(KEY / 72, KEY / 72))
        axis = figure.add_axes((0, 0, 1, 1))
        axis.set_axis_off()
        axis.plot(
            0,
            0,
            marker=NO_MARKS.get(shape, shape),
            color=SURFACE if hollow else colour,
            markersize=KEY if shape == "stroke" else 8 if hollow else 9,
            markeredgecolor=colour if hollow else SURFACE,
        )
    return Markup(str(embed(figure, "key")).replace("<svg", '<svg aria-hidden="true"', 1))


def _flatten(element: ElementTree.Element) -> None:
    """Put the children of groups that say nothing into their place, and drop the blanks between elements."""
    children = []
    for child in element:
        _flatten(child)
        children += list(child) if child.tag == f"{{{SVG}}}g" and not child.attrib else [child]
    element[:] = children
    if element.tag != f"{{{SVG}}}text":
        element.text = (element.text or "").strip() or None
    for child in children:
        child.tail = (child.tail or "").strip() or None


def _rewrite(root: ElementTree.Element, prefix: str) -> None:
    short: dict[str, str] = {}
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            if name == "id":
                if element.tag == f"{{{SVG}}}g":  # groups are named by Matplotlib and referred to by nobody
                    del element.attrib[name]
                else:
                    element.attrib[name] = f"{prefix}-{_short(value, short)}"
            elif name == f"{{{XLINK}}}href":
                del element.attrib[name]
                element.attrib["href"] = f"#{prefix}-{_short(value.removeprefix('#'), short)}"
            elif name in ("style", "d", "x", "y", "transform", "clip-path", "points"):
                element.attrib[name] = _shorten(value, prefix, short)
                if name == "transform" and NO_TURN.fullmatch(value):
                    del element.attrib[name]


def _short(identity: str, short: dict[str, str]) -> str:
    """A short name for an id of Matplotlib's, the same wherever it stands in a drawing."""
    return short.setdefault(identity, f"{len(short)}")


def _shorten(value: str, prefix: str, short: dict[str, str]) -> str:
    value = LONG_NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), value)
    value = re.sub(r"font-family: [^;]+", "font-family: inherit", value)
    value = REFERENCE.sub(lambda match: f"url(#{prefix}-{_short(match[1], short)})", value)
    return COLOUR.sub(lambda match: f"var(--{VARIABLES[match[0].lower()]}, {match[0]})", " ".join(value.split()))
