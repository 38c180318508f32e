"""Odd paths, locales, masks and temporary folders: everything works, or one sentence says before why it cannot."""

import os
import subprocess

import pytest

from bench import schema
from tests.checkout import ROOT
from tests.conftest import Bench
from tests.rules.planted import ONE, TABLES, small

pytestmark = [pytest.mark.serial, pytest.mark.slow]

COMPILED = {"frameworks": "torch,jax", "modes": "compile,jit", "workloads": "training/linear_regression"}


@pytest.fixture
def mounted(tmp_path):
    """Mount a small file system in memory, with these options."""
    places = []

    def mount(name, options):
        place = tmp_path / name
        place.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", place], capture_output=True).returncode:
            pytest.skip("this user may mount nothing")
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", "--lazy", place], check=True)


def start(bench, **changes):
    """Run the workflow as a user does whose environment has changed so."""
    config = changes.pop("config", ONE)
    return subprocess.run(
        bench.snakemake_command(TABLES, trials=1, **config),
        cwd=bench.root,
        env=bench.environment | changes,
        capture_output=True,
        text=True,
    )


def test_a_path_in_chinese_a_plain_locale_and_a_strict_mask_measure_and_compile(tmp_path):
    root = tmp_path / "测量"
    root.mkdir()
    bench = Bench(root)
    bench.keep_only("training/linear_regression")
    (root / "临时").mkdir()
    before = os.umask(0o077)
    try:
        done = start(bench, config=COMPILED, LANG="C", LC_ALL="C", TMPDIR=str(root / "临时"))
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stderr
    rows = [row for name in bench.trial_files() for row in schema.read(root / "results/test/trials" / name, "trial")]
    assert {(row["mode"], row["status"]) for row in rows} == {("compile", "ok"), ("jit", "ok")}
    assert [path.name for path in (root / "临时").iterdir()] == []


def test_a_path_with_a_space_measures_what_needs_no_c_compiler_and_refuses_what_does(tmp_path):
    root = tmp_path / "a b"
    root.mkdir()
    bench = Bench(root)
    bench.keep_only("training/linear_regression")
    refused = start(bench, config=COMPILED)
    assert refused.returncode != 0
    assert "Error: nothing can be measured: the path '" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert bench.trial_files() == {}
    assert start(bench, config=COMPILED | {"modes": "eager,jit"}).returncode == 0
    assert bench.trial_files()


def test_a_temporary_folder_in_which_nothing_can_be_executed_is_one_sentence(bench, mounted):
    place = mounted("noexec", "size=300m,noexec")
    told = start(small(bench), TMPDIR=str(place))
    assert told.returncode != 0
    assert f"Error: nothing can be measured: {place} lies on a file system that executes no programs" in told.stderr


def test_a_temporary_folder_that_is_full_is_one_sentence(bench, mounted):
    place = mounted("full", "size=1m")
    told = start(small(bench), TMPDIR=str(place))
    assert told.returncode != 0
    assert f"Error: nothing can be measured: {place} has " in told.stderr


def test_texts_that_are_not_read_as_utf_8_are_one_sentence(bench):
    told = start(small(bench), LC_ALL="POSIX", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert told.returncode != 0
    assert "set PYTHONUTF8=1 and start the same command again" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_home_that_may_not_be_written_keeps_no_caches(tmp_path):
    words = ["make", "--eval=show:; @echo $$XDG_CACHE_HOME", "show"]
    for home, kept in ((tmp_path, ""), (tmp_path / "nowhere", ".snakemake/cache")):
        environment = {key: value for key, value in os.environ.items() if key != "XDG_CACHE_HOME"} | {"HOME": str(home)}
        told = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert told.stdout.strip().endswith(kept)
        assert bool(told.stdout.strip()) is bool(kept)
