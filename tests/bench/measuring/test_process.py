"""A measuring process: how it ended is told."""

import signal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bench.measuring import process


def test_a_process_that_takes_longer_than_it_may_does_not_run_on_beside_the_others(tmp_path):
    busy = tmp_path / "busy"
    busy.write_text("#!/bin/sh\nwhile :; do :; done\n")
    busy.chmod(0o755)
    late = process.Process(str(busy), {"cell": {"family": "training"}, "cpus": None}, tmp_path, {}, 0.2)
    try:
        assert not late.warm()
        assert late.process.wait(10) == -signal.SIGKILL
    finally:
        late.end()
    assert late.facts()["status"] == "timeout"


@pytest.mark.parametrize(
    ("code", "timed_out", "killed", "status", "message"),
    [
        (-9, False, True, "oom", "killed by the kernel in phase timed"),
        (-11, False, True, "failed", "signal 11 (SIGSEGV)"),
        (3, False, True, "failed", "exit status 3 in phase timed: first words | last words"),
        (-9, True, False, "timeout", "no result after 60 s (in phase timed)"),
    ],
)
def test_how_a_process_ended_is_told(tmp_path, monkeypatch, code, timed_out, killed, status, message):
    (tmp_path / "stderr").write_text("first words\nlast words\n")
    monkeypatch.setattr(process, "kernel_kills", lambda: 1 if killed else 0)
    ended = process.Process.__new__(process.Process)
    ended.folder, ended.timeout, ended.timed_out, ended.killed_before = tmp_path, 60, timed_out, 0
    ended.process = cast(Any, SimpleNamespace(returncode=code))
    found = ended._ended("timed")
    assert (found["status"], message in found["message"]) == (status, True)
