"""How far derivatives are from their references."""

from article.parts.errors import errors
from article.section import Section
from tests.article.planted import OWN


def test_an_error_is_the_larger_of_the_gate_and_of_the_timed_sizes(tables):
    found = errors(Section(tables, "en", OWN, 4))
    both = found[found["check"].notna() & found["timed"].notna()]
    assert len(both)
    assert (both["error"] == both[["check", "timed"]].max(axis=1)).all()
    assert set(found["precision"]) == {"float64", "float32"}
