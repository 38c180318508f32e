"""Colours and markers: contrast, and what is left of them for readers who are blind for a colour."""

from itertools import combinations, product

import numpy as np
import pytest

from article.figures.palette import DARK, MARKERS, PARTS, STANDS_FOR, VARIANTS, VERDICTS, variables

LIGHT = variables()
MEETING = {
    "variants": [f"{framework}-{mode}" for framework, mode in VARIANTS],
    "parts of start-up": [f"part-{part.replace(' ', '-')}" for part in PARTS],
    "verdicts of claims": list(VERDICTS),
    "verdicts of comparisons": [*(f"{framework}-{mode}" for framework, mode in STANDS_FOR.values()), "ink", "muted"],
    "verdicts of public cases": ["bad", "good", "ink", "muted"],
}
"""What stands beside each other in one figure or table."""
LEAST_DIFFERENCE = 10
"""ΔE (CIE 1976) at which two colours are taken for different ones at a glance."""
VISION = {
    "all colours": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""What becomes of linear RGB (Machado, Oliveira and Fernandes, 2009, severity 1.0)."""
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour):
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE L*a*b* of linear RGB, white D65."""
    ratio = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    x, y, z = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one, other):
    high, low = sorted((float(TO_XYZ[1] @ linear(colour)) for colour in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def difference(one, other, vision):
    seen = [lab(np.asarray(VISION[vision]) @ linear(colour)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def test_the_difference_of_colours_is_that_of_the_definition():
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)  # Lindbloom's calculator
    assert difference("#000000", "#ffffff", "all colours") == pytest.approx(100, abs=0.01)
    assert difference("#c2570c", "#9a7b00", "deuteranopia") < 2  # two that were on the page, and were one to many


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("meeting", MEETING)
@pytest.mark.parametrize("page", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_that_meet_are_told_apart(page, meeting, vision):
    near = {
        pair: round(found, 1)
        for pair in combinations(MEETING[meeting], 2)
        if (found := difference(page[pair[0]], page[pair[1]], vision)) < LEAST_DIFFERENCE
    }
    assert near == {}


HUES = {"torch": (20, 80), "jax": (255, 300)}
"""Framework → where its hue lies, in degrees of CIE L*a*b*: orange and blue."""
GREY = 10
"""Chroma below which a colour is a grey."""


@pytest.mark.parametrize("page", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("variant", VARIANTS, ids="-".join)
def test_a_colour_tells_the_framework(page, variant):
    _, a, b = lab(linear(page["-".join(variant)]))
    framework, chroma, hue = variant[0], np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    if framework in HUES:
        low, high = HUES[framework]
        assert chroma > GREY and low < hue < high
    else:
        assert chroma < GREY


@pytest.mark.parametrize("page", [LIGHT, DARK], ids=["light", "dark"])
def test_no_part_of_the_start_looks_like_a_variant(page):
    for pair in product(MEETING["parts of start-up"], MEETING["variants"]):
        assert difference(page[pair[0]], page[pair[1]], "all colours") >= LEAST_DIFFERENCE, pair


@pytest.mark.parametrize("page", [LIGHT, DARK], ids=["light", "dark"])
def test_a_colour_has_contrast_enough(page):
    for names, least in (
        (MEETING["variants"] + MEETING["parts of start-up"], 3),
        (["ink"], 7),
        (["muted", *VERDICTS], 4.5),
    ):
        for name in names:
            assert contrast(page[name], page["surface"]) >= least, name


def test_every_variant_has_a_colour_and_a_marker_of_its_own():
    assert len(set(VARIANTS.values())) == len(VARIANTS)
    assert len(set(MARKERS.values())) == len(MARKERS)
    assert set(LIGHT) == set(DARK)
