"""Decide which pairs get further trials, from those of the first stage; see bench.results.stages.

python workflow/scripts/extend.py --results results --hardware this --most-trials 6 --equal-within 0.05 \\
    --output results/this/further.json
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse

from bench.guard.room import told
from bench.planning import further
from bench.results import stages
from bench.results.collect import tables_of
from bench.results.reading import read_machine
from bench.vocabulary import FURTHER, TWIN


def main() -> None:
    """Write the file and say what was decided."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, required=True, help="folder of all machines")
    parser.add_argument("--hardware", required=True, help="name of this machine")
    parser.add_argument("--most-trials", type=int, required=True, help="the most trials of a pair, of both stages")
    parser.add_argument("--equal-within", type=float, required=True, help="ratios within this share count as equal")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    machine = read_machine(options.results / options.hardware, own=True)
    machine.runs = [row for row in machine.runs if row["run"] % TWIN < FURTHER]
    tables = tables_of(machine, options.equal_within)
    wanted = [
        *stages.second_stage(tables["comparisons"], options.most_trials),
        *stages.of_cases(tables["cases"], options.most_trials),
    ]
    with told(options.output):
        further.write(options.output, wanted)
    for cells, count in wanted:
        print(f"{cells[0].problem}: {count} further trials of {' and '.join(cell.variant for cell in cells)}")
    print(f"{sum(count for _, count in wanted)} further trials of {len(wanted)} pairs")


if __name__ == "__main__":
    main()
