"""Cells as texts."""

from article.parts.cells import cell_row
from article.section import Section
from bench.results import selection
from tests.article.planted import OWN


def test_a_time_to_a_target_is_not_called_a_time_per_step(tables):
    section = Section(tables, "en", OWN, 5)
    cells = selection.cells(tables, OWN)
    eager = cells[(cells["workload"] == "mlp") & (cells["mode"] == "eager") & (cells["framework"] == "torch")]
    rows = {row.task: cell_row(section, row) for row in eager.itertuples()}
    assert str(rows["target"]["step"]).endswith("to the target")
    assert not str(rows["train"]["step"]).endswith("to the target")
