"""Rows of tables as several parts show them: of which machine, in which order, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from article.html import plain
from article.section import Section
from bench.vocabulary import VARIANT_ORDER


def of_first_machine(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the machine that the first row is of."""
    return frame[frame["hardware"] == frame["hardware"].iloc[0]] if len(frame) else frame


def sort_variants(frame: pd.DataFrame) -> pd.DataFrame:
    """Within each panel: torch before jax, and the modes in a fixed order."""
    panels = {name: place for place, name in enumerate(dict.fromkeys(frame["panel"]))}
    keys = [
        (panels[row.panel], VARIANT_ORDER[row.framework, row.mode], getattr(row, "cache", "") != "cold", place)
        for place, row in enumerate(frame.itertuples())
    ]
    return frame.iloc[sorted(range(len(frame)), key=keys.__getitem__)].reset_index(drop=True)


def in_words(section: Section, rows: Iterable[Mapping[str, Any]], column: str) -> list[str]:
    """What a figure's text alternative says of the rows of its table: problem, variant, and what `column` holds."""
    return [section.names.point(row[column], plain(row["problem"]), row["variant"]) for row in rows]
