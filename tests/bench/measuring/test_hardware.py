"""What this machine is: what a container, a batch system and CUDA_VISIBLE_DEVICES leave of it."""

import os

import pytest

from bench.measuring import environment, hardware, process

FOUND = tuple(
    {"name": f"GPU {place}", "memory_mib": "1", "driver": "580", "uuid": f"GPU-{place}8f6d"} for place in range(3)
)


@pytest.fixture
def control_groups(tmp_path, monkeypatch):
    """An empty /sys/fs/cgroup, and this process in its group job/step, and in box/step of version 1."""
    plain = hardware.line
    groups = "7:cpuset:/\n4:cpuacct,cpu:/box/step\n3:memory:/box/step\n0::/job/step"
    monkeypatch.setattr(hardware, "CONTROL_GROUPS", tmp_path)
    monkeypatch.setattr(hardware, "line", lambda path: groups if path == "/proc/self/cgroup" else plain(path))
    for name in ("job/step", "cpu/box/step", "memory/box/step"):
        (tmp_path / name).mkdir(parents=True)
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
        ({"cpu/box/cpu.cfs_quota_us": "200000", "cpu/box/cpu.cfs_period_us": "100000"}, 2),
        ({"cpu/box/step/cpu.cfs_quota_us": "100000", "cpu/box/step/cpu.cfs_period_us": "100000"}, 1),
    ],
)
def test_a_limit_of_the_control_groups_counts(control_groups, files, cores):
    for name, content in files.items():
        (control_groups / name).write_text(content + "\n")
    assert hardware._quota(64) == cores


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({"job/memory.max": "4000", "job/memory.current": "1500"}, 2500),
        ({"job/step/memory.max": "max", "job/step/memory.current": "1500"}, None),
        ({"memory.max": "4000", "memory.current": "1500", "memory.stat": "anon 7\ninactive_file 500"}, 3000),
        ({"memory/box/memory.limit_in_bytes": "4000", "memory/box/memory.usage_in_bytes": "4200"}, 0),
    ],
)
def test_what_a_control_group_allows_is_all_the_memory_there_is(control_groups, files, left):
    for name, content in files.items():
        (control_groups / name).write_text(content + "\n")
    free = hardware.available_bytes()
    assert free == left if left is not None else free > 4000


@pytest.mark.parametrize(
    "file", ["memory.events", "job/step/memory.events", "memory/memory.oom_control", "memory/box/memory.oom_control"]
)
def test_a_process_that_the_kernel_killed_is_counted_in_both_versions_of_control_groups(control_groups, file):
    assert process.kernel_kills() == 0
    (control_groups / file).write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n")
    assert process.kernel_kills() == 3


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        (None, ["GPU 0", "GPU 1", "GPU 2"]),
        ("", []),
        ("-1", []),
        ("2", ["GPU 2"]),
        ("1, 0", ["GPU 1", "GPU 0"]),
        ("7", []),
        ("GPU-28,GPU-0", ["GPU 2", "GPU 0"]),
        ("GPU-dddd", []),
        ("MIG-8f6d", ["GPU 0", "GPU 1", "GPU 2"]),
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
        ("NVIDIA H200, 143771, 580.65.06, GPU-0, 00000000:3B:00.0, 700.00, Disabled", ("cpu", "cuda")),
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


@pytest.fixture
def machine(tmp_path, control_groups, monkeypatch):
    """A machine of eight cores in one node without a quota; how to give processors facts, and the control groups."""
    monkeypatch.setattr(hardware, "SYSTEM", tmp_path / "system")
    monkeypatch.setattr(hardware, "PCI", tmp_path / "pci")
    monkeypatch.setattr(hardware, "gpus", lambda: ())
    monkeypatch.setattr(environment, "binds", lambda: True)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)))

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")

    write("system/node/node0/cpulist", "0-7")
    return write


def two_nodes(machine):
    machine("system/node/node0/cpulist", "0-2,7")
    machine("system/node/node1/cpulist", "3-6")
    machine("system/node/node2/cpulist", "")


def test_a_run_takes_the_last_cores_and_leaves_one_to_the_system(machine):
    assert hardware.measuring_cpus() == [1, 2, 3, 4, 5, 6, 7]
    assert hardware.choice(1) == hardware.Choice(
        [7], "the last 1 of the 8 physical cores of this machine; the others are left to the system"
    )
    with pytest.raises(ValueError, match=r"cpu_threads is 9, allowed are 1 to 8 \(the 8 physical cores"):
        hardware.measuring_cpus(9)


def test_two_threads_of_one_core_are_one_core(machine):
    for cpu in range(8):
        machine(f"system/cpu/cpu{cpu}/topology/thread_siblings_list", f"{cpu // 2 * 2}-{cpu // 2 * 2 + 1}")
    assert hardware.physical_cpus() == [0, 2, 4, 6]
    assert hardware.with_siblings([6]) == {6, 7}


def test_a_single_core_measures(machine, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3})
    assert hardware.measuring_cpus() == [3]


@pytest.mark.parametrize(
    ("told", "speeds", "fast"),
    [
        ("cpu_capacity", [250] * 4 + [1024] * 4, [4, 5, 6, 7]),
        ("cpufreq/cpuinfo_max_freq", [5_200_000] * 2 + [5_000_000] * 2 + [3_800_000] * 4, [0, 1, 2, 3]),
        ("cpufreq/cpuinfo_max_freq", [4_000_000] * 8, list(range(8))),
        ("cpufreq/cpuinfo_max_freq", [4_000_000] * 7, list(range(8))),  # one does not tell
    ],
)
def test_cores_for_performance_and_for_efficiency_are_not_mixed(machine, told, speeds, fast):
    for cpu, speed in enumerate(speeds):
        machine(f"system/cpu/cpu{cpu}/{told}", speed)
    chosen = hardware.choice()
    assert chosen.cpus == fast[1:]
    assert (f"{len(fast)} are of the fastest class" in chosen.because) == (len(fast) < 8)


@pytest.mark.parametrize(
    ("threads", "cpus", "because"),
    [
        (None, [4, 5, 6], "of one node of memory, 1;"),
        (4, [3, 4, 5, 6], "of one node of memory, 1;"),
        (5, [3, 4, 5, 6, 7], "the last 5 of the 8 physical cores of this machine;"),
    ],
)
def test_a_run_stays_on_one_node_of_memory_where_one_is_large_enough(machine, threads, cpus, because):
    two_nodes(machine)
    chosen = hardware.choice(threads)
    assert chosen.cpus == cpus
    assert because in chosen.because


@pytest.mark.parametrize(("node", "cpus"), [("0", [1, 2, 7]), ("1", [4, 5, 6]), ("-1", [4, 5, 6])])
def test_the_node_is_the_one_beside_which_the_accelerator_stands(machine, monkeypatch, node, cpus):
    two_nodes(machine)
    machine("pci/0000:3b:00.0/numa_node", node)
    monkeypatch.setattr(hardware, "gpus", lambda: ({"name": "GPU", "bus": "00000000:3B:00.0"},))
    assert hardware.measuring_cpus() == cpus


def test_under_a_quota_the_last_cores_are_taken(machine, control_groups):
    (control_groups / "cpu.max").write_text("250000 100000")
    chosen = hardware.choice()
    assert chosen.cpus == [7]
    assert "the control group gives 2.5" in chosen.because
    assert hardware.physical_cpus() == [6, 7]
    assert hardware.measuring_cpus(2) == [6, 7]
    with pytest.raises(ValueError, match=r"cpu_threads is 3, allowed are 1 to 2 .*, the control group gives 2.5"):
        hardware.measuring_cpus(3)


@pytest.mark.parametrize(
    ("limit", "refused"), [("50000 100000", True), ("100000 100000", False), ("max 100000", False)]
)
def test_less_than_a_processor_is_refused_with_what_to_do(machine, control_groups, limit, refused):
    (control_groups / "job/cpu.max").write_text(limit)
    if refused:
        with pytest.raises(ValueError, match=r"gives this process 0.5 processors, .* raise the limit"):
            hardware.require_whole_processor()
    else:
        hardware.require_whole_processor()
