"""Write what was measured on an H200, docs/measurement/h200/*.parquet (each one trial), into docs/gpu.md.

python docs/make_gpu.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT)]

from bench import schema
from bench.series import median_interval
from tests.proof import markdown

PAGE, TRIALS = ROOT / "docs/gpu.md", ROOT / "docs/measurement/h200"
PLACE = "measured"
PEAK = "matmul"
"""The file whose rows tell the rate of the matrix units."""


def table() -> str:
    """A row for each process: the time of a step, its rate, and what share of the framework's own product this is."""
    trials = {path.stem: schema.read(path, "trial") for path in sorted(TRIALS.glob("*.parquet"))}
    peaks = {row["framework"]: row["flops"] / row["step_seconds"] for row in trials[PEAK]}
    rows = []
    for name in (PEAK, *sorted(trials.keys() - {PEAK})):
        for row in sorted(trials[name], key=lambda row: row["step_seconds"]):
            low, high = median_interval(row["values"])
            rate = row["flops"] / row["step_seconds"]
            rows.append(
                [
                    f"{row['workload']}, {row['task']}, {row['size']}",
                    f"{row['framework']} {row['mode']}",
                    f"{row['step_seconds'] * 1e3:.3g} [{low * 1e3:.3g}, {high * 1e3:.3g}]",
                    f"{rate / 1e12:.0f}",
                    "" if name == PEAK else f"{rate / peaks[row['framework']]:.0%}",
                    f"{row['peak_device_bytes'] / 2**30:.1f}",
                    f"{row['gpu_clock_hertz'] / 1e6:.0f}",
                    row["gpu_throttle_reasons"] or "",
                ]
            )
    head = ["bfloat16", "variant", "ms per step", "TFLOP/s", "of the product", "GiB", "clock, MHz", "held down by"]
    return markdown.table(head, rows)


def main() -> None:
    """Write the table into the page, and print it."""
    content = table()
    PAGE.write_text(markdown.filled(PAGE, content, PLACE), encoding="utf-8")
    print(content)


if __name__ == "__main__":
    main()
