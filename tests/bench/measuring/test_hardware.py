"""What this machine is: what a container, a batch system and CUDA_VISIBLE_DEVICES leave of it."""

import pytest

from bench.measuring import hardware

FOUND = tuple({"name": f"GPU {place}", "memory_mib": "1", "driver": "580"} for place in range(3))


@pytest.fixture
def control_groups(tmp_path, monkeypatch):
    """An empty /sys/fs/cgroup, and this process in its group job/step."""
    plain = hardware.line
    monkeypatch.setattr(hardware, "CONTROL_GROUPS", tmp_path)
    monkeypatch.setattr(hardware, "line", lambda path: "0::/job/step" if path == "/proc/self/cgroup" else plain(path))
    (tmp_path / "job/step").mkdir(parents=True)
    (tmp_path / "cpu").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, 64),
        ({"cpu.max": "max 100000"}, 64),
        ({"cpu.max": "200000 100000"}, 2),
        ({"cpu.max": "50000 100000"}, 1),
        ({"job/cpu.max": "400000 100000", "job/step/cpu.max": "max 100000"}, 4),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 64),
        ({"cpu/cpu.cfs_quota_us": "300000", "cpu/cpu.cfs_period_us": "100000"}, 3),
    ],
)
def test_a_limit_of_the_control_groups_counts(control_groups, files, cores):
    for name, content in files.items():
        (control_groups / name).write_text(content + "\n")
    assert hardware._quota(64) == cores


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        (None, ["GPU 0", "GPU 1", "GPU 2"]),
        ("", []),
        ("-1", []),
        ("2", ["GPU 2"]),
        ("1, 0", ["GPU 1", "GPU 0"]),
        ("7", []),
        ("GPU-8f6d", ["GPU 0", "GPU 1", "GPU 2"]),
    ],
)
def test_hidden_gpus_are_not_there(monkeypatch, wish, names):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if wish is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", wish)
    assert [gpu["name"] for gpu in hardware.visible(FOUND)] == names


@pytest.mark.parametrize(
    ("answer", "devices"),
    [
        ("NVIDIA H200, 143771, 580.65.06, GPU-0, 700.00, Disabled", ("cpu", "cuda")),
        ("No devices were found", ("cpu",)),
        ("", ("cpu",)),
    ],
)
def test_a_driver_without_devices_is_no_device(monkeypatch, tmp_path, answer, devices):
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    hardware.gpus.cache_clear()
    try:
        assert hardware.devices() == devices
    finally:
        hardware.gpus.cache_clear()


def test_a_run_takes_the_last_cores_and_leaves_one_to_the_system(monkeypatch):
    monkeypatch.setattr(hardware, "physical_cpus", lambda: [0, 2, 4, 6])
    assert hardware.measuring_cpus() == [2, 4, 6]
    assert hardware.measuring_cpus(1) == [6]
    with pytest.raises(ValueError, match="cpu_threads is 5, allowed are 1 to 4"):
        hardware.measuring_cpus(5)


def test_a_single_core_measures(monkeypatch):
    monkeypatch.setattr(hardware, "physical_cpus", lambda: [3])
    assert hardware.measuring_cpus() == [3]
