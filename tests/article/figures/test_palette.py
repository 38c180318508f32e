"""Colours and markers."""

from article.figures.palette import DARK, MARKERS, VARIANTS, variables


def test_a_colour_on_a_light_and_on_a_dark_page_has_contrast_enough():
    def luminance(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one, other):
        high, low = sorted((luminance(one), luminance(other)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    light = variables()
    for name in (f"{framework}-{mode}" for framework, mode in VARIANTS):
        assert contrast(light[name], light["surface"]) >= 3, name
        assert contrast(DARK[name], DARK["surface"]) >= 3, name
    for palette in (light, DARK):
        assert contrast(palette["ink"], palette["surface"]) >= 7
        assert contrast(palette["muted"], palette["surface"]) >= 4.5


def test_every_variant_has_a_colour_and_a_marker_of_its_own():
    assert len(set(VARIANTS.values())) == len(VARIANTS)
    assert len(set(MARKERS.values())) == len(MARKERS)
    assert set(variables()) == set(DARK)
