"""What others took of the processors that are measured on."""

import pytest

from bench.measuring import hardware, load

STAT = """cpu  9999 9999 9999 9999 9999 9999 9999 9999 0 0
cpu0 {busy} 0 0 500 0 0 0 0 0 0
cpu1 {user} 1 2 1000 50 3 4 {steal} 70 70
cpu11 9999 0 0 0 0 0 0 9999 0 0
intr 1 2 3
"""
PROCESS = "{pid} (a (strange) name) R 1 1 1 0 -1 0 0 0 0 0 {user} {system} 3 4 20 0 1 0\n"


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A planted /proc and /sys/fs/cgroup, and how to write into them."""
    monkeypatch.setattr(load, "PROC", tmp_path / "proc")
    monkeypatch.setattr(load, "TICKS_PER_SECOND", 100)
    monkeypatch.setattr(hardware, "CONTROL_GROUPS", tmp_path / "cgroup")

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


def test_what_is_busy_beside_the_trial_on_its_processors_is_foreign(system):
    system("proc/stat", STAT.format(busy=0, user=100, steal=5))
    system("proc/42/stat", PROCESS.format(pid=42, user=10, system=5))
    before = load.counters([1], [42])
    system("proc/stat", STAT.format(busy=800, user=400, steal=25))
    system("proc/42/stat", PROCESS.format(pid=42, user=200, system=15))
    found = load.load(before, load.counters([1], [42]), 1)
    assert found.foreign_seconds == pytest.approx(3.0 - 2.0)
    assert found.steal_seconds == pytest.approx(0.2)
    assert found.throttled_seconds is None


def test_a_trial_that_is_counted_finer_than_its_processors_has_no_negative_neighbours(system):
    before = load.Counters(0.0, 1.0, 0.0, 0.0, None)
    after = load.Counters(1.0, 1.98, 0.99, 0.0, None)
    assert load.load(before, after, 1).foreign_seconds == 0.0


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("cgroup/cpu.stat", "usage_usec 7\nnr_throttled 3\nthrottled_usec {micro}\n"),
        ("cgroup/cpu/cpu.stat", "nr_periods 7\nthrottled_time {micro}000\n"),
    ],
)
def test_the_time_that_a_quota_took_is_read_in_both_versions_of_control_groups(system, file, text):
    system("proc/stat", STAT.format(busy=0, user=0, steal=0))
    system(file, text.format(micro=100))
    before = load.counters([1], [])
    system(file, text.format(micro=250_100))
    assert load.load(before, load.counters([1], []), 1).throttled_seconds == pytest.approx(0.25)


def test_a_system_that_tells_nothing_is_not_a_quiet_one(system):
    found = load.load(load.counters([0], [1]), load.counters([0], [1]), 1)
    assert (found.steal_seconds, found.throttled_seconds, found.foreign_seconds) == (None, None, None)


def test_the_real_counters_of_this_machine_go_on():
    assert (load.counters([0], []).busy_seconds or 0.0) > 0


@pytest.mark.parametrize(
    ("waited", "around", "share"),
    [
        (0.0, load.Load(2.0, None, None, None), 0.0),
        (0.1, load.Load(2.0, None, None, None), 0.1),
        (0.0, load.Load(2.0, None, None, 0.5), 0.25),
        (0.25, load.Load(2.0, None, None, 0.5), 0.25),  # it waited for the same others
        (0.0, load.Load(2.0, None, 0.6, 0.5), 0.3),
        (0.25, load.Load(2.0, 0.2, None, 0.5), 0.35),  # what is stolen a process does not notice
    ],
)
def test_what_a_run_lost_is_what_it_waited_or_what_others_took_and_what_was_stolen(waited, around, share):
    assert load.lost(waited, 1.0, around).share == pytest.approx(share)
