"""What PyTorch's package holds."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator
from typing import Any

import torch

from bench.events import Event
from bench.measuring.record import absent, attempt, compact, ok
from bench.workloads.examples.packages import problem

GPU_LIBRARIES = ("nvidia-", "triton")


def installed() -> Iterator[Event]:
    """Versions, requirements, number and size of the packages."""
    distribution = importlib.metadata.distribution("torch")
    found = problem.closure("torch", GPU_LIBRARIES if torch.version.cuda else ())
    sizes = {name: problem.size(item) for name, item in found.items()}
    yield ok("version", None, distribution.version)
    yield ok("licence", None, problem.licence(distribution))
    yield ok("requires.python", None, distribution.metadata["Requires-Python"])
    yield ok("requires.packages", None, problem.required(distribution))
    yield ok("closure.packages", len(found), {name: item.version for name, item in found.items()})
    yield ok("closure.bytes", sum(sizes.values()), sizes)
    yield ok("wheel", None, problem.wheel_tags(distribution))


def recurrent(name: str) -> tuple[float, str]:
    """Difference of two runs of a recurrent layer of torch.nn on a batch; and where its class comes from."""
    torch.manual_seed(0)
    layer = getattr(torch.nn, name)(3, 4, batch_first=True)
    x = torch.ones(2, 5, 3)
    first, second = layer(x)[0], layer(x)[0]
    if first.shape != (2, 5, 4):
        raise ValueError(f"output has shape {tuple(first.shape)}")
    return float((first - second).abs().max()), type(layer).__module__


def backends() -> str:
    """Which back ends this build has and finds."""
    found: dict[str, Any] = {"cpu": torch.backends.cpu.get_cpu_capability(), "cuda": torch.cuda.is_available()}
    for name in ("mps", "mkldnn", "mkl", "openmp"):
        found[name] = bool(getattr(torch.backends, name).is_available())
    return compact(found | {"built for CUDA": torch.version.cuda, "built for ROCm": torch.version.hip})


def devices() -> tuple[float, str]:
    """How many devices there are, and which."""
    names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return 1.0 + len(names), compact(["cpu", *names])


def counterparts() -> dict[str, dict[str, object]]:
    """What stands for a namespace of NumPy or SciPy in PyTorch: the module of the same purpose, then general ones."""
    main: dict[str, object] = {"torch": torch}
    linalg: dict[str, object] = {"torch.linalg": torch.linalg}
    fft: dict[str, object] = {"torch.fft": torch.fft}
    windows: dict[str, object] = {"torch.signal.windows": torch.signal.windows}
    functional = torch.nn.functional
    return {
        "numpy": {**main, "torch.Tensor": torch.Tensor, **linalg, "torch.nn.functional": functional, **windows},
        "numpy.linalg": {**linalg, **main},
        "numpy.fft": fft,
        "scipy.fft": fft,
        "scipy.integrate": main,
        "scipy.linalg": {**linalg, "torch": problem.only(torch, "block_diag")},
        "scipy.special": {"torch.special": torch.special, "torch.nn.functional": problem.only(functional, "softplus")},
        "scipy.signal": {"torch.signal": torch.signal, "torch": problem.only(torch, "istft", "stft")},
        "scipy.signal.windows": windows,
        "scipy.sparse": {"torch.sparse": torch.sparse},
        "scipy.sparse.linalg": {"torch.sparse": torch.sparse, "torch": problem.only(torch, "lobpcg")},
        "scipy.spatial.distance": {"torch": problem.only(torch, "cdist", "pdist")},
        "scipy.stats": {"torch": problem.only(torch, "mode", "quantile")},
    }


def events() -> Iterator[Event]:
    """Everything that is looked up."""
    yield from installed()
    for name in ("RNN", "LSTM", "GRU"):
        yield attempt(f"name.nn.{name}", recurrent, name)
    if importlib.util.find_spec("torchvision") is None:
        yield absent("name.torchvision", "not installed")
    else:
        found = problem.occurrences(["torchvision"], r"class \w*(RNN|LSTM|GRU)\b")[1]
        yield ok("name.torchvision", len(found), found)
    path = torch.nn.parallel.DistributedDataParallel
    yield ok("name.nn.parallel.DistributedDataParallel", None, path.__module__)
    yield attempt("backends", backends)
    yield attempt("devices", devices)
    for library, modules in (("numpy", problem.NUMPY), ("scipy", problem.SCIPY)):
        yield from problem.coverage(library, modules, counterparts())
