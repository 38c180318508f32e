"""Bundle adjustment: the blocks by hand, and their place in the sparse matrix."""

import numpy as np

from bench.workloads.autodiff.bundle_adjustment.problem import (
    CAMERA,
    Problem,
    blocks,
    csr_structure,
    csr_values,
    project,
)


def test_the_blocks_by_hand_agree_with_differences_and_so_does_a_camera_that_is_not_turned():
    found = Problem("tiny").inputs()
    cams, points = found["cams"][found["obs"][:, 0]], found["X"][found["obs"][:, 1]]
    cams[0, :3] = 0.0
    w, feats = found["w"], found["feats"]
    _, jacobian = blocks(cams, points, w, feats)
    stacked = np.concatenate([cams, points, w[:, None]], 1)

    def errors(arguments):
        return arguments[:, -1:] * (project(arguments[:, :CAMERA], arguments[:, CAMERA:-1]) - feats)

    for column in range(15):
        step = np.zeros(15)
        step[column] = 1e-6
        slope = (errors(stacked + step) - errors(stacked - step)) / 2e-6
        np.testing.assert_allclose(jacobian[:, :, column], slope, rtol=1e-4, atol=1e-4)


def test_the_sparse_matrix_holds_the_blocks_at_the_columns_of_camera_point_and_weight():
    problem = Problem("tiny")
    found, task = problem.inputs(), problem.reference("jacobian")
    indptr, indices = csr_structure(found["obs"], problem.cameras, problem.points)
    values = csr_values(task["reproj_jacobian"], task["w_jacobian"])
    assert len(indices) == len(values) == 31 * problem.observations
    row = 2 * 7 + 1
    camera, point = found["obs"][7]
    mine = dict(zip(indices[indptr[row] : indptr[row + 1]], values[indptr[row] : indptr[row + 1]], strict=True))
    assert mine[CAMERA * camera] == task["reproj_jacobian"][7, 1, 0]
    assert mine[CAMERA * problem.cameras + 3 * point + 2] == task["reproj_jacobian"][7, 1, 13]
    assert mine[CAMERA * problem.cameras + 3 * problem.points + 7] == task["reproj_jacobian"][7, 1, 14]
    assert indptr[-1] == len(values)
