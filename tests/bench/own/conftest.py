import sys

import pytest

from bench import catalogue, sources
from bench.own.folders import PACKAGE, VARIABLE


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """No folder is known before a test, and none after it."""
    monkeypatch.setenv(VARIABLE, "")
    yield
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]
    catalogue._outside.cache_clear()
    catalogue._by_name.cache_clear()
    sources.run_digest.cache_clear()
