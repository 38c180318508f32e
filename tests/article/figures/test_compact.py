"""A drawing with fewer elements that looks the same."""

import re
from xml.etree import ElementTree

import pytest

from article.figures.compact import SVG, compact, parsed, plain_style, written

ElementTree.register_namespace("", SVG.strip("{}"))
LINE = "fill: none; stroke: red"


def drawn(*shapes, definitions=""):
    """What becomes of the shapes."""
    text = f'<svg xmlns="{SVG.strip("{}")}">{definitions}{"".join(shapes)}</svg>'
    root = ElementTree.fromstring(text)
    compact(root, "f")
    return root


def path(d, style=LINE, clip=""):
    return f'<path d="{d}" style="{style}"{f" clip-path={chr(34)}url(#c){chr(34)}" if clip else ""} />'


def tags(root):
    return [element.tag.removeprefix(SVG) for element in root]


def square(x, y, style):
    return path(f"M {x} {y} L {x + 10} {y} L {x + 10} {y + 10} L {x} {y + 10} z", style)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("M 10 20 L 30 20 L 30 25.04 z", "m10 20h20v5z"),
        ("M 0.04 0 L 0.5 0.5", "m0 0 .5 .5"),
        ("M 1 1 L 2 3 L 4 -6", "m1 1 1 2 2-9"),
        ("M 1 1 C 1 2 3 4 5 6 C 6 7 8 9 10 11", "m1 1c0 1 2 3 4 5 1 1 3 3 5 5"),
        ("M 5 5 L 6 6 z M 7 7 L 8 8", "m5 5 1 1zm2 2 1 1"),
    ],
)
def test_a_path_takes_few_characters(text, short):
    assert written(parsed(text)) == short


def test_rounding_does_not_add_up_along_a_path():
    text = written(parsed("M 0 0 " + " ".join(f"L {0.16 * step:.2f} {0.16 * step:.2f}" for step in range(1, 101))))
    numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", text)]
    assert sum(numbers[::2]) == pytest.approx(16.0)


def test_lines_of_one_style_become_one_path():
    root = drawn(path("M 0 0 L 0 9"), path("M 5 0 L 5 9"), path("M 7 0 L 7 9", "fill: none; stroke: blue"))
    assert [element.attrib["d"] for element in root] == ["m0 0v9m5-9v9", "m7 0v9"]


def test_a_shape_stays_above_what_it_covers():
    red, blue = "fill: red", "fill: blue"
    covering = drawn(square(0, 0, red), square(5, 5, blue), square(8, 8, red))
    assert [element.attrib["style"] for element in covering] == [red, blue, red]
    apart = drawn(square(0, 0, red), square(5, 5, blue), square(80, 80, red))
    assert [element.attrib["style"] for element in apart] == [red, blue]


def test_surfaces_that_overlap_and_what_shines_through_do_not_become_one():
    assert len(drawn(square(0, 0, "fill: red"), square(5, 5, "fill: red"))) == 2
    glass = f"{LINE}; opacity: 0.5"
    assert len(drawn(path("M 0 0 L 9 9", glass), path("M 0 9 L 9 0", glass))) == 2
    assert len(drawn(path("M 0 0 L 9 9"), path("M 0 9 L 9 0"))) == 1


def test_marks_of_one_shape_are_vertices_that_carry_a_marker():
    definitions = '<defs><path id="m" d="M 0 -4 L -4 4 L 4 4 z" /></defs>'
    marks = [f'<use href="#m" x="{x}" y="{y}" style="fill: red" />' for x, y in ((1, 2), (30, 2), (60.5, 8))]
    marker, carrier = drawn(*marks, definitions=definitions)
    assert marker[0].attrib == {"d": "m0-4-4 8h8z", "style": "fill: red"}
    assert carrier.attrib["marker-start"] == carrier.attrib["marker-mid"] == f"url(#{marker.attrib['id']})"
    assert carrier.attrib["d"] == "m1 2h29l30.5 6 0 0"  # three vertices that have a marker, and the end, which has none
    (alone,) = drawn(marks[0], definitions=definitions)
    assert alone.attrib == {"d": "m1-2-4 8h8z", "style": "fill: red"}


def test_labels_of_one_style_share_a_group():
    labels = [f'<text x="1" y="{y}" style="fill: red; text-anchor: start">a</text>' for y in (10, 40)]
    (group,) = drawn(*labels)
    assert group.attrib == {"style": "fill: red"}
    assert [text.attrib for text in group] == [{"x": "1", "y": "10"}, {"x": "1", "y": "40"}]


def test_what_cannot_be_seen_is_left_out():
    assert tags(drawn(path("M 5 5"), path("M 0 0 L 9 9", "fill: none"), path("M 0 0 L 9 9"))) == ["path"]


def test_a_clip_stays_where_it_cuts():
    clip = '<defs><clipPath id="c"><rect x="0" y="0" width="10" height="10" /></clipPath></defs>'
    inside = drawn(path("M 0 0 L 9 9", clip="c"), definitions=clip)
    assert tags(inside) == ["path"]
    assert "clip-path" not in inside[0].attrib
    beyond = drawn(path("M 0 0 L 90 9", clip="c"), definitions=clip)
    assert tags(beyond) == ["defs", "path"]
    assert beyond[1].attrib["clip-path"] == "url(#c)"


def test_a_style_says_what_is_not_the_default_once():
    assert plain_style("fill: red; font-family: inherit; stroke-dashoffset: 0; fill: blue;") == "fill: blue"
