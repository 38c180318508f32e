"""The merged tables as data frames, each read and validated when it is first asked for."""

from __future__ import annotations

import json
import math
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from bench import schema
from bench.vocabulary import COLLECTED

NAMES = (*COLLECTED, "claims")
"""The tables behind the article: what is collected, and what is judged from it."""


class Tables:
    """The tables of a folder. A table without a file is empty; a file that cannot be believed raises InvalidFile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.frame = cache(self._frame)

    def _frame(self, name: str) -> pd.DataFrame:
        path = self.folder / f"{name}.parquet"
        rows = schema.read(path, name) if path.exists() else []
        frame = pd.DataFrame(rows, columns=list(schema.TABLES[name]))
        numbers = [column for column, kind in schema.TABLES[name].items() if kind == schema.number]
        # an infinite amount, as a file from somebody else may hold it, is none at all
        return frame.assign(
            **{column: pd.to_numeric(frame[column]).replace([math.inf, -math.inf], math.nan) for column in numbers}
        )

    @cached_property
    def machines(self) -> dict[str, dict[str, Any]]:
        """Name of a machine → what is known of it."""
        path = self.folder / "machines.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    @cached_property
    def _hardware(self) -> set[str]:
        return {machine for name in ("cells", "events", "releases") for machine in self.frame(name)["hardware"]}

    def first_machine(self, own: str) -> str:
        """The machine that is shown first: this one, unless others alone have results."""
        return next(iter(self.hardware(own)), own)

    def hardware(self, own: str) -> list[str]:
        """Every machine with results, this one first where it has any."""
        return sorted(self._hardware, key=lambda name: (name != own, name))
