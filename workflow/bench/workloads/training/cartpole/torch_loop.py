"""A loop of acting and learning in PyTorch, the step of the reinforcement-learning workloads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from bench.backends import Arrays, Stage, torch_backend
from bench.workloads.training.cartpole.torch_dynamics import Environments

Learner = Callable[..., Tensor]


def static(tensors: Sequence[Tensor], mode: str) -> None:
    """Promise a compiled mode that these tensors stay where they are: CUDA graphs then write into them."""
    if mode != "eager":
        import torch._dynamo as dynamo  # an eager process must not pay for it

        for each in tensors:
            dynamo.mark_static_address(each)


def limit(gradients: list[Tensor], most: float) -> None:
    """Scale the gradients, in place, so that the norm of all together is at most `most`; as optax does, without ε."""
    torch._foreach_mul_(gradients, (most / torch.nn.utils.get_total_norm(gradients)).clamp(max=1.0))


def learner(
    model: nn.Module,
    loss: Callable[..., Tensor],
    optimizer: torch.optim.Optimizer,
    *,
    mode: str,
    device: str,
    precision: str,
    most: float | None = None,
) -> Learner:
    """One update of the model from the arguments of `loss(model, *arguments)`, whose value it returns.

    `most` limits the norm of the gradient. It is left to the caller to compile the function that comes back.
    """
    loss = torch_backend.mixed(loss, device, precision)
    parameters = list(model.parameters())

    def eager(*arguments: Tensor) -> Tensor:
        value = loss(model, *arguments)
        value.backward()
        if most is not None:
            limit([parameter.grad for parameter in parameters if parameter.grad is not None], most)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return value.detach()

    if mode == "eager":
        return eager
    update = torch_backend.update_rule(optimizer)

    def whole(*arguments: Tensor) -> Tensor:
        value = loss(model, *arguments)
        gradients = list(torch.autograd.grad(value, parameters))
        with torch.no_grad():
            if most is not None:
                limit(gradients, most)
            update([parameter.detach() for parameter in parameters], gradients)
        return value.detach()

    return whole


class Loop:
    """Iterations of a loop that keeps its state in tensors of its own; a call takes `every` times `steps` of them.

    `iterate()` takes `steps` iterations and returns their losses, a tensor that the next call leaves alone;
    `restart(seed)` puts the state back to the beginning that the seed decides. Of the environments states and returns
    are observed, besides losses and parameters; their mean return is the number that has to reach the target.
    """

    def __init__(
        self,
        model: nn.Module,
        iterate: Callable[[], Tensor],
        restart: Callable[[int], None],
        environments: Environments,
        *,
        device: str,
        steps: int = 1,
        every: int = 1,
    ) -> None:
        self.model, self.iterate, self.restart, self.environments = model, iterate, restart, environments
        self.device, self.every, self.steps_per_call = device, every, steps * every
        self.restart(0)

    def stages(self) -> list[Stage]:
        return []

    def begin(self, seed: int) -> None:
        """Back to the start of this seed's run."""
        self.restart(seed)
        self.wait()

    def step(self) -> None:
        self.losses = [self.iterate() for _ in range(self.every)]

    def wait(self) -> None:
        torch_backend.drain(self.device)

    def score(self) -> float:
        """The number that has to reach the target, now."""
        return float(self.environments.returns.mean())

    def observe(self) -> Arrays:
        parameters = torch_backend.export(self.model, dict(self.model.named_parameters()), "parameter")
        state = {
            f"buffer.{name}": torch_backend.host(getattr(self.environments, name)) for name in ("states", "returns")
        }
        return {"loss": torch_backend.host(torch.stack(self.losses).flatten()), **parameters, **state}

    def metrics(self) -> dict[str, float]:
        return {}
