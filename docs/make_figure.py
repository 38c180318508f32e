"""Draw docs/figures/ratio.svg, the README's figure, one problem per workload, from the results of one machine.

python docs/make_figure.py results/published/<hardware>
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

import argparse
import tempfile

from article.figures.ratios import ratio_plot
from article.names import Names
from article.parts.comparisons import ratio_rows
from article.words import read_words
from bench import schema
from bench.results import reading, selection
from bench.results.collect import tables_of
from bench.results.tables import Tables


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
        data = ratio_rows(best, Names(words, "en"))
    for verdict, count in best["verdict"].value_counts().items():
        print(f"{verdict}: {count}")
    figure = ratio_plot(data, words.under("figure.ratio"))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(options.output, facecolor="white", metadata={"Date": None})


if __name__ == "__main__":
    main()
