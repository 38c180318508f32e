"""What the driver of a GPU tells, by planted answers of its library, and by those that it gave of an H200."""

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


H200 = {
    "nvmlDeviceGetCount": 1,
    "nvmlDeviceGetHandleByIndex": "the device",
    "nvmlDeviceGetUUID": "GPU-00000000-0000-0000-0000-000000000000",  # the one that is not as it was
    "nvmlDeviceGetCurrentClocksThrottleReasons": 1,
    "nvmlDeviceGetComputeRunningProcesses": [],
    "nvmlDeviceGetTotalEnergyConsumption": 2487110,
}
"""What driver 580.159.04 answered of an NVIDIA H200 on which nothing ran, 2026-11-29."""
CLOCKS = (345, 345, 3201, 765)
"""Its clocks in MHz: of graphics, of the multiprocessors, of the memory, of video."""


def test_the_answers_of_an_idle_h200_are_read(monkeypatch):
    answers = {name: lambda *asked, answer=answer: answer for name, answer in H200.items()}
    clock = {"NVML_CLOCK_SM": 1, "nvmlDeviceGetClockInfo": lambda device, kind: CLOCKS[kind]}
    monkeypatch.setitem(sys.modules, "pynvml", SimpleNamespace(nvmlInit=lambda: None, **answers, **clock))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    gpu._driver.cache_clear()
    try:
        assert gpu.reading() == Reading(clock_hertz=345e6, reasons=1, processes=0)
        assert (gpu.joules(), gpu.words(1)) == (2487.11, "")
    finally:
        gpu._driver.cache_clear()


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
