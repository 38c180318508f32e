"""The rows of the table of all results."""

import re

import pytest

from article.parts.explorer import COLUMNS, PARTS, Pairs, codes, explorer
from article.section import Section
from bench.results import selection
from tests.article.planted import OWN


@pytest.fixture
def section(tables):
    return Section(tables, "en", OWN, 10)


def test_every_cell_at_a_named_size_is_a_row(section):
    html = str(explorer(section))
    every = selection.cells(section.tables, OWN)
    rows = html.count('<th scope="row">')
    assert rows == len(selection.at_named_sizes(every)) < len(every)


def cells_of(html, column):
    """What stands in a column, row by row."""
    return [
        row[COLUMNS.index(column)]
        for body in re.findall(r"<tr[^>]*>(.*?)</tr>", html, re.DOTALL)
        if (row := cells(body))
    ]


def cells(row):
    return re.findall(r"<t[dh](?: scope=\"row\")?(?: data-n=[^>]*)?>(.*?)</t[dh]>", row)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_verdict_and_what_decided_it_are_parts_of_their_own(tables, language):
    section = Section(tables, language, OWN, 10)
    verdicts = {cell.split(" · ")[0] for cell in cells_of(str(explorer(section)), "verdict")} - {""}
    assert verdicts <= set(section.words.under("verdict").values())
    assert len(verdicts) > 1
    assert PARTS["verdict"] == ("verdict", "rule")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_to_be_noted_are_single_notes_with_the_number_behind_a_colon(tables, language):
    html = str(explorer(Section(tables, language, OWN, 10)))
    notes = {note for cell in cells_of(html, "trials") for note in cell.split(" · ")[1:]}
    assert len(notes) > 2
    kinds = {re.sub(r"[:：]\s*(≈\s*)?[\d,]+$", "", note) for note in notes}
    assert not [kind for kind in kinds if re.search(r"[\d,、:：]", kind)]


def test_a_variant_is_compared_with_the_fastest_mode_of_the_other_framework(section):
    pairs = Pairs(section.tables.frame("comparisons"))
    cells = selection.cells(section.tables, OWN)
    own = cells[(cells["hardware"] == OWN) & (cells["workload"] == "mlp") & (cells["task"] == "train")]
    found = {(row.framework, row.mode): pairs.of(row) for row in own[own["size"] == "small"].itertuples()}
    assert (found["jax", "jit"].torch_mode, found["jax", "jit"].jax_mode) == ("compile", "jit")
    assert found["jax", "jit"].best
    assert (found["torch", "many"].torch_mode, found["torch", "many"].jax_mode) == ("many", "scan")
    assert found["torch", "eager"] is None  # this pair was not compared


def test_the_ratio_beside_a_time_is_the_one_of_the_table_of_comparisons(section):
    html = str(explorer(section))
    rows = re.findall(r"<tr[^>]*>.*?</tr>", html, re.DOTALL)
    (row,) = (
        row
        for row in rows
        if f"{section.names.workload('mlp')} · training step · small · " in row
        and f" · {OWN}</th>" in row
        and "<td>jax · jit</td>" in row
    )
    assert 'data-verdict="jax-faster"' in row
    assert 'data-n="2.07"' in row
    assert "2.07 [2.02,\u00a02.12]" in row


def test_the_script_has_numbers_to_sort_by_and_no_more_digits_than_are_shown(section):
    numbers = re.findall(r'data-n="([^"]+)"', str(explorer(section)))
    assert numbers
    assert all(float(number) > 0 for number in numbers)
    assert max(len(number) for number in numbers) <= 12


def test_what_is_called_alike_in_no_other_language_has_a_code(tables):
    cells = selection.cells(tables, OWN)
    english, chinese = (codes(Section(tables, language, OWN, 10), cells) for language in ("en", "zh"))
    for part in ("workload", "field", "task", "size", "device", "verdict", "rule", "marks"):
        assert set(english[part].values()) <= set(chinese[part].values()), part
        assert len(set(chinese[part].values())) == len(chinese[part]), part


def test_a_workload_of_ones_own_may_be_called_as_another(section):
    cells = selection.cells(section.tables, OWN).head(1)
    ((_, code),) = codes(section, cells)["workload"].items()
    ((_, own),) = codes(section, cells.assign(family="own"))["workload"].items()
    assert own == f"own/{code}"
