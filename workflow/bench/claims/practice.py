"""The claims of section 5, practice."""

from __future__ import annotations

import re
from typing import Any

from bench import series
from bench.claims.evidence import MIXED, OPINION, REFUTED, SUPPORTED, UNMEASURED, Results, Verdict, claim
from bench.claims.rules import by_parts
from bench.claims.shared import parity_summary, yes
from bench.claims.votes import beside
from bench.events import Missing
from bench.results import outcomes
from bench.results.intervals import number
from bench.vocabulary import COMPARED


@claim("prac-python")
def python_3_6_is_enough(results: Results) -> Verdict:
    """Supported if both packages accept Python 3.6, refuted if neither does, else mixed."""
    found = {name: event.text for name, event in results.both("packages", "requires.python").items()}
    least = {name: _least_python(text) for name, text in found.items()}
    return Verdict(by_parts([version <= (3, 6) for version in least.values()]), {"requires": found})


def _least_python(specification: str) -> tuple[int, ...]:
    match = re.search(r">=\s*(\d+)\.(\d+)", specification)
    if not match:
        raise Missing("no lower limit is declared", requires=specification)
    return tuple(int(part) for part in match.groups())


@claim("prac-torch-extras")
def torch_needs_its_extras(results: Results) -> Verdict:
    """Refuted if the examples ran and imported neither torchvision nor torchaudio."""
    ran = results.event("linear_regression_examples", "torch", "fit.loss")
    found = {
        name: results.event("linear_regression_examples", "torch", f"extras.{name}")
        for name in ("torchvision", "torchaudio")
    }
    needed = [event.ran and bool(event.value) for event in found.values()]
    return Verdict(yes(any(needed)), {"examples_ran": ran.ran, **{name: event.text for name, event in found.items()}})


@claim("prac-jax-deps")
def jax_is_installed_with(results: Results) -> Verdict:
    """Supported if jaxlib, NumPy and SciPy are all declared requirements, refuted if none is, else mixed."""
    declared = results.event("packages", "jax", "requires.packages").data()
    return Verdict(by_parts([name in declared for name in ("jaxlib", "numpy", "scipy")]), {"requires": declared})


@claim("prac-install")
def one_command_sets_up(results: Results) -> Verdict:
    """Not decided. That what a package requires is installed says nothing of how it came there, and nothing is
    installed here: whether one command does, and in what time, hangs on the network, the index and its caches at that
    moment. Packages, bytes and seconds of import of what is installed are recorded.
    """
    imports = results.runs().groupby("framework")["import_seconds"].median()
    evidence = {}
    for framework in COMPARED:
        packages, size = (results.event("packages", framework, f"closure.{what}") for what in ("packages", "bytes"))
        evidence[framework] = {
            "packages": int(packages.number()),
            "bytes": int(size.number()),
            "import_seconds": number(imports.get(framework)),
        }
    return Verdict(UNMEASURED, evidence)


@claim("prac-torch-linreg")
def hundred_epochs_fit(results: Results) -> Verdict:
    """A start is fitted if its loss after 100 epochs is below 1 % of the variance of the targets. Supported if at least
    95 % of the 100 starts are, refuted if at most 5 %, else mixed. The same starts in JAX are recorded beside it.
    """
    limit = 0.01 * 2 / 3  # the targets 1, 2 and 3 have the variance 2/3
    evidence: dict[str, Any] = {
        "limit": limit,
        "least_squares": results.event("linear_regression_examples", "torch", "fit.least squares").number(),
    }
    shares = {}
    for framework in COMPARED:
        losses, predictions = (_values(results, framework, name) for name in ("loss", "prediction"))
        shares[framework] = sum(loss < limit for loss in losses) / len(losses)
        evidence[framework] = {
            "starts": len(losses),
            "fitted": sum(loss < limit for loss in losses),
            "median_loss": series.median(losses),
            "median_prediction": series.median(predictions),
            "smallest_prediction": min(predictions),
            "largest_prediction": max(predictions),
        }
    share = shares["torch"]
    return Verdict(SUPPORTED if share >= 0.95 else REFUTED if share <= 0.05 else MIXED, evidence)


def _values(results: Results, framework: str, name: str) -> list[float]:
    return results.event("linear_regression_examples", framework, f"fit.{name}").data()["values"]


@claim("prac-jax-linreg")
def jax_version_runs_as_printed(results: Results) -> Verdict:
    """A pattern works if it runs and, for the parameters that a compiled function closes over, reports the loss of the
    new ones. Supported if all five work in JAX, refuted if none does, else mixed. PyTorch is recorded beside it.
    """
    evidence = {framework: _patterns(results, framework) for framework in COMPARED}
    if not evidence["jax"]:
        raise Missing("the example was not reached")
    return Verdict(by_parts([entry["works"] for entry in evidence["jax"].values()]), evidence)


def _patterns(results: Results, framework: str) -> dict[str, dict[str, Any]]:
    found = {
        name.removeprefix("pattern."): event
        for name, event in results.events("linear_regression_examples", framework).items()
        if name.startswith("pattern.")
    }
    return {
        name.replace(" ", "_").replace("-", "_"): {
            "works": outcomes.pattern_works(event),
            "outcome": event.outcome,
            "says": event.first_line(),
        }
        for name, event in found.items()
    }


@claim("prac-same-curve")
def the_two_versions_are_equivalent(results: Results) -> Verdict:
    """Supported if every loss of the linear regression agrees with the reference and across frameworks within the
    workload's tolerance in float64, refuted if none does, else mixed. The difference in timed runs is recorded too.
    """
    rows = results.own("parity")
    rows = rows[(rows["workload"] == "linear_regression") & (rows["name"] == "loss")]
    if rows.empty:
        raise Missing("the parity gate was not run")
    pairs = results.comparisons(workload="linear_regression")
    by_precision = {
        str(precision): number(group["parity_error"].max()) for precision, group in pairs.groupby("precision")
    }
    evidence = {**parity_summary(rows), "timed_runs_by_precision": by_precision}
    return Verdict(by_parts([status == "ok" for status in rows["status"]]), evidence)


@claim("prac-intuitive")
def torch_intuitive_jax_efficient(results: Results) -> Verdict:
    """What is intuitive is opinion, and one small example tells nothing of efficiency. Beside it stand, for the linear
    regression alone, the tokens of the two obvious implementations and the times, best mode against best mode, per
    device.
    """
    name = "linear_regression"
    rows, curves = results.comparisons(workload=name), results.curve_comparisons(workload=name)
    if rows.empty:
        raise Missing("no comparisons")
    return Verdict(OPINION, {"code": results.code.get(name), "devices": beside(rows, curves)})
