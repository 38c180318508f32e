"""Draw docs/figures/ratio.svg, the README's figure, one problem per workload, from the results of one machine.

python docs/make_figure.py results/published/<hardware>
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

import argparse
import math
import tempfile

from article.figures import palette, svg
from article.figures.axes import WIDTH, Drawing, text_width
from article.figures.ratios import ratio_plot
from article.names import Names
from article.parts.comparisons import ratio_rows
from article.words import read_words
from bench import schema
from bench.results import reading, selection
from bench.results.collect import tables_of
from bench.results.tables import Tables

GAP = 24
"""Pixels around and between the columns."""


def main() -> None:
    """Read the machine's runs, compare, draw, and print how often each verdict occurs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("machine", type=Path, help="folder with the results of one machine")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/ratio.svg")
    options = parser.parse_args()
    machine = reading.read_machine(options.machine, own=False)
    words = read_words("en")
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in tables_of(machine).items():
            schema.write(Path(folder) / f"{name}.parquet", name, rows)
        best = selection.main_problems(selection.best(Tables(Path(folder)), machine.name))
        data = ratio_rows(best, Names(words, "en"), ("workload", "device"))
    for verdict, count in best["verdict"].value_counts().items():
        print(f"{verdict}: {count}")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(joined(ratio_plot(data, words.under("figure.ratio"))), encoding="utf-8")


def joined(drawing: Drawing) -> str:
    """The panels of a drawing in two columns below its legend, as a file of its own for light and dark grounds."""
    parts, x = [], GAP
    for label, colour, marker in drawing.legend:
        parts.append(_placed(svg.key(colour, marker), x, GAP, svg.KEY, svg.KEY))
        parts.append(
            f'<text x="{x + 20}" y="{GAP + 11}" font-size="13" fill="var(--ink, {palette.INK})">{label}</text>'
        )
        x += 44 + text_width(label, 13)
    first, bottom = math.ceil(len(drawing.axes) / 2), 0.0
    for column, axes in enumerate((drawing.axes[:first], drawing.axes[first:])):
        y = GAP + 30.0
        for place, axis in enumerate(axes):
            height = axis.figure.bbox.height
            parts.append(
                _placed(svg.embed(axis.figure, f"p{column}-{place}"), GAP + column * (WIDTH + GAP), y, WIDTH, height)
            )
            y += height
        bottom = max(bottom, y)
    dark = "".join(f"--{name}: {colour}; " for name, colour in palette.DARK.items())
    labels = f"text {{ paint-order: stroke; stroke: var(--surface, {palette.SURFACE}); stroke-width: 3px; }}"
    style = f"<style>{labels} @media (prefers-color-scheme: dark) {{ :root {{ {dark}}} }}</style>"
    ground = f'<rect width="100%" height="100%" fill="var(--surface, {palette.SURFACE})"/>'
    size = f'viewBox="0 0 {2 * WIDTH + 3 * GAP} {bottom:.0f}"'
    root = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="system-ui, sans-serif">'
    return "".join([root, style, ground, *parts, "</svg>\n"])


def _placed(drawn: str, x: float, y: float, width: float, height: float) -> str:
    """An `<svg>` at a place of another."""
    return str(drawn).replace("<svg ", f'<svg x="{x:.0f}" y="{y:.0f}" width="{width}" height="{height:.0f}" ', 1)


if __name__ == "__main__":
    main()
