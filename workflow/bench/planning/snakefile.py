"""What the rules ask: settings, names of files, order of runs, a word to the user. Paths are relative to the checkout,
so that a checkout can be moved with its results.
"""

from __future__ import annotations

import functools
import json
import locale
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench import catalogue, schema, sources
from bench.guard import callers, room
from bench.guard import folders as guarded
from bench.measuring import interpreters as interpreters_there
from bench.own import folders
from bench.planning import checks as gate
from bench.planning import environments, grid, order, releases
from bench.planning.settings import Settings, has_entries, load
from bench.planning.state import FURTHER_FILE, State, further_trials, summary
from bench.runs import PUBLISHED
from bench.texts import one_line
from bench.vocabulary import FURTHER, MACHINE, PROBLEM, Problem, Release, Trial

ARTICLE = "workflow/article"
TABULATED = ("*.py", "own/*.py", "results/**/*.py", "workloads/**/*")
"""What the tables are made with, below `workflow/bench`: reading, statistics, and what the workloads state."""
JUDGED = (*TABULATED, "claims/*.py")
"""What the verdicts are made with."""
PRESENTED = (".py", ".md", ".yaml", ".html", ".css", ".js")
"""What the article is made of, in its folder."""


def has_keys(path: str) -> bool:
    """Whether a configuration file says anything; one that cannot be read ends the program with one sentence."""
    try:
        return has_entries(Path(path))
    except ValueError as error:
        sys.exit(f"Error: {error}")


def settings_of(config: Mapping[str, Any], elsewhere: bool = False) -> Settings:
    """The settings of a workflow's configuration; a wrong one ends the program with one sentence, not a traceback.

    elsewhere: whether other machines measure, and decide what is possible.
    """
    try:
        settings = load(config, elsewhere)
        if all(cell.family == MACHINE for cell in grid.cells(settings)):
            raise ValueError(
                "config.yaml: nothing is left to measure: no workload has these frameworks, modes, "
                "precisions, sizes and devices together"
            )
        return settings
    except ValueError as error:
        sys.exit(f"Error: {error}")


def trial_files(settings: Settings, folder: str) -> list[str]:
    """The file of every trial of the grid, below `folder` (a machine's results)."""
    return _wanted(settings, [Path(folder, "trials", trial.file) for trial in order.trials(settings)])


def release_files(settings: Settings, folder: str) -> list[str]:
    """What is measured of releases below a machine's results: their trials, and what the parity gate observes."""
    trials = releases.trials(settings)
    gates = dict.fromkeys(
        Path("parity", trial.problem.family, trial.problem.workload, f"{trial.release}.parquet") for trial in trials
    )
    return _wanted(settings, [Path(folder, place) for place in (*(trial.place for trial in trials), *gates)])


def further_files(settings: Settings, folder: str, asked: str) -> list[str]:
    """The file of every trial of the second stage that the file `asked` asks for."""
    return [str(Path(folder, "trials", trial.file)) for trial in further_trials(settings, Path(asked))]


def _wanted(settings: Settings, files: Iterable[Path]) -> list[str]:
    """All of the files, or, where nothing is to be measured, those that are there."""
    return [str(path) for path in files if settings.measure or path.exists()]


@functools.cache
def _first_stage(settings: Settings) -> dict[Path, Trial]:
    return {trial.place: trial for trial in [*order.trials(settings), *releases.trials(settings)]}


def absent(state: State, settings: Settings, folder: str) -> list[str]:
    """The files of trials, of the gate and of examples that are not there. Snakemake itself does not make again what
    was deleted, where all that was made from it is still there.
    """
    others = [*parity_files(settings, folder), *event_files(settings, folder), *release_files(settings, folder)]
    again = [path for path in others if settings.retry_failed and Path(path).exists() and has_failed(path)]
    trials = [str(Path(folder, trial.place)) for trial in state.missing]
    return [*trials, *again, *(path for path in others if not Path(path).exists())]


def has_failed(path: str) -> bool:
    """Whether an observation failed in a file of the gate, or examples came to no end."""
    with suppress(schema.InvalidFile):
        table = "events" if "/events/" in path else "observations"
        return any(
            row.get("status") == "failed" or row.get("name") == "unfinished" for row in schema.read(Path(path), table)
        )
    return True


def trial_of(settings: Settings, asked: str, wildcards: Any) -> Trial:
    """The trial that a job measures: one of the grid, or of the second stage that the file `asked` asks for."""
    number = int(wildcards.trial)
    file = Problem(*(getattr(wildcards, name) for name in PROBLEM[1:])).trial_file(number)
    if number < FURTHER:
        return _first_stage(settings)[Path(wildcards.tree, file)]
    return {trial.file: trial for trial in further_trials(settings, Path(asked))}[file]


def interpreters(trial: Trial, folder: str) -> list[str]:
    """The files that tell with which Python each framework of a trial is measured."""
    device = trial.problem.device
    names = {f"{cell.framework}-{device}" for cell in trial.cells}
    names |= {trial.release.environment_on(device)} if trial.release else set()
    return [f"{folder}/interpreters/{name}.json" for name in sorted(names)]


def parity_files(settings: Settings, folder: str) -> list[str]:
    """What the parity gate observes: one file per workload and framework."""
    return _wanted(
        settings,
        [
            Path(folder, "parity", key, f"{framework}.parquet")
            for key, item in grid.chosen_workloads(settings).items()
            for framework in gate.gated(item, settings)
        ],
    )


def event_files(settings: Settings, folder: str) -> list[str]:
    """What came of the examples: one file per workload of examples and framework; of none where workloads are named, of
    long ones and those of public cases where the preset is for publishing.
    """
    shown = catalogue.examples() if settings.workloads is None else {}
    names = [name for name, item in shown.items() if settings.preset.publishing or not item.shows.publishing]
    files = [
        Path(folder, "events", name, f"{framework}.parquet") for name in names for framework in settings.frameworks
    ]
    return _wanted(settings, files)


def written_whole(settings: Settings, folder: str) -> list[str]:
    """The files of a machine that are written whole or not at all."""
    trials = [*trial_files(settings, folder), *further_files(settings, folder, f"{folder}/{FURTHER_FILE}")]
    own = [f"{folder}/hardware.json", f"{folder}/{FURTHER_FILE}", *map(str, Path(folder).glob("interpreters/*.json"))]
    return [*trials, *parity_files(settings, folder), *event_files(settings, folder), *own]


def is_whole(path: str) -> bool:
    """Whether a file of `written_whole` can be read."""
    table = next((table for tree, table in TREES.items() if f"/{tree}/" in path), None)
    try:
        schema.read(Path(path), table) if table else json.loads(Path(path).read_text())
    except (ValueError, OSError):
        return False
    return True


TREES = {"trials": "trial", "parity": "observations", "events": "events"}
"""Folder of a machine → the schema of the files in it."""


def prepare(own: Path) -> None:
    """Before anything is read or started: no process outlives this one or reads packages of the user's home, and what a
    killed one left goes. Ends the program with a sentence where texts are not read as UTF-8.

    own: what Snakemake keeps in the temporary folder.
    """
    if (found := locale.getpreferredencoding()).lower() not in ("utf-8", "utf8"):
        sys.exit(f"Error: texts are read as {found} in this locale: set PYTHONUTF8=1 and start the same command again")
    room.require_any(Path())
    callers.announce_workflow()
    os.environ["PYTHONNOUSERSITE"] = "1"
    guarded.adopt(own)
    guarded.remove_abandoned()


def require_room(settings: Settings, folder: str) -> None:
    """End the program with a sentence where results or temporary files cannot be written or executed, or compiled."""
    compiling = any(cell.framework == "torch" and cell.mode != "eager" for cell in grid.cells(settings))
    python = shutil.which("python")
    room.require(
        Path(folder), Path(tempfile.gettempdir()), compiling=compiling, interpreter=Path(python) if python else None
    )


def tell_full(folder: str) -> None:
    """Say on standard error whether it was for want of room that something failed."""
    room.tell_full(Path(folder), Path(tempfile.gettempdir()))


_checks = functools.cache(gate.checks)


def checks(settings: Settings, folder: str, wildcards: Any) -> list[str]:
    """What the gate has to run of a workload in a framework or a release, as `mode:task`; see `planning.checks`."""
    if wildcards.version:
        release = Release(wildcards.framework, wildcards.version.removeprefix("@"))
        found = _checks(releases.settings_of(settings, release), Path(folder, release.folder), "release_trial")
    else:
        found = _checks(settings, Path(folder, "trials"))
    return [f"{mode}:{task}" for mode, task in found[f"{wildcards.family}/{wildcards.workload}", wildcards.framework]]


def python_of(wildcards: Any, conda: bool) -> str:
    """The Python that runs the gate: the one of the environment at hand, or, without conda, that of a release."""
    release = f"{wildcards.framework}{wildcards.version}"
    return "python" if conda or not wildcards.version else str(interpreters_there.python_of(release))


def check_digest(wildcards: Any) -> str:
    """The digest of what the gate's process of a workload executes."""
    return sources.digest(sources.check_roots(wildcards.family, wildcards.workload, wildcards.framework))


def example_digest(wildcards: Any) -> str:
    """The digest of what the process of a workload's examples executes."""
    return sources.digest(sources.example_roots(wildcards.workload, wildcards.framework))


def is_timed(wildcards: Any) -> bool:
    """Whether the examples of a workload are timed, so that nothing may run beside them."""
    return catalogue.examples()[wildcards.workload].shows.timed


def packages(environment: str, conda: bool) -> str:
    """The packages of an environment in their versions, in one text: a step is made again when it changes."""
    return " ".join(f"{name}=={version}" for name, version in sorted(environments.packages(environment, conda).items()))


def made_with(patterns: tuple[str, ...]) -> list[str]:
    """The files that a step is made with: of the package (see `TABULATED` and `JUDGED`), and what the workloads outside
    of it state.
    """
    found = {path for pattern in patterns for path in Path("workflow/bench").glob(pattern)}
    found |= {folder / "problem.py" for folder in folders.folders().values()}
    return sorted(str(path) for path in found if path.is_file() and "__pycache__" not in path.parts)


def obvious_implementations() -> list[str]:
    """The implementations that the tests hold the measured ones against, whose code the claim of ease is about."""
    return sorted(str(path) for path in Path("tests/proof/baselines").glob("*.py"))


RECORDS = (*(f"{tree}/**/*.parquet" for tree in ("runs", "trials", "parity", "events", "releases")), "hardware.json")
"""The files below the folder of a machine that tables are made from."""


def bring_back_times(folder: str) -> None:
    """Give what the tables and pages are made from the present time, where its own is ahead of the clock.

    Files that were copied from a machine whose clock is ahead have such times, and so have all after a clock was set
    back: from these Snakemake makes nothing until the clock catches up. Ends the program with a sentence where a file's
    time may not be set.
    """
    mark = Path(folder, ".now")
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()  # the clock of the file system that holds the results
    now = mark.stat().st_mtime
    mark.unlink()
    own = [str(path) for kind in RECORDS for path in Path(folder).glob(kind) if path.is_file()]
    for path in [*foreign_files(folder), *own, *article_sources()]:
        if os.stat(path).st_mtime <= now:
            continue
        print(one_line(f"Its time was ahead of the clock, and is now the present: {path}"), file=sys.stderr)
        try:
            os.utime(path, (now, now))
        except OSError as error:
            sys.exit(
                f"Error: the time of {one_line(path)} is ahead of the clock and cannot be set ({error.strerror}): "
                "Snakemake makes nothing from such a file; touch it, or set the clock"
            )


def foreign_files(folder: str) -> list[str]:
    """The files of other machines: copied into `results/` or published with the project.

    What Snakemake cannot handle is left out here, and named where the tables are made: a name that it takes for a
    pattern or that is no plain text, a link that leads nowhere, what is no file or may not be read.
    """
    own = Path(folder)
    measured = any(any(own.glob(kind)) for kind in RECORDS if kind.endswith(".parquet"))
    places = [
        place
        for place in [*own.parent.glob("*/"), *own.parent.glob("published/*/")]
        if place.name != "published" and place != own and (place.name != own.name or not measured)
    ]
    kinds = [*RECORDS, *PUBLISHED.values()]
    found = [path for place in places for kind in kinds for path in place.glob(kind)]
    readable = [str(path) for path in found if path.is_file() and os.access(path, os.R_OK)]
    return sorted(path for path in readable if path == one_line(path) and not set(path) & set("{}*?[]"))


def sections() -> list[str]:
    """The notebooks of the article, in order."""
    return sorted(path.stem for path in Path(ARTICLE, "notebooks").glob("[0-9]*.ipynb"))


def article_sources() -> list[str]:
    """What a page is made of besides the numbers: what verdicts are made with, and the whole folder of the article."""
    own = [str(path) for path in Path(ARTICLE).rglob("*.*") if path.suffix in PRESENTED]
    return sorted([*made_with(JUDGED), *own])


def page(language: str) -> str:
    """Where the article in a language stands."""
    return "report/index.html" if language == "en" else f"report/{language}/index.html"


def pages(settings: Settings, made: bool) -> list[str]:
    """The pages in all languages. made: whether they are made; else those that are there count, if any."""
    wanted = [page(language) for language in settings.languages]
    return wanted if made else [path for path in wanted if Path(path).exists()] or wanted


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


def figures(wildcards: Any) -> list[str]:
    """The folders of what the figures of a page are drawn from."""
    return [f"report/data/figures/{language(wildcards)}/{section}" for section in sections()]


def alternates(settings: Settings) -> str:
    """The options of render.py that name the article's languages; a page leaves out its own."""
    return " ".join(f"--alternate {other} {page(other)}" for other in settings.languages)


def site(settings: Settings) -> str:
    """The option of render.py that says where the report is published, if anybody does."""
    return f"--site {settings.site}" if settings.site else ""


def write_settings(settings: Settings, folder: Path) -> None:
    """Write settings.json: what the runs of this workflow are asked for. No run is measured again when it changes."""
    folder.mkdir(parents=True, exist_ok=True)
    with room.told(folder / "settings.json"):
        guarded.write_whole(folder / "settings.json", settings.written())


def tell_shares(folder: Path) -> None:
    """Say on standard error how many runs there are and where their time went, as the tables' maker found it."""
    log = folder / "logs" / "collect.log"
    if log.exists():
        print(log.read_text().strip(), file=sys.stderr)


def announce(state: State, settings: Settings, folder: str) -> None:
    """Say on standard error what is missing and how long it will take, and name the files that cannot be used."""
    for path, reason in state.unsound.items():
        print(one_line(f"To be measured again: {path}: {reason.removeprefix(f'{path}: ')}"), file=sys.stderr)
    checks, examples = (
        sum(not Path(path).exists() for path in files(settings, folder)) for files in (parity_files, event_files)
    )
    print(summary(state, settings, checks, examples), file=sys.stderr)
