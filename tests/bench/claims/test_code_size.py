"""The size of code: what is counted of a source file, and for whom it speaks."""

import pytest

from bench.claims import code_size
from bench.claims.evidence import MIXED, REFUTED, SUPPORTED

SOURCE = '''"""A docstring
of two lines."""
import jax
import jax.numpy as jnp
from jax import lax


def f(x):
    """One line."""
    # a comment
    y = jnp.tanh(x)  # another
    return lax.scan(jnp.tanh, y, jax.random.key(0))
'''


def test_code_is_counted_without_docstrings_comments_and_imports(tmp_path):
    path = tmp_path / "source.py"
    path.write_text(SOURCE)
    assert code_size.code_size(path, "jax") == {"lines": 3, "tokens": 34, "names": 3}
    assert code_size.code_size(path, "torch")["names"] == 0


@pytest.mark.parametrize(("tokens", "verdict"), [(120, SUPPORTED), (102, REFUTED), (100, REFUTED), (80, REFUTED)])
def test_fewer_tokens_speak_for_torch(tokens, verdict):
    one = {"torch": {"lines": 10, "tokens": 100, "names": 5}, "jax": {"lines": 10, "tokens": tokens, "names": 5}}
    assert code_size.smaller_code(dict.fromkeys("abcde", one)).verdict == verdict
    assert code_size.smaller_code(dict.fromkeys("abcd", one)).verdict == MIXED
