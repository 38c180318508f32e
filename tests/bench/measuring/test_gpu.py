"""What the driver of a GPU tells, by planted answers of its library."""

import sys
from types import SimpleNamespace

import pytest

from bench.measuring import gpu
from bench.measuring.gpu import Reading

UUIDS = ["GPU-aaaa-1", "GPU-bbbb-2", "GPU-bbcc-3"]


@pytest.fixture
def driver(monkeypatch):
    """A library whose three GPUs have a clock of 100, 200, 300 MHz; it knows no throttle reasons."""

    def unknown(device):
        raise RuntimeError("Not Supported")

    library = SimpleNamespace(
        NVML_CLOCK_SM=1,
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: len(UUIDS),
        nvmlDeviceGetHandleByIndex=lambda place: place,
        nvmlDeviceGetUUID=lambda device: UUIDS[device],
        nvmlDeviceGetClockInfo=lambda device, kind: 100 * (device + 1),
        nvmlDeviceGetCurrentClocksThrottleReasons=unknown,
        nvmlDeviceGetComputeRunningProcesses=lambda device: ["a", "b"],
        nvmlDeviceGetTotalEnergyConsumption=lambda device: 5000 * (device + 1),
    )
    monkeypatch.setitem(sys.modules, "pynvml", library)
    gpu._driver.cache_clear()
    yield
    gpu._driver.cache_clear()


@pytest.mark.parametrize(("wish", "place"), [("0", 0), ("2,0", 2), ("GPU-bbcc", 2), ("GPU-bb", 1), (UUIDS[0], 0)])
def test_the_gpu_that_is_asked_is_the_one_that_is_measured(driver, monkeypatch, wish, place):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", wish)
    assert gpu.reading() == Reading(clock_hertz=(place + 1) * 1e8, reasons=None, processes=2)
    assert gpu.joules() == 5.0 * (place + 1)


@pytest.mark.parametrize("wish", ["7", "MIG-aaaa", "GPU-dddd", ""])
def test_of_a_gpu_that_the_driver_does_not_list_nothing_is_told(driver, monkeypatch, wish):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", wish)
    assert (gpu.reading(), gpu.joules()) == (Reading(), None)


def test_without_the_library_nothing_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    gpu._driver.cache_clear()
    try:
        assert (gpu.reading(), gpu.joules()) == (Reading(), None)
    finally:
        gpu._driver.cache_clear()


def test_a_run_has_its_median_clock_all_that_held_it_down_and_the_most_processes():
    found = [Reading(1.0e9, 0x1, 2), Reading(1.8e9, 0x4, 3), Reading(1.9e9, 0x24, 2)]
    assert gpu.summary(found) == {
        "gpu_clock_hertz": 1.8e9,
        "gpu_throttle_reasons": "power limit, temperature limit",
        "gpu_processes": 3,
    }


def test_what_was_never_told_is_null():
    assert set(gpu.summary([Reading(), Reading()]).values()) == {None}


def test_a_gpu_that_is_idle_or_free_is_held_down_by_nothing():
    assert gpu.words(0x1) == gpu.words(0) == ""
