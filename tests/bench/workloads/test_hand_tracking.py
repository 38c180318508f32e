"""Hand tracking: the model at rest, the order of its bones, and the derivative by complex steps."""

from itertools import pairwise

import numpy as np
import pytest

from bench.workloads.autodiff.hand_tracking.problem import BONES, POSE, Problem, chain, errors, levels, skinned


def test_a_hand_that_is_not_posed_lies_where_it_was_made():
    problem = Problem("tiny")
    found = problem.inputs() | {"theta": np.zeros(POSE)}
    np.testing.assert_allclose(skinned(found, problem.parents), found["base_positions"][:, :3], atol=1e-12)


def test_complex_steps_agree_with_differences():
    problem = Problem("tiny")
    found, jacobian = problem.inputs(), problem.reference("jacobian_complicated")["jacobian"]
    assert jacobian.shape == (problem.points, 3, 2 + POSE)
    for column in (0, 5, 7, 25):
        step = np.zeros(POSE)
        step[column] = 1e-6
        ahead, behind = (
            errors(found | {"theta": found["theta"] + sign * step}, problem.parents, True) for sign in (1, -1)
        )
        np.testing.assert_allclose(jacobian[:, :, 2 + column], (ahead - behind) / 2e-6, rtol=1e-6, atol=1e-8)


def test_fingers_are_posed_side_by_side_and_every_bone_after_its_parent():
    parents = Problem("tiny").parents
    found = levels(parents)
    assert [len(bones) for bones, _ in found] == [1, 1, 5, 5, 5, 5]
    order = [bone for bones, _ in found for bone in bones]
    assert sorted(order) == list(range(BONES))
    assert all(
        above[place] == parents[bone]
        for (above, _), (bones, places) in pairwise(found)
        for bone, place in zip(bones, places, strict=True)
    )


def test_every_angle_of_a_finger_turns_one_bone():
    bones = chain(Problem("tiny").parents)
    assert sorted(bones.angles[bones.angles < POSE]) == list(range(6, POSE))
    about_x, about_z = bones.angles[:, bones.back]
    assert about_x[2:6].tolist() == [6, 8, 9, POSE] and about_z[2:6].tolist() == [7, POSE, POSE, POSE]


def test_a_bone_that_hangs_on_nothing_is_refused():
    with pytest.raises(ValueError, match="does not hang on the first"):
        levels([-1, 0, 3, 2])
