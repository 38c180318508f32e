"""Energy: a region of its own, by counters that begin anew and may be out of reach; and what counts as waiting."""

import os
import subprocess
import sys

import pytest

from bench.measuring import gpu, hardware, resources
from tests.checkout import ROOT


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Two packages' counters, and how to set them, in microjoules; each begins anew at 1000 J."""
    monkeypatch.setattr(resources, "POWERCAP", tmp_path)
    monkeypatch.setattr(resources, "SHORTEST_ENERGY_SECONDS", 0.01)

    def show(*microjoules):
        for number, count in enumerate(microjoules):
            folder = tmp_path / f"intel-rapl:{number}"
            folder.mkdir(exist_ok=True)
            (folder / "energy_uj").write_text(f"{count}\n")
            (folder / "max_energy_range_uj").write_text("1000000000\n")
        (tmp_path / "intel-rapl:0:0").mkdir(exist_ok=True)  # a part of a package, which counts in it

    show(900_000_000, 5_000_000)
    return show


def test_the_energy_of_a_step_is_that_of_all_packages_also_where_a_counter_begins_anew(packages):
    taken = []

    def block():
        taken.append(4)
        packages(100_000_000, 5_000_000 + 1_000_000 * len(taken))
        return 4

    joules = resources.joules_per_step("cpu", block)
    assert joules == pytest.approx((200 + len(taken)) / sum(taken))


def test_a_counter_that_is_for_the_administrator_alone_is_no_energy(packages, tmp_path):
    file = tmp_path / "intel-rapl:1/energy_uj"
    file.unlink()
    file.mkdir()  # reading it raises an OSError, whoever reads
    assert resources.joules_per_step("cpu", lambda: 1) is None


def test_a_counter_that_stands_still_is_no_energy(packages):
    assert resources.joules_per_step("cpu", lambda: 1) is None


@pytest.mark.parametrize(("told", "joules"), [([100.0, 140.0], 40.0), ([100.0, 40.0], None), ([None], None)])
def test_a_gpu_whose_counter_goes_back_or_cannot_be_read_has_no_energy(monkeypatch, told, joules):
    monkeypatch.setattr(resources, "SHORTEST_ENERGY_SECONDS", 0.01)
    answers, steps = iter(told), iter([1])
    monkeypatch.setattr(gpu, "joules", lambda: next(answers))
    assert resources.joules_per_step("cuda", lambda: next(steps, 0)) == joules


def test_the_region_is_long_enough_for_every_counter():
    assert resources.SHORTEST_ENERGY_SECONDS >= 50 * 0.1  # the slowest ticks every 100 ms: 2 %


METERED = """
import time
from pathlib import Path
class Step(Step):
    def step(self):
        time.sleep(0.02)
        counter = Path({counter!r})
        counter.write_text(str(int(counter.read_text()) + 3_000_000))
"""


@pytest.mark.serial
def test_every_preset_has_energy_of_the_first_trial_where_a_counter_is_readable(bench):
    folder = bench.root / "powercap/intel-rapl:0"
    folder.mkdir(parents=True)
    (folder / "energy_uj").write_text("0")
    (folder / "max_energy_range_uj").write_text("262143328850")
    module = bench.root / "workflow/bench/measuring/resources.py"
    source = module.read_text().replace('"/sys/class/powercap"', repr(str(folder.parent)))
    module.write_text(source.replace("SHORTEST_ENERGY_SECONDS = 5.0", "SHORTEST_ENERGY_SECONDS = 0.2"))
    bench.plant("metered", code=METERED.format(counter=str(folder / "energy_uj")))
    own, twin = bench.measure_all("training/metered", variants=["torch-eager"], twins=["torch-eager"])
    assert own["energy_joules"] == pytest.approx(3.0)
    assert twin["energy_joules"] is None
    assert bench.measure("training/metered", trial=1)["energy_joules"] is None


BUSY = """
import hashlib, json, sys, threading
from bench.measuring import environment
from bench.measuring.resources import during

environment.pin([int(sys.argv[1])])
data = bytes(2**20)

def work():
    for _ in range(200):
        hashlib.sha256(data).digest()  # without the interpreter's lock

def together():
    others = [threading.Thread(target=work) for _ in range(int(sys.argv[2]) - 1)]
    for thread in others:
        thread.start()
    work()
    for thread in others:
        thread.join()

print(during(together)[1].waited_seconds)
"""


@pytest.mark.serial
def test_only_waiting_for_others_counts_and_not_what_threads_of_one_process_wait_for_each_other():
    cpu = str(hardware.measuring_cpus()[-1])
    command = [sys.executable, "-c", BUSY, cpu]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}

    def waited(threads):
        return float(subprocess.run([*command, threads], env=environment, capture_output=True, check=True).stdout)

    alone, together = waited("1"), waited("3")
    burning = "import os, sys\nos.sched_setaffinity(0, [int(sys.argv[1])])\nwhile True: pass"
    neighbour = subprocess.Popen([sys.executable, "-c", burning, cpu])
    try:
        beside = waited("1")
    finally:
        neighbour.kill()
        neighbour.wait()
    assert beside > 0.05
    assert max(alone, together) < beside / 4
