"""The machine's lock: of whatever user, on whatever file system."""

import errno
import fcntl
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.measuring import environment, locks
from scripts import demonstrate
from tests.checkout import ROOT

WAIT = """
import sys
from pathlib import Path
from bench.measuring import locks
locks.LOCK = Path(sys.argv[1])
with getattr(locks, sys.argv[2])(*map(bool, sys.argv[3:])):
    print("in", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "LOCK", tmp_path / "lock")
    return tmp_path / "lock"


def begin(lock, *words, stderr=None):
    """A process that holds the lock until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", WAIT, str(lock), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )


def free(kind, lock):
    """Whether the lock could be had at once."""
    with lock.open("rb") as stream:
        try:
            fcntl.flock(stream, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


@pytest.mark.parametrize(
    ("words", "shared", "alone"),
    [(["alone", "yes"], False, False), (["beside_no_measurement"], True, False)],
)
def test_checks_work_side_by_side_and_a_measurement_alone(lock, words, shared, alone):
    process = begin(lock, *words)
    try:
        assert process.stdout.readline() == "in\n"
        assert (free(fcntl.LOCK_SH, lock), free(fcntl.LOCK_EX, lock)) == (shared, alone)
    finally:
        process.communicate("", timeout=30)
    assert free(fcntl.LOCK_EX, lock)


def test_who_waits_for_the_lock_says_so(lock):
    first = begin(lock, "alone", "yes")
    assert first.stdout.readline() == "in\n"
    second = begin(lock, "beside_no_measurement", stderr=subprocess.PIPE)
    try:
        assert second.stderr.readline() == f"Waiting until nobody else measures on this machine ({lock})\n"
    finally:
        first.communicate("", timeout=30)
    assert second.stdout.readline() == "in\n"
    second.communicate("", timeout=30)


@pytest.mark.parametrize(("workload", "wanted"), [("tracing", ["alone"]), ("graphs", ["beside"])])
def test_examples_that_are_timed_are_alone_and_the_others_beside_no_measurement(
    monkeypatch, tmp_path, workload, wanted
):
    taken: list[str] = []

    @contextmanager
    def noted(name):
        taken.append(name)
        yield

    monkeypatch.setattr(demonstrate, "alone", lambda exclusive: noted("alone"))
    monkeypatch.setattr(demonstrate, "beside_no_measurement", lambda: noted("beside"))
    monkeypatch.setattr(environment, "pin", lambda cpus: None)
    monkeypatch.setattr(demonstrate, "hold_signals", lambda: None)
    monkeypatch.setattr(demonstrate, "variables", lambda *given: {})
    monkeypatch.setattr(demonstrate, "yielded", lambda *given: ([], None))
    output = str(tmp_path / "events.parquet")
    demonstrate.main(
        ["--framework", "jax", "--workload", f"examples/{workload}", "--hardware", "here", "--output", output]
    )
    assert taken == wanted


def test_whatever_a_users_mask_others_may_read_the_lock(lock):
    before = os.umask(0o077)
    try:
        with locks.alone(True):
            assert lock.stat().st_mode & 0o777 == 0o666
    finally:
        os.umask(before)


def test_a_lock_that_another_user_keeps_to_himself_is_a_sentence(lock, monkeypatch):
    def refused(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(SystemExit, match=rf"Error: {lock}, the lock of this machine, belongs to another user"):
        locks.open_lock()


def test_a_file_system_that_locks_no_files_is_a_sentence(lock, monkeypatch):
    def refused(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refused)
    with pytest.raises(SystemExit, match="cannot lock files: No locks available"), locks.alone(True):
        pass


def test_who_needs_not_be_alone_takes_no_lock(lock):
    with locks.alone(False):
        assert not lock.exists()
