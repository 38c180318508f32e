"""Importing what lies outside the repository."""

import pytest

from bench import catalogue, contract
from bench.own import folders
from tests.bench.own import planted

USES = """
    import numpy as np
    {how}

    SIZES = {{"tiny": {{"rows": ROWS}}}}

    class Problem:
        def inputs(self):
            import helper

            return {{"x": np.full(2, helper.ROWS)}}
"""


@pytest.mark.parametrize("how", ["from .helper import ROWS", "from helper import ROWS"])
def test_a_file_imports_another_of_its_folder_by_either_name(tmp_path, how):
    folders.use([planted.folder(tmp_path / "mine", problem=USES.format(how=how), helper="ROWS = 3\n")])
    assert catalogue.find("own", "mine").states.sizes["tiny"] == {"rows": 3}


def test_two_folders_may_have_a_file_of_the_same_name(tmp_path):
    places = [
        planted.folder(tmp_path / name, problem=USES.format(how="from helper import ROWS"), helper=f"ROWS = {rows}\n")
        for name, rows in (("one", 1), ("other", 2))
    ]
    folders.use(places)
    found = {name: catalogue.find("own", name).states for name in ("one", "other")}
    assert {name: states.sizes["tiny"]["rows"] for name, states in found.items()} == {"one": 1, "other": 2}


def test_a_package_of_the_project_is_not_hidden_by_a_file_of_its_name(tmp_path):
    folders.use([planted.folder(tmp_path / "mine", json="broken = True\n")])
    import json

    assert catalogue.find("own", "mine").states and not hasattr(json, "broken")


def test_what_a_problem_raises_names_the_file_and_the_line(tmp_path):
    folders.use([planted.folder(tmp_path / "mine", problem="import numpy\n\nSIZES = numpy.nowhere\n")])
    with pytest.raises(contract.InvalidWorkload, match=r"problem\.py: AttributeError: .*line 3, in <module>: SIZES"):
        _ = catalogue.find("own", "mine").states
