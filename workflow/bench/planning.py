"""What the Snakefile asks before it builds its graph: settings, names of files, order of runs, a word to the user."""

from __future__ import annotations

import fcntl
import functools
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench import grid, workloads
from bench.settings import Settings, load
from bench.vocabulary import TABLES as TABLES
from bench.vocabulary import Cell

ARTICLE = "workflow/article"
MEASURING = ("measure", "worker", "timing", "probe", "environment", "demonstrate", "parity", "collect", "grid",
             "settings", "planning", "hardware")
"""Modules that present nothing: editing them does not make the article anew."""
COLLECTING = [f"workflow/bench/{name}.py" for name in
              ("collect", "coverage", "grid", "parity", "schema", "shares", "statistics", "vocabulary")]
JUDGING = [*(f"workflow/bench/{name}.py" for name in
             ("judge", "judging", "ratios", "statistics", "tables", "vocabulary")),
           *sorted(map(str, Path("workflow/bench/claims").glob("*.py")))]


def settings_of(config: Mapping[str, Any]) -> Settings:
    """The settings of a workflow's configuration; a wrong one ends the program with one sentence, not a traceback."""
    try:
        settings = load(config)
        if all(cell.family == grid.MACHINE for cell in grid.cells(settings)):
            raise ValueError("config.yaml: nothing is left to measure: no workload has these frameworks, modes, "
                             "precisions, sizes and devices together")
        return settings
    except ValueError as error:
        sys.exit(f"Error: {error}")


def run_files(settings: Settings, folder: str) -> list[str]:
    """Every run file of the grid, below `folder` (a machine's results)."""
    return [str(Path(folder, "runs", cell.run_file(run))) for cell, run in grid.runs(settings)]


def parity_files(settings: Settings, folder: str) -> list[str]:
    """What the parity gate observes: one file per workload and framework."""
    return [str(Path(folder, "parity", key, f"{framework}.parquet"))
            for key, item in grid.catalogue(settings).items() for framework in grid.gated(item, settings)]


def event_files(settings: Settings, folder: str) -> list[str]:
    """The recorded examples: one file per graph workload and framework."""
    return [str(Path(folder, "events", item.name, f"{framework}.parquet"))
            for item in workloads.discover().values() if item.family == "graph" for framework in settings.frameworks]


_checks = functools.cache(grid.checks)


def checks(settings: Settings, folder: str, wildcards: Any) -> list[str]:
    """What the gate has to run of a workload in a framework, as `mode:task`; see grid.checks."""
    found = _checks(settings, Path(folder, "runs"))
    return [f"{mode}:{task}" for mode, task in found[f"{wildcards.family}/{wildcards.workload}", wildcards.framework]]


def priority(wildcards: Any) -> int:
    """The place of a run in the order of all runs; see grid.priority."""
    names = ("family", "workload", "task", "size", "precision", "device", "framework", "mode")
    return grid.priority(Cell(*(getattr(wildcards, name) for name in names)), int(wildcards.run))


def sources(wildcards: Any) -> list[str]:
    """The files that a workload's results depend on."""
    return [str(path) for path in workloads.sources(wildcards.family, wildcards.workload)]


def source_digest(wildcards: Any) -> str:
    """The digest of a workload's sources."""
    return workloads.source_digest(wildcards.family, wildcards.workload)


def example_sources(wildcards: Any) -> list[str]:
    """The files that the examples of a graph workload depend on."""
    return [str(path) for path in workloads.sources("graph", wildcards.workload)]


def is_timed(wildcards: Any) -> bool:
    """Whether the examples of a graph workload are timed, so that nothing may run beside them."""
    return getattr(workloads.load_problem("graph", wildcards.workload), "TIMED", False)


def example_digest(wildcards: Any) -> str:
    """The digest of a graph workload's sources."""
    return workloads.source_digest("graph", wildcards.workload)


def foreign_files(folder: str) -> list[str]:
    """The files of other machines: copied into `results/` or published with the project.

    Names that Snakemake would take for patterns are left out.
    """
    own = Path(folder)
    places = [place for place in [*own.parent.glob("*/"), *own.parent.glob("published/*/")]
              if place.name not in (own.name, "published")]
    kinds = ("runs/**/*.parquet", "parity/**/*.parquet", "events/**/*.parquet", "hardware.json")
    found = [str(path) for place in places for kind in kinds for path in place.glob(kind)]
    return sorted(path for path in found if not set(path) & set("{}*?[]"))


def sections() -> list[str]:
    """The notebooks of the article, in order."""
    return sorted(path.stem for path in Path(ARTICLE, "notebooks").glob("[0-9]*.ipynb"))


def article_sources() -> list[str]:
    """What a page is made of besides the numbers: code that presents, texts, words, references, template."""
    parts = [*Path(ARTICLE).rglob("*.*"), *Path("workflow/bench").glob("*.py")]
    return sorted(str(path) for path in parts if path.suffix in (".py", ".md", ".yaml", ".html", ".css", ".js")
                  and path.stem not in MEASURING)


def page(language: str) -> str:
    """Where the article in a language stands."""
    return "report/index.html" if language == "en" else f"report/{language}/index.html"


def language(wildcards: Any) -> str:
    """The language of the page in a folder of report/."""
    return wildcards.folder.rstrip("/") or "en"


def labels(wildcards: Any) -> dict[str, str]:
    """What Snakemake's own report says of a page."""
    return {"language": language(wildcards)}


def notebook_folder(wildcards: Any) -> str:
    """Where the executed notebooks of a page lie."""
    return f"report/data/notebooks/{language(wildcards)}"


def notebooks(wildcards: Any) -> list[str]:
    """The executed notebooks that a page is made of."""
    return [f"{notebook_folder(wildcards)}/{section}.ipynb" for section in sections()]


def alternates(settings: Settings) -> str:
    """The options of render.py that name the article's languages; a page leaves out its own."""
    return " ".join(f"--alternate {other} {page(other)}" for other in settings.languages)


_HELD: list[Any] = []


def hold_workflow(folder: Path) -> None:
    """Keep a second workflow out of the same results for as long as this process lives.

    The kernel lets go of the lock when the process ends, however it ends. Ends the program with a sentence when
    another workflow holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stream = (folder / ".workflow.lock").open("a+")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.seek(0)
        raise SystemExit(f"Error: another workflow (process {stream.read().strip()}) is working in {folder}; "
                         "wait until it is done or stop it.") from None
    stream.truncate(0)
    stream.write(str(os.getpid()))
    stream.flush()
    _HELD.append(stream)


def write_settings(settings: Settings, folder: Path) -> None:
    """Write settings.json: what the runs of this workflow are asked for. No run is measured again when it changes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.json").write_text(settings.written())


def lift_rate_limit(scheduler: Any) -> None:
    """Lift the limit of 100 jobs a second that Snakemake sets by itself; one that a user set stays.

    Under a limit Snakemake 9.27 starts a timer at every look at the waiting jobs, whose end is a further look: after
    some hundred jobs it looks at all of them hundreds of times a second, and keeps a core busy beside the measurement.
    """
    limit = getattr(scheduler, "job_rate_limiter", None)
    if limit and (limit.max_jobs, limit.timespan) == (100, 1):
        scheduler.job_rate_limiter = None


def tell_shares(folder: Path) -> None:
    """Say on standard error how many runs there are and where their time went, as the tables' maker found it."""
    log = folder / "logs" / "collect.log"
    if log.exists():
        print(log.read_text().strip(), file=sys.stderr)


def announce(state: grid.State, settings: Settings) -> None:
    """Say on standard error what is missing and how long it will take, and name the files that cannot be used."""
    for path, reason in state.unsound.items():
        print(f"To be measured again: {path}: {reason.removeprefix(f'{path}: ')}", file=sys.stderr)
    print(grid.summary(state, settings), file=sys.stderr)
