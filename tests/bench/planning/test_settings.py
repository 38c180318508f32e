"""config.yaml: schema, defaults and documentation agree; wrong values are named."""

import re
from typing import Any

import pytest
import yaml

from bench.measuring import hardware
from bench.planning import settings
from tests.checkout import ROOT

CONFIG = ROOT / "config.yaml"


def test_config_yaml_holds_exactly_the_defaults_of_the_schema():
    defaults = {key: rule["default"] for key, rule in settings.schema()["properties"].items()}
    assert yaml.safe_load(CONFIG.read_text()) == defaults


def test_every_key_of_config_yaml_has_a_comment_above_it():
    lines = CONFIG.read_text().splitlines()
    for number, line in enumerate(lines):
        if re.match(r"[a-z_]+:", line):
            assert lines[number - 1].startswith("#"), line


@pytest.mark.parametrize("name", settings.PRESETS)
def test_the_comments_of_config_yaml_tell_the_presets(name):
    preset = settings.PRESETS[name]
    text = re.sub(r"\n# ?", " ", CONFIG.read_text())
    assert re.search(rf"\b{name}\b[^.]*", text)
    assert f"{name} {preset.trials}" in text
    assert f"{name} {preset.budget_seconds:g}" in text


def test_the_default_configuration_loads():
    assert settings.load(yaml.safe_load(CONFIG.read_text())).preset.name == "quick"


@pytest.mark.parametrize("name", settings.PRESETS)
def test_every_preset_loads(name):
    assert settings.load({"preset": name}).trials == settings.PRESETS[name].trials


@pytest.mark.parametrize(
    ("config", "parts"),
    [
        ({"presett": "quick"}, ["unknown key 'presett'", "preset"]),
        ({"preset": "fast"}, ["preset is 'fast'", "smoke, quick, standard, full"]),
        ({"trials": 0}, ["trials is 0", "'auto'", "at least 1"]),
        ({"trials": "many"}, ["trials is 'many'"]),
        ({"precisions": "float16"}, ["precisions is", "float16", "bfloat16"]),
        ({"languages": []}, ["languages is []"]),
        ({"site": "example.org"}, ["site is 'example.org'", "https?"]),
        ({"site": "https://x.org/'; rm"}, ["site is"]),
        ({"site": None}, ["site is None"]),
        ({"hardware": "<script>"}, ["hardware is '<script>'"]),
        ({"hardware": "../elsewhere"}, ["hardware is '../elsewhere'"]),
        ({"hardware": "published"}, ["hardware is 'published'", "any other name"]),
        ({"retry_failed": "yes"}, ["retry_failed is 'yes'", "true or false"]),
        ({"timeout_seconds": -1}, ["timeout_seconds is -1", "at least 1"]),
        ({"timeout_seconds": 1e-300}, ["timeout_seconds is 1e-300", "at least 1"]),
        ({"timeout_seconds": float("inf")}, ["timeout_seconds is inf", "at most 604800"]),
        ({"budget_seconds": float("nan")}, ["budget_seconds is nan", "'auto' or a number"]),
        ({"budget_seconds": 1e308}, ["budget_seconds is 1e+308", "at most 86400"]),
        ({"half_width": float("nan")}, ["half_width is nan"]),
        ({"trials": 2.5}, ["trials is 2.5", "an integer"]),
        ({"hardware": "abc\n"}, ["hardware is 'abc\\n'"]),
        ({"workloads": ["training\n"]}, ["workloads is"]),
        ({1: 2}, ["unknown key 1"]),
        ({"languages": ["en", "en"]}, ["languages is ['en', 'en']", "none twice"]),
        ({"languages": None}, ["languages is None"]),
        ({"sizes": {"small": "x" * 10_000}}, ["sizes is {'small': 'xxx", "'auto' or a list"]),
        ({"cpu_threads": 4096}, ["cpu_threads is 4096", "allowed are 1 to"]),
        ({"versions": "jax-0.9.1"}, ["versions is 'jax-0.9.1'", "jax"]),
        ({"versions": ["numpy@2.4.6"]}, ["versions is 'numpy@2.4.6'"]),
        ({"versions": {"numpy": "2.4.6"}}, ["versions has 'numpy'", "torch, jax"]),
        ({"versions": {"jax": ["default", 0.9]}}, ["versions.jax is 0.9", "in quotes"]),
        ({"versions": ["jax@../../x"]}, ["versions is"]),
        (
            {"versions": "torch@2.12.0", "frameworks": "jax"},
            ["versions has torch@2.12.0", "allowed are versions of jax"],
        ),
        ({"preset": "fast", "trials": -1}, ["preset is 'fast'", "trials is -1"]),
    ],
)
def test_a_wrong_configuration_is_named_with_its_value_and_what_is_allowed(config, parts):
    with pytest.raises(ValueError, match=r"^config\.yaml: ") as caught:
        settings.load(config)
    for part in parts:
        assert part in str(caught.value)


def test_a_wrong_value_is_told_in_300_characters_however_deep_it_is():
    bomb: list[Any] = ["lol"]
    for _ in range(60):
        bomb = [bomb, bomb, bomb]
    for config in ({"workloads": [bomb]}, {"hardware": "x" * 1_000_000}, {"y" * 1_000_000: 1}):
        with pytest.raises(ValueError, match=r"^config\.yaml: ") as caught:
            settings.load(config)
        assert len(str(caught.value).partition("allowed")[0]) < 350


@pytest.mark.parametrize(
    "number", [16**5000, -(16**5000), 10**400, [16**5000]], ids=["huge", "negative", "long", "list"]
)
def test_a_number_of_thousands_of_digits_is_one_sentence(number):
    with pytest.raises(ValueError, match=r"^config\.yaml: trials is .*allowed is 'auto' or an integer") as caught:
        settings.load({"trials": number})
    assert len(str(caught.value)) < 500


def test_a_whole_number_may_be_written_with_a_point():
    assert settings.load({"trials": 3.0, "cpu_threads": 1.0}).trials == 3


def test_a_device_that_is_not_there_is_refused():
    if "cuda" in hardware.devices():
        pytest.skip("this machine has an NVIDIA device")
    with pytest.raises(ValueError, match=r"devices is \['cuda'\].*allowed are \['cpu'\]"):
        settings.load({"devices": "cuda"})


def test_what_devices_a_machine_has_that_is_named_is_not_for_this_one_to_say(monkeypatch):
    monkeypatch.setattr(hardware, "devices", lambda: ("cpu",))
    assert settings.load({"devices": "cuda", "hardware": "nodes"}).devices == ("cuda",)


def test_what_nodes_of_a_cluster_can_do_is_for_them_to_say(monkeypatch):
    monkeypatch.setattr(hardware, "devices", lambda: ("cpu",))
    monkeypatch.setattr(hardware, "quota", lambda: 0.5)
    wish = {"devices": "cuda", "hardware": "nodes", "cpu_threads": 1000}
    assert settings.load(wish, elsewhere=True).cpu_threads == 1000
    for key in ("hardware", "cpu_threads"):
        named = {other: value for other, value in wish.items() if other != key}
        with pytest.raises(ValueError, match=rf"^config\.yaml: {key} is 'auto', but the nodes of a cluster measure"):
            settings.load(named, elsewhere=True)


def test_a_list_may_be_given_as_words_with_commas():
    assert settings.load({"precisions": "float64, float32"}).precisions == ("float64", "float32")


@pytest.mark.parametrize(
    "given",
    [
        "jax@0.9.1,torch@2.12.0",
        ["jax@0.9.1", "torch@2.12.0"],
        {"jax": ["default", "0.9.1"], "torch": ["default", "2.12.0"]},
        {"jax": "0.9.1", "torch": "2.12.0"},
    ],
)
def test_versions_are_given_as_words_or_by_framework(given):
    assert [str(release) for release in settings.load({"versions": given}).versions] == ["jax@0.9.1", "torch@2.12.0"]


def test_versions_by_framework_may_stand_in_the_file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text('versions: {jax: [default, "0.9.1"], torch: "2.12.0"}')
    assert settings.has_entries(path)
    path.write_text("versions: {jax: [{a: b}]}")
    with pytest.raises(ValueError, match="'versions' has to be one value"):
        settings.has_entries(path)


def test_truth_may_be_given_as_a_word():
    assert settings.load({"retry_failed": "true"}).retry_failed
    assert not settings.load({"retry_failed": "False"}).retry_failed


@pytest.mark.parametrize(
    ("config", "refused"),
    [({"preset": "quick"}, True), ({"preset": "quick", "measure": False}, False), ({"preset": "smoke"}, False)],
)
def test_nothing_is_timed_under_a_quota_of_less_than_a_processor(monkeypatch, config, refused):
    monkeypatch.setattr(hardware, "quota", lambda: 0.5)
    if refused:
        with pytest.raises(ValueError, match=r"^config\.yaml: the control group gives this process 0.5 processors"):
            settings.load(config)
    else:
        assert settings.load(config).cpu_threads == 1
