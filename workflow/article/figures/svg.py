"""A Matplotlib figure → an inline SVG that takes its colours from the page and is read by a screen reader.

Text stays text, the ground is transparent, ids are unique on the page, and every colour of the palette becomes a CSS
variable with that colour as its fallback, so that one drawing serves light and dark.
"""

from __future__ import annotations

import io
import re
import warnings
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from article.figures.palette import VARIABLES

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"

COLOUR = re.compile("|".join(VARIABLES), re.IGNORECASE)
LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
REFERENCE = re.compile(r"url\(#([^)]+)\)")


def embed(figure: Figure, prefix: str, title: str, description: str, css_class: str) -> Markup:
    """The figure as an `<svg role="img">` whose ids begin with `prefix`; title and description are its alternative."""
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
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib |= {
        "class": f"plot {css_class}",
        "role": "img",
        "aria-labelledby": f"{prefix}-title {prefix}-text",
        "style": f"max-width:{float(root.attrib['viewBox'].split()[2]):.0f}px",
    }
    for tag, content in (("desc", description), ("title", title)):
        element = ElementTree.Element(f"{{{SVG}}}{tag}", {"id": f"{prefix}-{'title' if tag == 'title' else 'text'}"})
        element.text = content
        root.insert(0, element)
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _rewrite(root: ElementTree.Element, prefix: str) -> None:
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            if name == "id":
                if element.tag == f"{{{SVG}}}g":  # groups are named by Matplotlib and referred to by nobody
                    del element.attrib[name]
                else:
                    element.attrib[name] = f"{prefix}-{value}"
            elif name == f"{{{XLINK}}}href":
                del element.attrib[name]
                element.attrib["href"] = f"#{prefix}-{value.removeprefix('#')}" if value.startswith("#") else value
            elif name in ("style", "d", "x", "y", "transform", "clip-path", "points"):
                element.attrib[name] = _shorten(value, prefix)


def _shorten(value: str, prefix: str) -> str:
    value = LONG_NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), value)
    value = re.sub(r"font-family: [^;]+", "font-family: inherit", value)
    value = REFERENCE.sub(rf"url(#{prefix}-\1)", value)
    return COLOUR.sub(lambda match: f"var(--{VARIABLES[match[0].lower()]}, {match[0]})", value.replace("\n", ""))
