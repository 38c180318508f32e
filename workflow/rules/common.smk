"""Reads and checks config.yaml, names the files, and looks at what is there. Needs nothing, makes nothing."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))

try:
    from bench import vocabulary
    from bench.guard import slurm
    from bench.planning import environments, order, patches, snakefile, state
except ModuleNotFoundError as error:
    sys.exit(
        f"Error: the Python that runs Snakemake has no {error.name}; use the environment of `make report`, or "
        "install numpy, pyarrow, pyyaml and jsonschema beside Snakemake."
    )

CONFIG = "config.yaml"

snakefile.prepare(patches.temporary_folder(workflow))

# What Snakemake would end with a traceback for, or refuse although every key may be left out, does not get there.
if snakefile.has_keys(CONFIG):

    configfile: CONFIG


ELSEWHERE = patches.runs_elsewhere(workflow, config)
SETTINGS = snakefile.settings_of(config, ELSEWHERE)
HARDWARE = SETTINGS.hardware
RESULTS = f"results/{HARDWARE}"
TABLES = "report/data"
FURTHER = f"{RESULTS}/{state.FURTHER_FILE}"


# On a cluster the login node makes these; its nodes measure.
localrules:
    locate,
    extend,
    collect,
    judge,
    write,
    render,


wildcard_constraints:
    family="[a-z]+",
    workload="[a-z0-9_]+",
    task="[a-z0-9_]+",
    size="|".join([*vocabulary.SIZES, vocabulary.SWEEP.pattern]),
    precision="|".join(vocabulary.PRECISIONS),
    device="|".join(vocabulary.DEVICES),
    framework="|".join(vocabulary.FRAMEWORKS),
    trial=r"\d+",
    tree=f"trials|releases/{vocabulary.RELEASE.pattern}",
    version=r"(@[0-9][0-9a-z.+]*)?",
    language="|".join(SETTINGS.languages),


CONDA = patches.uses_conda(workflow)
environments.require_known(patches.deployment_methods(workflow))
if CONDA:
    shell.prefix(environments.guard())

# Processes that a running workflow starts read this file too; they need not look at the results.
STATE, AGAIN, TRUSTED = None, [], []
if workflow.is_main_process:
    environments.require(SETTINGS, CONDA)
    environments.refresh(Path(RESULTS), CONDA)
    snakefile.bring_back_times(RESULTS)
    STATE = state.state(SETTINGS, Path(RESULTS, "trials"), ELSEWHERE, CONDA)
    AGAIN += [*STATE.unsound, *snakefile.absent(STATE, SETTINGS, RESULTS)]
if STATE:
    snakefile.announce(STATE, SETTINGS, RESULTS)


def interpreters(wildcards):
    """With which Python each framework is measured. This is called while the graph is built, when what cannot be used,
    or was deleted, can be forced, and before environments are made, which two workflows must not do at once.
    """
    if STATE and patches.will_run(workflow):
        patches.hold_workflow(Path(workflow.basedir, "results"))
    patches.judge_without(workflow, "locate")
    if SETTINGS.measure:
        patches.force(workflow, AGAIN)
    if STATE and not TRUSTED:  # once: the grid is large, and what an earlier workflow left does not change
        TRUSTED.append(patches.trust(workflow, snakefile.is_whole, snakefile.written_whole(SETTINGS, RESULTS)))
    return snakefile.interpreters(trial(wildcards), RESULTS)


def trial(wildcards):
    """The trial that a job measures."""
    return snakefile.trial_of(SETTINGS, FURTHER, wildcards)


def variants(wildcards):
    """The variants that take turns in a trial."""
    return [cell.variant for cell in trial(wildcards).cells]


def twins(wildcards):
    """Those that are there twice."""
    return [cell.variant for cell in trial(wildcards).twins]


def priority(wildcards):
    """The place of a trial in the order of all."""
    return order.priority(trial(wildcards))


def further_trials(wildcards):
    """The second stage: what the first one, once it has been measured, leaves undecided."""
    asked = checkpoints.extend.get().output[0] if SETTINGS.has_second_stage else FURTHER
    return snakefile.further_files(SETTINGS, RESULTS, asked)


def checks(wildcards):
    """What the parity gate runs of a workload in a framework."""
    return snakefile.checks(SETTINGS, RESULTS, wildcards)


def python(wildcards):
    """The Python that runs the parity gate."""
    return snakefile.python_of(wildcards, CONDA)


def packages(wildcards):
    """The packages of the environment of the parity gate or of examples."""
    return snakefile.packages(f"{wildcards.framework}-cpu{wildcards.get('version', '')}", CONDA)


def table_packages(wildcards):
    """The packages of the environment of tables and pages."""
    return snakefile.packages("article", CONDA)


def pages(wildcards):
    """The pages of the article; in a report of Snakemake, which makes none, those that are there."""
    return snakefile.pages(SETTINGS, patches.has_executor(workflow))


def every_core(wildcards):
    """All cores, so that nothing else runs beside a measurement; one where a preset allows two at once."""
    return patches.cores(workflow) if SETTINGS.preset.exclusive else 1


def example_cores(wildcards):
    """All cores for examples that are timed, so that nothing else runs beside them; one for the others."""
    return every_core(wildcards) if snakefile.is_timed(wildcards) else 1


onstart:
    patches.lift_rate_limit(workflow.scheduler)
    patches.hold_workflow(Path(workflow.basedir, "results"))
    if ELSEWHERE:
        slurm.cancel_left(Path.cwd())
    snakefile.write_settings(SETTINGS, Path(RESULTS))
    if SETTINGS.measure and AGAIN:
        snakefile.require_room(SETTINGS, RESULTS)


onerror:
    snakefile.tell_full(RESULTS)


onsuccess:
    snakefile.tell_shares(Path(RESULTS))
