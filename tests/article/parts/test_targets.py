"""The way of a training to a target."""

import math

from article.parts.targets import is_whole, target_results, target_runs
from article.section import Section
from tests.article.planted import OWN


def test_courses_end_at_the_target_and_agree_between_frameworks(tables):
    html = target_results(Section(tables, "en", OWN, 5))
    assert "From 3 of 3 seeds both needed exactly the same number of steps." in html
    assert "test accuracy of at least 95.2" in html
    assert "validation loss of at most" in html
    assert "260 (230 to 290)" in html


def test_a_run_whose_course_is_incomplete_is_left_out(tables):
    row = next(target_runs(Section(tables, "en", OWN, 5)).itertuples())
    assert is_whole(row)
    assert not is_whole(row._replace(scores=row.scores[:-1]))
    assert not is_whole(row._replace(score_seconds=None))
    assert not is_whole(row._replace(scores=[math.inf] * len(row.scores)))
