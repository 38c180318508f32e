"""The claims of section 4, mathematical model."""

from __future__ import annotations

from typing import Any

from bench.claims.common import NUMERICAL_FAMILIES, parity_summary
from bench.judging import Missing, Results, Verdict, by_parts, claim, number

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
            "holds": all(event.number() == 1 for event in found.values()), "jacobian": details["torch"]["jacobian"],
            "said": details["torch"]["said"],
            "closed_form_error": max(entry["closed_form_error"] for entry in details.values())}
    gate = _errors(results, "linear_jacobian", f"jacobian.{name}")
    return Verdict(by_parts([entry["holds"] for entry in cases.values()]), {"cases": cases, "benchmark": gate})


def _errors(results: Results, workload: str, name: str) -> dict[str, Any]:
    """Largest relative error of the parity gate for one observed array, and how often it passed."""
    rows = results.own("parity")
    rows = rows[(rows["workload"] == workload) & (rows["name"] == name)]
    return parity_summary(rows)


@claim("math-same")
def both_compute_the_same_derivatives(results: Results) -> Verdict:
    """Supported if every derivative of the parity gate (float64) agrees with its reference and with the other framework
    within its tolerance, refuted if none does, else mixed. The largest difference between the timed runs of the two is
    recorded by precision.
    """
    rows = results.own("parity")
    derivatives = rows["family"].isin(NUMERICAL_FAMILIES) | rows["name"].fillna("").str.startswith("gradient.")
    rows = rows[derivatives]
    if rows.empty:
        raise Missing("the parity gate was not run")
    pairs = results.comparisons(NUMERICAL_FAMILIES)
    by_precision = {str(precision): number(group["parity_error"].max())
                    for precision, group in pairs.groupby("precision")}
    evidence = {**parity_summary(rows), "timed_runs_by_precision": by_precision,
                "failed": sorted({f"{row['workload']} {row['framework']} {row['mode']} {row['name']}"
                                  for row in rows[rows["status"] != "ok"].to_dict("records")})[:20]}
    return Verdict(by_parts([status == "ok" for status in rows["status"]]), evidence)
