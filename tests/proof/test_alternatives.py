"""Other ways to write an implementation compute the same, and stand where what they replace stood."""

import json
import subprocess
import sys
from importlib import import_module

import pytest

from bench import catalogue
from tests.proof import compare
from tests.proof.alternatives import changed

CASES = [
    (name, framework)
    for name in compare.named_in("alternatives")
    for framework in dict.fromkeys(
        other.framework for other in import_module(f"tests.proof.alternatives.{name}").ALTERNATIVES
    )
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "framework"), CASES)
def test_another_way_computes_the_same(name, framework):
    command = [sys.executable, compare.__file__, name, "--framework", framework, "--differences"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout.splitlines()[-1])
    assert rows
    assert [row for row in rows if not row["error"] <= row["tolerance"]] == []


def test_what_an_implementation_lacks_cannot_be_replaced():
    item = catalogue.find("training", "mlp").implementation("jax")
    with pytest.raises(KeyError, match=r"jax_impl has no logit"):
        changed(item, {"logit": None})
    other = changed(item, {"logits": len})
    assert other.logits is len
    assert item.logits is not len
