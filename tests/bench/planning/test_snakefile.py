"""What the rules ask: a configuration that cannot be measured ends with one sentence."""

import pytest

from bench.planning import snakefile
from tests.bench.planning.planted import plan


def test_a_configuration_that_leaves_nothing_to_measure_is_one_sentence():
    with pytest.raises(SystemExit, match=r"^Error: config\.yaml: nothing is left to measure"):
        snakefile.settings_of({"devices": "cpu", "hardware": "test", "frameworks": "torch", "modes": "jit"})


@pytest.mark.parametrize(("preset", "there"), [("quick", False), ("standard", True)])
def test_examples_of_public_cases_are_run_where_the_preset_has_cases(preset, there):
    settings = plan(preset=preset)
    names = {path.split("/")[-2] for path in snakefile.event_files(settings, "results/test")}
    assert ("reported_values" in names) == there
    assert "tracing" in names
    gated = {path.split("/")[-3] for path in snakefile.parity_files(settings, "results/test")}
    assert ("cases" in gated) == there
