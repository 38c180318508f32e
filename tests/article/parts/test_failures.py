"""What failed."""

import json

import pytest

from article.parts.explorer import explorer
from article.parts.failures import changed, failure_table
from article.section import Section
from bench.results.tables import Tables
from tests.article.planted import OWN


def test_a_cell_of_which_some_runs_failed_says_how_many_and_why(tables):
    html = failure_table(Section(tables, "en", OWN, 10))
    partly = html[html.index("Cells of which some runs failed") :].split("</table>")[0]
    assert "torch compile" in partly
    assert "3 of 5" in partly
    assert "oom: &lt;script" in partly
    assert partly.count("<tr>") >= 2


def test_the_table_of_all_results_says_how_many_runs_failed(tables):
    assert " · further runs that failed: 2</td>" in explorer(Section(tables, "en", OWN, 10))


@pytest.mark.parametrize(
    ("language", "said"), [("en", "other code than this project has now"), ("zh", "不同于本项目现有代码")]
)
def test_what_another_machine_measured_with_other_code_is_named(tmp_path, language, said):
    machines = {OWN: {"changed": []}, "other": {"changed": ["training/gpt", "training/<b>"]}}
    (tmp_path / "machines.json").write_text(json.dumps(machines))
    html = str(changed(Section(Tables(tmp_path), language, OWN, 10)))
    assert said in html
    assert "GPT" in html
    assert "&lt;b&gt;" in html
    (tmp_path / "machines.json").write_text(json.dumps({OWN: {"changed": []}}))
    assert changed(Section(Tables(tmp_path), language, OWN, 10)) is None


@pytest.mark.parametrize(("language", "listed"), [("en", ", "), ("zh", "、")])
def test_workloads_are_listed_as_the_language_lists(tmp_path, language, listed):
    machines = {OWN: {}, "other": {"changed": ["training/gpt", "training/mlp"]}}
    (tmp_path / "machines.json").write_text(json.dumps(machines))
    section = Section(Tables(tmp_path), language, OWN, 10)
    named = listed.join(section.names.workload(name, "training") for name in ("gpt", "mlp"))
    assert named in str(changed(section))


def test_without_failures_a_sentence_says_so(empty):
    assert failure_table(Section(empty, "en", OWN, 10)) == "<p>No cell failed.</p>"
