"""Machines and versions."""

import pytest

from article.parts.machines import fact_text, machine_table
from article.parts.peaks import peak_table
from article.section import Section
from tests.article.planted import OWN


@pytest.mark.parametrize(
    ("fact", "value", "shown"),
    [
        ("cpu_caches", {"L1": "32K", "L3": "491520K"}, "L1\u00a032.0\u00a0KiB, L3\u00a0480\u00a0MiB"),
        ("cpu_caches", {"L1": "unknown"}, "L1\u00a0unknown"),
        ("described", "2026-11-30T07:21:49+00:00", "2026-11-30"),
        ("described", "yesterday", "yesterday"),
        ("kernel", "6.18", "6.18"),
    ],
)
def test_a_fact_has_the_units_and_the_days_of_the_page(empty, fact, value, shown):
    assert fact_text(Section(empty, "en", OWN, 10), fact, value) == shown


def test_a_processor_is_told_with_its_family_and_model_and_no_name_twice(tables, monkeypatch):
    processor = {"family": "6", "model": "207"}
    known = {"name": "A processor", "cpu_model": "A processor", "identity": {"processor": processor}}
    monkeypatch.setitem(tables.machines, OWN, known)
    html = str(machine_table(Section(tables, "en", OWN, 10)))
    assert "A processor (family 6, model 207)" in html
    assert html.count("A processor") == 1


def test_the_peaks_call_the_frameworks_as_these_call_themselves(tables):
    html = peak_table(Section(tables, "en", OWN, 7))
    assert "<table" in html
    assert not any(f"<td>{name}</td>" in html for name in ("torch", "jax"))
