"""Make docs/measurement.md: run every proof that the numbers can be believed, and write down what came out.

    python docs/make_measurement.py --preset quick=results/<hardware> --preset standard=<copy of it>

Takes about twenty minutes on two cores; nothing else should run meanwhile. `--preset NAME=FOLDER` names the results of
a machine after that preset ran, for the table of where the time goes.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT)]

import argparse
import math
import tempfile
from collections.abc import Sequence
from statistics import median

from bench.measuring import hardware, timing
from bench.results import reading, time_spent
from tests.bench.measuring.test_supervisor import PLANTED
from tests.conftest import Bench
from tests.proof import real_runs, simulation, timers

COMPARISONS, TRIALS = 40, 3


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)


def against_timers() -> str:
    """Our clock beside torch.utils.benchmark.Timer and pyperf."""
    rows = []
    for framework, other in (("torch", "torch.utils.benchmark.Timer"), ("jax", "pyperf")):
        turns = timers.turns(framework)
        ratios = [turn["ours"] / turn["theirs"] for turn in turns]
        rows.append(
            [
                framework,
                other,
                f"{median(turn['ours'] for turn in turns) * 1e3:.3g} ms",
                f"{median(turn['theirs'] for turn in turns) * 1e3:.3g} ms",
                f"{median(ratios):.4f}",
                f"{min(ratios):.4f} to {max(ratios):.4f}",
            ]
        )
    return table(["framework", "independent timer", "our median", "its median", "ratio", "over five turns"], rows)


def against_itself(folder: Path) -> str:
    """A/A with real trials."""
    ratios = real_runs.same_against_same(folder, COMPARISONS, TRIALS)
    covered = sum((ratio.low or 0) <= 1 <= (ratio.high or math.inf) for ratio in ratios)
    half = median(math.log(ratio.high / ratio.low) / 2 for ratio in ratios if ratio.low and ratio.high)
    return (
        f"{covered} of {len(ratios)} intervals contain 1 ({covered / len(ratios):.1%}); each is of {TRIALS} "
        f"trials in which two processes of the same code took turns. Typical half-width: {half:.2%}. Of 40 such "
        "intervals at exactly 95 %, 35 to 40 are to be expected (central 95 % of the binomial)."
    )


def slowed(folder: Path) -> str:
    """Planted slowdowns."""
    rows = [
        [
            comparison.name,
            f"{comparison.ratio:.4f}",
            f"{comparison.low:.4f} to {comparison.high:.4f}",
            {"jax faster": "slower", "torch faster": "faster"}.get(comparison.verdict, comparison.verdict),
        ]
        for comparison in real_runs.slowdowns(folder, 10)
    ]
    return table(["planted", "measured ratio", "95 % interval", "verdict"], rows)


def planted(folder: Path) -> str:
    """Faults of a measurement, and what becomes of the run."""
    rows = []
    for name, framework, mode, code, _ in PLANTED:
        (folder / name).mkdir()
        bench = Bench(folder / name)
        bench.plant(name, framework, code)
        row = bench.measure(f"training/{name}", framework=framework, mode=mode)
        message = row["message"].splitlines()[0].split(" filename:")[0][:150]
        rows.append([name.replace("_", " "), f"{framework} {mode}", row["status"], message])
    return table(["planted", "variant", "status of the run", "message"], rows)


def overhead() -> str:
    """What our clock adds to a step of one millisecond."""

    def spin() -> None:
        end = timing.now() + 1e-3
        while timing.now() < end:
            pass

    ratios = []
    for _ in range(21):
        clocked = timing.block_seconds(spin, lambda: None, 20)
        with timing.stopwatch() as watch:
            timing.block_seconds(spin, lambda: None, 20)
        ratios.append(watch.seconds / clocked - 1)
    return f"{median(ratios):+.3%} (median of 21 blocks of 20 steps)"


def where_time_goes(presets: dict[str, Path]) -> str:
    """Shares of the wall time of all runs of a preset, the workflow engine's time between runs included."""
    rows, parts = [], [*time_spent.PARTS, "rest"]
    for name, folder in presets.items():
        seconds = time_spent.shares(reading.read_machine(folder, own=False).runs)
        total = sum(seconds.values())
        rows.append([name, f"{total:.0f} s", *(f"{seconds[part] / total:.1%}" for part in parts)])
    return table(["preset", "all runs", *parts], rows) if rows else "Not measured."


def main() -> None:
    """Run everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/measurement.md")
    options = parser.parse_args()
    presets = {name: Path(folder) for name, folder in (item.split("=", 1) for item in options.preset)}
    with tempfile.TemporaryDirectory() as scratch:
        folders = [Path(scratch, name) for name in ("same", "slow", "planted")]
        for folder in folders:
            folder.mkdir()
        values = {
            "machine": f"{hardware.cpu_model()}, {len(hardware.physical_cpus())} cores, "
            f"{len(hardware.measuring_cpus())} of them measuring",
            "timers": against_timers(),
            "overhead": overhead(),
            "same": against_itself(folders[0]),
            "slowed": slowed(folders[1]),
            "planted": planted(folders[2]),
            "coverage": simulation.markdown(simulation.simulate_coverage()),
            "shares": where_time_goes(presets),
        }
    template = (ROOT / "docs/measurement.template.md").read_text()
    options.output.write_text(template.format(**values))


if __name__ == "__main__":
    main()
