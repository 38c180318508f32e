"""What a workflow that was killed has left in the queue of Slurm."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

OURS = "rule_"
"""How the comment of a job begins that Snakemake's plugin has submitted."""


def jobs_left(checkout: Path) -> list[str]:
    """The user's jobs of a checkout that wait or run; none without Slurm."""
    if shutil.which("squeue") is None:
        return []
    told = subprocess.run(
        ["squeue", "--me", "--noheader", "--format=%i|%k|%Z"], capture_output=True, text=True, check=False
    ).stdout
    jobs = [line.split("|", 2) for line in told.splitlines() if line.count("|") >= 2]
    return [job for job, comment, place in jobs if comment.startswith(OURS) and place == str(checkout)]


def cancel_left(checkout: Path) -> None:
    """Cancel what an earlier workflow of a checkout, which lives no more, has left in the queue: nobody waits for it,
    and it would be measured twice.
    """
    if left := jobs_left(checkout):
        subprocess.run(["scancel", *left], check=False)
        print(f"Cancelled {len(left)} jobs that an earlier workflow has left in the queue", file=sys.stderr)
