"""The measured peaks of the devices, and how near the workloads come to them."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html
from article.names import TITLES, named_by, on_machine
from article.parts.cells import times_of_all
from article.section import Section
from bench.results.intervals import is_positive, number
from bench.results.selection import main_problems, sound_cells

FLOPS = "matmul_flops_per_second"
"""The quantity that is the peak of floating-point work."""
UNITS = {FLOPS: "flop/s", "copy_bytes_per_second": "B/s"}


def peak_table(section: Section) -> Html:
    """The measured peaks of every device."""
    rows = [
        {
            "place": section.names.of("device", row.device),
            "hardware": section.hardware(row.hardware),
            "quantity": section.words.get(f"quantity.{row.quantity}", row.quantity),
            "framework": TITLES.get(row.framework, row.framework),
            "precision": section.names.of("precision", row.precision or ""),
            "value": numbers.rate(row.value, UNITS.get(row.quantity, "/s")),
        }
        for row in section.tables.frame("peaks").itertuples()
        if is_positive(row.value)
    ]
    columns = ("place", "quantity", "precision", "framework", "hardware", "value")
    return section.table(rows, columns, "peaks", empty="no peaks")


def peak_figure(section: Section) -> Html:
    """Rates of work against the measured peak."""
    from article.figures.peaks import peak_plot

    data = work_rates(section)
    texts = [
        section.names.point(
            numbers.rate(row.flops_per_second, "flop/s"), row.label, section.names.variant(row.framework, row.mode)
        )
        for row in data.itertuples()
    ]
    finding = None
    own = data[data["hardware"] == section.machine]
    if len(known := own[[is_positive(share) for share in own["share"]]]):
        nearest = known.loc[known["share"].astype(float).idxmax()]
        told = section.phrase(
            "shows.peak",
            median=numbers.percent(float(known["share"].astype(float).median())),
            most=numbers.percent(nearest["share"]),
            problem=nearest["label"],
        )
        finding = on_machine(told, section.hardware(section.machine))
    return section.figure(peak_plot, data, "peak", rows=texts, finding=finding, after=times_of_all(section))


def work_rates(section: Section) -> pd.DataFrame:
    """Rows of `figures.peaks.peak_plot`: flop/s of every workload's main problem in every precision, and the peak."""
    sound = sound_cells(section.tables, section.machine)
    sound = main_problems(sound[sound["flops_per_second"] > 0], "precision")
    peaks = section.tables.frame("peaks")
    peaks = peaks[(peaks["quantity"] == FLOPS) & peaks["value"].notna()]
    highest = peaks.groupby(["hardware", "device", "precision"])["value"].max().to_dict()
    several = sound["hardware"].nunique() > 1
    rows = [
        {
            "panel": on_machine(section.names.problem(row, ("device", "precision")), row.hardware if several else None),
            "label": section.names.problem(row, ("workload", "task", "size")),
            "workload": named_by(row),
            "hardware": row.hardware,
            "framework": row.framework,
            "mode": row.mode,
            "flops_per_second": row.flops_per_second,
            "share": number(row.share_of_peak),
            "peak": highest.get((row.hardware, row.device, row.precision)),
        }
        for row in sound.itertuples()
    ]
    columns = ["panel", "label", "workload", "hardware", "framework", "mode", "flops_per_second", "share", "peak"]
    return pd.DataFrame(rows, columns=columns)
