"""The light contract: what may be left out, and what stands for it."""

import pytest

from bench import catalogue, contract
from bench.own import defaults, folders
from tests.bench.own import planted


def problem(tmp_path, text):
    folders.use([planted.folder(tmp_path / "my_model", problem=text)])
    return catalogue.find("own", "my_model")


def test_sizes_and_data_are_enough(tmp_path):
    states = problem(tmp_path, planted.LIGHT).states
    assert states.title == {"en": "my model", "zh": "my model"}
    assert (states.item, states.tasks, states.check_tasks, states.precisions) == (
        "steps",
        ("train",),
        ("train",),
        ("float32",),
    )
    assert states.tolerance_in("float32", "forward") == 1e-4 and states.scenarios == ()
    assert set(states.sizes) == {"tiny", "small"}
    made = states.problem("tiny")
    assert made.size == "tiny" and made.inputs()["x"].shape == (4, 2)
    assert (made.parameters(), made.reference("train")) == ({}, {})
    assert (made.items("train"), made.flops("train")) == (1.0, 0.0)


def test_what_is_left_out_is_told_in_sentences(tmp_path):
    told = defaults.told(problem(tmp_path, planted.LIGHT).problem)
    assert len(told) == len(defaults.TOLD) and all(sentence.endswith(".") for sentence in told)
    assert any("each other's reference" in sentence for sentence in told)


def test_what_is_stated_stays_and_is_not_told(tmp_path):
    text = (
        planted.LIGHT.replace(
            "SIZES = {", 'TITLE = {"en": "A", "zh": "B"}\n    TASKS = ("forward",)\n    SIZES = {"tiny": {"rows": 1}, '
        )
        + "        def flops(self, task):\n            return 7.0\n"
    )
    item = problem(tmp_path, text)
    assert item.states.title["zh"] == "B" and item.states.tasks == item.states.check_tasks == ("forward",)
    assert item.states.problem("small").flops("forward") == 7.0
    assert not {"flops", "TASKS", "SIZES"} & {
        sentence.split()[0].removesuffix("()") for sentence in defaults.told(item.problem)
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SIZES = {'tiny': {}}\n", "Problem is missing"),
        ("class Problem: pass\n", "SIZES is missing"),
        ("SIZES = 3\nclass Problem: pass\n", "SIZES is 3, expected a mapping"),
        ("SIZES = {'tiny': {}}\nSECTION = 12\nclass Problem: pass\n", "SECTION is 12, allowed are 0 to 10"),
        ("SIZES = {'tiny': {}}\nSCENARIO = 'flying'\nclass Problem: pass\n", "SCENARIO has 'flying'"),
        ("SIZES = {'tiny': {}}\nPRECISIONS = ('float8',)\nclass Problem: pass\n", "PRECISIONS has 'float8'"),
    ],
)
def test_what_is_wrong_is_refused_by_name(tmp_path, text, message):
    with pytest.raises(contract.InvalidWorkload, match=message):
        _ = problem(tmp_path, text).states
