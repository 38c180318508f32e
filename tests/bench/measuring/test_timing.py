"""The clock."""

import gc
import time

import pytest

from bench import series
from bench.measuring import timing

pytestmark = pytest.mark.serial

PLAN = timing.Plan(warmup_seconds=0.3)


def spin(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def nothing():
    return None


def measured(step, wait=nothing, steps_per_call=1):
    """The warm-up of a step, and eight values after it."""
    warm = timing.warm_up(step, wait, steps_per_call, PLAN)
    return warm, [timing.value(warm, step, wait) for _ in range(8)]


def test_the_median_of_a_known_step_is_right_within_two_percent():
    _, values = measured(lambda: spin(0.002))
    assert series.median(values) == pytest.approx(0.002, rel=0.02)


def test_a_short_step_is_looped_until_a_value_lasts_twenty_milliseconds():
    warm, _ = measured(lambda: spin(0.0005))
    assert warm.loops * 0.0005 >= 0.95 * timing.SHORTEST_BLOCK_SECONDS


def test_a_long_step_is_its_own_value():
    assert measured(lambda: spin(0.05))[0].loops == 1


@pytest.mark.parametrize(("step_seconds", "calls"), [(0.01, 3), (0.1, 3), (timing.LONG_BLOCK_SECONDS, 0)])
def test_a_block_refills_the_caches_unless_it_lasts_long(step_seconds, calls):
    called = []
    measurement = timing.Measurement(3, 1, warmup_values=[1.0, step_seconds / 3])
    timing.refill(measurement, lambda: called.append(1), nothing)
    assert len(called) == calls


def test_steps_inside_one_call_are_counted():
    _, values = measured(lambda: spin(0.03), steps_per_call=10)
    assert series.median(values) == pytest.approx(0.003, rel=0.05)


def test_the_wait_is_inside_the_value():
    warm, values = measured(nothing, lambda: spin(0.03))
    assert min(values) * warm.loops >= 0.03


def test_the_values_of_the_warm_up_are_kept():
    warm, _ = measured(lambda: spin(0.03))
    assert len(warm.warmup_values) >= timing.WINDOW


def test_a_step_that_becomes_slower_all_the_time_is_never_steady():
    state = {"seconds": 0.02}

    def slower():
        state["seconds"] *= 1.1
        spin(state["seconds"])

    assert not timing.warm_up(slower, nothing, 1, PLAN).steady


def test_no_garbage_is_collected_inside_a_value_and_it_is_on_again_after_it():
    seen = []
    gc.enable()
    timing.block_seconds(lambda: seen.append(gc.isenabled()), nothing, 3)
    assert seen == [False] * 3
    assert gc.isenabled()


def test_garbage_collection_is_on_again_after_a_step_that_raises():
    def fail():
        raise RuntimeError("boom")

    gc.enable()
    with pytest.raises(RuntimeError, match="boom"):
        timing.block_seconds(fail, nothing, 1)
    assert gc.isenabled()


def test_the_clock_costs_less_than_one_percent_of_a_one_millisecond_step():
    blocks, around = [], []
    for _ in range(20):
        with timing.stopwatch() as watch:
            blocks.append(timing.block_seconds(lambda: spin(0.001), nothing, 20))
        around.append(watch.seconds)
    assert min(blocks) < 1.01 * 20 * 0.001  # inside a value
    assert min(outer / inner for outer, inner in zip(around, blocks, strict=True)) < 1.01  # around it


BUSY, LATE, IDLE = (0.0, 0.9), (0.5, 0.0), (0.0, 0.0)


@pytest.mark.parametrize(
    ("looks", "waits", "found"),
    [
        ([IDLE], [0.0], IDLE),
        ([IDLE], [0.1], IDLE),
        ([LATE], [0.0], LATE),  # it had its processor
        ([BUSY], [0.0005], BUSY),
        ([LATE, IDLE], [0.1, 0.0], IDLE),  # it had lost it
        ([BUSY, IDLE], [0.1, 0.1], IDLE),
        ([BUSY, BUSY], [0.1, 0.0], BUSY),
        ([LATE, BUSY, LATE], [0.1, 0.1, 0.1], LATE),  # it goes on every time
    ],
)
def test_a_process_that_lost_its_processor_is_looked_at_again_before_it_is_refused(looks, waits, found):
    left = list(zip(looks, waits, strict=True))
    assert timing.work_outside(lambda: left.pop(0), 0.1, 0.5) == found
    assert not left
