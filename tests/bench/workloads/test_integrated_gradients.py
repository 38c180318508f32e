"""The trained classifier and its attributions, against differences and the axiom of completeness."""

from importlib import import_module

import numpy as np
import pytest

from bench.workloads.autodiff.integrated_gradients.problem import (
    TRAINED_ON,
    Problem,
    activations,
    probability,
    slope,
    trained,
)
from bench.workloads.datasets.handwriting import digits


def test_the_classifier_knows_the_digits_that_it_has_not_seen():
    images, classes = digits()
    predicted = activations(trained(), images[TRAINED_ON:])[1].argmax(axis=1)
    assert np.mean(predicted == classes[TRAINED_ON:]) > 0.9


def test_the_slope_by_hand_is_that_of_the_probability():
    given, random = Problem("tiny").inputs(), np.random.default_rng(0)
    x, classes = 0.5 * given["images"] + 0.1 * random.random(given["images"].shape), given["classes"]
    direction = random.standard_normal(x.shape)

    def along(step):
        return probability(trained(), x + step * direction, classes)

    # Richardson: the error of central differences grows with h⁴
    differences = [(along(h) - along(-h)) / (2 * h) for h in (1e-4, 5e-5)]
    expected = (4 * differences[1] - differences[0]) / 3
    found = np.sum(slope(trained(), x, classes) * direction, axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_attributions_add_up_the_better_the_more_points_there_are():
    problems = [Problem(f"steps-{steps}") for steps in (20, 100)]
    coarse, fine = (problem.completeness_error(problem.reference("attribution")["attribution"]) for problem in problems)
    assert fine < coarse / 3
    assert fine < 1e-2


def test_what_is_missing_from_the_attributions_is_told():
    problem = Problem("tiny")
    attribution = problem.reference("attribution")["attribution"]
    before = problem.completeness_error(attribution)
    assert problem.completeness_error(attribution + 1.0) == pytest.approx(64, abs=2 * before)


def test_a_pixel_that_equals_the_baseline_gets_nothing():
    problem = Problem("tiny")
    images, found = problem.inputs()["images"], problem.reference("attribution")["attribution"]
    assert np.any(images == 0)
    assert not found[images == 0].any()
    assert found[images > 0].any()


def test_images_are_explained_for_the_class_that_is_predicted():
    given = Problem("small").inputs()
    probabilities = activations(trained(), given["images"])[1]
    np.testing.assert_array_equal(probabilities.max(axis=1), probability(trained(), given["images"], given["classes"]))


def test_the_primal_is_the_probability_at_every_point_of_every_path():
    problem = Problem("tiny")
    given, found = problem.inputs(), problem.reference("primal")["probability"]
    assert found.shape == (problem.steps, problem.images)
    middle = problem.steps // 2  # of an odd number of points: half way from a baseline of zeros
    expected = probability(trained(), 0.5 * given["images"], given["classes"])
    np.testing.assert_allclose(found[middle], expected, rtol=1e-12)


def test_the_gradient_of_the_network_doubles_its_products():
    problem = Problem("small")
    assert problem.flops("attribution") == 2 * problem.flops("primal")


@pytest.mark.parametrize("framework", ["torch", "jax"])
@pytest.mark.parametrize(("task", "reported"), [("attribution", {"completeness_error"}), ("primal", set())])
def test_a_run_of_attributions_reports_how_complete_they_are(framework, task, reported):
    pytest.importorskip(framework)
    implementation = import_module(f"bench.workloads.autodiff.integrated_gradients.{framework}_impl")
    step = implementation.build(Problem("tiny"), task, "eager", "cpu", "float32")
    step.step()
    step.wait()
    assert step.metrics().keys() == reported
