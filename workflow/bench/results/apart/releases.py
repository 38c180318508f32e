"""Runs of releases → the table `releases`: did a release make it slower?

A release meets the default of its own framework, in the same problem and mode and by the trials in which both took
turns. The rules of verdicts are those of `comparisons`; no other table knows of these runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from packaging.version import InvalidVersion, Version

from bench.results.cells import grouped
from bench.results.comparisons import (
    REFERENCE_FACTOR,
    Refusal,
    Variant,
    columns_of,
    decide,
    failures,
    off_reference,
    value_error,
    value_failure,
)
from bench.results.noise import floors, noise_rows
from bench.results.pairs import ratio_of
from bench.results.parity import compare_release, gate_failure
from bench.results.reading import Machine
from bench.results.statistics import EQUAL_WITHIN, Floor
from bench.schema import Row
from bench.vocabulary import CELL, NEWER, OLDER, RULES, TWIN

MOST_OF_A_VERSION = 40
"""Characters of a version that are told."""


def release_rows(machine: Machine, equal_within: float = EQUAL_WITHIN) -> list[Row]:
    """One row per release and cell, with verdicts; p adjusted over the cells of a release.

    The ratio is that of the newer version's time over the older one's, whichever of them is the default. The noise
    floor is of the twins of the machine, those in trials of releases included.
    """
    by_release = grouped(machine.releases, ["release"])
    twins = [noise_rows(row for row in own if not row["version"]) for own in by_release.values()]
    floor = floors([row for rows in (noise_rows(machine.runs), *twins) for row in rows])
    rows: list[Row] = []
    for (release,), own in by_release.items():
        observed = [row for row in machine.release_observations if row["release"] == release]
        gates = compare_release(machine.observations, observed, machine.name)
        main = (row for row in own if row["run"] < TWIN)
        table = [
            {"release": release} | _row(dict(zip(CELL, key, strict=True)), group, gates, floor)
            for key, group in grouped(main, CELL).items()
        ]
        decide(table, equal_within, (NEWER, OLDER))
        rows += table
    return rows


def _row(cell: Row, runs: list[Row], gates: tuple[list[Row], list[Row]], floor: Mapping[str, Floor]) -> Row:
    """The row of a cell. `gates`: rows of the table `parity` of the defaults, and of the release."""
    default = _variant(cell, [row for row in runs if not row["version"]])
    release = _variant(cell, [row for row in runs if row["version"]])
    version = runs[0]["release"].partition("@")[2]
    in_order = sorted([(_version_of(default), default), (version, release)], key=lambda each: _rank(each[0]))
    (older_version, older), (newer_version, newer) = in_order
    error, tolerance = value_error(cell, release.good, default.good)
    row = cell | {
        "default": _version_of(default),
        "older": older_version,
        "newer": newer_version,
        "older_seconds": older.seconds if older.good else None,
        "newer_seconds": newer.seconds if newer.good else None,
        "failed": len(default.bad) + len(release.bad),
        "parity_error": error,
    }
    if refusal := _refusal(cell, (default, release), gates, error, tolerance):
        return row | {"rule": refusal.rule, "verdict": RULES[refusal.rule], "message": refusal.message}
    found = columns_of(ratio_of(newer.good, older.good), floor.get(cell["device"]))
    return row | found | {"message": "; ".join(filter(None, (default.failures, release.failures)))}


def _variant(cell: Row, runs: list[Row]) -> Variant:
    return Variant(
        cell["framework"],
        cell["mode"],
        good=[row for row in runs if row["status"] == "ok"],
        bad=[row for row in runs if row["status"] != "ok"],
        version=runs[0]["version"] if runs else "",
    )


def _refusal(
    cell: Row,
    variants: tuple[Variant, Variant],
    gates: tuple[list[Row], list[Row]],
    error: float | None,
    tolerance: float,
) -> Refusal | None:
    """Why the default and the release cannot be compared: the rules that any two variants are held against."""
    if failed := failures(variants):
        return Refusal("failed", "; ".join(failed))
    for variant, gate in zip(variants, gates, strict=True):
        if message := gate_failure(cell, [(cell["framework"], cell["mode"])], gate):
            return Refusal("gate", f"{message} ({variant.version})" if variant.version else message)
    message = off_reference(variants, REFERENCE_FACTOR * tolerance) or value_failure(error, tolerance)
    return Refusal("values", message) if message else None


def _version_of(variant: Variant) -> str:
    """The version of its framework that a variant ran with, as its runs recorded it; "" where none got so far."""
    told = (json.loads(row["versions"] or "{}").get(variant.framework) for row in [*variant.good, *variant.bad])
    return str(next(filter(None, told), ""))[:MOST_OF_A_VERSION]


def _rank(version: str) -> tuple[bool, Version]:
    """What versions are sorted by; what is none comes last, as the present one does."""
    try:
        return False, Version(version)
    except InvalidVersion:
        return True, Version("0")
