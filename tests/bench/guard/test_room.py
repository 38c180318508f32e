"""Where nothing can be written or executed nothing is measured, and that is one sentence."""

import errno
import os
from pathlib import Path

import pytest

from bench.guard import room


def test_a_folder_that_has_what_is_needed_lacks_nothing(tmp_path):
    assert room.lacking(tmp_path) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"f_bavail": 1000}, "has 4 MB left, 200 MB are needed"),
        ({"f_favail": 0}, "has 0 MB left"),
        ({"f_flag": os.ST_NOEXEC}, "executes no programs"),
    ],
)
def test_what_a_file_system_lacks_is_a_sentence(monkeypatch, tmp_path, change, reason):
    real = {"f_bavail": 10**6, "f_frsize": 4096, "f_favail": 10**6, "f_files": 10**6, "f_flag": 0}
    found = type("Found", (), real | change)
    monkeypatch.setattr(os, "statvfs", lambda folder: found)
    assert reason in str(room.lacking(tmp_path))
    with pytest.raises(SystemExit, match=f"^Error: nothing can be measured: {tmp_path} "):
        room.require(tmp_path)


def test_a_folder_that_may_not_be_written_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert room.lacking(tmp_path) == f"{tmp_path} may not be written"


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "No space left on device; make room and start the same command again"),
        (errno.EROFS, "Read-only file system"),
    ],
)
def test_an_error_while_a_file_is_written_is_one_sentence(tmp_path, number, told):
    with pytest.raises(SystemExit) as end, room.told(tmp_path / "file"):
        raise OSError(number, os.strerror(number))
    assert end.value.code == f"Error: {tmp_path}/file cannot be written: {told}"


@pytest.mark.parametrize(
    ("path", "told"),
    [("/a/b", False), ("/中文/b", False), ("/a b", True), ("/a'b", True), ('/a"b', True), ("/a\tb", True)],
)
def test_a_path_that_no_compiler_gets_whole_is_one_sentence(tmp_path, path, told):
    assert (room.uncompilable(Path(path)) is not None) is told
    room.require(tmp_path, interpreter=Path(path))
    if told:
        with pytest.raises(SystemExit, match=r"does not quote for the C\+\+ compiler; move it, or "):
            room.require(tmp_path, compiling=True, interpreter=Path(path))


def test_what_fails_for_want_of_room_is_no_result(monkeypatch, tmp_path):
    room.require_not_full(tmp_path, tmp_path / "not/yet/there")
    monkeypatch.setattr(room, "free_bytes", lambda folder: 1000)
    with pytest.raises(OSError, match="No space left on device"):
        room.require_not_full(tmp_path / "not/yet/there")
