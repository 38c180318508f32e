"""The events of examples. What int8 gains: the fastest way in float32 against each other way, round by round."""

import json

import pytest

from bench.events import Event
from bench.results import outcomes


def timed(**seconds: list[float]) -> dict[str, Event]:
    """Events of one image by way; two underscores stand for a dot."""
    names = {name: f"seconds.one.{name.replace('__', '.')}" for name in seconds}
    return {names[way]: Event(names[way], "ok", 1.0, json.dumps({"values": own})) for way, own in seconds.items()}


def test_a_gain_is_the_median_over_rounds_against_the_fastest_way_in_float32():
    drift = [1.0, 2.0, 4.0, 1.0, 2.0, 4.0]
    found = outcomes.ways_of_inference(
        timed(
            float32__eager=[9.0 * moment for moment in drift],
            float32__compiled=[6.0 * moment for moment in drift],
            int8__compiled=[2.0 * moment for moment in drift],
        )
    )
    gains = {way.name: way.gains for way in found}
    assert gains["float32.eager"] == gains["float32.compiled"] == {}
    assert gains["int8.compiled"]["one"] == pytest.approx((3.0, 3.0, 3.0))


def test_the_fastest_way_is_that_of_its_precision_and_batch():
    found = outcomes.ways_of_inference(timed(float32__eager=[5.0], float32__compiled=[4.0], int8__eager=[1.0]))
    fastest = outcomes.fastest_way(found, "float32", "one")
    assert fastest is not None and fastest.name == "float32.compiled"
    assert outcomes.fastest_way(found, "float32", "many") is None


@pytest.mark.parametrize(
    "text", ["", "[]", '{"values": "a"}', '{"values": [1, "b"]}', '{"values": [0.0]}', '{"values": [1e99]}']
)
def test_what_is_no_list_of_times_is_left_out(text):
    name = "seconds.one.int8.compiled"
    assert outcomes.ways_of_inference({name: Event(name, "ok", 1.0, text)}) == []


def test_numbers_that_are_none_are_none_in_an_object():
    text = '{"a": 1e999, "b": NaN, "c": -Infinity, "d": 1.5, "e": 1%s}' % ("0" * 400)
    assert outcomes.as_object(text) == {"a": None, "b": None, "c": None, "d": 1.5, "e": None}
    assert outcomes.as_object("[" * 100_000) == {}


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("optax._src.alias", "optax"),
        ("torch.optim.adam", "torch.optim.adam"),
        ("jax.numpy, jax._src.nn", "jax.numpy, jax"),
    ],
)
def test_a_private_module_is_named_by_the_public_one_above_it(name, public):
    assert outcomes.public(name) == public


@pytest.mark.parametrize("text", [None, float("nan")])
def test_an_event_without_a_text_is_one(text):
    row = {"workload": "tracing", "name": "a", "outcome": "ok", "value": None, "text": text}
    assert outcomes.event_of(row).text == ""
