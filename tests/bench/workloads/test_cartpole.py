"""The environment of the reinforcement-learning workloads, against Gymnasium's CartPole-v1."""

import numpy as np
import pytest

from bench.workloads.training.cartpole import dynamics

SEEDS = range(5)


def numpy_step(environments, actions, fresh):
    return dynamics.step(environments, actions, fresh)


def torch_step(environments, actions, fresh):
    torch = pytest.importorskip("torch")
    from bench.workloads.training.cartpole.torch_dynamics import Environments, step

    found = step(Environments(*map(torch.tensor, environments)), torch.tensor(actions), torch.tensor(fresh))
    return [
        ours(*(part.numpy() for part in theirs))
        for ours, theirs in zip((dynamics.Environments, dynamics.Outcome), found, strict=True)
    ]


def jax_step(environments, actions, fresh):
    jax = pytest.importorskip("jax")
    from bench.workloads.training.cartpole.jax_dynamics import Environments, step

    with jax.enable_x64(True):
        found = jax.jit(step)(Environments(*map(jax.numpy.asarray, environments)), actions, fresh)
    return [
        ours(*map(np.asarray, theirs))
        for ours, theirs in zip((dynamics.Environments, dynamics.Outcome), found, strict=True)
    ]


every_step = pytest.mark.parametrize("step", [numpy_step, torch_step, jax_step])


def action(state, random):
    """Most of them random, the others against the pole's fall: episodes of some hundred steps.

    An upright pole multiplies every difference by e⁴ a second: over 500 steps even those of rounding grow beyond 1e-6.
    """
    return int(random.random() < 0.5) if random.random() < 0.6 else int(state[2] + state[3] > 0)


@every_step
@pytest.mark.parametrize("seed", SEEDS)
def test_an_episode_is_that_of_gymnasium(step, seed):
    environment = pytest.importorskip("gymnasium").make("CartPole-v1")
    random = np.random.default_rng(seed)
    environment.reset(seed=seed)
    ours = dynamics.initial(np.array(environment.unwrapped.state)[None])
    fresh = dynamics.draw_states(random, 1)
    done = False
    while not done:
        chosen = action(ours.states[0], random)
        _, reward, terminated, truncated, _ = environment.step(chosen)
        ours, outcome = step(ours, np.array([chosen]), fresh)
        done = terminated or truncated
        assert reward == 1
        np.testing.assert_allclose(outcome.successors[0], environment.unwrapped.state, rtol=0, atol=1e-6)
        assert (bool(outcome.terminated[0]), bool(outcome.done[0])) == (terminated, done)
    np.testing.assert_array_equal(ours.states, fresh)


@every_step
def test_an_episode_of_five_hundred_steps_is_truncated_and_not_terminated(step):
    young, old = dynamics.LONGEST - 2.0, dynamics.LONGEST - 1.0
    ours = dynamics.Environments(np.zeros((2, 4)), np.array([young, old]), np.array([0.0, 100.0]))
    after, outcome = step(ours, np.array([0, 1]), np.full((2, 4), 0.01))
    assert outcome.done.tolist() == [False, True]
    assert not outcome.terminated.any()
    assert after.ages.tolist() == [old, 0.0]
    assert after.returns.tolist() == [0.0, 300.0]
    np.testing.assert_array_equal(after.states[1], 0.01)


@every_step
@pytest.mark.parametrize(("place", "value"), [(0, 2.41), (0, -2.41), (2, 0.22), (2, -0.22)])
def test_an_episode_ends_where_the_cart_leaves_the_track_or_the_pole_falls(step, place, value):
    states = np.zeros((1, 4))
    states[0, place] = value
    _, outcome = step(dynamics.initial(states), np.array([0]), np.zeros((1, 4)))
    assert outcome.terminated.tolist() == outcome.done.tolist() == [True]


@pytest.mark.parametrize("name", ["dqn", "ppo"])
def test_nothing_that_a_compiled_function_is_given_has_to_be_copied_first(monkeypatch, name):
    torch = pytest.importorskip("torch")
    from bench import catalogue
    from bench.backends import torch_backend

    odd: set[int] = set()

    def compiled(function, mode, device):
        def call(*given):
            odd.update(each.data_ptr() % 16 for each in given if isinstance(each, torch.Tensor))
            return function(*given)

        return call

    monkeypatch.setattr(torch_backend, "compiled", compiled)
    item = catalogue.find("training", name)
    step = item.implementation("torch").build(item.states.problem("small"), "train", "eager", "cpu", "float32")
    for _ in range(3):
        step.step()
    assert odd == {0}  # Inductor copies a tensor that begins elsewhere, in every call
