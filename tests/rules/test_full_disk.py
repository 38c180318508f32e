"""A disk that runs full at any write: a sentence, nothing lost, and going on where there is room again."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bench import schema
from tests.conftest import Bench
from tests.rules.planted import ONE, TABLES, small

pytestmark = [pytest.mark.serial, pytest.mark.slow]

FREE = [0, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048]
"""Kilobytes that are left."""


@pytest.fixture
def disk(tmp_path):
    """A small file system in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60m", "none", place], capture_output=True).returncode:
        pytest.skip("this user may mount nothing")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk, kilobytes):
    """Leave no more than that free."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    free = shutil.disk_usage(disk).free
    with ballast.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, max(free - 1024 * kilobytes, 1))
    return ballast


def finished(bench):
    """Every file that is written whole, what is in it, and when that was written."""
    place = bench.root / "results/test"
    found = {
        path: path.stat().st_mtime_ns for tree in ("trials", "parity") for path in place.glob(f"{tree}/**/*.parquet")
    }
    for path in found:
        schema.read(path, "observations" if path.is_relative_to(place / "parity") else "trial")
    for path in place.glob("**/*.json"):
        json.loads(path.read_text())
    return found


def test_nothing_begins_where_there_is_no_room_and_that_is_one_sentence(disk):
    bench = small(Bench(disk))
    told = bench.snakemake(TABLES, check=False, trials=1, **ONE)
    assert told.returncode != 0
    assert "Error: nothing can be measured: results/test has " in told.stderr
    assert "MB left, 200 MB are needed" in told.stderr
    assert "Traceback" not in told.stderr
    assert finished(bench) == {}
    fill(disk, 100)
    told = bench.snakemake(TABLES, check=False, trials=1, **ONE)
    assert told.returncode != 0
    assert f"Error: {disk} has 102 kB left: make room and start the same command again" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_disk_that_runs_full_at_any_write_loses_nothing_and_is_told(disk):
    bench = small(Bench(disk))
    guard = bench.root / "workflow/bench/guard/room.py"
    text = guard.read_text()
    for name in ("LEAST_BYTES", "BEGINNING_BYTES"):  # so that it begins at all
        text = re.sub(rf"^{name} = [\d_]+$", f"{name} = 0", text, flags=re.MULTILINE)
    guard.write_text(text)
    kept: dict[Path, int] = {}
    unfinished = 0
    for kilobytes in FREE:
        ballast = fill(disk, kilobytes)
        done = bench.snakemake(TABLES, check=False, trials=4, **ONE)
        told = done.stdout + done.stderr
        unfinished += done.returncode != 0
        if done.returncode:
            assert "No space left" in told or "no room left" in told, told
        now = finished(bench)
        assert kept.items() <= now.items()
        kept = now
    print(f"{unfinished} of {len(FREE)} starts ended for want of room; {len(kept)} files were finished meanwhile")
    assert unfinished > 3
    ballast.unlink()
    bench.snakemake(TABLES, trials=4, **ONE)
    now = finished(bench)
    assert kept.items() <= now.items()
    assert len(now) == 5
    assert list(disk.glob("results/**/.*.tmp")) == []
