"""Application scenarios: each is decided by its own workloads, and by all of them."""

import json
import re

import pandas as pd
import pytest

from bench import catalogue
from bench.claims import scenarios
from bench.claims.evidence import MIXED, OPINION, REFUTED, REGISTRY, SUPPORTED, UNDECIDED, UNMEASURED, Results
from bench.claims.judge import judge
from tests.bench.claims.planted import (
    ENTRIES,
    STRONG,
    USED,
    cells,
    compared,
    comparisons,
    event,
    frame,
    kernels,
    science,
    verdict_of,
)

SCENARIOS = {
    "use-nlp": "language",
    "use-vision": "vision",
    "use-rl": "reinforcement",
    "use-health": "health",
    "use-driving": "driving",
    "use-finance": "finance",
}


@pytest.mark.parametrize("identity", SCENARIOS)
def test_the_rule_of_a_scenario_names_the_workloads_that_name_the_scenario(identity):
    names = catalogue.of_scenario(SCENARIOS[identity])
    rule = REGISTRY[identity].__doc__ or ""
    assert [name for name in names if not re.search(rf"\b{name}\b", rule)] == []
    timed = {item.name for item in catalogue.timed().values()}
    assert {word for word in re.findall(r"\b[a-z][a-z0-9_]+\b", rule) if word in timed} == set(names)


@pytest.mark.parametrize("identity", STRONG)
@pytest.mark.parametrize(
    ("ratios", "verdict"),
    [
        ([0.6] * 3, SUPPORTED),
        ([1.0] * 3, SUPPORTED),
        ([1.5] * 3, REFUTED),
        ([0.6, 1.0, 1.5], SUPPORTED),  # one vote: the geometric mean is 0.97
        ([0.6, 1.0, 1.5, 1.5], REFUTED),  # 1.08
        ([1.5, 1.5, 1.0], REFUTED),
    ],
)
def test_strong_means_not_slower_and_two_workloads_that_agree_leave_it_undecided(identity, ratios, verdict):
    planted = compared(dict.fromkeys(STRONG[identity], ratios))
    found = judge(ENTRIES[identity], Results("here", {"comparisons": planted}))
    device = found.evidence["devices"]["cpu"]
    assert (found.verdict, device["share"]) == (UNDECIDED, verdict)
    assert device["for"] + device["against"] + device["open"] == device["votes"] == len(STRONG[identity])
    assert device["jax_faster"] == sum(entry["slower"] for entry in device["workloads"].values())


@pytest.mark.parametrize("identity", USED)
def test_who_uses_what_stays_an_opinion_with_the_times_beside_it(identity):
    planted = compared({name: [0.6, 1.5, 1.5] for name in USED[identity]})
    found = judge(ENTRIES[identity], Results("here", {"comparisons": planted}))
    device, count = found.evidence["devices"]["cpu"], len(USED[identity])
    assert (found.verdict, device["torch_faster"], device["jax_faster"]) == (OPINION, count, 2 * count)


def test_beside_an_opinion_stands_at_which_size_the_winner_changes():
    planted = compared({"option_greeks": [1.5]})
    planted = pd.concat(
        [planted, planted.assign(size="paths-100000"), compared({"option_greeks": [0.5]}).assign(size="paths-1000000")]
    )
    (turn,) = judge(ENTRIES["use-finance"], Results("here", {"comparisons": planted})).evidence["devices"]["cpu"][
        "turns"
    ]
    assert (turn["first"], turn["from_size"], turn["to_size"]) == ("against", "paths-100000", "paths-1000000")
    assert 100_000 < turn["at"] < 1_000_000


def test_what_is_undecided_speaks_for_nobody():
    planted = compared(dict.fromkeys(("gpt", "bert"), [1.0] * 3), half_width=0.3)
    found = judge(ENTRIES["use-nlp"], Results("here", {"comparisons": planted}))
    assert (found.verdict, found.evidence["reason"]) == (UNDECIDED, "too few workloads")


@pytest.mark.parametrize("identity", STRONG)
def test_a_scenario_is_decided_by_all_of_its_workloads(identity):
    names = STRONG[identity]
    part = compared(dict.fromkeys(names[:-1], [0.6] * 3))
    failed = compared({names[-1]: [0.6]}).assign(verdict="not comparable", ratio=None)
    for planted in (part, pd.concat([part, failed], ignore_index=True)):
        found = judge(ENTRIES[identity], Results("here", {"comparisons": planted}))
        assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "a workload was not compared")
        assert found.evidence["devices"]["cpu"]["workloads"] == [names[-1]]


def test_a_device_that_lacks_a_workload_leaves_the_other_to_decide():
    planted = pd.concat([compared({"gpt": [0.6], "bert": [0.6]}), compared({"gpt": [1.5]}, device="cuda")])
    found = judge(ENTRIES["use-nlp"], Results("here", {"comparisons": planted}))
    assert (found.verdict, found.evidence["devices"]["cpu"]["share"]) == (UNDECIDED, SUPPORTED)
    assert found.evidence["devices"]["cuda"]["reason"] == "a workload was not compared"


def test_of_driving_inference_is_told_and_training_where_there_is_none():
    training, inference = compared({"unet": [0.6] * 3}), compared({"unet": [1.5] * 3}, "forward")
    for planted, winner in ((training, "torch"), (pd.concat([training, inference]), "jax")):
        found = judge(ENTRIES["use-driving"], Results("here", {"comparisons": planted})).evidence["devices"]["cpu"]
        assert (found["comparisons"], found[f"{winner}_faster"]) == (3, 3)


def test_the_time_per_frame_is_that_of_the_fastest_mode_at_the_largest_size():
    small = cells(
        {("torch", "eager"): 2.0, ("torch", "compile"): 1.0, ("jax", "jit"): 0.5},
        workload="unet",
        task="forward",
        items=8,
    )
    large = cells(
        {("torch", "eager"): 4.0, ("jax", "jit"): 8.0}, workload="unet", task="forward", size="large", items=32
    )
    alone = cells({("jax", "jit"): 8.0}, workload="unet", task="forward", size="large", precision="bfloat16")
    planted = {"comparisons": compared({"unet": [0.6] * 3}, "forward")}
    found = judge(ENTRIES["use-driving"], Results("here", planted | {"cells": small}))
    (rate,) = found.evidence["rates"]
    assert (rate["torch"], rate["jax"]) == (8.0, 16.0)
    found = judge(ENTRIES["use-driving"], Results("here", planted | {"cells": pd.concat([large, alone, small])}))
    (rate,) = found.evidence["rates"]
    assert (rate["size"], rate["precision"], rate["torch"], rate["jax"]) == ("large", "float32", 8.0, 4.0)


def test_updates_per_second_follow_from_the_updates_of_a_step():
    planted = {
        "comparisons": compared({"ppo": [0.6] * 3, "dqn": [0.6] * 3}),
        "cells": cells({("torch", "compile"): 2.0, ("jax", "jit"): 1.0}, workload="ppo"),
    }
    (rate,) = judge(ENTRIES["use-rl"], Results("here", planted)).evidence["rates"]
    assert (rate["torch"], rate["jax"]) == (256.0, 512.0)
    assert (rate["torch_updates"], rate["jax_updates"]) == (20.0, 40.0)  # ten epochs of four minibatches
    elsewhere = planted["cells"].assign(workload="dqn", size="unheard of")
    assert scenarios._updates(rate | {"workload": "dqn", "size": "unheard of"}) == {}
    assert judge(ENTRIES["use-rl"], Results("here", planted | {"cells": elsewhere})).evidence["rates"] == []


@pytest.mark.parametrize(
    ("ratio", "jax", "verdict"),
    [(1.5, 0.4, SUPPORTED), (1.0, 0.4, SUPPORTED), (0.5, 3.0, REFUTED), (1.5, 3.0, MIXED), (0.5, 0.4, MIXED)],
)
def test_jax_suits_high_performance_computing_if_it_is_not_slower_than_torch_and_faster_than_numpy(ratio, jax, verdict):
    frames = {"comparisons": science([ratio]), "runs": kernels(0.5, jax)}
    assert verdict_of("use-hpc", Results("here", frames)) == verdict


def test_one_kernel_alone_does_not_stand_for_high_performance_computing():
    frames = comparisons([1.5] * 3, family="science", workload="nbody") | {"runs": kernels(0.5, 0.4)}
    found = judge(ENTRIES["use-hpc"], Results("here", frames))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "a workload was not compared")


def test_without_numpy_nothing_is_said_of_high_performance_computing():
    found = judge(ENTRIES["use-hpc"], Results("here", {"comparisons": science([1.5])}))
    assert found.verdict == UNMEASURED
    assert found.evidence["reason"] == "NumPy was not timed"


LAYERS = [event("packages", "torch", f"name.nn.{name}", 0.0, "torch.nn.modules.rnn") for name in ("RNN", "LSTM", "GRU")]


@pytest.mark.parametrize(("classes", "verdict"), [([], REFUTED), (["torchvision/rnn.py"], MIXED)])
def test_the_lstm_is_measured_beside_the_claim_on_recurrent_networks(classes, verdict):
    vision = event("packages", "torch", "name.torchvision", float(len(classes)), json.dumps(classes))
    planted = {"events": frame("events", [*LAYERS, vision])}
    found = judge(ENTRIES["use-rnn"], Results("here", planted))
    assert (found.verdict, found.evidence["lstm"]) == (verdict, [])
    found = judge(ENTRIES["use-rnn"], Results("here", planted | {"comparisons": compared({"lstm": [1.5]})}))
    assert found.evidence["lstm"][0]["ratio"] == 1.5


def test_what_is_not_installed_supplies_nothing_that_could_be_told():
    absent = event("packages", "torch", "name.torchvision", text="not installed", outcome="absent")
    found = judge(ENTRIES["use-rnn"], Results("here", {"events": frame("events", [*LAYERS, absent])}))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "torchvision is not installed")
