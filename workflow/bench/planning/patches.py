"""What is changed in Snakemake, and what it is asked for beside its documented interface; nothing else of it is known.

Each function says which behaviour of which version it is about; `tests/bench/planning/test_patches.py` tells when
Snakemake no longer behaves so.
"""

from __future__ import annotations

import atexit
import errno
import fcntl
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

_HELD: list[Any] = []
WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
"""What file systems of clusters say that lock no files."""


def hold_workflow(folder: Path) -> None:
    """Keep a second workflow out of the same results for as long as this process lives; nothing where it does already.

    The kernel lets go of the lock when the process ends, however it ends. Ends the program with a sentence when
    another workflow holds it.
    """
    if _HELD:
        return
    folder.mkdir(parents=True, exist_ok=True)
    stream = (folder / ".workflow.lock").open("a+")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with stream:
            stream.seek(0)
            holder = stream.read().strip()
        raise SystemExit(
            f"Error: another workflow (process {holder}) is working in {folder}; wait until it is done or stop it."
        ) from None
    except OSError as error:
        stream.close()
        if error.errno not in WITHOUT_LOCKS:
            raise
        return _hold_by_file(folder / ".workflow.holder")
    stream.truncate(0)
    stream.write(str(os.getpid()))
    stream.flush()
    _HELD.append(stream)


def _hold_by_file(path: Path) -> None:
    """Hold the results by a file that only one process can create, where the file system locks none.

    It goes with the process. What a killed one left is removed on the same host, where that can be known.
    """
    own = f"process {os.getpid()} on {platform.node()}"
    if path.exists() and _is_left_over(path.read_text()):
        path.unlink(missing_ok=True)
    try:
        with path.open("x") as stream:
            stream.write(own)
    except FileExistsError:
        raise SystemExit(
            f"Error: another workflow ({path.read_text()}) is working in {path.parent}; wait until it is done or stop "
            f"it. If there is none, remove {path}."
        ) from None
    atexit.register(path.unlink, missing_ok=True)
    _HELD.append(path)


def _is_left_over(holder: str) -> bool:
    _, process, _, host = (*holder.split(), "", "", "", "")[:4]
    if host != platform.node() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # another user's
        return False
    return False


def lift_rate_limit(scheduler: Any) -> None:
    """Lift the limit of 100 jobs a second that Snakemake sets by itself; one that a user set stays.

    Under a limit Snakemake 9.27 starts a timer at every look at the waiting jobs, whose end is a further look: after
    some hundred jobs it looks at all of them hundreds of times a second, and keeps a core busy beside the measurement.
    """
    limit = getattr(scheduler, "job_rate_limiter", None)
    if limit and (limit.max_jobs, limit.timespan) == (100, 1):
        scheduler.job_rate_limiter = None


def has_executor(workflow: Any) -> bool:
    """Whether the graph is built for jobs to run, if only as if: Snakemake 9 then has its executor before, and has none
    for a report or a summary.
    """
    return workflow.executor_plugin is not None


def will_run(workflow: Any) -> bool:
    """Whether the graph is built for jobs to run."""
    return has_executor(workflow) and not workflow.dryrun and not workflow.touch


def deployment_methods(workflow: Any) -> list[str]:
    """What rules run in where they ask for it, as CONDA or APPTAINER (Snakemake 9: its `deployment_settings`)."""
    return [method.name for method in workflow.deployment_settings.deployment_method]


def uses_conda(workflow: Any) -> bool:
    """Whether rules run in conda environments."""
    return "CONDA" in deployment_methods(workflow)


def runs_elsewhere(workflow: Any, config: Mapping[str, Any]) -> bool:
    """Whether jobs run on other machines than this process, or this process is such a job.

    While Snakemake 9 reads its rules it does not say which executor there will be; but only for one of a cluster it
    needs no number of cores, and takes a number of jobs. A dry run has one core whatever the executor: it, and a job,
    are believed to be of a cluster where the configuration says all that a cluster's must.
    """
    asked = workflow.resource_settings
    named = {"hardware", "cpu_threads"} <= config.keys()
    if not workflow.is_main_process:
        return named
    return asked.nodes is not None and (asked.cores is None or named)


def cores(workflow: Any) -> int:
    """The processors of this workflow; 1 where its jobs run elsewhere, and Snakemake 9 raises when it is asked."""
    return workflow.resource_settings.cores or 1


def temporary_folder(workflow: Any) -> Path:
    """What Snakemake 9 keeps in the temporary folder as long as it runs, and leaves there when it is killed."""
    return Path(workflow.snakemake_tmp_dir)


def force(workflow: Any, files: Iterable[Path]) -> None:
    """Have files made again although they are there and nothing that they depend on has changed.

    Snakemake 9 keeps the files that a user forces in a set of its graph, looked at when the graph's jobs are judged,
    after all of them are known. An input function is called before that; on the command line the files could be forced
    too, but would then be made even where a target was asked for that does not need them.
    """
    if workflow.dag is not None:
        workflow.dag.forcefiles.update(map(str, files))


def judge_without(workflow: Any, rule: str) -> None:
    """Judge which jobs are to run as if none came from those of a rule, which run where another that needs them does.

    Snakemake 9 judges no job that comes after one which is to run, not even whether it was forced or its file is
    missing; it then looks whether its input is there, and passes it by where all of it is `ancient`, or runs it where
    some of it is missing.
    """
    graph = workflow.dag
    if graph is None or hasattr(graph, "judged_without"):
        return
    update, graph.judged_without = graph.update_needrun, rule

    async def judged(*given: Any, **named: Any) -> Any:
        after = {job: graph.depending.pop(job) for job in [*graph.depending] if job.rule.name == rule}
        try:
            return await update(*given, **named)
        finally:
            graph.depending.update(after)

    graph.update_needrun = judged


def trust(workflow: Any, is_whole: Callable[[str], bool], files: Iterable[str]) -> list[str]:
    """Take those of `files` for finished that are whole, whatever Snakemake was doing when it was killed; returns them.

    Snakemake 9 marks what a job will write before the job starts, and makes again whatever is marked. Files that are
    written whole or not at all need no such mark. An input function is called before it looks.
    """
    kept = []
    if workflow.persistence is not None:
        marked = workflow.persistence._filter_incomplete_keys([path for path in files if Path(path).exists()])
        for path in filter(is_whole, sorted(marked)):
            workflow.persistence._unmark_incomplete(path)
            kept.append(path)
    return kept
