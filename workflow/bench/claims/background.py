"""The claims of section 1, background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench import vocabulary
from bench.claims.evidence import UNDECIDED, Results, Verdict, claim
from bench.claims.rules import LEAST_WORKLOADS, by_framework, by_parts, combine_all
from bench.claims.shared import efficiency, over_numpy, told_ratios, without_loops, yes
from bench.claims.votes import beside, gains
from bench.events import Missing
from bench.vocabulary import COMPARED


@claim("bg-dynamic")
def graph_is_recorded_while_running(results: Results) -> Verdict:
    """Supported if autograd's graphs of two calls of one function that take different branches differ."""
    found = {sign: results.event("control_flow", "torch", f"graph.{sign}") for sign in ("positive", "negative")}
    differ = all(event.ran for event in found.values()) and found["positive"].text != found["negative"].text
    return Verdict(yes(differ), {sign: event.first_line() for sign, event in found.items()})


@claim("bg-tensor-speed")
def tensors_make_numerics_efficient(results: Results) -> Verdict:
    """NumPy's time over that of PyTorch and of JAX, over every kernel that NumPy was timed in, at the same size and in
    the same precision: in the fastest mode of each, and without a compiler in those that were timed so in five kernels
    or more, since a compiler's merit is not the tensor's. A kernel, with the geometric mean of those of its problems
    that have an interval, speaks for it if the whole interval of the speed-up lies above 1, else against it if it lies
    below 1.1. Decided by the votes of kernels, per device; parts that disagree make it mixed. Both frameworks are
    needed.
    """
    found = over_numpy(results)
    if set(found) < set(COMPARED):
        raise Missing("NumPy was not timed")
    counted = {
        name: entry | {"eager": entry["eager"] if _enough(entry["eager"]) else None} for name, entry in found.items()
    }
    decided = by_framework(counted)
    eager = [part["verdict"] for entry in counted.values() if (part := entry["eager"])]
    return Verdict(combine_all([decided.verdict], eager), decided.evidence)


def _enough(part: Mapping[str, Any] | None) -> bool:
    """Whether enough kernels vote on a device; not where none was timed."""
    return part is not None and any(
        found.get("votes", 0) >= LEAST_WORKLOADS for found in part.get("devices", {}).values()
    )


@claim("bg-jax-numerics")
def jax_is_markedly_faster_on_numerics(results: Results) -> Verdict:
    """Best mode against best mode over the families autodiff and science. A workload, with the geometric mean of those
    of its problems that have an interval, speaks for it if JAX is faster and the whole interval lies above 1.2
    (markedly), against it if both are equal, PyTorch is faster, or the whole interval lies below 1.2. Decided by the
    votes of workloads, per device; devices that disagree make it mixed. Loops that are measured only to tell what a
    vectorised derivative spares are left out.
    """
    rows, curves = results.comparisons(vocabulary.NUMERICAL), results.curve_comparisons(vocabulary.NUMERICAL)
    return gains(without_loops(rows), without_loops(curves), "jax", margin=1.2)


@claim("bg-jax-efficiency")
def jax_is_more_efficient(results: Results) -> Verdict:
    """Best mode against best mode over all workloads. A workload, with the geometric mean of those of its problems that
    have an interval, speaks for it if JAX is faster, against it if both are equal or PyTorch is faster. Decided by the
    votes of workloads, per device; devices that disagree make it mixed. Loops that are measured only to tell what a
    vectorised derivative or training spares are left out.
    """
    return gains(without_loops(results.comparisons()), without_loops(results.curve_comparisons()), "jax")


@claim("bg-tf-engine")
def jax_runs_on_tensorflow(results: Results) -> Verdict:
    """Refuted if JAX compiled and ran a program without importing any module of TensorFlow."""
    compiler = results.event("packages", "jax", "engine.compiler")
    engine = results.event("packages", "jax", "engine.tensorflow")
    return Verdict(
        yes(engine.number() > 0),
        {"compiler": compiler.text, "tensorflow": engine.text, "modules_imported": int(engine.number())},
    )


@claim("bg-jax-lambda")
def jax_has_jax_lambda(results: Results) -> Verdict:
    """Refuted if the name is in no source file of jax and jaxlib."""
    return _name_search(results, "name.jax-lambda")


@claim("use-quantum")
def jax_has_qlax(results: Results) -> Verdict:
    """Refuted if the name is in no source file of jax and jaxlib. That a circuit can be simulated and differentiated
    without such a library is recorded beside it: PyTorch's time over JAX's for the variational circuit (vqe), and
    where the number of qubits turns it.
    """
    found = _name_search(results, "name.qlax")
    rows, curves = results.comparisons("autodiff", "vqe"), results.curve_comparisons("autodiff", "vqe")
    return Verdict(found.verdict, found.evidence | {"circuit": told_ratios(rows), "devices": beside(rows, curves)})


def _name_search(results: Results, name: str) -> Verdict:
    event = results.event("packages", "jax", name)
    return Verdict(yes(event.ran), {"files_searched": int(event.number()), "found": event.data() if event.ran else []})


@claim("bg-declarative")
def jax_is_definition_style(results: Results) -> Verdict:
    """Supported if a side effect happens less often than the function is called both with and without jit, refuted if
    it happens in every call in both, mixed if only jit makes it rarer.
    """
    calls = 3
    counts = {mode: results.event("tracing", "jax", f"effects.{mode}").number() for mode in ("eager", "compiled")}
    torch = {mode: results.event("tracing", "torch", f"effects.{mode}").number() for mode in ("eager", "compiled")}
    verdict = by_parts([count < calls for count in counts.values()])
    return Verdict(verdict, {"calls": calls, "jax": counts, "torch": torch})


@claim("bg-distributed")
def jax_distributes_especially_well(results: Results) -> Verdict:
    """The efficiency of data-parallel training on two devices, cores of this machine, in each framework's fastest way,
    against one device on one core. Undecided whatever it is, for it is one training, a verdict takes five, and cores
    share their memory; not measured here where a way's parameters are not those of the reference.
    """
    return Verdict(UNDECIDED, {"frameworks": {framework: efficiency(results, framework) for framework in COMPARED}})
