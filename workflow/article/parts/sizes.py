"""Which problems were measured in several sizes or precisions."""

from __future__ import annotations

import pandas as pd

from article.section import Section
from bench.results.selection import sound_cells


def cells_of_several_sizes(section: Section) -> pd.DataFrame:
    """Sound cells of problems that were measured at more than one named size or in more than one precision."""
    frame = sound_cells(section.tables, section.machine)
    group = frame.groupby(["hardware", "workload", "task", "device", "framework", "mode"])
    return frame[(group["size"].transform("nunique") > 1) | (group["precision"].transform("nunique") > 1)]
