"""The claims of section 6, application scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench import catalogue, vocabulary
from bench.claims import rules
from bench.claims.evidence import OPINION, Names, Results, Verdict, claim
from bench.claims.rules import by_parts, combine_all
from bench.claims.shared import INFERENCE, over_numba, over_numpy, told_ratios
from bench.claims.votes import beside, strength
from bench.events import Missing
from bench.results import ratios
from bench.vocabulary import COMPARED, size_rank


@claim("use-nlp")
def torch_is_strong_for_language(results: Results) -> Verdict:
    """Strong means not slower. Best mode against best mode over the training steps and forward passes of gpt and bert.
    A workload, with the geometric mean of those of its problems that have an interval, speaks for it if PyTorch is
    faster or both are equal, against it if JAX is faster. Decided by the votes of workloads, per device: two that
    agree leave it undecided. A device where one of them was not compared decides nothing.
    """
    return _torch_is_strong(results, "language")


@claim("use-vision")
def torch_is_strong_for_vision(results: Results) -> Verdict:
    """Strong means not slower. Best mode against best mode over the training steps and forward passes of resnet and
    unet. A workload, with the geometric mean of those of its problems that have an interval, speaks for it if PyTorch
    is faster or both are equal, against it if JAX is faster. Decided by the votes of workloads, per device: two that
    agree leave it undecided. A device where one of them was not compared decides nothing.
    """
    return _torch_is_strong(results, "vision")


@claim("use-rl")
def torch_suits_reinforcement_learning(results: Results) -> Verdict:
    """To suit means not to be slower. Best mode against best mode over dqn and ppo, whose step is the whole loop, so
    that the ratio of times is that of environment steps per second and of updates per second. A workload, with the
    geometric mean of those of its problems that have an interval, speaks for it if PyTorch is faster or both are equal,
    against it if JAX is faster. Decided by the votes of workloads, per device: two that agree leave it undecided. A
    device where one of them was not compared decides nothing.
    """
    found = _torch_is_strong(results, "reinforcement")
    rates = _rates(results, catalogue.of_scenario("reinforcement"), ("train",))
    return Verdict(found.verdict, found.evidence | {"rates": [rate | _updates(rate) for rate in rates]})


def _updates(rate: Mapping[str, Any]) -> dict[str, float]:
    """Updates of the networks per second; {} where the problem or its size is unknown here.

    A step makes one update, or as many as the epochs and minibatches that its size names.
    """
    settings = catalogue.known(rate["workload"]).sizes.get(rate["size"])
    if settings is None:
        return {}
    updates = settings.get("epochs", 1) * settings.get("minibatches", 1)
    return {f"{framework}_updates": updates / rate[f"{framework}_seconds"] for framework in COMPARED}


@claim("use-driving")
def torch_for_driving(results: Results) -> Verdict:
    """Who uses what is opinion. Beside it stands the time per frame of semantic segmentation (unet): best mode against
    best mode over its forward passes, or over its training steps where no forward pass was compared, per device.
    """
    names = catalogue.of_scenario("driving")
    forward = results.comparisons("training", names, INFERENCE)
    task = INFERENCE if forward["ratio"].notna().any() else ("train",)
    return Verdict(OPINION, _beside(results, names, task) | {"rates": _rates(results, names, task)})


@claim("use-health")
def torch_for_health_care(results: Results) -> Verdict:
    """Who uses what is opinion. Beside it stand the times, best mode against best mode, per device, over the training
    steps and forward passes of unet (imaging), dna_cnn (genomics) and gcn (drug discovery).
    """
    return Verdict(OPINION, _beside(results, catalogue.of_scenario("health")))


@claim("use-finance")
def torch_for_finance(results: Results) -> Verdict:
    """Who uses what is opinion. Beside it stand the times, best mode against best mode, per device, of the price of a
    basket option and its sensitivities (option_greeks).
    """
    return Verdict(OPINION, _beside(results, catalogue.of_scenario("finance")))


def _beside(results: Results, names: Sequence[str], task: Names = None) -> dict[str, Any]:
    rows = results.comparisons(workload=names, task=task)
    if rows.empty:
        raise Missing("no comparisons")
    return {"devices": beside(rows, results.curve_comparisons(workload=names, task=task))}


@claim("use-hpc")
def jax_suits_high_performance_computing(results: Results) -> Verdict:
    """Two parts, over the kernels of the family science alone, forward and, as far as that was measured,
    differentiated. To suit means, first, not to be slower than the alternative: best mode against best mode, a kernel,
    with the geometric mean of those of its problems that have an interval, speaks for it if JAX is faster or both are
    equal, against it if PyTorch is faster; a device where one of the kernels was not compared decides nothing. Second,
    to be faster than NumPy: a kernel speaks for it if the whole interval of the same mean of NumPy's time over JAX's
    lies above 1, else against it if it lies below 1.1. Each part is decided by the votes of kernels, per device; parts
    that disagree make it mixed. Both are needed. PyTorch over NumPy is recorded beside it, and so is, where it was
    timed, JAX against a compiled base line: loops that Numba compiles.
    """
    rows = results.comparisons("science")
    kernels = [item.name for item in catalogue.timed().values() if item.family == "science"]
    alone = strength(rows, results.curve_comparisons("science"), "jax", kernels)
    numpy = over_numpy(results)
    if "jax" not in numpy:
        raise Missing("NumPy was not timed", devices=alone.evidence["devices"])
    rules.require_decided([numpy["jax"]], devices=alone.evidence["devices"])
    differentiated = rows[rows["task"].map(ratios.is_derivative).astype(bool)]
    return Verdict(
        combine_all([alone.verdict, numpy["jax"]["verdict"]]),
        alone.evidence
        | {"numpy": {"jax": numpy["jax"] | {"eager": None}}, "differentiated": told_ratios(differentiated)}
        | {"numba": over_numba(results, "jax")}
        | {
            "torch_over_numpy": {key: numpy["torch"][key] for key in ("won", "untold", "of")}
            if "torch" in numpy
            else None
        },
    )


def _torch_is_strong(results: Results, scenario: str) -> Verdict:
    names = catalogue.of_scenario(scenario)
    rows, curves = results.comparisons("training", names), results.curve_comparisons("training", names)
    return strength(rows, curves, "torch", names)


def _rates(results: Results, names: Sequence[str], tasks: Sequence[str]) -> list[dict[str, Any]]:
    """Items per second and seconds of a step in the fastest mode of both, at the largest size that both ran."""
    cells = results.cells("training", names, tasks)
    cells = cells[cells["items_per_second"].notna()]
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    # of several precisions float32, the first of most trainings, is told where it was measured
    order = cells.assign(rank=cells["size"].map(size_rank), single=cells["precision"] == "float32")
    for key, group in order.sort_values(["rank", "single"]).groupby(vocabulary.PROBLEM, sort=False):
        where = dict(zip(vocabulary.PROBLEM, key, strict=True))
        best = {row["framework"]: row for row in group.sort_values("step_seconds", ascending=False).to_dict("records")}
        if set(best) >= set(COMPARED):
            rows[where["workload"], where["device"]] = {
                **{name: where[name] for name in ("workload", "task", "size", "precision", "device")},
                **{framework: float(best[framework]["items_per_second"]) for framework in COMPARED},
                **{f"{framework}_seconds": float(best[framework]["step_seconds"]) for framework in COMPARED},
            }
    return list(rows.values())


@claim("use-rnn")
def torchvision_supplies_recurrent_networks(results: Results) -> Verdict:
    """Refuted if RNN, LSTM and GRU of torch.nn run and no class of torchvision is one, supported if the opposite holds,
    else mixed. Where torchvision is not installed, what it supplies cannot be told. The ratio of times of the LSTM is
    recorded beside it.
    """
    layers = {name: results.event("packages", "torch", f"name.nn.{name}") for name in ("RNN", "LSTM", "GRU")}
    vision = results.event("packages", "torch", "name.torchvision")
    if not vision.ran:
        raise Missing("torchvision is not installed", **{name: event.text for name, event in layers.items()})
    verdict = by_parts([bool(vision.value), not all(event.ran for event in layers.values())])
    return Verdict(
        verdict,
        {
            "torchvision": ", ".join(vision.data()) or "absent",
            **{name: event.text for name, event in layers.items()},
            "lstm": told_ratios(results.comparisons("training", "lstm")),
        },
    )
