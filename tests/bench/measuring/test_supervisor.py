"""A run: what goes wrong becomes a result, and what cannot be believed is refused."""

import json
import os
import platform
import signal
import statistics
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest

from bench import schema
from bench.measuring.supervisor import foreign_processes
from bench.vocabulary import STARTUP

pytestmark = pytest.mark.serial

QUICK_TIMEOUT = '{"plan": {"budget_seconds": 0.1}, "timeout_seconds": 8, "exclusive": true}'


@pytest.mark.parametrize(("framework", "mode"), [("torch", "eager"), ("jax", "jit"), ("jax", "scan")])
def test_a_real_run_is_ok_and_complete(bench, framework, mode):
    row = bench.measure("training/linear_regression", framework=framework, mode=mode)
    assert row["status"] == "ok", row["message"]
    for column in (
        "wall_seconds",
        "import_seconds",
        "build_seconds",
        "first_step_seconds",
        "warmup_seconds",
        "timed_seconds",
        "step_seconds",
        "peak_host_bytes",
        "baseline_host_bytes",
        "flops",
    ):
        assert row[column] > 0, column
    assert row["threads"] == 1
    assert len(row["affinity"]) == 1
    assert len(row["check_values"]) >= 5
    assert row["step_seconds"] == statistics.median(row["values"])
    assert framework in json.loads(row["versions"])
    assert f"{framework} {mode}: " in row["lines"]


def test_the_parts_of_a_run_add_up_to_its_wall_time(bench):
    row = bench.measure("training/linear_regression", framework="jax", mode="jit")
    parts = sum(row[f"{part}_seconds"] or 0 for part in (*STARTUP, "check", "warmup", "timed"))
    assert 0 < row["wall_seconds"] - parts < 1.5


def test_numpy_is_measured_as_the_frameworks_are(bench):
    row = bench.measure("science/heat_equation", framework="numpy", task="forward")
    assert (row["status"], row["message"], row["cache"]) == ("ok", "", "none")
    assert json.loads(row["versions"])["numpy"]
    assert row["bytes_moved"] > 0
    assert row["reference_error"] < 1e-5


@pytest.mark.parametrize(
    ("name", "code", "status", "message"),
    [
        (
            "build",
            "def build(*a): raise ValueError('cannot be <b>built</b>')",
            "failed",
            "ValueError: cannot be <b>built",
        ),
        ("step", "Step.step = lambda self: 1 / 0", "failed", "ZeroDivisionError"),
        ("exit", "import sys\ndef build(*a): sys.exit(3)", "failed", "exit status 3 in phase build"),
        (
            "segment",
            "import os, signal\nStep.step = lambda self: os.kill(os.getpid(), signal.SIGSEGV)",
            "failed",
            "SIGSEGV",
        ),
        ("memory", "def build(*a): raise MemoryError('too much')", "oom", "MemoryError: too much"),
        ("allocation", "import torch\ndef build(*a): torch.empty(10**15)", "oom", "allocate memory"),
        (
            "unsupported",
            "from bench.backends import Unsupported\ndef build(*a): raise Unsupported('no such mode')",
            "unsupported",
            "no such mode",
        ),
        (
            "infinite",
            "import numpy as np\nStep.observe = lambda self: {'loss': np.array([float('nan')])}",
            "failed",
            "non-finite values in loss",
        ),
    ],
)
def test_a_failure_becomes_a_row(bench, name, code, status, message):
    bench.plant(name, code=code)
    row = bench.measure(f"training/{name}")
    assert row["status"] == status
    assert message in row["message"]
    assert row["values"] is None
    assert status in row["lines"]


def test_a_run_that_takes_too_long_is_a_time_out_that_says_where(bench):
    bench.plant("endless", code="import time\nStep.step = lambda self: time.sleep(1000)")
    row = bench.measure("training/endless", settings=QUICK_TIMEOUT)
    assert row["status"] == "timeout"
    assert row["message"] == "no result after 8 s (in phase first_step)"
    assert row["import_seconds"] > 0


def test_a_run_that_is_killed_is_a_row_too(bench):
    bench.plant("killed", code="import os, signal\nStep.step = lambda self: os.kill(os.getpid(), signal.SIGKILL)")
    row = bench.measure("training/killed")
    assert (row["status"], "signal 9" in row["message"]) == ("failed", True)


FAKE_ASYNC = """
import threading, time
import torch
def work():
    a, end = torch.ones(200, 200), time.perf_counter() + 0.3
    while time.perf_counter() < end: a = a @ a * 0
def start(self):
    threading.Thread(target=work).start()
    time.sleep(0.02)
Step.step = start
"""
FORGETFUL_WAIT = """
import jax, jax.numpy as jnp
big = jnp.ones((1500, 1500))
product = jax.jit(lambda a: a @ a * 1e-9)
small, increment = jnp.ones(3), jax.jit(lambda x: x + 1)
product(big).block_until_ready()
class Step(Step):
    def step(self): self.small, self.large = increment(small), product(big)
    def wait(self): self.small.block_until_ready()
"""
PLANTED = [
    ("early_return", "torch", "eager", FAKE_ASYNC, "work outside the clock"),
    ("forgets_an_output", "jax", "jit", FORGETFUL_WAIT, "work outside the clock"),
    (
        "tf32_left_on",
        "torch",
        "eager",
        "import torch\nbuild_ = build\ndef build(*a):\n"
        "    torch.backends.cudnn.conv.fp32_precision = 'tf32'\n    return build_(*a)",
        "settings differ",
    ),
    (
        "tf32_in_jax",
        "jax",
        "jit",
        "import jax\nbuild_ = build\ndef build(*a):\n"
        "    jax.config.update('jax_default_matmul_precision', 'tensorfloat32')\n    return build_(*a)",
        "settings differ",
    ),
    (
        "more_threads",
        "torch",
        "eager",
        "import torch\nbuild_ = build\ndef build(*a):\n    torch.set_num_threads(2)\n    return build_(*a)",
        "settings differ",
    ),
    (
        "other_processors",
        "torch",
        "eager",
        "import os\nbuild_ = build\ndef build(*a):\n"
        "    os.sched_setaffinity(0, range(os.cpu_count()))\n    return build_(*a)",
        "processors are",
    ),
    (
        "recompiles_jax",
        "jax",
        "eager",
        "import jax.numpy as jnp\n"
        "class Step(Step):\n    n = 1\n    def step(self):\n        self.n += 1\n        jnp.ones(self.n)",
        "Recompiled",
    ),
    (
        "recompiles_torch",
        "torch",
        "compile",
        "import time\nimport torch\nf = torch.compile(lambda x: x + 1, "
        "dynamic=False, backend='eager')\nclass Step(Step):\n    n = 1\n    def step(self):\n        self.n += 1\n"
        "        time.sleep(0.005)\n        f(torch.ones(self.n // 40 + 1))",
        "ompil",
    ),
    (
        "compiled_torch_called_eager",
        "torch",
        "eager",
        "import torch\nf = torch.compile(lambda x: x + 1, backend='eager')\nx = torch.ones(3)\n"
        "Step.step = lambda self: f(x)",
        "measured as eager",
    ),
    (
        "compiled_jax_called_eager",
        "jax",
        "eager",
        "import jax, jax.numpy as jnp\nf = jax.jit(lambda x: x + 1)\nx = jnp.ones(3)\nStep.step = lambda self: f(x)",
        "measured as eager",
    ),
    (
        "compiled_ahead_called_eager",
        "jax",
        "eager",
        "import jax, jax.numpy as jnp\nx = jnp.ones(3)\nf = jax.jit(lambda x: x + 1).lower(x).compile()\n"
        "Step.step = lambda self: f(x)",
        "measured as eager",
    ),
]


TAKES_LONG = ("recompiles_torch",)


@pytest.mark.parametrize(
    ("name", "framework", "mode", "code", "message"),
    [pytest.param(*row, id=row[0], marks=[pytest.mark.slow] if row[0] in TAKES_LONG else []) for row in PLANTED],
)
def test_a_planted_fault_is_caught(bench, name, framework, mode, code, message):
    bench.plant(name, framework, code)
    row = bench.measure(f"training/{name}", framework=framework, mode=mode)
    assert row["status"] == "failed", row
    assert message in row["message"]


@pytest.mark.parametrize(("counted", "ours", "foreign"), [(None, 2, None), (0, 2, 0), (2, 2, 0), (5, 2, 3)])
def test_processes_on_the_gpu_that_are_not_the_trials_are_foreign(counted, ours, foreign):
    assert foreign_processes(counted, ours) == foreign


def test_a_disk_that_takes_no_file_is_a_sentence(bench):
    command = bench.command("training/linear_regression")
    command[command.index("--output") + 1] = "/dev/null/trial.parquet"
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert "Error: /dev/null/trial.parquet cannot be written: " in done.stderr
    assert "Traceback" not in done.stderr


def test_two_measurements_never_overlap(bench):
    log = bench.root / "log"
    bench.plant(
        "logged",
        code=f"""
import time
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
def record(self):
    with Path({str(log)!r}).open("a") as stream: stream.write(f"{{__import__('os').getpid()}}\\n")
    time.sleep(0.02)
Step.step = record
""",
    )
    started = [
        subprocess.Popen(bench.command("training/logged", trial=trial), stdout=subprocess.DEVNULL) for trial in (0, 1)
    ]
    assert [process.wait(120) for process in started] == [0, 0]
    pids = log.read_text().split()
    assert len(set(pids)) == 2
    changes = sum(a != b for a, b in pairwise(pids))
    assert changes == 1, "the steps of the two processes alternate"


def test_a_stopped_measurement_takes_its_process_with_it(bench):
    mark = bench.root / "pid"
    bench.plant(
        "long",
        code=f"""
import os, time
from pathlib import Path
def stay(self):
    Path({str(mark)!r}).write_text(str(os.getpid()))
    time.sleep(1000)
Step.step = stay
""",
    )
    for number in (signal.SIGTERM, signal.SIGKILL):
        mark.unlink(missing_ok=True)
        process = subprocess.Popen(bench.command("training/long"))
        deadline = time.monotonic() + 60
        while not (mark.exists() and mark.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(number)
        process.wait(20)
        child = Path(f"/proc/{mark.read_text()}")
        while child.exists() and "zombie" not in (child / "status").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert not bench.output().exists()


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--workload", "nothing", "nothing"),
        ("--precision", "float16", "float16"),
        ("--size", "huge", "huge"),
        ("--task", "dance", "dance"),
        ("--variants", "jax-compile", "jax-compile"),
        ("--trial", "-5", "'-5' is no number of a trial"),
        ("--trial", "1.5", "'1.5' is no number of a trial"),
        ("--hardware", "../x", "'../x' is no name"),
        ("--output", "/tmp", "'/tmp' is a folder"),
        ("--cpu-threads", "0", "cpu_threads is 0, allowed are 1 to"),
    ],
)
def test_a_wrong_option_is_named_with_what_is_allowed(bench, option, value, message):
    command = bench.command("training/linear_regression")
    command[command.index(option) + 1] = value
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_the_file_of_a_trial_is_valid_and_carries_what_it_depends_on(bench):
    row = bench.measure("training/linear_regression")
    assert schema.read(bench.output(), "trial")
    assert len(row["source_digest"]) == len(row["package_digest"]) == 64
    assert json.loads(row["environment"])["OMP_NUM_THREADS"] == "1"
    assert json.loads(row["environment"])["kernel"] == platform.release()
    assert not any(os.sep + "tmp" in str(value) for key, value in row.items() if key != "lines")
