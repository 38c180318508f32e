"""Time per step by size and precision."""

from __future__ import annotations

import pandas as pd

from article.html import Html
from article.parts.cells import cell_table
from article.section import Section
from bench.results.selection import sound_cells


def size_table(section: Section, cells: pd.DataFrame) -> Html:
    """The cells of several sizes as a table; nothing where there are none."""
    return cell_table(section, cells, "scaling")


def cells_of_several_sizes(section: Section) -> pd.DataFrame:
    """Sound cells of problems that were measured at more than one named size or in more than one precision."""
    frame = sound_cells(section.tables, section.machine)
    group = frame.groupby(["hardware", "workload", "task", "device", "framework", "mode"])
    return frame[(group["size"].transform("nunique") > 1) | (group["precision"].transform("nunique") > 1)]
