"""From a number to its source: every workload has its files, its command, its trials and its rows."""

import re
import shlex

import pytest
from markupsafe import Markup

from article.names import place_of
from article.parts.provenance import COMMAND, PUBLISHED, provenance_table
from article.section import Section
from bench import catalogue
from tests.article.planted import OTHER, OWN


@pytest.fixture(params=["en", "zh"])
def section(request, tables):
    return Section(tables, request.param, OWN, 10)


def row_of(html, family, workload):
    """The row of the table in which a workload stands."""
    place = place_of(family, workload)
    (row,) = (row for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL) if f'id="{place}"' in row)
    return row


def test_a_workload_leads_to_both_implementations_its_command_its_trials_and_its_rows(section):
    html = provenance_table(section)
    row = row_of(html, "training", "mlp")
    up = "" if section.language == "en" else "../"
    for name in ("problem.py", "torch_impl.py", "jax_impl.py", "comparisons.csv", "cells.csv", "runs.csv"):
        assert f'href="{up}data/workloads/training/mlp/{name}"' in row
        assert (section.tables.folder / "workloads/training/mlp" / name).exists()
    assert COMMAND.format(family="training", workload="mlp") in row
    assert f"results/{OWN}/trials/training/mlp/" in row
    assert html.count(PUBLISHED.format(OTHER)) == 1  # all workloads' are in that file
    assert PUBLISHED.format(OWN) not in html


def test_every_workload_that_any_table_shows_is_there_once(section):
    html = str(provenance_table(section))
    tables = ("cells", "comparisons", "noise")
    frames = [section.tables.frame(table)[["family", "workload"]].drop_duplicates() for table in tables]
    shown = {name for frame in frames for name in frame.itertuples(index=False, name=None)}
    assert len(shown) > 15
    for name in shown:
        assert html.count(f'id="{place_of(*name)}"') == 1, name


def test_a_problem_in_a_table_leads_there_and_a_name_that_is_none_leads_nowhere(section):
    row = next(section.tables.frame("cells").itertuples())
    assert f'href="#source-{row.family}-{row.workload}"' in section.problem_columns(row)["problem"]
    hostile = row._replace(workload='"><script>')
    assert not isinstance(section.problem_columns(hostile)["problem"], Markup)  # which a table escapes
    assert place_of("training", '"><script>') is None


def test_the_command_names_a_workload_as_the_configuration_does():
    for name, workload in catalogue.timed().items():
        words = shlex.split(COMMAND.format(family=workload.family, workload=workload.name))
        assert words[words.index("--config") + 1] == f"workloads={name}"
