"""Time per step by size and precision."""

from article.parts.sizes import cells_of_several_sizes
from article.section import Section
from tests.article.planted import OWN


def test_points_of_scaling_curves_and_ways_to_a_target_are_no_sizes(tables):
    cells = cells_of_several_sizes(Section(tables, "en", OWN, 8))
    assert len(cells)
    assert not cells["size"].str.contains("-").any()
    assert "target" not in set(cells["task"])
