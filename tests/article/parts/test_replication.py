"""Two to six machines beside each other, and what of the others' results holds on the reader's."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest

from article.figures.grouped import SHAPES, grouped_ratios
from article.parts import replication
from article.parts.claims import claim_box, stated_claims
from article.parts.replication import shared_problems
from article.parts.votes import SETTLED, agreement
from article.section import Section
from article.words import read_words
from bench.results import selection
from bench.results.tables import Tables
from tests.article import planted
from tests.article.planted import OWN, SIX, TURNED

WORDS = read_words("en").under("figure.machines")


@pytest.fixture(scope="module")
def six(tmp_path_factory):
    """The synthetic tables of six machines."""
    folder = tmp_path_factory.mktemp("six") / "data"
    folder.mkdir()
    planted.write(folder, machines=SIX)
    return Tables(folder)


def comparisons(tables):
    frame = selection.best(tables, OWN)
    return frame[frame["ratio"].notna()]


def replicated(section):
    here = section.machine == section.home
    return replication.replication(section, section.text("replicate", machine=section.machine, here=here))


def text(html):
    return re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", str(html), flags=re.DOTALL))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_machine_is_compared_with_no_other(one_trial, language):
    assert replicated(Section(one_trial, language, OWN, 0)) == ""


def test_a_machine_without_results_is_not_held_against_the_others(tables):
    html = text(replicated(Section(tables, "en", "reader", 0)))
    assert "once make report has measured it" in html
    assert html.count("measured here too") == 1  # of two machines the other one
    assert "reader" not in html


def test_a_problem_that_one_machine_alone_has_stands_beside_nothing(tables):
    shared = shared_problems(comparisons(tables))
    assert set(shared["hardware"]) == {OWN, planted.OTHER}
    assert (shared.groupby(selection.SAME)["hardware"].nunique() == 2).all()
    assert "qubits" not in " ".join(shared["size"])


def test_a_workload_stands_at_the_size_that_most_machines_have(six):
    frame = comparisons(six)
    medium = frame[frame["hardware"].isin(SIX[:2])].assign(size="medium")
    shared = shared_problems(every := pd.concat([medium, frame]))
    machines = every.groupby(["workload", "task", "size"])["hardware"].nunique()
    shown = shared.groupby(["workload", "task", "size"])["hardware"].nunique()
    assert len(shown[shown == len(SIX)]) > 10
    for (workload, task, _), count in shown.items():
        assert count == machines[workload, task].max()


def test_verdicts_are_alike_open_or_apart():
    rows = [
        {"family": "f", "task": "t", "size": "s", "precision": "p", "device": "cpu", "workload": name} | row
        for name, verdicts in {
            "alike": ("equal", "equal"),
            "apart": ("equal", "jax faster"),
            "partly": ("jax faster", "undecided"),
            "never": ("undecided", "undecided"),
            "alone": ("jax faster",),
        }.items()
        for row in ({"hardware": f"m{place}", "verdict": verdict} for place, verdict in enumerate(verdicts))
    ]
    found = [[own["workload"].iloc[0] for own in group] for group in agreement(pd.DataFrame(rows), selection.SAME)]
    assert found == [["alike"], ["partly"], ["never"], ["apart"]]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("count", [2, 6])
def test_what_holds_here_is_counted_as_the_tables_have_it(tables, six, language, count):
    section = Section({2: tables, 6: six}[count], language, OWN, 0)
    frame = comparisons(section.tables)
    said = text(replicated(section))
    for machine in section.machines[1:]:
        there = frame[(frame["hardware"] == machine) & frame["verdict"].isin(SETTLED)]
        both = there.merge(frame[frame["hardware"] == OWN], on=selection.SAME)
        same = (both["verdict_x"] == both["verdict_y"]).sum()
        numbers = re.search(rf"{machine}\W[^0-9]*(\d+)[^0-9]+(\d+)", said)
        assert numbers, machine
        assert [int(found) for found in numbers.groups()] == [len(both), same]
    flips = {own["workload"].iloc[0] for own in agreement(frame, selection.SAME).apart}
    assert bool(flips) == (count == 6)
    assert all(section.names.workload(name) in said for name in flips)
    assert not re.search(r"\bnan\b|None", said)


def test_six_machines_are_six_columns_and_the_row_says_how_many_agree(six):
    html = str(replicated(Section(six, "en", OWN, 0)))
    table = html[html.rindex("<table") :]
    assert all(f">{name}</th>" in table for name in SIX)
    assert f"{len(SIX) - len(TURNED)} of {len(SIX)}" in table


def by_maker(six, folder, language, makers):
    """The part of six machines with processors of these makers, as text."""
    shutil.copytree(six.folder, folder, dirs_exist_ok=True)
    facts = {name: six.machines.get(name, {}) | {"identity": {"processor": {"vendor": makers(name)}}} for name in SIX}
    (folder / "machines.json").write_text(json.dumps(facts))
    return text(replicated(Section(Tables(folder), language, OWN, 0)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_told_where_the_maker_of_the_processor_decides(six, tmp_path, language):
    words = read_words(language)
    said = by_maker(six, tmp_path, language, lambda name: "GenuineIntel" if name in TURNED else "AuthenticAMD")
    before, after = words["replicate.makers"].split("{problems}")[0].split("{count}")
    found = re.search(rf"{before}(\d+){re.escape(after)}(.*)", said)
    assert found and int(found[1]) > 0
    assert f"AMD{words['colon']}" in found[2]
    assert f"Intel{words['colon']}" in found[2]


@pytest.mark.parametrize(
    "makers", [lambda name: "GenuineIntel", lambda name: name, lambda name: None, lambda name: {"of": 1}]
)
def test_nothing_is_told_of_makers_where_there_is_one_or_none_or_each_has_one_machine(six, tmp_path, makers):
    assert "processors of one maker" not in by_maker(six, tmp_path, "en", makers)


def test_every_machine_has_a_marker_and_a_place_of_its_own(six):
    rows = [
        {"label": "row", "member": name, "ratio": 1.5, "low": 1.4, "high": 1.6, "verdict": "jax faster"} for name in SIX
    ]
    (axis,) = grouped_ratios(pd.DataFrame(rows), SIX, False, WORDS).axes
    points = [line for line in axis.lines if line.get_marker() in SHAPES]
    assert [point.get_marker() for point in points] == list(SHAPES)
    heights = [float(np.asarray(point.get_ydata())[0]) for point in points]
    assert heights == sorted(set(heights))
    assert heights[0] > -0.5 and heights[-1] < 0.5


def test_what_several_machines_say_alike_of_a_claim_stands_once(six):
    (claim,) = (claim for claim in stated_claims() if claim["id"] == "math-dx")
    section = Section(six, "en", OWN, 4)
    judged = {(row.hardware, row.id): row for row in six.frame("claims").itertuples()}
    html = claim_box(section, claim, judged)
    assert html.count('class="verdict"') == 1
    assert "on all 6 machines" in html
    assert not any(name in html for name in SIX)
