"""What workloads report besides their times, in the language of the page."""

import re

import pytest

from article.parts.metrics import metric_name
from article.section import Section
from tests.article.planted import OWN

REPORTED = ("test_accuracy", "epochs", "steps", "epoch_12_loss", "completeness_error", "largest_ulp")
"""The quantities of the workloads of this project, one name of each form."""


@pytest.mark.parametrize(("language", "told"), [("en", "loss of epoch 3"), ("zh", "第 3 轮的损失")])
def test_the_loss_of_an_epoch_is_told_by_its_number(empty, language, told):
    assert metric_name(Section(empty, language, OWN, 5), "epoch_3_loss") == told


@pytest.mark.parametrize("name", REPORTED)
def test_every_quantity_that_a_workload_reports_has_words(empty, name):
    assert not re.search(r"[a-z]{3}", metric_name(Section(empty, "zh", OWN, 5), name))
