"""The workflow: what runs, what runs again, and what does not."""

import copy
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from article.parts.provenance import COMMAND
from bench import schema
from tests.checkout import ROOT
from tests.conftest import Bench
from tests.rules.planted import ONE, TABLES, small

pytestmark = pytest.mark.xdist_group("workflow")  # a checkout that is measured once, in one process


@pytest.fixture
def flow(bench):
    """Such a checkout, in which nothing has been measured."""
    return small(bench)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Such a checkout after its runs are measured and collected, once for all tests that begin with one."""
    bench = small(Bench(tmp_path_factory.mktemp("finished")))
    bench.snakemake(TABLES, trials=2, **ONE)
    return bench


@pytest.fixture
def done(finished, tmp_path):
    """A copy of it."""
    copied = copy.copy(finished)
    copied.root = tmp_path / "checkout"
    shutil.copytree(finished.root, copied.root)
    return copied


def test_a_dry_run_tells_what_is_missing_and_how_long_it_will_take(bench):
    told = bench.snakemake("-n", preset="quick").stderr
    assert "trials to measure" in told
    assert "min." in told


@pytest.mark.slow
def test_snakemake_looks_at_the_waiting_jobs_when_one_is_done_and_not_ever_more_often(flow):
    told = flow.snakemake(TABLES, "--verbose", trials=8, **ONE)
    assert len(flow.trial_files()) >= 8
    assert 8 <= told.stderr.count("Ready jobs") + told.stdout.count("Ready jobs") <= 25


def test_the_workflow_is_lint_free_and_formatted():
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    lint = subprocess.run(
        [sys.executable, "-m", "snakemake", "--lint"], cwd=ROOT, capture_output=True, text=True, env=environment
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr
    files = ["Snakefile", *map(str, (ROOT / "workflow/rules").glob("*.smk"))]
    formatted = subprocess.run(
        [Path(sys.executable).parent / "snakefmt", "--check", *files], cwd=ROOT, capture_output=True, text=True
    )
    assert formatted.returncode == 0, formatted.stderr


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"preset": "fast"}, "preset is 'fast'"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"workloads": "training/nothing"}, "training/nothing"),
    ],
)
def test_a_wrong_configuration_is_one_sentence(bench, config, message):
    told = bench.snakemake("-n", check=False, **config)
    assert told.returncode != 0
    assert message in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"preset: \xff", "config.yaml: it cannot be read"), (b"preset: quick\npreset: smoke", "'preset' is there twice")],
    ids=["no UTF-8", "a key twice"],
)
def test_a_file_that_is_no_configuration_is_one_sentence(bench, content, message):
    (bench.root / "config.yaml").write_bytes(content)
    told = bench.snakemake("-n", check=False)
    assert told.returncode != 0
    assert message in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("module", ["jsonschema", "pyarrow"])
def test_a_python_that_lacks_what_the_workflow_needs_is_one_sentence(bench, module):
    hidden = f"import sys; sys.modules[{module!r}] = None; from snakemake.cli import main; main()"
    command = [sys.executable, "-c", hidden, *bench.snakemake_command("-n")[3:]]
    told = subprocess.run(command, cwd=bench.root, env=bench.environment, capture_output=True, text=True)
    assert told.returncode != 0
    assert f"Error: the Python that runs Snakemake has no {module}; use the environment of `make report`" in told.stderr
    assert "Traceback" not in told.stderr


def test_containers_that_there_are_not_are_refused_in_one_sentence(bench):
    told = bench.snakemake("-n", "--software-deployment-method", "apptainer", check=False)
    assert told.returncode != 0
    assert "Error: the software deployment method is apptainer, allowed is conda, or none" in told.stderr


def test_a_report_of_snakemake_holds_the_pages_that_are_there(planted):
    """Those of other languages than the last ones that were asked for are missing."""
    (planted.root / "report/index.html").parent.mkdir(exist_ok=True)
    (planted.root / "report/index.html").write_text("<p>A page.</p>")
    report = planted.root / "report.html"
    planted.snakemake("--report", str(report), trials=2, **ONE)
    assert report.exists()


def test_a_configuration_that_leaves_out_every_key_is_the_default(flow):
    (flow.root / "config.yaml").write_text("# preset: full\n")
    assert "1 trials to measure" in flow.snakemake("-n", **ONE).stderr


PLANT_TRIALS = """
import sys
sys.path.insert(0, "workflow")
from pathlib import Path
from bench import schema, sources
from bench.measuring import identity
from bench.planning import order, snakefile
wish = {"preset": "smoke", "hardware": "test", "trials": 2, "frameworks": "jax", "modes": "jit"}
settings = snakefile.settings_of(wish)
for trial in order.trials(settings):
    rows = [
        vars(cell)
        | {"hardware": "test", "run": number, "status": "unsupported", "threads": settings.cpu_threads}
        | {"fingerprint": identity.fingerprint(), "source_digest": sources.run_digest("training", "small", "jax")}
        for cell, number in trial.runs.values()
    ]
    schema.write(Path("results/test/trials", trial.file), "trial", rows)
"""


@pytest.fixture
def planted(flow):
    """Such a checkout with every file of a finished workflow, none of which was measured: the trials are sound."""
    listed = flow.snakemake("--summary", trials=2, **ONE)
    paths = [line.split("\t")[0] for line in listed.stdout.splitlines() if line.count("\t") > 4][1:]
    for name in reversed(paths):
        (flow.root / name).parent.mkdir(parents=True, exist_ok=True)
        (flow.root / name).touch()
    locate = ["workflow/scripts/locate.py", "--output", "results/test/interpreters/jax-cpu.json"]
    for command in (["-c", PLANT_TRIALS], locate):
        subprocess.run([sys.executable, *command], cwd=flow.root, env=flow.environment, check=True)
    assert len(flow.trial_files()) == 2
    return flow


@pytest.mark.parametrize(
    ("deleted", "again"),
    [
        ("", {}),
        ("trials/training/small/train-tiny-float32-cpu.1.parquet", {"measure": "1"}),
        ("parity/training/small/jax.parquet", {"check": "1"}),
        ("trials", {"measure": "2"}),
        (".", {"measure": "2", "check": "1"}),
    ],
)
def test_what_was_deleted_is_made_again_and_nothing_else(planted, deleted, again):
    place = planted.root / "results/test" / deleted
    if place.is_file():
        place.unlink()
    elif deleted:
        shutil.rmtree(place)
    # by none of Snakemake's own triggers, which know nothing of what was deleted
    told = planted.snakemake("-n", "--rerun-triggers", "code", trials=2, **ONE)
    assert dict(re.findall(r"^(measure|check) +(\d+)$", told.stdout + told.stderr, re.MULTILINE)) == again


@pytest.mark.parametrize(("trials", "again"), [(2, {}), (3, {"measure": "1"})])
def test_an_interpreter_that_is_gone_is_looked_for_again_and_measures_nothing_again(planted, trials, again):
    path = planted.root / "results/test/interpreters/jax-cpu.json"
    path.write_text(path.read_text().replace(sys.executable, "/nowhere/python"))
    told = planted.snakemake("-n", "--rerun-triggers", "mtime", trials=trials, **ONE)
    assert dict(re.findall(r"^(locate|measure) +(\d+)$", told.stdout + told.stderr, re.MULTILINE)) == again
    assert sys.executable in path.read_text()


def test_a_time_ahead_of_the_clock_becomes_the_present(planted):
    trial = planted.root / "results/test/trials/training/small/train-tiny-float32-cpu.0.parquet"
    other = planted.root / "results/other/hardware.json"
    other.parent.mkdir()
    other.write_text("{}")
    ahead = time.time() + 7200
    for path in (trial, other):
        os.utime(path, (ahead, ahead))
    told = planted.snakemake("-n", trials=2, **ONE).stderr
    for path in (trial, other):
        assert path.stat().st_mtime <= time.time()
        assert f"is now the present: {path.relative_to(planted.root)}" in told


def test_links_that_lead_nowhere_in_the_folder_of_another_machine_stop_nothing(flow):
    trials = flow.root / "results/other/trials/training/small"
    trials.mkdir(parents=True)
    (trials / "nowhere.parquet").symlink_to("gone.parquet")
    (trials / "loop.parquet").symlink_to("loop.parquet")
    (trials / "a\nb.parquet").write_bytes(b"PAR1")
    assert "1 trials to measure" in flow.snakemake("-n", **ONE).stderr


def test_a_second_start_measures_nothing(done):
    before = done.trial_files()
    assert len(before) == 2
    told = done.snakemake(TABLES, trials=2, **ONE)
    assert "all 2 trials are there" in told.stderr
    assert done.trial_files() == before


def test_the_tables_are_made_of_what_has_been_measured_so_far_without_measuring(done):
    before = done.trial_files()
    done.snakemake(TABLES, trials=9, measure="false", **ONE)
    assert done.trial_files() == before
    assert {row["runs"] for row in schema.read(done.root / TABLES, "cells")} == {2}


def test_the_command_that_a_page_names_measures_a_workload_again(done):
    before = done.trial_files()
    words = shlex.split(COMMAND.format(family="training", workload="small"))
    (setting,) = (word for word in words if word.startswith("workloads="))
    asked = words[words.index("--forcerun") :]
    done.snakemake(TABLES, *asked, trials=2, workloads=setting.partition("=")[2], **ONE)
    after = done.trial_files()
    assert set(after) == set(before)
    assert all(after[name] > before[name] for name in before)


def test_more_trials_keep_those_that_are_there(done):
    before = done.trial_files()
    done.snakemake(TABLES, trials=3, budget_seconds=0.2, **ONE)
    after = done.trial_files()
    assert len(after) == 3
    assert before.items() <= after.items()


UNEVEN = """
from pathlib import Path

STARTS = Path(__file__).parents[5] / "starts"
with STARTS.open("a") as starts:
    starts.write("1")
PACE = (0.003, 0.005, 0.009)[len(STARTS.read_text()) % 3]

def slow(self):
    import time
    time.sleep(PACE)

Step.step = slow
"""
"""A step whose time is another in every process: no two trials agree on a ratio."""


@pytest.mark.slow
@pytest.mark.serial
def test_what_the_first_trials_leave_undecided_gets_further_ones_in_the_same_invocation(flow):
    shutil.rmtree(flow.root / "workflow/bench/workloads/training/small")
    flow.plant("uneven", "torch", UNEVEN)
    with (flow.root / "workflow/bench/workloads/training/uneven/problem.py").open("a") as problem:
        problem.write('MODES = {"torch": ("eager",), "jax": ("jit",)}\n')
    wish = {"preset": "quick", "trials": 2, "most_trials": 3, "budget_seconds": 0.1}
    flow.snakemake(TABLES, **wish)
    before = flow.trial_files()
    added = [name for name in before if ".100." in name]
    assert added == ["training/uneven/train-small-float32-cpu.100.parquet"]
    rows = schema.read(flow.root / "results/test/trials" / added[0], "trial")
    assert {row["framework"] for row in rows} == {"torch", "jax"}
    assert len(rows) == 2
    best = [row for row in schema.read(flow.root / "results/test/comparisons.parquet", "comparisons") if row["best"]]
    assert [(row["trials"], row["method"]) for row in best] == [(3, "stein")]
    assert "all 3 trials are there" in flow.snakemake(TABLES, **wish).stderr
    assert flow.trial_files() == before


def test_editing_a_workload_measures_that_workload_again_and_no_other(done):
    done.plant("other", "jax")
    done.snakemake(TABLES, trials=2, **ONE)
    before = done.trial_files()
    source = done.root / "workflow/bench/workloads/training/other/jax_impl.py"
    source.write_text(source.read_text() + "\nEDITED = True\n")
    done.snakemake(TABLES, trials=2, **ONE)
    changed = {name for name, written in done.trial_files().items() if before[name] != written}
    assert changed == {name for name in before if name.startswith("training/other/")}


def test_editing_what_no_run_executes_measures_nothing(done):
    before = done.trial_files()
    bench = done.root / "workflow/bench"
    for path in [*bench.glob("workloads/training/small/*"), bench / "measuring/timing.py"]:
        path.touch()
    text = next((done.root / "workflow/article/text/en").glob("*.md"))
    text.write_text(text.read_text() + "\nOne more sentence.\n")
    problem = bench / "workloads/training/small/problem.py"
    problem.write_text(problem.read_text().replace('"en": "planted"', '"en": "planted anew"'))
    rules = bench / "results/statistics.py"
    rules.write_text(rules.read_text().replace("LEVEL = 0.05", "LEVEL = 0.01"))
    done.snakemake(TABLES, trials=2, **ONE)
    assert done.trial_files() == before


@pytest.mark.parametrize("carry", [shutil.move, shutil.copytree])
def test_a_checkout_that_was_moved_or_copied_with_its_results_measures_nothing(done, tmp_path, carry):
    before = set(done.trial_files())
    elsewhere = tmp_path / "another place"
    elsewhere.mkdir()
    for name in ("workflow", "profiles", "envs", "results", "report", ".snakemake"):
        if (done.root / name).exists():
            carry(str(done.root / name), str(elsewhere / name))
    for name in ("Snakefile", "config.yaml", "CITATION.cff"):
        shutil.copy(done.root / name, elsewhere / name)
    done.root = elsewhere
    planned = done.snakemake(TABLES, "-n", trials=2, **ONE)
    assert "rule measure" not in planned.stdout + planned.stderr
    assert "rule check" not in planned.stdout + planned.stderr
    assert "all 2 trials are there" in planned.stderr
    assert set(done.trial_files()) == before


def test_a_truncated_run_file_is_named_and_measured_again_and_no_other(done):
    before = done.trial_files()
    broken = sorted(before)[0]
    path = done.root / "results/test/trials" / broken
    path.write_bytes(path.read_bytes()[:100])
    told = done.snakemake(TABLES, trials=2, **ONE)
    assert f"To be measured again: results/test/trials/{broken}" in told.stderr
    after = done.trial_files()
    assert {name for name in before if before[name] != after[name]} == {broken}
    assert schema.read(path, "trial")[0]["status"] == "ok"


@pytest.mark.slow
def test_a_failed_run_is_kept_until_asked_for_again(flow):
    flow.plant("broken", "jax", "def build(*a): raise ValueError('no')")
    flow.snakemake(TABLES, trials=1, **ONE)
    before = flow.trial_files()
    cells = schema.read(flow.root / TABLES, "cells")
    assert {row["workload"]: row["status"] for row in cells} == {"small": "ok", "broken": "failed"}
    flow.snakemake(TABLES, trials=1, **ONE)
    assert flow.trial_files() == before
    flow.snakemake(TABLES, trials=1, retry_failed="true", **ONE)
    changed = {name for name, written in flow.trial_files().items() if before[name] != written}
    assert {name.split("/")[1] for name in changed} == {"broken"}


@pytest.mark.slow
def test_after_a_kill_only_what_is_missing_is_measured(flow):
    process = subprocess.Popen(
        flow.snakemake_command(TABLES, trials=6, **ONE),
        cwd=flow.root,
        env=flow.environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while len(flow.trial_files()) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(1)
    before = flow.trial_files()
    assert 2 <= len(before) < 6
    flow.snakemake(TABLES, trials=6, **ONE)
    after = flow.trial_files()
    assert len(after) == 6
    again = [name for name in before if before[name] != after[name]]
    assert len(again) <= 2  # those that were going on when the workflow was killed: this preset runs two at once


def test_a_second_workflow_in_the_same_folder_is_told_to_wait(flow):
    first = subprocess.Popen(
        flow.snakemake_command(TABLES, trials=6, **ONE),
        cwd=flow.root,
        env=flow.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not flow.trial_files():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    told = flow.snakemake(TABLES, check=False, trials=6, **ONE)
    assert told.returncode != 0
    assert "another workflow" in told.stderr
    assert first.wait(120) == 0


@pytest.mark.slow
@pytest.mark.serial
def test_two_runs_never_overlap_whatever_is_on_the_command_line(flow):
    flow.snakemake(TABLES, "--resources", "mem_mb=1000", preset="quick", trials=4, budget_seconds=0.1, **ONE)
    spans = []
    for name in flow.trial_files():
        row = schema.read(flow.root / "results/test/trials" / name, "trial")[0]
        start = pa.scalar(row["started"]).cast(pa.timestamp("ms", "UTC")).as_py().timestamp()
        spans.append((start, start + row["wall_seconds"]))
    assert len(spans) >= 4
    ordered = sorted(spans)
    assert all(end <= start + 0.005 for (_, end), (start, _) in pairwise(ordered))


def test_results_of_another_machine_join_and_broken_ones_are_named(done):
    other = done.root / "results/other"
    shutil.copytree(done.root / "results/test", other)
    shutil.rmtree(other / "trials")
    for name in done.trial_files():
        row = schema.read(done.root / "results/test/trials" / name, "trial")[0]
        schema.write(other / "trials" / name, "trial", [row | {"hardware": "other", "source_digest": "x"}])
    broken = other / "trials/training/small/train-tiny-float32-cpu.7.parquet"
    broken.write_bytes(b"PAR1 nothing PAR1")
    done.snakemake(TABLES, trials=2, **ONE)
    merged = schema.read(done.root / "report/data/cells.parquet", "cells")
    assert {row["hardware"] for row in merged} == {"test", "other"}
    assert "train-tiny-float32-cpu.7.parquet" in (done.root / "report/data/machines.json").read_text()


@pytest.mark.parametrize("arguments", [["--unlock"], ["--dag"], ["--summary"], ["--list-rules"]])
def test_snakemake_s_other_commands_work(done, arguments):
    done.snakemake(*arguments, trials=2, **ONE)
