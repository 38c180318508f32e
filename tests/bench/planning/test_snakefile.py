"""What the rules ask: a configuration that cannot be measured ends with one sentence."""

import pytest

from bench.planning import snakefile


def test_a_configuration_that_leaves_nothing_to_measure_is_one_sentence():
    with pytest.raises(SystemExit, match=r"^Error: config\.yaml: nothing is left to measure"):
        snakefile.settings_of({"devices": "cpu", "hardware": "test", "frameworks": "torch", "modes": "jit"})
