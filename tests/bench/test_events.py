"""Events: texts lose what belongs to one machine, and an outcome is one of those that are known."""

import pytest

from bench import events


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ('File "/home/somebody/lib/python3.11/site-packages/torch/nn.py", line 3', 'File "nn.py", line 3'),
        ("at /tmp/x/y.py:12 for jit", "at y.py:12 for jit"),
        ("see https://docs.jax.dev/en/latest/errors.html#one", "see https://docs.jax.dev/en/latest/errors.html#one"),
        (r"C:\Users\somebody\file.py", "file.py"),
        ("1/2 and a/b/c stay", "1/2 and a/b/c stay"),
        ("<function f at 0x7f3249d75e40>", "<function f at 0x…>"),
    ],
)
def test_texts_lose_folders_and_addresses(text, cleaned):
    assert events.clean(text) == cleaned


def test_an_unknown_outcome_is_refused():
    with pytest.raises(ValueError, match="outcome is 'maybe'"):
        events.Event("example", "maybe")
