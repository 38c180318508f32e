"""The line of the user's file that failed."""

import json

import pytest

from bench.own.lines import line_of, traced


def raised(folder, text):
    (folder / "model.py").write_text(text)
    code = compile(text, folder / "model.py", "exec")
    try:
        exec(code, {})
    except Exception as error:
        return error
    raise AssertionError


def test_the_last_line_of_the_folder_is_told(tmp_path):
    error = raised(tmp_path, "def inner(x):\n    return [][x]\n\ninner(3)\n")
    assert line_of(error, tmp_path) == " (model.py, line 2, in inner: return [][x])"


def test_the_traceback_holds_the_lines_of_the_folder_alone(tmp_path):
    told = traced(raised(tmp_path, "import json\n\ndef inner(x):\n    return json.loads(x)\n\ninner('')\n"), tmp_path)
    first, *below = told.splitlines()
    assert first == " (model.py, line 4, in inner: return json.loads(x))"
    assert [line.strip() for line in below if "File" not in line and "^" not in line] == [
        "inner('')",
        "return json.loads(x)",
    ]
    assert traced(ValueError("elsewhere"), tmp_path) == ""


def test_of_what_was_raised_from_another_the_line_that_is_the_users_is_told(tmp_path):
    error = RuntimeError("the compiler says so")
    error.__cause__ = raised(tmp_path, "1 / 0\n")
    assert line_of(error, tmp_path) == " (model.py, line 1, in <module>: 1 / 0)"


def test_of_what_failed_elsewhere_nothing_is_told(tmp_path):
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads("")
    assert line_of(caught.value, tmp_path) == ""
