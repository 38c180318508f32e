"""The claims of section 4, mathematical model."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench import vocabulary
from bench.claims.evidence import Results, Verdict, claim
from bench.claims.rules import by_parts
from bench.claims.shared import parity_summary
from bench.events import Missing
from bench.results import ratios
from bench.results.intervals import number
from bench.vocabulary import COMPARED, PRECISIONS

LOWER = tuple(precision for precision in PRECISIONS if precision != "float64")
"""Precisions in which the gate observes what a derivative loses, and decides nothing."""
CASES = ("one output", "several outputs", "batch")


@claim("math-dx")
def dx_is_w(results: Results) -> Verdict:
    """Supported if the Jacobian is W as it stands with one output, several outputs and a batch; refuted if in none of
    these; else mixed. Axes of length 1 are left out on both sides.
    """
    return _shorthand(results, "x")


@claim("math-dw")
def dw_is_x(results: Results) -> Verdict:
    """Supported if the Jacobian is x as it stands with one output, several outputs and a batch; refuted if in none of
    these; else mixed. Axes of length 1 are left out on both sides.
    """
    return _shorthand(results, "W")


@claim("math-db")
def db_is_one(results: Results) -> Verdict:
    """Supported if every entry of the Jacobian is 1 with one output, several outputs and a batch; refuted if in none
    of these; else mixed.
    """
    return _shorthand(results, "b")


def _shorthand(results: Results, name: str) -> Verdict:
    cases: dict[str, Any] = {}
    for case in CASES:
        found = results.both("derivatives", f"shorthand.{name}.{case}")
        details = {framework: event.data() for framework, event in found.items()}
        cases[case.replace(" ", "_")] = {
            "holds": all(event.number() == 1 for event in found.values()),
            "jacobian": details["torch"]["jacobian"],
            "said": details["torch"]["said"],
            "closed_form_error": max(entry["closed_form_error"] for entry in details.values()),
        }
    gate = _errors(results, "linear_jacobian", f"jacobian.{name}")
    return Verdict(by_parts([entry["holds"] for entry in cases.values()]), {"cases": cases, "benchmark": gate})


def _errors(results: Results, workload: str, name: str) -> dict[str, Any]:
    """Largest relative error of the parity gate for one observed array, and how often it passed."""
    rows = results.own("parity")
    rows = rows[(rows["workload"] == workload) & (rows["name"] == name) & ~rows["precision"].isin(LOWER)]
    return parity_summary(rows)


@claim("math-same")
def both_compute_the_same_derivatives(results: Results) -> Verdict:
    """Supported if every derivative of the parity gate (float64) agrees with its reference and with the other framework
    within its tolerance, refuted if none does, else mixed; a derivative is what one mode of a framework computes in one
    task. What a framework does not offer at all, such as a Taylor mode, is listed and decides nothing. The largest
    difference between the timed runs of the two is recorded by precision, and so is the largest error of every workload
    of the family autodiff against its reference, at the size of the gate and at the timed sizes.
    """
    rows = results.own("parity")
    rows = rows[
        ~rows["precision"].isin(LOWER)
        & (
            (rows["task"] == "gradient")
            | (rows["family"].isin(vocabulary.NUMERICAL) & rows["task"].map(ratios.is_derivative).astype(bool))
        )
    ]
    unsupported = rows["status"] == "unsupported"
    offered = rows[~unsupported]
    if not set(COMPARED) <= set(offered["framework"]):
        raise Missing("the parity gate was not run")
    variants = offered.groupby(["workload", "task", "framework", "mode"])
    agree = variants["status"].agg(lambda status: (status == "ok").all())
    pairs = results.comparisons(vocabulary.NUMERICAL)
    by_precision = {
        str(precision): number(group["parity_error"].max()) for precision, group in pairs.groupby("precision")
    }
    evidence = {
        **parity_summary(offered),
        "derivatives": len(agree),
        "timed_runs_by_precision": by_precision,
        "errors": _errors_by_precision(results),
        "failed": [" ".join(key) for key in agree[~agree].index][:20],
        "not_offered": sorted(
            set(rows[unsupported]["workload"] + " " + rows[unsupported]["task"] + " " + rows[unsupported]["framework"])
        ),
    }
    return Verdict(by_parts(agree.tolist()), evidence)


def _errors_by_precision(results: Results) -> dict[str, dict[str, Any]]:
    """Precision → workloads held against a reference, the largest error of each, and the largest of all."""
    gate = results.own("parity")
    gate = gate[(gate["family"] == "autodiff") & (gate["against"] == "reference")]
    cells = results.own("cells")
    cells = cells[cells["family"] == "autodiff"].assign(error=lambda frame: frame["reference_error"])
    columns = ["precision", "workload", "error"]
    both = [frame[columns].astype({"error": float}).dropna() for frame in (gate, cells)]
    found: dict[str, dict[str, Any]] = {}
    for precision, own in pd.concat(both, ignore_index=True).groupby("precision"):
        largest = own.groupby("workload")["error"].max()
        found[str(precision)] = {
            "workloads": {str(name): float(error) for name, error in largest.items()},
            "largest": float(largest.max()),
            "worst": str(largest.idxmax()),
        }
    return found
