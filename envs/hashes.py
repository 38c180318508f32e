"""Write `envs/hashes.txt`: of every pin of `constraints.txt` the SHA-256 of all files that the package index has of it.

    pip install uv; python envs/hashes.py

It asks the index alone and installs nothing. PyTorch's builds for CPUs, of versions with a local part (`2.13.0+cpu`),
are on an index of their own, and not among them.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS, HASHES = ROOT / "constraints.txt", ROOT / "envs" / "hashes.txt"
COMPILE = ("pip", "compile", "--quiet", "--no-config", "--no-header", "--no-annotate", "--no-deps", "--generate-hashes")


def main() -> None:
    """Write the file: a line of pip for each pin."""
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("uv was not found, which knows the hashes of an index: pip install uv")
    command = [uv, *COMPILE, "--python-version", "3.11", str(CONSTRAINTS)]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if told.returncode:
        sys.exit(1)  # it has said why
    HASHES.write_text(re.sub(r" \\\n +", " ", told.stdout))


if __name__ == "__main__":
    main()
