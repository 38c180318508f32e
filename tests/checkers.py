"""Checkers that run in Node, where `make test` has installed them (`tests/node/package.json`)."""

import shutil
import subprocess

import pytest

from tests.checkout import ROOT

FOLDER = ROOT / "tests/node"


def run(package, *command):
    """What a checker says; the test is skipped where the package is not installed."""
    if not shutil.which("node") or not (FOLDER / "node_modules" / package).is_dir():
        pytest.skip(f"{package} is not installed: npm ci --prefix tests/node")
    done = subprocess.run(["node", *map(str, command)], cwd=FOLDER, capture_output=True, text=True, timeout=300)
    return done.stdout + done.stderr
