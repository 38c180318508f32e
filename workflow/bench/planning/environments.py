"""Which environment measures what: of conda, as `envs/*.yaml` say, or the Python at hand, and one per release.

What is measured depends on the packages alone: where an environment lies, which tool made it, and what its file says in
comments changes no result.
"""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from bench.measuring import interpreters
from bench.planning.settings import Settings
from bench.texts import one_line
from bench.vocabulary import BASELINE, Release

FILES = Path("envs")
"""The files of conda, seen from the checkout: `torch-cpu.yaml`, `jax-cpu@0.9.1.yaml`."""
PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[a-z0-9]+\])?==(\S+)")
GUARD = (
    'if [ "$(command -v python)" != "$CONDA_PREFIX/bin/python" ] || [ "$CONDA_PREFIX" = "{host}" ]; then '
    'echo "Error: the conda environment of this rule was not activated: remove it below .snakemake/conda and start '
    'the same command again" >&2; exit 1; fi; set -euo pipefail; '
)
"""What a shell does first where rules have environments: activating one may fail, and the shell goes on without."""
INSTALLED = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"


def guard() -> str:
    """What stops a rule that would run in the environment of whoever started the workflow."""
    return GUARD.replace("{host}", os.environ.get("CONDA_PREFIX", ""))


def require_known(methods: Iterable[str]) -> None:
    """End the program with a sentence where rules are asked to run in what they do not have: containers, modules."""
    if unknown := sorted({*methods} - {"CONDA"}):
        sys.exit(f"Error: the software deployment method is {unknown[0].lower()}, allowed is conda, or none")


def require(settings: Settings, conda: bool) -> None:
    """End the program with a sentence where a version that is asked for has no environment to be measured in."""
    for release in settings.versions if settings.measure else ():
        if lacking := _lacking_file(release, settings.devices) or (None if conda else _lacking_python(release)):
            sys.exit(f"Error: config.yaml: versions has {release}, but {one_line(lacking)}")


def _lacking_file(release: Release, devices: Iterable[str]) -> str | None:
    """Which file of the environment of a release is not there, and what writes it."""
    for device in devices:
        file = FILES / f"{release.environment_on(device)}.yaml"
        if not file.exists():
            return f"there is no {file}: `python envs/pin.py {release} --device {device}` writes it"
    return None


def _lacking_python(release: Release) -> str | None:
    """Which Python of a release is not there, and what installs it."""
    try:
        interpreters.interpreter_of(str(release))
    except (ValueError, OSError, subprocess.CalledProcessError) as error:
        return str(error)
    return None


def asked(name: str) -> list[Any]:
    """What the file of an environment asks for, comments aside: names of conda, and a list for pip."""
    return list(yaml.safe_load((FILES / f"{name}.yaml").read_text())["dependencies"])


def pinned(name: str) -> dict[str, str]:
    """Package → version that the file of an environment asks pip for."""
    entries = [entry for part in asked(name) if isinstance(part, dict) for entry in part["pip"]]
    return {found[1]: found[2] for found in map(PIN.fullmatch, entries) if found}


@functools.cache
def installed() -> Mapping[str, str]:
    """Package → version, less its local part, in the Python at hand, in which rules run; {} if there is none."""
    found: dict[str, str] = {}
    with suppress(OSError, subprocess.CalledProcessError):
        found = json.loads(subprocess.run(["python", "-c", INSTALLED], capture_output=True, check=True).stdout)
    return {re.sub(r"[-_.]+", "-", name).lower(): version.split("+")[0] for name, version in found.items()}


def packages(name: str, conda: bool) -> dict[str, str]:
    """Package → version of those that the file of an environment names: as it pins them with conda and for a release,
    which is installed from it, else as they are installed.
    """
    found = pinned(name)
    if conda or "@" in name:
        return found
    return {package: installed()[package] for package in found if package in installed()}


def versions(settings: Settings, device: str, conda: bool) -> dict[str, dict[str, str]]:
    """Framework, or release → the versions of `interpreters.PACKAGES` that it is measured with on a device."""
    names = [f"{framework}-{device}" for framework in (*settings.frameworks, BASELINE)]
    names += [release.environment_on(device) for release in settings.versions]
    found = {name: packages(name, conda) for name in names if (FILES / f"{name}.yaml").exists()}
    return {
        interpreters.environment_of(Path(f"{name}.json")): {
            package: version for package, version in there.items() if package in interpreters.PACKAGES
        }
        for name, there in found.items()
    }


def refresh(folder: Path, conda: bool) -> None:
    """Write down the interpreters below `folder` (a machine's results) as they are now.

    Without conda each is the Python at hand; that of a release which is gone waits until it is installed again. With
    conda, what is not that of its file any more goes, and its rule makes it when something is measured.
    """
    for path in sorted(folder.glob("interpreters/*.json")):
        if conda:
            if not _is_current(path):
                path.unlink()
            continue
        environment = interpreters.environment_of(path)
        command = ["python", "workflow/scripts/locate.py", "--environment", environment, "--output", str(path)]
        with suppress(OSError):
            subprocess.run(command, stderr=subprocess.DEVNULL)


def _is_current(path: Path) -> bool:
    """Whether an interpreter is that of an environment which was made from what its file asks for now."""
    with suppress(OSError, ValueError, TypeError, KeyError, yaml.YAMLError):
        (found,) = interpreters.read([path]).values()
        made_from = yaml.safe_load(source_of(Path(found.python)).read_text())
        return bool(made_from["dependencies"] == asked(path.stem))
    return False


def source_of(python: Path) -> Path:
    """The file that an environment of conda was made from: Snakemake 9 keeps a copy of it beside each."""
    folder = python.parent.parent
    return folder.with_name(f"{folder.name}.yaml")
