"""What makes a machine the same machine."""

import os
import re

import pytest

from bench.measuring import environment, hardware, identity
from bench.vocabulary import SLUG

KNOWN = {
    "processor": {"family": "25", "model": "17", "stepping": "1"},
    "flags": "a",
    "caches": {"L2": "1M"},
    "cores": 2,
}


@pytest.mark.parametrize(
    "other",
    [
        {"processor": {"family": "25", "model": "1", "stepping": "1"}},
        {"flags": "b"},
        {"caches": {"L2": "512K"}},
        {"processors": 4},
        {"gpus": [{"uuid": "GPU-1"}]},
    ],
)
def test_whatever_differs_is_another_machine(other):
    assert identity.fingerprint(KNOWN | other) != identity.fingerprint(KNOWN)


def test_the_same_facts_are_the_same_machine_in_whatever_order():
    assert identity.fingerprint(dict(reversed(KNOWN.items()))) == identity.fingerprint(KNOWN)


def test_a_process_that_is_bound_to_one_processor_is_on_the_same_machine():
    mine = environment.affinity() or []
    first = identity.fingerprint()
    try:
        environment.pin(mine[-1:])
        identity.identity.cache_clear()
        assert identity.fingerprint() == first
    finally:
        environment.pin(mine)


@pytest.mark.parametrize(
    ("bound", "suffix"), [(range(8), ""), ([0], "-1-thread"), (range(4), "-3-threads"), (range(1, 8), "-6-threads")]
)
def test_a_process_that_is_bound_to_some_processors_names_the_same_machine(monkeypatch, tmp_path, bound, suffix):
    monkeypatch.setattr(hardware, "SYSTEM", tmp_path)
    monkeypatch.setattr(hardware, "gpus", lambda: ())
    monkeypatch.setattr(hardware, "quota", lambda: float("inf"))
    monkeypatch.setattr(environment, "binds", lambda: True)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(bound))
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/online").write_text("0-7\n")
    name = identity.name()
    assert name.partition("-8c")[1:] == ("-8c", suffix)
    assert identity.describe("here")["cores_physical"] == 8


def test_this_machine_is_the_same_at_every_look():
    first = identity.fingerprint()
    identity.identity.cache_clear()
    assert identity.fingerprint() == first
    assert re.fullmatch(r"[0-9a-f]{12}", first)


def test_the_name_of_a_machine_without_accelerator_carries_family_and_model(monkeypatch):
    monkeypatch.setattr(hardware, "gpus", lambda: ())
    monkeypatch.setattr(hardware, "cpu_model", lambda: "AMD EPYC")
    monkeypatch.setattr(identity, "identity", lambda: {"processor": {"family": "25", "model": "17"}})
    assert re.fullmatch(r"amd-epyc-family-25-model-17-\d+c", identity.name())
    assert SLUG.fullmatch(identity.name())


@pytest.mark.parametrize(("wish", "name"), [("0", "nvidia-h200"), ("MIG-1", "part-of-nvidia-h200")])
def test_a_part_of_a_gpu_is_not_called_the_whole_nor_another_part(monkeypatch, wish, name):
    whole = ({"name": "NVIDIA H200", "uuid": "GPU-1", "mig": "Enabled"},)

    def fingerprint(places):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", places)
        monkeypatch.setattr(hardware, "gpus", lambda: hardware.visible(whole))
        identity.identity.cache_clear()
        return identity.fingerprint()

    try:
        assert fingerprint(wish) != fingerprint("MIG-2")
        fingerprint(wish)
        assert identity.name() == name
    finally:
        monkeypatch.undo()
        identity.identity.cache_clear()


def test_cpuinfo_of_arm_is_read_too(tmp_path):
    text = "processor\t: 0\nFeatures\t: fp asimd sve\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n\nprocessor\t: 1\n"
    (tmp_path / "cpuinfo").write_text(text)
    found = identity._cpuinfo(tmp_path / "cpuinfo")
    assert (found["CPU implementer"], found["CPU part"], found["Features"]) == ("0x41", "0xd40", "fp asimd sve")


def test_what_a_run_was_measured_on_stands_beside_the_rest_of_the_description():
    found = identity.describe("here")
    assert found["hardware"] == "here"
    assert found["fingerprint"] == identity.fingerprint()
    assert found["identity"]["processors"] >= 1


def test_which_processors_are_measured_on_and_why_is_told():
    found = identity.describe("here", threads=1)
    assert found["measuring_processors"] == hardware.measuring_cpus(1)
    assert found["chosen_because"].startswith("the last 1 of ")


def test_what_may_change_on_a_machine_is_recorded_and_does_not_make_it_another():
    assert identity.system()["kernel"]
    assert identity.system().items() <= identity.describe("here").items()
    assert not identity.system().keys() & identity.identity().keys()


def test_another_number_of_processors_has_a_name_of_its_own():
    usual = len(hardware.measuring_cpus())
    assert identity.name(usual) == identity.name()
    one, many = identity.name(usual + 1), identity.name(usual + 20)
    assert one.endswith(f"-{usual + 1}-threads")
    assert len({identity.name(), one, many}) == 3


def test_a_long_name_keeps_what_tells_the_number_of_processors(monkeypatch):
    monkeypatch.setattr(hardware, "gpus", lambda: ({"name": "x" * 100},))
    monkeypatch.setattr(hardware, "usual_threads", lambda: 3)
    name = identity.name(1)
    assert name.endswith("x-1-thread")
    assert SLUG.fullmatch(name)
