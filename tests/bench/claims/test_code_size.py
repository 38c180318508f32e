"""The size of code: what is counted of a source file, and for whom it speaks."""

import pytest

from bench.claims import code_size
from bench.claims.evidence import REFUTED, SUPPORTED, UNDECIDED, Results
from bench.claims.judge import judge
from tests.bench.claims.planted import ENTRIES
from tests.checkout import ROOT

SOURCE = '''"""A docstring
of two lines."""
import jax
import jax.numpy as jnp
import torch
from jax import lax

STEPS = 3


def shared(x):
    return x


def torch_plain(x):
    return x


def sharpened(x):
    """One line."""
    # a comment
    y = jnp.tanh(x)  # another
    return lax.scan(jnp.tanh, y, jax.random.key(0))


class Model(torch.nn.Module):
    pass
'''


def test_code_is_counted_without_docstrings_comments_and_imports_and_what_is_shared_for_neither():
    sizes = code_size.code_sizes(SOURCE)
    assert sizes["jax"] == {"lines": 3, "tokens": 34, "names": 3}
    assert sizes["torch"] == {"lines": 4, "tokens": 19, "names": 1}


def test_what_one_framework_alone_implements_has_no_size():
    assert code_size.code_sizes(SOURCE.replace("torch", "other")) == {}


def test_a_workload_whose_model_is_taken_from_a_library_is_left_out(tmp_path):
    (tmp_path / "own.py").write_text(SOURCE)
    (tmp_path / "taken.py").write_text("from transformers import Model\n" + SOURCE)
    assert list(code_size.read_sizes(tmp_path)) == ["own"]
    assert code_size.read_sizes(tmp_path / "nowhere") == {}


def test_the_obvious_implementations_are_counted_on_both_sides():
    sizes = code_size.read_sizes(ROOT / "tests/proof/baselines")
    assert {"linear_regression", "mlp", "heat_equation"} <= sizes.keys()
    assert not {"bert", "gpt"} & sizes.keys()
    for name, both in sizes.items():
        ratio = both["jax"]["tokens"] / both["torch"]["tokens"]
        assert 0.5 < ratio < 2, name  # both do the same: what is far off was not attributed
        assert all(both[framework]["names"] > 0 for framework in ("torch", "jax")), name


@pytest.mark.parametrize(("tokens", "verdict"), [(120, SUPPORTED), (102, REFUTED), (100, REFUTED), (80, REFUTED)])
def test_fewer_tokens_speak_for_torch(tokens, verdict):
    one = {"torch": {"lines": 10, "tokens": 100, "names": 5}, "jax": {"lines": 10, "tokens": tokens, "names": 5}}
    for names, expected in (("abcde", verdict), ("abcd", UNDECIDED)):
        found = judge(ENTRIES["alg-table-ease"], Results("here", {}, code=dict.fromkeys(names, one)))
        assert (found.verdict, found.evidence["share"]) == (expected, verdict)
