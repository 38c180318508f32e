"""Whatever config.yaml or the command line holds: settings, or one sentence."""

import datetime
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from snakemake.common.configfile import load_configfile

from bench.planning import snakefile
from bench.planning.settings import Settings, schema
from tests.checkout import ROOT

KEYS = [*schema()["properties"]]
CONFIG = (ROOT / "config.yaml").read_text()
WORDS = ["auto", "cpu", "torch", "jax", "eager", "jit", "float32", "small", "training", "training/mlp", "machine", "en"]
WORDS += [
    "quick",
    "smoke",
    "true",
    "training,",
    "training/mlp,science",
    "",
    ",",
    "abc\n",
    "\x1b[31m",
    "\u202e",
    "\ud800",
    "{}",
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(0, 100),
    st.floats(),
    st.floats(0, 1),
    st.sampled_from(WORDS),
    st.text(max_size=20),
    st.sampled_from([10**400, 2**63, datetime.date(2026, 1, 1), b"\xff", "x" * 100_000]),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
)
CONFIGURATIONS = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5) | st.integers(), VALUES, max_size=4)
PIECES = [
    "\t",
    "\n",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "&a [*a, *a]",
    "*a",
    "? ",
    "!!python/object:os.system {}",
    "!!binary x",
]
PIECES += [
    "<<: ",
    "%YAML 9.9\n",
    "---\n",
    "...",
    "'",
    '"',
    "\x00",
    "\ufeff",
    "\ud800",
    "preset: quick\n",
    "[" * 3000,
    ".nan",
]
PIECES += ["0x" + "f" * 5000, "1e999", "2026-13-45", "#", "|", ">", "@", "`", "中文", "trials: [1, 2]\n", "null"]


def outcome(config):
    """The settings, or the sentence."""
    try:
        return snakefile.settings_of(config)
    except SystemExit as end:
        return end.code


def read(path):
    """What Snakemake reads of a file that is let through, and None; or the sentence."""
    try:
        return (load_configfile(str(path)) if snakefile.has_keys(str(path)) else {}), None
    except SystemExit as end:
        return {}, end.code


def hold(found, config):
    """Which of the two came of a configuration: settings, or one sentence that is not too long."""
    if isinstance(found, Settings):
        return "settings"
    assert found.startswith("Error: config.yaml: ")
    assert found.isprintable()
    assert len(found) < 3000 + 700 * len(config)
    return "one sentence"


def every_configuration(cases):
    @settings(max_examples=cases, deadline=None, database=None, derandomize=True, suppress_health_check=[*HealthCheck])
    @given(CONFIGURATIONS)
    def check(config):
        counts[hold(outcome(config), config)] += 1

    counts: Counter[str] = Counter()
    check()
    print(f"{counts.total()} configurations: {dict(counts)}")
    assert counts.total() >= cases


def every_file(cases, path):
    edits = st.lists(st.tuples(st.integers(0, len(CONFIG)), st.integers(0, 40), st.sampled_from(PIECES)), max_size=4)

    @settings(max_examples=cases, deadline=None, database=None, derandomize=True, suppress_health_check=[*HealthCheck])
    @given(st.sampled_from([CONFIG, "", "preset: smoke\n"]), edits)
    def check(text, changes):
        for place, length, piece in changes:
            text = text[:place] + piece + text[place + length :]
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        config, sentence = read(path)
        if sentence is None:
            counts[hold(outcome(config), config)] += 1
            return
        counts["one sentence"] += 1
        assert sentence.startswith(f"Error: {path}: ")
        assert sentence.isprintable()
        assert len(sentence) < 1000

    counts: Counter[str] = Counter()
    check()
    print(f"{counts.total()} files: {dict(counts)}")
    assert counts.total() >= cases


def test_a_configuration_gives_settings_or_one_sentence():
    every_configuration(100)


def test_a_file_gives_settings_or_one_sentence(tmp_path):
    every_file(100, tmp_path / "config.yaml")


@pytest.mark.slow
def test_two_thousand_configurations_give_settings_or_one_sentence_each():
    every_configuration(2000)


@pytest.mark.slow
def test_two_thousand_files_give_settings_or_one_sentence_each(tmp_path):
    every_file(2000, tmp_path / "config.yaml")


@pytest.mark.parametrize("text", ["", "# preset: smoke\n", "---\n", "null\n", "{}\n"])
def test_a_file_that_leaves_out_every_key_is_the_default(tmp_path, text):
    (tmp_path / "config.yaml").write_text(text)
    assert not snakefile.has_keys(str(tmp_path / "config.yaml"))


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"preset: \xff\xfe", "cannot be read: 'utf-8' codec"),
        (b"preset: quick\npreset: smoke\n", "'preset' is there twice"),
        (b"preset: [", "cannot be read: while parsing"),
        (b"- preset\n", "lines of the form"),
        (b"quick", "lines of the form"),
        (b"? [preset]\n: quick\n", "a key is no word"),
        (b"workloads: [[a]]\n", "'workloads' has to be one value, or a list of values"),
        (BOMB.encode(), "'b' has to be one value"),
        (b"[" * 50_000, "nested too deeply"),
        (b"#" * 200_000, "it has 200000 bytes, allowed are 100000"),
    ],
    ids=lambda part: ascii(part)[:40],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path, content, told):
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    with pytest.raises(SystemExit) as end:
        snakefile.has_keys(str(path))
    assert str(end.value.code).startswith(f"Error: {path}: ")
    assert told in str(end.value.code)


def test_the_project_s_own_file_is_read():
    assert snakefile.has_keys(str(ROOT / "config.yaml"))
