"""A drawing that looks the same with a fraction of the elements: half of what a page weighs is drawings.

Matplotlib writes an element for every line of a grid, every cap of an interval, every mark. Here shapes of one style
become one path, marks of one shape the vertices of one path that carries an SVG marker, labels of one style share a
group. A shape is only moved to its like past shapes that it does not touch, so nothing changes its place in depth.
What cannot be seen (no colour, no length) is left out, and so is a clip that cuts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from article.figures.axes import text_width

SVG = "{http://www.w3.org/2000/svg}"
POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3, "z": 0}
"""Command of a path as Matplotlib writes it → how many points follow."""
FINE = 10
"""Steps of a pixel to which coordinates are rounded."""
TOKEN = re.compile(r"[MLQCz]|-?[\d.]+(?:e-?\d+)?")
CLIP = re.compile(r"url\(#([^)]+)\)")
DEFAULTS = {"font-family: inherit", "text-anchor: start", "stroke-dashoffset: 0", ""}
"""What a style says in vain."""
REACH = 2.0
"""Pixels by which shapes reach beyond their points, as a rule half the width of a line."""

Point = tuple[int, int]
Command = tuple[str, tuple[Point, ...]]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""
EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)


@dataclass
class Layer:
    """What is drawn by one element or one group: of one kind, in one style."""

    kind: str
    """path, mark, text or other"""
    style: str
    clip: str
    shape: tuple[Command, ...] = ()
    """Of a mark, around its point."""
    parts: list[Any] = field(default_factory=list)
    """Of paths their commands, of marks their points, of labels and others their elements."""
    boxes: list[Box] = field(default_factory=list)

    @property
    def key(self) -> tuple[object, ...]:
        """What is alike in layers that may become one."""
        return self.kind, self.style, self.clip, self.shape

    @property
    def may_lie_over_its_like(self) -> bool:
        """Whether shapes of one path may overlap: outlines do not add up, surfaces and what shines through would."""
        return self.kind in ("mark", "text") or ("fill: none" in self.style and "opacity" not in self.style)

    def touches(self, boxes: Iterable[Box]) -> bool:
        """Whether any of the boxes overlaps one of this layer's."""
        return any(_overlap(own, other) for other in boxes for own in self.boxes)


def compact(root: Element, prefix: str) -> None:
    """Replace what the root of an SVG holds by layers; prefix: of the ids that are made."""
    definitions = {entry.attrib["id"]: entry for entry in root.iter() if "id" in entry.attrib}
    layers: list[Layer] = []
    for layer in _layers(root, "", definitions):
        _place(layers, layer)
    drawn = [element for layer in layers for element in _elements(layer)]
    used = set(CLIP.findall(" ".join(value for element in drawn for value in element.attrib.values())))
    clips = [entry for name, entry in definitions.items() if name in used and entry.tag == f"{SVG}clipPath"]
    root[:] = []
    if clips:
        SubElement(root, f"{SVG}defs").extend(clips)
    root.extend(_named(drawn, f"{prefix}-m"))


def _layers(parent: Element, clip: str, definitions: dict[str, Element]) -> Iterator[Layer]:
    """Every shape below an element by itself, in its order; what cannot be seen is left out."""
    for element in parent:
        name = element.tag.removeprefix(SVG)
        inside = element.attrib.get("clip-path", clip)
        style = plain_style(element.attrib.get("style", ""))
        if name == "g" and not set(element.attrib) - {"clip-path"}:
            yield from _layers(element, inside, definitions)
        elif name == "path" and "transform" not in element.attrib:
            shape = parsed(element.attrib["d"])
            if _is_seen(shape, style):
                box = bounds(shape)
                yield Layer("path", style, _needed(inside, box, definitions), parts=[shape], boxes=[_wider(box, REACH)])
        elif name == "use" and "transform" not in element.attrib:
            marker = definitions[element.attrib["href"].removeprefix("#")]
            shape = parsed(marker.attrib["d"])
            place = _fine(element.attrib["x"]), _fine(element.attrib["y"])
            box = bounds((("M", (place,)),))
            yield Layer(
                "mark",
                plain_style(f"{element.attrib.get('style', '')}; {marker.attrib.get('style', '')}"),
                _needed(inside, box, definitions),
                shape,
                [place],
                [_wider(_moved(bounds(shape), place), REACH)],
            )
        elif name == "text":
            element.attrib.pop("style", None)
            element.attrib |= {
                key: _joined([_fine(element.attrib[key])], False) for key in ("x", "y") if key in element.attrib
            }
            yield Layer("text", style, "", parts=[element], boxes=[_text_box(element, style)])
        elif name != "defs":
            yield Layer("other", style, inside, parts=[element], boxes=[EVERYWHERE])


def _place(layers: list[Layer], new: Layer) -> None:
    """Put a shape to its like, if nothing that it touches lies between them, else on top."""
    for layer in reversed(layers):
        touching = layer.touches(new.boxes)
        if layer.key == new.key and layer.kind != "other" and (layer.may_lie_over_its_like or not touching):
            layer.parts += new.parts
            layer.boxes += new.boxes
            return
        if touching:
            break
    layers.append(new)


def _elements(layer: Layer) -> Iterator[Element]:
    """A layer as elements of SVG; where several marks are alike, a marker comes before what carries it."""
    common = {"style": layer.style} if layer.style else {}
    clip = {"clip-path": layer.clip} if layer.clip else {}
    if layer.kind == "path":
        yield Element(f"{SVG}path", {"d": written(command for part in layer.parts for command in part)} | clip | common)
    elif layer.kind == "mark" and len(layer.parts) == 1:
        (place,) = layer.parts
        yield Element(f"{SVG}path", {"d": written(_shifted(layer.shape, place))} | clip | common)
    elif layer.kind == "mark":
        made = Element(f"{SVG}marker", {"markerUnits": "userSpaceOnUse", "overflow": "visible"})
        SubElement(made, f"{SVG}path", {"d": written(layer.shape)} | common)
        yield made
        first, *others = layer.parts
        # markers stand at the start and between; the last vertex is there twice, so that it is between too
        vertices = [("M", (first,)), *(("L", (place,)) for place in others), ("L", (layer.parts[-1],))]
        yield Element(f"{SVG}path", {"d": written(vertices), "fill": "none"} | clip)
    elif layer.kind == "text" and len(layer.parts) > 1:
        group = Element(f"{SVG}g", common)
        group.extend(layer.parts)
        yield group
    else:
        (element,) = layer.parts
        element.attrib |= common
        yield element


def _named(elements: Iterable[Element], prefix: str) -> Iterator[Element]:
    """The elements, each marker with an id of its own that what follows it refers to."""
    name = ""
    for number, element in enumerate(elements):
        if element.tag == f"{SVG}marker":
            name = f"{prefix}{number}"
            element.attrib["id"] = name
        elif name:
            element.attrib |= {"marker-start": f"url(#{name})", "marker-mid": f"url(#{name})"}
            name = ""
        yield element


def plain_style(style: str) -> str:
    """Declarations without those that say nothing, the last of each property, in the order of their first."""
    found: dict[str, str] = {}
    for declaration in (part.strip() for part in style.split(";")):
        if declaration not in DEFAULTS:
            found[declaration.partition(":")[0]] = declaration
    return "; ".join(found.values())


def parsed(text: str) -> tuple[Command, ...]:
    """The commands of a path as Matplotlib writes it, all absolute. Raises KeyError for any other command."""
    commands: list[Command] = []
    words = TOKEN.findall(text)
    place, name = 0, "M"
    while place < len(words):
        if words[place].isalpha():
            name, place = words[place], place + 1
        count = 2 * POINTS[name]
        numbers = [_fine(word) for word in words[place : place + count]]
        commands.append((name, tuple(zip(numbers[::2], numbers[1::2], strict=True))))
        place += count
    return tuple(commands)


def written(commands: Iterable[Command]) -> str:
    """A path in as few characters as it takes: relative, with `h` and `v`, to a tenth of a pixel."""
    text, last, (x, y), start = "", "", (0, 0), (0, 0)
    for name, points in commands:
        moves = [(a - x, b - y) for a, b in points]
        if name == "z":
            letter, numbers, (x, y) = "z", [], start
        elif name == "M":
            letter, numbers, (x, y) = "m", [*moves[0]], points[0]
            start = (x, y)
        elif name == "L" and 0 in moves[0] and moves[0] != (0, 0):
            letter, numbers, (x, y) = (
                ("h", [moves[0][0]], points[0]) if moves[0][1] == 0 else ("v", [moves[0][1]], points[0])
            )
        else:
            letter, numbers, (x, y) = name.lower(), [number for move in moves for number in move], points[-1]
        again = letter == last and letter != "z"
        text += ("" if again else letter) + _joined(numbers, again)
        last = "l" if letter == "m" else letter  # what follows a move is a line
    return text


def bounds(shape: Iterable[Command]) -> Box:
    """The box around the points of a path in pixels."""
    xs, ys = zip(*(point for _, points in shape for point in points), strict=True)
    return min(xs) / FINE, min(ys) / FINE, max(xs) / FINE, max(ys) / FINE


def _fine(number: str) -> int:
    return round(float(number) * FINE)


def _joined(numbers: Iterable[int], follows: bool) -> str:
    """Numbers with a blank only where two would run into one."""
    text = ""
    for number in numbers:
        word = f"{number / FINE:.1f}".removesuffix(".0")
        word = word.replace("0.", ".", 1) if word.startswith(("0.", "-0.")) else word
        text += word if word.startswith("-") or not (text or follows) else f" {word}"
    return text


def _is_seen(shape: tuple[Command, ...], style: str) -> bool:
    declared = set(style.split("; "))
    return len(shape) > 1 and ("fill: none" not in declared or any(part.startswith("stroke:") for part in declared))


def _needed(clip: str, box: Box, definitions: dict[str, Element]) -> str:
    """The clip, unless all of the box lies within it."""
    found = CLIP.fullmatch(clip)
    frame = definitions[found[1]].find(f"{SVG}rect") if found else None
    if frame is None:
        return clip
    x, y, width, height = (float(frame.attrib[name]) for name in ("x", "y", "width", "height"))
    whole = _wider((x, y, x + width, y + height), 0.11)
    inside = whole[0] <= box[0] and whole[1] <= box[1] and box[2] <= whole[2] and box[3] <= whole[3]
    return "" if inside else clip


def _text_box(element: Element, style: str) -> Box:
    """About where a label stands; one that is turned may reach to any side."""
    font = float((re.search(r"font-size: ([\d.]+)px", style) or ["", "14"])[1])
    width = 1.2 * text_width(element.text or "", font)
    if "transform" in element.attrib or "x" not in element.attrib:
        return EVERYWHERE
    x, y = float(element.attrib["x"]), float(element.attrib["y"])
    left = x - {"middle": width / 2, "end": width}.get((re.search(r"text-anchor: (\w+)", style) or ["", ""])[1], 0.0)
    return left, y - font, left + width, y + font / 3


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _wider(box: Box, by: float) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _moved(box: Box, place: Point) -> Box:
    x, y = place[0] / FINE, place[1] / FINE
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


def _shifted(shape: Iterable[Command], place: Point) -> Iterator[Command]:
    for name, points in shape:
        yield name, tuple((x + place[0], y + place[1]) for x, y in points)
