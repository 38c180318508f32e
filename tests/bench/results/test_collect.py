"""The tables as sheets: text that a spreadsheet would run is quoted."""

import pytest

from bench.results import collect


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_quoted(tmp_path, text):
    collect.write_csv(tmp_path / "events.csv", "events", [{"hardware": "other", "text": text}])
    assert f"'{text}" in (tmp_path / "events.csv").read_bytes().decode()
