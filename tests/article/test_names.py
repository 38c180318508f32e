"""What things are called in both languages."""

import re
from types import SimpleNamespace

import pytest

from article.names import Names
from article.words import read_words
from bench import catalogue

ENGLISH, CHINESE = (Names(read_words(language), language) for language in ("en", "zh"))


def test_a_size_of_a_scaling_curve_has_a_name_in_both_languages():
    assert (ENGLISH.of("size", "batch-16"), CHINESE.of("size", "batch-16")) == ("batch 16", "批量 16")
    assert ENGLISH.of("size", "length-25600") == "length 25,600"
    assert ENGLISH.of("size", "d10-n10000-components-25") == "25 components (d = 10, n = 10,000)"
    assert CHINESE.of("size", "layers2-length-1024") == "长度 1,024（2 层）"


def test_a_throughput_has_a_unit_in_both_languages():
    assert (ENGLISH.rate("tokens"), CHINESE.rate("tokens")) == ("tokens/s", "词元/秒")
    assert (ENGLISH.rate(None), CHINESE.rate(None)) == ("items/s", "项/秒")


def test_a_task_has_a_name_in_both_languages_also_in_a_loop():
    assert (ENGLISH.of("task", "hvp"), CHINESE.of("task", "primal")) == ("Hessian–vector product", "仅函数值")
    assert ENGLISH.of("task", "per_sample_loop") == "per-sample gradients, in a loop"
    assert CHINESE.of("task", "hessian_loop") == "黑塞矩阵（循环）"


@pytest.mark.parametrize("name", sorted(catalogue.examples()))
def test_every_workload_of_examples_has_a_title_in_both_languages(name):
    english, chinese = (names.workload(name) for names in (ENGLISH, CHINESE))
    assert english[0].isupper()
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert "照印" not in chinese  # the term is another: CONTRIBUTING.md


def test_two_workloads_of_one_name_have_the_titles_of_their_families():
    row = SimpleNamespace(family="training", workload="mlp")
    assert ENGLISH.problem(row, ["workload"]) == ENGLISH.workload("mlp")
    assert ENGLISH.problem(SimpleNamespace(family="own", workload="mlp"), ["workload"]) == "mlp"
