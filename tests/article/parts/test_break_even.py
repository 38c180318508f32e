"""Where compiling has paid for itself, and which framework the figure says that of."""

from types import SimpleNamespace

import pandas as pd
import pytest

from article.parts import break_even
from article.parts.break_even import break_evens, lacking
from article.section import Section
from tests.article.planted import OWN

MODES = {("torch", "eager"), ("torch", "compile"), ("jax", "eager"), ("jax", "jit")}


def modes(group):
    return set(zip(group["framework"], group["mode"], strict=True))


@pytest.fixture
def without(tables, monkeypatch):
    """What makes a section whose runs lack a mode of JAX in all problems but the first; failed: it was tried there."""

    def make(mode, failed=False, language="en"):
        section = Section(tables, language, OWN, 2)
        every = [(panel, group) for panel, group in break_even.problems(section) if modes(group) >= MODES][:3]
        kept = [every[0]]
        kept += [(panel, group[(group["framework"] != "jax") | (group["mode"] != mode)]) for panel, group in every[1:]]
        monkeypatch.setattr(break_even, "problems", lambda section: iter(kept))
        left = tables.frame("runs") if failed else pd.concat([group for _, group in kept])
        monkeypatch.setattr(section, "tables", SimpleNamespace(frame={"runs": left}.get))
        return section

    return make


def test_frameworks_that_have_curves_everywhere_need_no_word(tables):
    section = Section(tables, "en", OWN, 2)
    found = break_evens(section)
    found = [entry for entry in found if entry.panel == found[0].panel]
    assert {entry.framework for entry in found} == {"torch", "jax"}
    assert lacking(section, found) == ""


@pytest.mark.parametrize(
    ("mode", "failed", "word"),
    [("eager", False, "not eager"), ("eager", True, "not both"), ("jit", False, "not both")],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_framework_without_curves_in_some_problems_has_the_reason_told(without, mode, failed, word, language):
    section = without(mode, failed, language)
    found = break_evens(section)
    said = section.words[f"break even.{word}"].format(framework="JAX", count=1, total=3)
    assert lacking(section, found) == section.space + said
