"""A workflow that is killed at any moment, by any signal: nothing finished is measured again, and nothing is left."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from bench import schema
from bench.guard import folders
from tests.rules.planted import ONE, TABLES, small

pytestmark = [pytest.mark.serial, pytest.mark.slow, pytest.mark.timeout(1800)]

KILLS = 25
TRIALS = 60
WORKLOADS = ("small", "second")
LEFT_SECONDS = 60
"""How long whatever was killed may take to be gone."""


def processes_below(place):
    """Processes of a checkout: those that were started in it, or with a temporary folder of it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes() + b"\0" + (process / "environ").read_bytes()
            where = os.readlink(process / "cwd")
        except OSError:  # gone, or another user's
            continue
        if int(process.name) != os.getpid() and (where.startswith(str(place)) or f"={place}/".encode() in told):
            found.append(int(process.name))
    return found


def descendants(process):
    """All that a process has started, and what those have."""
    try:
        children = [int(child) for task in Path(f"/proc/{process}/task").glob("*") for child in _children(task)]
    except OSError:
        return []
    return [*children, *(further for child in children for further in descendants(child))]


def _children(task):
    try:
        return (task / "children").read_text().split()
    except OSError:
        return []


def finished(bench):
    """Every file of a machine that is written whole, and when that was (ns)."""
    place = bench.root / "results/test"
    found = [path for tree in ("trials", "parity") for path in (place / tree).glob("**/*.parquet")]
    return {str(path.relative_to(place)): path.stat().st_mtime_ns for path in found if not path.name.startswith(".")}


def wait_for_a_moment(bench, process, before, generator):
    """Wait for some moment: of the start, or of the time in which a trial follows another."""
    if generator.random() < 0.3:
        return time.sleep(generator.uniform(0.0, 4.0))
    further, deadline = generator.randrange(1, 3), time.monotonic() + 200
    while process.poll() is None and len(finished(bench)) < before + further and time.monotonic() < deadline:
        time.sleep(0.01)
    return time.sleep(generator.uniform(0.0, 1.5))


def kill(process, way):
    """Kill a workflow: all of it as a terminal does, the main process, or everything that it started."""
    if way == "terminal":
        os.killpg(process.pid, signal.SIGINT)
    elif way == "children":
        for child in reversed(descendants(process.pid)):
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
    else:
        process.send_signal(way)


def test_after_kills_at_any_moment_nothing_finished_is_measured_again_and_nothing_is_left(bench, tmp_path):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores it
    small(bench)
    bench.plant("second", "jax")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = bench.environment | {"TMPDIR": str(temporary)}
    generator, again, counts = random.Random(0), 0, []
    kept: dict[str, int] = {}
    ways = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, "terminal", "children"]
    for number in range(KILLS):
        process = subprocess.Popen(
            bench.snakemake_command(TABLES, trials=TRIALS, **ONE),
            cwd=bench.root,
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_a_moment(bench, process, len(kept), generator)
        before = set(processes_below(tmp_path))
        assert process.poll() is None, "it ended before it was killed"
        kill(process, ways[number % len(ways)])
        process.wait(300)
        deadline = time.monotonic() + LEFT_SECONDS
        while left := [one for one in processes_below(tmp_path) if one in before]:
            assert time.monotonic() < deadline, f"left after {ways[number % len(ways)]}: {left}"
            time.sleep(0.1)
        now = finished(bench)
        again += sum(now.get(name) != written for name, written in kept.items())
        assert again == 0, f"measured again after {ways[number % len(ways)]}"
        kept = now
        counts.append(len(now))
        for name in now:
            schema.read(bench.root / "results/test" / name, "observations" if name.startswith("parity") else "trial")
        for path in (bench.root / "results/test").glob("**/*.json"):
            json.loads(path.read_text())
    done = subprocess.run(
        bench.snakemake_command(TABLES, trials=TRIALS, **ONE),
        cwd=bench.root,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    now = finished(bench)
    again += sum(now[name] != written for name, written in kept.items())
    print(f"{KILLS} kills; files that were finished after each: {counts}; measured again: {again}")
    assert counts[-1] > 5
    assert again == 0
    assert len(now) == len(WORKLOADS) * (TRIALS + 1)
    # but for what Snakemake makes before it reads the first rule
    assert [path for path in temporary.iterdir() if path.name.startswith(folders.PREFIX) or list(path.iterdir())] == []
    assert processes_below(tmp_path) == []
