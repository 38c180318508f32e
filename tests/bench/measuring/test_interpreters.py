"""Interpreters: what is written down is read again, and follows the packages that are there."""

import sys
from dataclasses import replace
from importlib.metadata import version

import pytest

from bench.measuring import interpreters


def test_what_is_written_is_read_by_framework(tmp_path):
    own = interpreters.own_interpreter()
    interpreters.write(tmp_path / "interpreters" / "jax-cpu.json", own)
    assert interpreters.read((tmp_path / "interpreters").glob("*.json")) == {"jax": own}
    assert own.python == sys.executable
    assert own.versions["numpy"] == version("numpy")


def test_a_python_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "jax-cpu.json"
    interpreters.write(path, replace(interpreters.own_interpreter(), python=str(tmp_path / "gone")))
    with pytest.raises(ValueError, match=r"gone.*is not there: remove the file"):
        interpreters.read([path])
