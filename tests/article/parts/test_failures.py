"""What failed."""

from article.parts.explorer import explorer
from article.parts.failures import failure_table
from article.section import Section
from tests.article.planted import OWN


def test_a_cell_of_which_some_runs_failed_says_how_many_and_why(tables):
    html = failure_table(Section(tables, "en", OWN, 10))
    partly = html[html.index("Cells of which some runs failed") :].split("</table>")[0]
    assert "torch compile" in partly
    assert "3 of 5" in partly
    assert "oom: &lt;script" in partly
    assert partly.count("<tr>") >= 2


def test_the_table_of_all_results_says_how_many_runs_failed(tables):
    assert " · 2 more failed</td>" in explorer(Section(tables, "en", OWN, 10))


def test_without_failures_a_sentence_says_so(empty):
    assert failure_table(Section(empty, "en", OWN, 10)) == "<p>Every cell gave a result.</p>"
