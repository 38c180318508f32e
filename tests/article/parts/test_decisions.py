"""What to take for what: the matrix of fields."""

import re
import shutil

import pytest
import yaml

from article.parts.decisions import decision_matrix
from article.section import FOLDER, Section
from bench import schema
from bench.results.tables import Tables
from tests.article.planted import OTHER, OWN

FIELDS = yaml.safe_load((FOLDER / "scenarios.yaml").read_text(encoding="utf-8"))


def rows_of(html):
    """Field → what its row says, without markup."""
    found = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</th>(.*?)</tr>", html.split("<details")[0], re.DOTALL)
    return {name: re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", row)).strip() for name, row in found}


def test_every_field_is_in_the_matrix_or_named_as_not_compared(tables):
    html = decision_matrix(Section(tables, "en", OWN, 0)).split("<details")[0]
    for field in FIELDS:
        assert html.count(field["name"]["en"]) == 1
    assert "Nothing has been compared here for: Search over hyper-parameters and Explaining predictions." in html


def test_an_entry_says_who_is_faster_by_how_much_and_how_sure_that_is(tables):
    rows = rows_of(decision_matrix(Section(tables, "en", OWN, 0)))
    open_ = " not measured not measured"
    assert rows["Sequences (recurrent networks)"] == "JAX 2.07× 95 % interval: 2.02 to 2.12" + open_
    assert rows["Language models (GPT, BERT)"] == "JAX 2.07× JAX 2" + open_
    split = rows["High-performance computing"]
    assert split.startswith("depends on the workload JAX 1 (up to 2.07×), PyTorch 4 (up to 1.11×)")


def test_the_matrix_has_a_column_per_size_in_the_order_of_sizes(tables):
    own, _ = decision_matrix(Section(tables, "en", OWN, 0)).split("<details", 1)
    assert re.findall(r'<th scope="col">(.*?)</th>', own) == ["Field", "CPU · small", "CPU · medium", "CPU · large"]
    assert OTHER not in own


def test_a_folded_table_holds_what_several_machines_say_of_the_same_beside_each_other(tables):
    html = decision_matrix(Section(tables, "en", OWN, 0))
    _, folded = html.split("<details", 1)
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', folded)
    assert heads == ["Field", "Device and size", OWN, OTHER]
    assert "GPU" not in folded  # which one of them has
    rows = re.findall(r'<th scope="row">(.*?)</th>', folded)
    assert rows.count("All workloads") == 3
    own = rows_of(html)["All workloads"].split(" JAX")[0]
    assert own in folded


def test_all_workloads_at_a_smaller_size_lead_to_where_it_is_drawn(tables, tmp_path):
    shutil.copytree(tables.folder, tmp_path, dirs_exist_ok=True)
    rows = schema.read(tmp_path / "comparisons.parquet", "comparisons")
    medium = [row | {"size": "medium"} for row in rows if row["size"] == "small"]
    schema.write(tmp_path / "comparisons.parquet", "comparisons", [*rows, *medium])
    html = str(decision_matrix(Section(Tables(tmp_path), "en", OWN, 0)))
    whole = next(row for row in re.findall("<tr>.*?</tr>", html, re.DOTALL) if "All workloads" in row)
    small, largest = re.findall('href="#([^"]+)"', whole)[-2:]
    assert (small, largest) == ("section-8-scaling", "section-0-workloads")


@pytest.mark.xdist_group("pages")
def test_every_entry_leads_to_a_place_on_the_page(tables, pages):
    links = set(re.findall('href="#([^"]+)"', decision_matrix(Section(tables, "en", OWN, 0))))
    identities = set(re.findall(' id="([^"]+)"', pages["en"].read_text(encoding="utf-8")))
    assert links <= identities
    assert {field["at"] for field in FIELDS if "at" in field} <= identities
    assert len(links) > 8


def test_without_comparisons_a_sentence_stands_in_place_of_the_matrix(empty):
    html = decision_matrix(Section(empty, "en", OWN, 0))
    assert "<table" not in html
    assert "Nothing has been compared yet." in html


def test_after_one_trial_the_matrix_names_no_framework_as_faster(one_trial):
    html = decision_matrix(Section(one_trial, "en", OWN, 0))
    assert 'data-verdict="undecided"' in html
    assert "faster" not in re.findall('data-verdict="(.*?)"', html)
    assert not re.search("(JAX|PyTorch) [0-9.]+×", html)
