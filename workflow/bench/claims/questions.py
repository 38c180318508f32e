"""The claims of section 9, questions and answers."""

from __future__ import annotations

from typing import Any

from bench.claims.evidence import Results, Verdict, claim
from bench.claims.rules import by_parts, combine_all
from bench.claims.shared import error_of, gradient_costs, outcome_of, share_of_two, without_loops, yes
from bench.claims.votes import gains
from bench.events import ENDED, Missing
from bench.results import outcomes
from bench.vocabulary import COMPARED


@claim("faq-choose")
def choose_by_need(results: Results) -> Verdict:
    """Two parts: JAX is faster (the rule of efficiency), and PyTorch runs more of the forms of Python control flow than
    JAX does. Supported if both hold, refuted if both are refuted, else mixed.
    """
    performance = gains(without_loops(results.comparisons()), without_loops(results.curve_comparisons()), "jax")
    counts = {
        framework: sum(
            event.verdict == "right"
            for name, event in results.events("control_flow", framework).items()
            if name.split(".")[0] in ("eager", "compiled")
        )
        for framework in COMPARED
    }
    flexible = yes(counts["torch"] > counts["jax"])
    return Verdict(
        combine_all([performance.verdict, flexible]),
        {"performance": performance.verdict, "flexibility": flexible, "control_flow_forms_right": counts}
        | performance.evidence,
    )


@claim("faq-migrate")
def migrate_by_replacing(results: Results) -> Verdict:
    """Three parts: the migrated network is the same, jax.numpy has the counterparts of torch.nn's layers, and jax.jit
    those of torch.optim. The network is the same if its outputs, gradients, ten losses, trained weights and running
    statistics equal the reference in both frameworks, and the trained weights travel back. Supported if all hold,
    refuted if none does, else mixed. Every layer alone, by the function of its name and as it must be meant, and what
    JAX defines elsewhere in its public modules, are recorded beside it.
    """
    names = ("output", "gradient", "losses", "weights", "back")
    equal = {
        framework: {name: error_of(results.event("exporting", framework, f"migrated.{name}")) for name in names}
        for framework in COMPARED
    }
    named, own = (
        {name: results.event("exporting", "jax", f"{kind}.{name}") for name in ("layers", "optimiser")}
        for kind in ("named", "own")
    )
    same = all(entry["holds"] for entries in equal.values() for entry in entries.values())
    return Verdict(
        by_parts([same, *(event.ran for event in named.values())]),
        {
            **equal,
            "same": same,
            "named": {name: outcome_of(event) for name, event in named.items()},
            "own": {name: outcome_of(event) for name, event in own.items()},
            "own_training": error_of(results.event("exporting", "jax", "own.training")),
            "layers": {kind.replace(" ", "_"): _layers(results, kind) for kind in ("as named", "as meant")},
            "sources": {
                part: outcomes.public(module)
                for part, module in results.event("exporting", "jax", "sources").data().items()
            },
        },
    )


def _layers(results: Results, kind: str) -> dict[str, Any]:
    """How many of JAX's layers give what torch's do, of how many, and which do not."""
    found = {
        name.split(".")[1]: event.accurate
        for name, event in results.events("exporting", "jax").items()
        if name.startswith("layer.") and name.endswith(f".{kind}")
    }
    return {
        "of": len(found),
        "right": sum(found.values()),
        "wrong": [name for name, right in found.items() if not right],
    }


@claim("faq-when-traced")
def graph_is_built_at_definition(results: Results) -> Verdict:
    """Supported if defining a jitted function traces it, refuted if it does not."""
    names = ("definition", "first_call", "same_shape", "new_shape", "third_shape", "new_type")
    counts = {
        framework: {name: results.event("tracing", framework, f"traces.{name}").number() for name in names}
        for framework in COMPARED
    }
    return Verdict(yes(counts["jax"]["definition"] > 0), {"traces_so_far": counts})


@claim("faq-recursive")
def gradients_by_recursion_over_the_graph(results: Results) -> Verdict:
    """A recursion ends where its stack does, finishes one branch before it enters the next, and, unless it remembers
    where it was, visits an operation once per path to it. Per framework it recurses in depth if it cannot differentiate
    a chain of operations that is deeper than its stack has room for (Python's recursion limit, or a small stack of
    machine code), in breadth if it visits the branches one after the other, along paths if it visits an operation more
    than once. Supported if all three hold in both frameworks, refuted if none does, else mixed. A chain that recursion
    in Python can walk decides nothing. Both programs and the cost of value and gradient in units of the value, here and
    for every workload whose function was timed too, are recorded beside it.
    """
    frameworks = {framework: _recursion(results, framework) for framework in COMPARED}
    parts = [holds for entry in frameworks.values() for holds in entry["recurses"].values()]
    return Verdict(by_parts(parts), frameworks | {"gradients": gradient_costs(results)})


def _recursion(results: Results, framework: str) -> dict[str, Any]:
    """In which ways the backward pass of a framework recurses, and what says so."""
    names = ("backward program", "deep.gradient", "deep.recursion", "branches", "ladder", "cost")
    program, deep, walked, branches, ladder, cost = (results.event("derivatives", framework, name) for name in names)
    if walked.ran:
        raise Missing("the example is too small", message=walked.first_line())
    ended = deep.outcome == "raised" and deep.text.startswith(("RecursionError", ENDED))
    if not ended and not deep.accurate:
        raise Missing("the example failed", message=deep.first_line())
    rungs, order = ladder.data(), branches.data()
    programs = program.data()
    return {
        "recurses": {
            "depth": ended,
            "breadth": branches.number() == len({name.split()[0] for name in order["visited"]}) - 1,
            "paths": ladder.number() > rungs["operations"],
        },
        "deep": deep.data() if deep.ran else {"says": deep.first_line()},
        "walked": walked.first_line(),
        "visited": order["visited"],
        "visits": int(ladder.number()),
        **rungs,
        "forward": programs["forward"],
        "backward": programs["backward"],
        "cost_ratio": cost.value,
    }


@claim("faq-ddp")
def ddp_is_in_torch_nn_parallel(results: Results) -> Verdict:
    """Supported if it is there and the gradients that two processes have after a backward pass equal those of one."""
    module = results.event("packages", "torch", "name.nn.parallel.DistributedDataParallel")
    found = [results.event("distribution", "torch", f"two.gradient.{rank}") for rank in (0, 1)]
    holds = module.ran and all(event.accurate for event in found)
    return Verdict(
        yes(holds),
        {
            "module": module.text,
            "errors": [event.value for event in found],
            "efficiency": share_of_two(results, "torch"),
        },
    )


@claim("faq-lax-pmap")
def pmap_is_in_lax(results: Results) -> Verdict:
    """Supported if jax.lax has a pmap, refuted if it has none."""
    names = {"lax_pmap": "jax.lax.pmap", "pmap": "jax.pmap", "shard_map": "jax.shard_map"}
    found = {short: results.event("packages", "jax", f"name.{name}") for short, name in names.items()}
    return Verdict(yes(found["lax_pmap"].ran), {short: event.text for short, event in found.items()})


@claim("faq-pmap-cpu")
def pmap_distributes(results: Results) -> Verdict:
    """Supported if pmap over two devices of this machine gives the gradient of one, refuted if it does not. The
    same by shard_map and by jit, and what the second device gains, which is no part of the verdict, stand beside it.
    """
    ways = {"pmap": "two", "shard_map": "two by shard_map", "jit": "two by jit"}
    found = {way: results.event("distribution", "jax", f"{name}.gradient") for way, name in ways.items()}
    return Verdict(
        yes(found["pmap"].accurate),
        {
            "errors": {way: event.value for way, event in found.items()},
            "efficiency": share_of_two(results, "jax"),
            "devices": int(results.event("distribution", "jax", "devices").number()),
        },
    )
