"""The record of where published files come from, as a machine reads it: an RO-Crate of all machines, and one of a site.

Source: RO-Crate Metadata Specification (https://w3id.org/ro/crate), written by its library.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from bench.results import outcomes
from bench.results.reading import Machine, read_machine
from bench.vocabulary import COMPARED, TWIN

RECORD = "ro-crate-metadata.json"
"""The name that the specification gives it."""
SOFTWARE = "#software"
KINDS = {
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".html": "text/html",
    ".csv": "text/csv",
    ".py": "text/x-python",
    ".ipynb": "application/x-ipynb+json",
    ".pdf": "application/pdf",
}


def record(published: Path, citation: Path) -> None:
    """Write the record of what is published in a folder, which is read anew: of each machine its files with their
    checksums, when they were measured, on what, and with which versions. citation: the CITATION.cff of the software.
    """
    about = yaml.safe_load(citation.read_text(encoding="utf-8"))
    crate = _crate("Published results of PyTorch against JAX", about)
    machines = [read_machine(folder, own=False) for folder in sorted(published.glob("*/"))]
    sound = [machine for machine in machines if machine.runs]
    for machine in sound:
        _add(crate, published / machine.name, machine)
    # the day of what is recorded, so that the same files have the same record
    crate.datePublished = max((_moments(machine)[1] for machine in sound), default=str(about["date-released"]))
    crate.metadata.write(published)


def record_site(site: Path, citation: Path) -> None:
    """Write the record of a site: the software that made it, and all of its files with their checksums."""
    about = yaml.safe_load(citation.read_text(encoding="utf-8"))
    crate = _crate(about["title"], about)
    files = [path for path in sorted(site.rglob("*")) if path.is_file()]
    made = [crate.add_file(dest_path=path.relative_to(site).as_posix(), properties=_file(path)) for path in files]
    crate.add_action(instrument=crate.get(SOFTWARE), identifier="#rendered", object=[], result=made)
    crate.metadata.write(site)


def _crate(name: str, about: Mapping[str, Any]) -> ROCrate:
    """A crate without files, of the software that CITATION.cff is about."""
    crate = ROCrate()
    crate.name, crate.description, crate.license = name, about["abstract"], about["license"]
    crate.add(ContextEntity(crate, SOFTWARE, properties=_software(about)))
    return crate


def _software(about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "SoftwareApplication",
        "name": about["title"],
        "version": str(about["version"]),
        "license": about["license"],
        "author": ", ".join(str(author.get("name")) for author in about["authors"]),
    }


def _add(crate: ROCrate, folder: Path, machine: Machine) -> None:
    """A machine: its files, itself, and the measurement that made the ones on the other."""
    files = [
        crate.add_file(dest_path=f"{folder.name}/{path.name}", properties=_file(path))
        for path in sorted(folder.iterdir())
    ]
    processor = str(machine.facts.get("cpu_model", ""))
    place = {"@type": "IndividualProduct", "name": folder.name, "model": processor}
    hardware = crate.add(ContextEntity(crate, f"#machine-{folder.name}", properties=place))
    first, last = _moments(machine)
    crate.add_action(
        instrument=crate.get(SOFTWARE),
        identifier=f"#measured-on-{folder.name}",
        object=hardware,
        result=files,
        properties={
            "name": f"Measurement on {folder.name}",
            "startTime": first,
            "endTime": last,
            "description": "; ".join(sorted(_versions(machine))),
        },
    )


def checksum(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _file(path: Path) -> dict[str, str]:
    return {
        "name": path.name,
        "contentSize": str(path.stat().st_size),
        "sha256": checksum(path),
        "encodingFormat": KINDS.get(path.suffix, "application/octet-stream"),
    }


def _moments(machine: Machine) -> tuple[str, str]:
    """The first and the last moment at which a run of a machine began, ISO 8601; of one without any, nothing."""
    started = sorted(row["started"] for row in machine.runs if row["started"] and row["run"] < TWIN)
    return (started[0], started[-1]) if started else ("", "")


def _versions(machine: Machine) -> set[str]:
    """What was compared, each in the versions that its runs recorded."""
    recorded = {row["versions"] for row in machine.runs if row["versions"]}
    pairs = [entry for text in recorded for entry in outcomes.as_object(text).items()]
    return {f"{name} {version}" for name, version in pairs if name in COMPARED}
