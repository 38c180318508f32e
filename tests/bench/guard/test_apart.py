"""A generator in a process of its own: what it yields is kept, whatever becomes of it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.guard import apart
from tests.checkout import ROOT

PLANTED = """
import os, signal, subprocess, sys, time

def counting(upto): yield from range(upto)
def infinite(): yield [float("nan"), float("inf"), 0.1]
def told(): yield os.environ["PLANTED"]
def raising():
    yield 1
    raise KeyError("no more")
def dying():
    yield 1
    os.kill(os.getpid(), signal.SIGSEGV)
def hanging():
    subprocess.Popen(["sleep", "600"], env={"PLANTED_CHILD": "yes"})
    yield 1
    time.sleep(600)
def sleeping():
    yield 1
    time.sleep(600)
def leaving(): raise SystemExit(3)
"""


@pytest.fixture
def yielded(tmp_path, monkeypatch):
    """`apart.yielded` of the functions above."""
    (tmp_path / "planted.py").write_text(PLANTED)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def call(function, timeout=20.0, variables=None, **arguments):
        return apart.yielded(f"planted:{function}", arguments, variables or {}, timeout)

    return call


@pytest.mark.parametrize(
    ("function", "arguments", "items", "reason"),
    [
        ("counting", {"upto": 3}, [0, 1, 2], None),
        ("counting", {"upto": 0}, [], None),
        ("raising", {}, [1], "KeyError: 'no more'"),
        ("dying", {}, [1], "its process died of SIGSEGV"),
        ("leaving", {}, [], "its process ended with status 3"),
        ("nothing", {}, [], "AttributeError: module 'planted' has no attribute 'nothing'"),
    ],
)
def test_what_came_before_the_end_is_kept_and_the_end_is_told(yielded, function, arguments, items, reason):
    assert yielded(function, **arguments) == (items, reason)


def test_every_number_arrives_as_it_was(yielded):
    (items,), reason = yielded("infinite")
    assert repr(items) == "[nan, inf, 0.1]"
    assert reason is None


def test_variables_are_set_before_the_module_is_there(yielded):
    assert yielded("told", variables={"PLANTED": "here"}) == (["here"], None)


def test_what_takes_too_long_is_ended_with_all_that_it_started(yielded):
    items, reason = yielded("hanging", timeout=1.5)
    assert (items, reason) == ([1], "no result after 1.5 s")
    deadline = time.monotonic() + 10
    while [path for path in Path("/proc").glob("[0-9]*/environ") if b"PLANTED_CHILD" in content(path)]:
        assert time.monotonic() < deadline


def content(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_it_ends_with_whoever_asked(yielded, tmp_path):
    script = "from bench.guard import apart; apart.yielded('planted:sleeping', {}, {}, 60.0)"
    path = f"{ROOT / 'workflow'}:{tmp_path}"
    process = subprocess.Popen([sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": path})
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + 20
    while not (found := children.read_text().split()):
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGKILL)
    process.wait()
    while os.path.exists(f"/proc/{found[0]}/exe"):
        assert time.monotonic() < deadline
