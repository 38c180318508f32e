"""The migrated network: its reference, the way of the weights, and that a fresh interpreter knows nothing of it."""

import numpy as np
import pytest

from bench.workloads.examples.exporting import problem


@pytest.mark.parametrize("name", [name for name in problem.parameters() if name not in problem.STATISTICS])
def test_the_gradient_is_that_of_finite_differences(name):
    values = problem.parameters()
    _, gradient = problem.loss_and_gradient(values, 0)
    direction = np.random.default_rng(3).normal(size=values[name].shape)
    if name == "E":
        direction[problem.PADDED] = 0
    step = 1e-6
    ends = [
        problem.loss_and_gradient(values | {name: values[name] + side * step * direction}, 0)[0] for side in (1, -1)
    ]
    assert (ends[0] - ends[1]) / (2 * step) == pytest.approx((gradient[name] * direction).sum(), rel=1e-6, abs=1e-9)


def test_the_padding_is_not_trained():
    _, gradient = problem.loss_and_gradient(problem.parameters(), 0)
    assert (gradient["E"][problem.PADDED] == 0).all()
    assert np.abs(gradient["E"]).max() > 0
    assert (problem.inputs()["k"] == problem.PADDED).any()


def test_weights_keep_their_values_on_the_way_there_and_back():
    values = problem.parameters()
    there = problem.to_torch(values)
    assert there["conv.weight"].shape == (8, 2, 3, 3)
    assert there["head.weight"].shape == (2, 8)
    back = problem.from_torch(there)
    assert back.keys() == values.keys()
    assert all((back[name] == values[name]).all() for name in values)


def test_training_moves_weights_and_statistics_and_lowers_the_loss():
    values, losses = problem.train()
    start = problem.parameters()
    assert losses[-1] < losses[0]
    assert all((values[name] != start[name]).any() for name in values)
    assert (values["E"][problem.PADDED] == start["E"][problem.PADDED]).all()


def test_every_layer_alone_is_told_from_another_one():
    layers = problem.layers()
    assert problem.layer_error("gelu", layers["gelu"]) == 0
    assert problem.layer_error("gelu", layers["gelu"] + 1e-6) > 1e-9
    training, evaluation = (layers[f"batch normalisation, {mode}"] for mode in ("training", "evaluation"))
    assert problem.difference(training, evaluation) > 0.1


def test_a_fresh_interpreter_has_the_file_and_the_inputs_and_nothing_else(tmp_path):
    (tmp_path / "model").write_bytes(b"model")
    u, k, _ = problem.inputs().values()
    expected = problem.forward(problem.train()[0], u, k).tolist()
    script = f'import numpy\nnumpy.save("output.npy", numpy.array({expected}))\n'
    assert problem.elsewhere(tmp_path, script, u) == (0, '{"bytes": 5}')
    with pytest.raises(RuntimeError, match="No module named 'bench'"):
        problem.elsewhere(tmp_path, "import bench\n", u)
    with pytest.raises(RuntimeError, match="it imported"):
        problem.elsewhere(tmp_path, "import sys\nsys.modules['bench.backends'] = sys\n", u)


def test_public_names_are_found_in_any_case_and_private_modules_are_not(tmp_path):
    package = tmp_path / "package"
    (package / "_src").mkdir(parents=True)
    (package / "__init__.py").write_text("from package._src.nn import dense as Dense\n")
    (package / "nn.py").write_text("def adam(): ...\nclass Other: ...\nGelu = None\n")
    (package / "_src" / "nn.py").write_text("def Conv(): ...\n")
    assert problem.defined(package, ("Dense", "Adam", "Conv", "GELU")) == {
        "Dense": ["package.Dense"],
        "Adam": ["package.nn.adam"],
        "Conv": [],
        "GELU": ["package.nn.Gelu"],
    }
