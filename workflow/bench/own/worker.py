"""The measuring process of a workload outside this repository: the worker, which also tells where something failed.

python -m bench.own.worker SPECIFICATION REPORT
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from bench.measuring.worker import Report, Turns, outcome, run
from bench.own import importing
from bench.own.folders import folders
from bench.own.lines import first_line, traced


def main() -> None:
    """Read the specification, measure, report; both files are JSON."""
    importing.install()
    specification = json.loads(Path(sys.argv[1]).read_text())
    report, turns = Report(Path(sys.argv[2])), Turns(*specification["pipes"])
    folder = folders()[specification["cell"]["workload"]]
    try:
        run(specification, report, turns)
    except Exception as error:  # a failure is a result
        told = outcome(error)
        report.add(**told | {"message": first_line(told["message"]) + traced(error, folder)})
    os._exit(0)  # the report is complete; unloading a framework would take up to a second


if __name__ == "__main__":
    main()
