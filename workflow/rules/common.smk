"""Reads and checks config.yaml, names the files, and looks at what is there. Needs nothing, makes nothing."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))

from bench import grid, planning, vocabulary

SETTINGS = planning.settings_of(config)
HARDWARE = SETTINGS.hardware
RESULTS = f"results/{HARDWARE}"
TABLES = "report/data"


wildcard_constraints:
    family="[a-z]+",
    workload="[a-z0-9_]+",
    task="[a-z0-9_]+",
    size="|".join(vocabulary.SIZES),
    precision="|".join(vocabulary.PRECISIONS),
    device="|".join(vocabulary.DEVICES),
    framework="|".join(vocabulary.FRAMEWORKS),
    mode="|".join(sorted({mode for modes in vocabulary.MODES.values() for mode in modes})),
    run=r"\d+",
    language="|".join(SETTINGS.languages),


# Run files that cannot be used are measured again. Snakemake's own triggers would have to know them beforehand.
if workflow.is_main_process and workflow.dag_settings:
    STATE = grid.state(SETTINGS, Path(RESULTS, "runs"))
    workflow.dag_settings.forcerun = {*workflow.dag_settings.forcerun, *map(str, STATE.unsound)}
    planning.announce(STATE, SETTINGS)


def every_core(wildcards):
    """All cores, so that nothing else runs beside a measurement; one where a preset allows two at once."""
    return (workflow.cores or 1) if SETTINGS.exclusive else 1


onstart:
    planning.hold_workflow(Path(workflow.basedir, "results"))
