"""A machine's results as they are published: one Parquet file for each kind of rows, whatever the number of trials;
and back, to go on measuring it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from bench import schema
from bench.results.reading import Machine, read_machine
from bench.runs import PUBLISHED, trial_file


def publish(folder: Path, target: Path, own: bool = True) -> Machine:
    """Write what is sound in a machine's folder to `target`, in place of what was there; returns what was read.

    Raises ValueError where there is nothing sound to publish, where `target` would get another name, and where all rows
    of a kind would vanish that it has, or what the machine is: measuring went on, and the rest did not run again.
    """
    if folder.name != target.name:
        raise ValueError(f"{folder} cannot be published as {target}: the folder's name is in every row")
    machine = read_machine(folder, own)
    if not machine.runs:
        raise ValueError(f"{folder} holds no sound run: {'; '.join(machine.left_out[:3]) or 'there is no file'}")
    rows, before = _rows(machine), read_machine(target, own=False)
    lost = [PUBLISHED[table] for table, known in _rows(before).items() if known and not rows[table]]
    if len(before.facts) > 1 and len(machine.facts) == 1:  # but for its name
        lost.append("hardware.json")
    if lost:
        raise ValueError(
            f"{folder} has nothing of what stands in {', '.join(lost)} of {target}: let the workflow end (make report) "
            "before it is published again, or remove what is published"
        )
    unfinished = target.with_name(f".{target.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    for table, name in PUBLISHED.items():
        if rows[table] or "release" not in schema.TABLES[table]:  # most machines have measured no release
            schema.write(unfinished / name, table, rows[table])
    (unfinished / "hardware.json").write_text(json.dumps(machine.facts, indent=2) + "\n")
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)
    return machine


def _rows(machine: Machine) -> dict[str, list[schema.Row]]:
    """The rows of a machine by the table in which they are published."""
    return {
        "trial": machine.runs,
        "observations": machine.observations,
        "events": machine.events,
        "release_trial": machine.releases,
        "release_observations": machine.release_observations,
    }


def lay_out(published: Path, folder: Path) -> int:
    """Write the trials of a published machine to `folder`, a file each, where the workflow looks for them; returns how
    many. What is there already stays. Checks and examples are run again.

    Raises ValueError where nothing is published.
    """
    machine = read_machine(published, own=False)
    trials: dict[Path, list[schema.Row]] = {}
    for row in [*machine.runs, *machine.releases]:
        trials.setdefault(trial_file(folder, row), []).append(row)
    if not trials:
        raise ValueError(f"{published} holds no trial: {'; '.join(machine.left_out[:3])}")
    missing = {path: rows for path, rows in trials.items() if not path.exists()}
    for path, rows in missing.items():
        schema.write(path, "release_trial" if "release" in rows[0] else "trial", rows)
    return len(missing)
