"""Folders outside the repository, as a user has them."""

import shutil
import textwrap
from pathlib import Path

from tests.checkout import ROOT

TEMPLATE = ROOT / "workflow" / "template" / "own"


def template(folder: Path) -> Path:
    """A folder with the files of the template."""
    shutil.copytree(TEMPLATE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def folder(place: Path, **files: str) -> Path:
    """The template with some of its files, named without `.py`, replaced or added."""
    template(place)
    for name, text in files.items():
        (place / f"{name}.py").write_text(textwrap.dedent(text))
    return place


LIGHT = """
    import numpy as np

    SIZES = {"small": {"rows": 4}}

    class Problem:
        def inputs(self):
            return {"x": np.ones((SIZES[self.size]["rows"], 2))}
"""
"""The least that a problem.py has."""
