"""Export, reload and migration from PyTorch's side."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.events import Event
from bench.measuring.record import attempt, compact
from bench.workloads.examples.exporting import problem

ELSEWHERE = """
import numpy, torch
program, given = torch.export.load("model"), numpy.load("inputs.npz")
found = program.module()(torch.from_numpy(given["u"]), torch.from_numpy(given["k"]))
numpy.save("output.npy", found.detach().numpy())
"""


class Network(nn.Module):
    """The model, of torch.nn's own layers."""

    def __init__(self) -> None:
        """Draws weights that are replaced by those of the file."""
        super().__init__()
        self.conv = nn.Conv2d(
            problem.CHANNELS, problem.WIDTH, problem.KERNEL, problem.STRIDE, problem.PADDING, bias=False
        )
        self.norm = nn.BatchNorm2d(problem.WIDTH, problem.NORM_EPSILON, problem.MOMENTUM)
        self.gelu = nn.GELU()
        self.embedding = nn.Embedding(problem.VOCABULARY, problem.WIDTH, padding_idx=problem.PADDED)
        self.attention = nn.MultiheadAttention(problem.WIDTH, problem.HEADS, batch_first=True)
        self.dropout = nn.Dropout(problem.RATE_OF_DROPOUT)
        self.head = nn.Linear(problem.WIDTH, problem.OUTPUTS)

    def forward(self, u: Tensor, k: Tensor, mask: Tensor | None = None) -> Tensor:
        """u: channels first. mask: what dropout multiplies with; by default it draws its own in training."""
        h = self.gelu(self.norm(self.conv(u)))
        z = torch.cat([h.flatten(2).transpose(1, 2), self.embedding(k)], dim=1)
        a, _ = self.attention(z, z, z, need_weights=False)
        dropped = self.dropout(a) if mask is None else a * mask
        return self.head(dropped.mean(1))


def loaded(values: problem.Arrays) -> Network:
    """The model with the weights of a file that holds these values, loaded strictly."""
    result = Network().double()
    with tempfile.TemporaryDirectory() as folder, np.load(problem.written(Path(folder), values)) as arrays:
        result.load_state_dict({name: torch.from_numpy(arrays[name]) for name in arrays.files}, strict=True)
    return result


def tensors() -> tuple[Tensor, Tensor, Tensor]:
    """u with channels first, k and t."""
    u, k, t = problem.inputs().values()
    return torch.from_numpy(problem.images_for_torch(u)), torch.from_numpy(k), torch.from_numpy(t)


def trained() -> tuple[Network, list[float], problem.Arrays]:
    """The model after ten steps, the losses, and the gradient of the first step."""
    network, (u, k, t), losses = loaded(problem.parameters()), tensors(), []
    optimiser = torch.optim.Adam(network.parameters(), lr=problem.RATE, betas=problem.BETAS, eps=problem.EPSILON)
    first: problem.Arrays = {}
    for mask in torch.from_numpy(problem.masks()):
        optimiser.zero_grad()
        loss = functional.mse_loss(network(u, k, mask), t)
        loss.backward()
        first = first or gradients_of(network)
        optimiser.step()
        losses.append(loss.item())
    return network.eval(), losses, first


def gradients_of(network: nn.Module) -> problem.Arrays:
    """A copy of all gradients, by torch's names."""
    return {name: value.grad.numpy().copy() for name, value in network.named_parameters() if value.grad is not None}


def outputs(network: nn.Module) -> np.ndarray:
    """What the model gives in evaluation."""
    u, k, _ = tensors()
    with torch.no_grad():
        return network(u, k).numpy()


def state_of(network: nn.Module) -> problem.Arrays:
    """Its weights and running statistics by their short names."""
    return problem.from_torch({name: value.numpy() for name, value in network.state_dict().items()})


def output_error() -> float:
    """Difference of the untrained model's outputs from the reference."""
    u, k, _ = problem.inputs().values()
    values = problem.parameters()
    return problem.difference(outputs(loaded(values).eval()), problem.forward(values, u, k))


def gradient_error() -> float:
    """Difference of all gradients of the first step from the reference."""
    _, expected = problem.loss_and_gradient(problem.parameters(), 0)
    return problem.difference(problem.from_torch(trained()[2]), expected)


def training_error() -> tuple[float, str]:
    """Difference of ten losses from the reference, and the losses."""
    _, losses, _ = trained()
    return problem.difference(np.array(losses), np.array(problem.train()[1])), compact(losses)


def weights_error() -> float:
    """Difference of the trained weights and running statistics from the reference."""
    return problem.difference(state_of(trained()[0]), problem.train()[0])


def back_error() -> float:
    """Difference of the outputs of the reference's trained weights, brought here under torch's names."""
    return problem.reproduced(lambda *_: outputs(loaded(problem.train()[0]).eval()))


def exported() -> torch.export.ExportedProgram:
    """The trained model as a program for any number of rows."""
    u, k, _ = tensors()
    rows = {0: torch.export.Dim("rows")}
    return torch.export.export(trained()[0], (u, k), dynamic_shapes=(rows, rows))


def reproduced(program: torch.export.ExportedProgram) -> float:
    """Difference of an exported program's outputs from the reference, after a call with another number of rows."""
    module, (u, k, _) = program.module(), tensors()
    module(u[:3], k[:3])
    return problem.reproduced(lambda *_: outputs(module))


def elsewhere_error() -> tuple[float, str]:
    """Difference of the outputs of a model exported, written, and read by a fresh interpreter; the file's bytes."""
    with tempfile.TemporaryDirectory() as folder:
        with (Path(folder) / "model").open("wb") as file:
            torch.export.save(exported(), file)
        return problem.elsewhere(Path(folder), ELSEWHERE, tensors()[0].numpy())


def layers() -> dict[str, Tensor]:
    """What each layer gives alone, in the reference's layout."""
    network, (u, k, _) = loaded(problem.parameters()), tensors()
    convolved = network.conv(u)
    found = {"convolution": _channels_last(convolved), "gelu": _channels_last(network.gelu(convolved))}
    found["batch normalisation, evaluation"] = _channels_last(network.eval().norm(convolved))
    found["batch normalisation, training"] = _channels_last(network.train().norm(convolved))
    found["running statistics"] = torch.stack([network.norm.running_mean, network.norm.running_var])  # type: ignore[list-item]
    (network.embedding(k) * torch.from_numpy(problem.upstream())).sum().backward()
    found["embedding, gradient"] = network.embedding.weight.grad  # type: ignore[assignment]
    q, k, v = (torch.from_numpy(part.copy()) for part in problem.heads(problem.projected()))
    attended = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
    found |= dict.fromkeys(problem.ATTENTION, attended)
    found["dropout"] = network.dropout(torch.ones(1000, dtype=torch.float64)).max().reshape(1)
    found["linear"] = network.head(torch.from_numpy(problem.rows()))
    found["AdamW"] = decayed()
    return found


def _channels_last(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1)


def decayed() -> Tensor:
    """Ones after ten steps of AdamW with torch's defaults."""
    value = torch.ones(problem.WIDTH, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.AdamW([value], lr=problem.RATE)
    for slope in torch.from_numpy(problem.slopes()):
        value.grad = slope
        optimiser.step()
    return value


def spread() -> float:
    """The standard deviation of a linear layer's initial weights, in units of what its bounds say."""
    torch.manual_seed(0)
    return problem.spread(nn.Linear(512, 512).weight.detach().numpy(), 512)


def sources() -> str:
    """Where the parts of the model and its training come from."""
    return compact({"layers": nn.Linear.__module__, "gelu": "torch.nn", "optimiser": torch.optim.Adam.__module__})


def events() -> Iterator[Event]:
    """`value`: largest relative difference from the NumPy reference."""
    yield attempt("migrated.output", output_error)
    yield attempt("migrated.gradient", gradient_error)
    yield attempt("migrated.losses", training_error)
    yield attempt("migrated.weights", weights_error)
    yield attempt("migrated.back", back_error)
    yield attempt("exported.output", lambda: reproduced(exported()))
    yield attempt("elsewhere.output", elsewhere_error)
    for name, found in layers().items():
        yield attempt(f"layer.{name}.as named", lambda n, f: problem.layer_error(n, f.detach().numpy()), name, found)
    yield attempt("initialiser.as named", spread)
    yield attempt("sources", sources)
