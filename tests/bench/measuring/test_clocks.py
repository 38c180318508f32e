"""A machine that sleeps, a clock that is set: what is timed meanwhile does not count."""

import os
import subprocess

import pytest

from bench import schema
from bench.measuring import timing
from bench.measuring.timing import Moment

pytestmark = pytest.mark.serial

SHIM = r"""
// What clock_gettime of this process says besides: seconds from a file, for the clocks that go on while one sleeps.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static int added(const char *variable) {
    const char *path = getenv(variable);
    FILE *file = path ? fopen(path, "r") : NULL;
    int seconds = 0;
    if (file) { if (fscanf(file, "%d", &seconds) != 1) seconds = 0; fclose(file); }
    return seconds;
}
int clock_gettime(clockid_t clock, struct timespec *found) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, found);
    if (clock == CLOCK_BOOTTIME || clock == CLOCK_REALTIME) found->tv_sec += added("ASLEEP");
    if (clock == CLOCK_REALTIME) found->tv_sec += added("SET");
    return result;
}
"""
STEPPING = """
def step(self):
    import time
    from pathlib import Path
    file, count = Path({file!r}), Path({count!r})
    time.sleep(0.005)
    if not count.exists() or len(count.read_text()) < {times}:
        if not getattr(self, "moved", False):
            self.moved = True
            count.write_text((count.read_text() if count.exists() else "") + "x")
            file.write_text(str({seconds} * len(count.read_text())))

Step.step = step
"""
"""A step during which the clocks move, in so many processes."""


@pytest.fixture
def shim(tmp_path):
    """A library that lets clocks move."""
    (tmp_path / "shim.c").write_text(SHIM)
    command = ["cc", "-shared", "-fPIC", "-o", tmp_path / "shim.so", tmp_path / "shim.c", "-ldl"]
    subprocess.run(command, check=True)
    return tmp_path / "shim.so"


@pytest.mark.parametrize(
    ("variable", "seconds", "times", "status", "message"),
    [
        ("ASLEEP", 30, 1, "ok", ""),
        ("SET", -3600, 1, "ok", ""),
        ("ASLEEP", 30, 9, "failed", "refused: the machine slept for 30 s meanwhile"),
        ("SET", 3600, 9, "failed", "refused: the clock of the machine was set by +3600 s meanwhile"),
    ],
)
def test_a_trial_that_spans_a_sleep_or_a_jump_is_measured_again_or_refused(
    bench, shim, tmp_path, variable, seconds, times, status, message
):
    file, count = tmp_path / "moved", tmp_path / "count"
    bench.plant("stepping", "torch", STEPPING.format(file=str(file), count=str(count), seconds=seconds, times=times))
    environment = os.environ | {"LD_PRELOAD": str(shim), variable: str(file)}
    done = subprocess.run(bench.command("training/stepping"), capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    (row,) = schema.read(bench.output(), "trial")
    assert (row["status"], row["message"] or "") == (status, message)
    assert "Measured again: the " in done.stderr
    assert len(count.read_text()) == (1 if status == "ok" else 3)


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (Moment(10.0, 10.0, 1010.0), None),
        (Moment(10.0, 10.4, 1010.4), None),
        (Moment(10.0, 40.0, 1040.0), "the machine slept for 30 s meanwhile"),
        (Moment(10.0, 10.0, 1012.0), "the clock of the machine was set by +2 s meanwhile"),
        (Moment(10.0, 10.0, 900.0), "the clock of the machine was set by -110 s meanwhile"),
        (Moment(7200.0, 7200.0, 8203.6), None),
    ],
)
def test_a_sleep_and_a_jump_are_told_apart_and_from_the_work_of_a_time_server(after, told):
    assert timing.interruption(Moment(0.0, 0.0, 1000.0), after) == told


def test_the_clocks_agree_while_nothing_happens():
    before = timing.moment()
    assert timing.interruption(before, timing.moment()) is None
