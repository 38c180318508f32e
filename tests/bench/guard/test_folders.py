"""Temporary folders: what a killed process leaves goes at the next start, with what still works in it."""

import os
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from bench.guard import folders
from tests.checkout import ROOT

HOLD = """
import subprocess, sys
from bench.guard import folders
with folders.temporary("test") as folder:
    if sys.argv[1:]:
        subprocess.Popen(["sleep", "600"], env=folders.inside(folder), start_new_session=True)
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A temporary folder of its own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def begin(place, *words, script=HOLD):
    """A process that holds a temporary folder until its input ends, and the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow"), "TMPDIR": str(place)},
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def working_in(folder):
    """The processes whose temporary folder is below a folder."""
    found = []
    for process in os.listdir("/proc"):
        try:
            with open(f"/proc/{process}/environ", "rb") as stream:
                content = stream.read()
        except OSError:
            continue
        if f"TMPDIR={folder}/".encode() in content:
            found.append(int(process))
    return found


def test_a_folder_goes_at_the_end_of_its_block(place):
    with folders.temporary("test") as folder:
        (folder / "file").write_text("")
        assert list(place.iterdir()) == [folder]
    assert list(place.iterdir()) == []


ADOPT = """
import sys
from pathlib import Path
from bench.guard import folders
folders.adopt(Path(sys.argv[1]))
print("in", flush=True)
sys.stdin.read()
"""


def test_a_folder_that_was_made_for_a_process_goes_when_it_has_been_killed(place):
    (place / "theirs").mkdir()
    (place / "others").mkdir()
    process, _ = begin(place, str(place / "theirs"), script=ADOPT)
    assert folders.remove_abandoned() == []
    process.kill()
    process.communicate(timeout=30)
    assert folders.remove_abandoned() == [place / "theirs"]
    assert list(place.iterdir()) == [place / "others"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_folder_goes_when_a_signal_ends_its_process(place, number):
    process, _ = begin(place)
    process.send_signal(number)
    process.communicate(timeout=30)
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_goes_with_all_that_works_in_it_held_or_not(place):
    process, folder = begin(place, "and a child")
    (child,) = working_in(folder)
    os.kill(child, signal.SIGSTOP)
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        stream.close()
    assert [str(path) for path in folders.remove_abandoned()] == [folder]
    assert list(place.iterdir()) == []
    deadline = time.monotonic() + 10
    while working_in(folder):
        assert time.monotonic() < deadline


def test_the_folder_of_a_process_that_lives_stays(place):
    process, folder = begin(place)
    try:
        assert folders.remove_abandoned() == []
        assert [str(path) for path in place.iterdir()] == [folder]
    finally:
        process.communicate("", timeout=30)


def test_a_link_in_the_place_of_a_folder_is_not_followed(place, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "kept").write_text("")
    (place / f"{folders.PREFIX}link").symlink_to(elsewhere)
    assert folders.remove_abandoned() == []
    assert (elsewhere / "kept").exists()


def test_a_file_is_written_whole_or_stays_as_it_was(tmp_path):
    path = tmp_path / "file.json"
    folders.write_whole(path, "before")
    with pytest.raises(UnicodeEncodeError):
        folders.write_whole(path, "\ud800")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
