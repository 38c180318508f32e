"""The two forms of a public case: as reported, and as an expert writes it."""

from __future__ import annotations

from bench.vocabulary import EXPERT


def form_of(mode: str) -> tuple[str, bool]:
    """The mode that a case is run in, without its form; and whether it is the form that an expert writes."""
    return mode.removesuffix(EXPERT), mode.endswith(EXPERT)
