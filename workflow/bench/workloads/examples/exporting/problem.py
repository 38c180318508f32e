r"""From one framework to the other: a convolutional network with attention, migrated, trained, exported and reloaded.

    h = gelu(BatchNorm(conv(u; K); g, c))                 u: (16, 6, 6, 2), K: (3, 3, 2, 8), stride 2, padding 1
    z = [h at its 3 × 3 places; E at the tokens k]        E: (5, 8), k: (16, 3); token 0 is padding: E_0 is not trained
    a = Attention(z)                                      2 heads: softmax(q k^T / sqrt(4)) v, (q k v) = z Wqkv + bqkv,
                                                          then Wo and bo
    y = mean over the 12 places of dropout(a; m) W2 + b2,  loss = mean((y - t)^2)            t: (16, 2)

float64, dimensionless. gelu(x) = x Phi(x) (exact). BatchNorm: in training by the batch's mean and variance, with
eps = 1e-5, while running statistics move by 0.1 of the way to the batch's mean and its unbiased variance; in evaluation
by these. Dropout divides by 0.75 what it keeps; its mask m is drawn here, one for each step, for no two frameworks draw
the same. Ten steps of Adam (Kingma & Ba 2015; rate 0.01, betas 0.9 and 0.999, eps 1e-6 outside the root: the gradient
of the keys' bias is zero but for rounding, which a smaller one would make steps of). Outputs are those in evaluation;
gradients, losses, weights and running statistics those of training.

Weights travel in one .npz file with torch's names and layouts (`state_dict`): images (rows, channels, height, width),
kernels (out, in, height, width), weights (out, in). MAPPING says which array of the other side each becomes, and how
its axes turn; jax's side has channels last and weights (in, out). torch loads files strictly, so the names are proved
to be its own. All must reproduce the NumPy reference below, whose gradients are the chain rule written out; and,
trained, travel back under torch's names. The exported model must give the same outputs in a fresh interpreter that is
given the file and the inputs, and knows nothing of this source.

Every layer is also held alone against the reference: `as named`, which is the function of that name with its defaults
or with torch's arguments, and `as meant`, with what makes it the same. Asymmetries, which are the subject: jax has
layers in `jax.example_libraries.stax` alone and optimisers in `jax.example_libraries.optimizers`, which its
documentation calls examples and no library; the network is a function, its optimiser optax's, and once jax's own.
"""

import ast
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

TITLE = {"en": "A model exported, loaded again and migrated", "zh": "模型的导出、重新载入与迁移"}
SECTION = 9
CLAIMS = ("core-dev-deploy", "faq-migrate")
RATE, BETAS, EPSILON, STEPS = 0.01, (0.9, 0.999), 1e-6, 10
NORM_EPSILON, MOMENTUM, RATE_OF_DROPOUT = 1e-5, 0.1, 0.25
ROWS, PIXELS, CHANNELS, WIDTH, TOKENS, VOCABULARY, OUTPUTS, HEADS = 16, 6, 2, 8, 3, 5, 2, 2
STRIDE, PADDING, KERNEL = 2, 1, 3
PLACES = 9 + TOKENS
PADDED = 0
"""The token whose embedding is not trained."""
Arrays = dict[str, np.ndarray]

MAPPING: dict[str, tuple[str, tuple[int, ...]]] = {
    "conv.weight": ("K", (3, 2, 0, 1)),
    "norm.weight": ("g", (0,)),
    "norm.bias": ("c", (0,)),
    "norm.running_mean": ("mean", (0,)),
    "norm.running_var": ("variance", (0,)),
    "embedding.weight": ("E", (0, 1)),
    "attention.in_proj_weight": ("Wqkv", (1, 0)),
    "attention.in_proj_bias": ("bqkv", (0,)),
    "attention.out_proj.weight": ("Wo", (1, 0)),
    "attention.out_proj.bias": ("bo", (0,)),
    "head.weight": ("W2", (1, 0)),
    "head.bias": ("b2", (0,)),
}
"""torch's name -> (the other name, the axes of the other's array in torch's order)."""
STATISTICS = ("mean", "variance")
"""What no gradient trains."""
COUNTER = "norm.num_batches_tracked"
"""What torch counts and the other side does not need."""

ATTENTION = ("attention, heads first", "attention, places first")
"""One layer by the order of its axes: (rows, heads, places, size), as in torch, and (rows, places, heads, size)."""

_erf = np.vectorize(math.erf)


def inputs() -> Arrays:
    """Images u, channels last, tokens k, and targets t."""
    random = np.random.default_rng(10)
    return {
        "u": random.normal(size=(ROWS, PIXELS, PIXELS, CHANNELS)),
        "k": random.integers(0, VOCABULARY, (ROWS, TOKENS)),
        "t": random.normal(size=(ROWS, OUTPUTS)),
    }


def masks() -> np.ndarray:
    """What dropout multiplies with in each step, (STEPS, ROWS, PLACES, WIDTH): 0, or 1 over the share that is kept."""
    kept = np.random.default_rng(12).random((STEPS, ROWS, PLACES, WIDTH)) >= RATE_OF_DROPOUT
    return kept / (1 - RATE_OF_DROPOUT)


def parameters() -> Arrays:
    """Initial weights and running statistics by their short names."""
    random = np.random.default_rng(11)
    shapes = {
        "K": (KERNEL, KERNEL, CHANNELS, WIDTH),
        "g": (WIDTH,),
        "c": (WIDTH,),
        "E": (VOCABULARY, WIDTH),
        "Wqkv": (WIDTH, 3 * WIDTH),
        "bqkv": (3 * WIDTH,),
        "Wo": (WIDTH, WIDTH),
        "bo": (WIDTH,),
        "W2": (WIDTH, OUTPUTS),
        "b2": (OUTPUTS,),
    }
    drawn = {name: random.normal(0, 0.5, shape) + (name == "g") for name, shape in shapes.items()}
    return drawn | {"mean": random.normal(0, 0.5, WIDTH), "variance": random.uniform(0.5, 2, WIDTH)}


def images_for_torch(u: np.ndarray) -> np.ndarray:
    """Images with channels first."""
    return np.ascontiguousarray(u.transpose(0, 3, 1, 2))


def to_torch(values: Arrays) -> Arrays:
    """Arrays by torch's names in its layouts."""
    return {theirs: values[ours].transpose(axes) for theirs, (ours, axes) in MAPPING.items() if ours in values}


def from_torch(values: Arrays) -> Arrays:
    """Arrays by their short names."""
    return {
        ours: values[theirs].transpose(np.argsort(axes)) for theirs, (ours, axes) in MAPPING.items() if theirs in values
    }


def written(folder: Path, values: Arrays) -> Path:
    """A file with weights as torch names and lays them out."""
    path = folder / "weights.npz"
    np.savez(path, **to_torch(values), **{COUNTER: np.array(0)})  # type: ignore[arg-type]
    return path


def convolution(u: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """(rows, height, width, out) of images with channels last."""
    return _patches(u) @ kernel.reshape(-1, kernel.shape[-1])


def _patches(u: np.ndarray) -> np.ndarray:
    """(rows, height, width, KERNEL · KERNEL · channels): what each place of the output sees."""
    padded = np.pad(u, ((0, 0), (PADDING, PADDING), (PADDING, PADDING), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (KERNEL, KERNEL), axis=(1, 2))
    seen = windows[:, ::STRIDE, ::STRIDE].transpose(0, 1, 2, 4, 5, 3)
    return seen.reshape(*seen.shape[:3], -1)


def gelu(x: np.ndarray) -> np.ndarray:
    """x Phi(x)."""
    return x * _normal_distribution(x)


def _normal_distribution(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + _erf(x / np.sqrt(2)))


def batch_statistics(x: np.ndarray) -> Arrays:
    """Mean and biased variance of each channel, the last axis."""
    return {"mean": x.mean((0, 1, 2)), "variance": x.var((0, 1, 2))}


def normalised(x: np.ndarray, statistics: Arrays) -> np.ndarray:
    """x by mean and variance of its channels."""
    return (x - statistics["mean"]) / np.sqrt(statistics["variance"] + NORM_EPSILON)


def moved(values: Arrays, x: np.ndarray) -> Arrays:
    """The running statistics after a batch."""
    batch, count = batch_statistics(x), x[..., 0].size
    batch["variance"] = batch["variance"] * count / (count - 1)
    return {name: (1 - MOMENTUM) * values[name] + MOMENTUM * batch[name] for name in STATISTICS}


def heads(qkv: np.ndarray) -> tuple[np.ndarray, ...]:
    """q, k and v, (rows, heads, places, size of a head)."""
    rows, places, _ = qkv.shape
    split = qkv.reshape(rows, places, 3, HEADS, WIDTH // HEADS).transpose(2, 0, 3, 1, 4)
    return tuple(split)


def _attended(qkv: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What each head gives, (rows, heads, places, size), and its weights (rows, heads, places, places)."""
    q, k, v = heads(qkv)
    scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    weights = powers / powers.sum(-1, keepdims=True)
    return weights @ v, weights


def attention(qkv: np.ndarray) -> np.ndarray:
    """What the heads give together, (rows, places, WIDTH)."""
    return _joined(_attended(qkv)[0])


def _joined(by_head: np.ndarray) -> np.ndarray:
    return by_head.transpose(0, 2, 1, 3).reshape(ROWS, -1, WIDTH)


def forward(values: Arrays, u: np.ndarray, k: np.ndarray) -> np.ndarray:
    """The model's output in evaluation, (rows, 2)."""
    x = normalised(convolution(u, values["K"]), values)
    return _rest(values, x, k, np.ones(1))["y"]


def _rest(values: Arrays, x: np.ndarray, k: np.ndarray, mask: np.ndarray) -> Arrays:
    """Everything behind the normalised convolution."""
    n = x * values["g"] + values["c"]
    z = np.concatenate([gelu(n).reshape(ROWS, -1, WIDTH), values["E"][k]], axis=1)
    qkv = z @ values["Wqkv"] + values["bqkv"]
    o = attention(qkv)
    pooled = ((o @ values["Wo"] + values["bo"]) * mask).mean(1)
    return {"n": n, "z": z, "qkv": qkv, "o": o, "pooled": pooled, "y": pooled @ values["W2"] + values["b2"]}


def loss_and_gradient(values: Arrays, step: int) -> tuple[float, Arrays]:
    """The mean squared error of a step of training, and its gradient by the chain rule, written out."""
    u, k, t = inputs().values()
    mask, convolved = masks()[step], convolution(u, values["K"])
    x = normalised(convolved, batch_statistics(convolved))
    deviation = np.sqrt(convolved.var((0, 1, 2)) + NORM_EPSILON)
    n, z, qkv, o, pooled, y = _rest(values, x, k, mask).values()
    dy = 2 * (y - t) / t.size
    da = (dy @ values["W2"].T)[:, None, :] / PLACES * mask
    dqkv = _attention_gradient(qkv, da @ values["Wo"].T)
    dz = dqkv @ values["Wqkv"].T
    density = np.exp(-(n**2) / 2) / np.sqrt(2 * np.pi)
    dn = dz[:, : PLACES - TOKENS].reshape(n.shape) * (_normal_distribution(n) + n * density)
    dx = dn * values["g"]
    axes = (0, 1, 2)
    dconvolved = (dx - dx.mean(axes) - x * (dx * x).mean(axes)) / deviation
    embedding = np.zeros_like(values["E"])
    np.add.at(embedding, k, dz[:, PLACES - TOKENS :])
    embedding[PADDED] = 0
    gradient = {
        "K": np.einsum("rhwp,rhwo->po", _patches(u), dconvolved).reshape(values["K"].shape),
        "g": (dn * x).sum(axes),
        "c": dn.sum(axes),
        "E": embedding,
        "Wqkv": np.einsum("rpi,rpo->io", z, dqkv),
        "bqkv": dqkv.sum((0, 1)),
        "Wo": np.einsum("rpi,rpo->io", o, da),
        "bo": da.sum((0, 1)),
        "W2": pooled.T @ dy,
        "b2": dy.sum(0),
    }
    return float(((y - t) ** 2).mean()), gradient


def _attention_gradient(qkv: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """Of what the heads give together, by q, k and v, (rows, places, 3 WIDTH)."""
    q, k, v = heads(qkv)
    weights = _attended(qkv)[1]
    do = upstream.reshape(ROWS, -1, HEADS, WIDTH // HEADS).transpose(0, 2, 1, 3)
    dweights = do @ v.swapaxes(-1, -2)
    dscores = weights * (dweights - (dweights * weights).sum(-1, keepdims=True)) / math.sqrt(q.shape[-1])
    parts = [_joined(part) for part in (dscores @ k, dscores.swapaxes(-1, -2) @ q, weights.swapaxes(-1, -2) @ do)]
    return np.concatenate(parts, axis=-1)


def train() -> tuple[Arrays, list[float]]:
    """Weights and running statistics after the steps of Adam, and the losses before each."""
    values, u = parameters(), inputs()["u"]
    mean: Arrays = {}
    square: Arrays = {}
    losses = []
    for step in range(STEPS):
        loss, gradient = loss_and_gradient(values, step)
        losses.append(loss)
        values |= moved(values, convolution(u, values["K"]))
        for name, slope in gradient.items():
            mean[name] = BETAS[0] * mean.get(name, np.zeros(1)) + (1 - BETAS[0]) * slope
            square[name] = BETAS[1] * square.get(name, np.zeros(1)) + (1 - BETAS[1]) * slope**2
            corrected = mean[name] / (1 - BETAS[0] ** (step + 1)), square[name] / (1 - BETAS[1] ** (step + 1))
            values[name] = values[name] - RATE * corrected[0] / (np.sqrt(corrected[1]) + EPSILON)
    return values, losses


def difference(found: Arrays | np.ndarray, expected: Arrays | np.ndarray) -> float:
    """Largest difference of one array, or of all arrays of a dictionary, relative to the largest expected value."""
    if isinstance(found, dict):
        if not isinstance(expected, dict) or set(found) != set(expected):
            raise ValueError(f"names are {sorted(found)}, expected {sorted(expected)}")
        return max(difference(found[name], expected[name]) for name in expected)
    a, b = np.asarray(found), np.asarray(expected)
    if a.shape != b.shape:
        raise ValueError(f"shape is {a.shape}, expected {b.shape}")
    return float(np.abs(a - b).max() / np.abs(b).max())


def reproduced(output: Callable[..., np.ndarray]) -> float:
    """Largest relative difference of a trained model's outputs, from images and tokens, from those of the reference."""
    u, k, _ = inputs().values()
    return difference(output(u, k), forward(train()[0], u, k))


def elsewhere(folder: Path, script: str, images: np.ndarray) -> tuple[float, str]:
    """What a script makes of a model in a fresh interpreter: the difference of its outputs from the reference's; the
    model's bytes. The folder holds `model`; the script finds `inputs.npz` there, and leaves `output.npy`.

    Raises RuntimeError where the interpreter fails, or has this source.
    """
    size = (folder / "model").stat().st_size
    np.savez(folder / "inputs.npz", u=images, k=inputs()["k"])
    without = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-I", "-c", script + MODULES],
        cwd=folder,
        env=without,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or json.loads(done.stdout):
        raise RuntimeError(done.stderr.strip().rpartition("\n")[2] or f"it imported {done.stdout}")
    error = reproduced(lambda *_: np.load(folder / "output.npy"))
    return error, json.dumps({"bytes": size})


MODULES = """
import json, sys
print(json.dumps([name for name in sys.modules if name.split(".")[0] == __PACKAGE__]))
""".replace("__PACKAGE__", repr(__name__.split(".")[0]))
"""What tells the modules of this project that an interpreter has imported."""


def layers() -> Arrays:
    """Layer → what the reference gives for it alone, of the initial weights."""
    values, (u, k, _) = parameters(), inputs().values()
    convolved = convolution(u, values["K"])
    embedded = np.zeros_like(values["E"])
    np.add.at(embedded, k, upstream())
    embedded[PADDED] = 0
    affine = {
        name: normalised(convolved, statistics) * values["g"] + values["c"]
        for name, statistics in (("training", batch_statistics(convolved)), ("evaluation", values))
    }
    return {
        "convolution": convolved,
        "batch normalisation, training": affine["training"],
        "batch normalisation, evaluation": affine["evaluation"],
        "running statistics": np.stack([moved(values, convolved)[name] for name in STATISTICS]),
        "gelu": gelu(convolved),
        "embedding, gradient": embedded,
        **dict.fromkeys(ATTENTION, attention(projected())),
        "dropout": np.array([1 / (1 - RATE_OF_DROPOUT)]),
        "linear": rows() @ values["W2"] + values["b2"],
        "AdamW": decayed(),
    }


def upstream() -> np.ndarray:
    """What the sum of the embeddings is weighed with, (ROWS, TOKENS, WIDTH)."""
    return np.random.default_rng(13).normal(size=(ROWS, TOKENS, WIDTH))


def projected() -> np.ndarray:
    """q, k and v of an attention alone, (ROWS, PLACES, 3 WIDTH)."""
    return np.random.default_rng(14).normal(size=(ROWS, PLACES, 3 * WIDTH))


def rows() -> np.ndarray:
    """What a linear layer alone is given, (ROWS, WIDTH)."""
    return np.random.default_rng(15).normal(size=(ROWS, WIDTH))


def slopes() -> np.ndarray:
    """The gradients of the steps of an optimiser alone, (STEPS, WIDTH)."""
    return np.random.default_rng(16).normal(size=(STEPS, WIDTH))


DECAY, EPSILON_OF_ADAMW = 0.01, 1e-8
"""torch.optim.AdamW's defaults."""


def decayed() -> np.ndarray:
    """Ones after the steps of AdamW (Loshchilov & Hutter 2019), (WIDTH,)."""
    value, mean, square = np.ones(WIDTH), np.zeros(WIDTH), np.zeros(WIDTH)
    for step, slope in enumerate(slopes(), start=1):
        mean = BETAS[0] * mean + (1 - BETAS[0]) * slope
        square = BETAS[1] * square + (1 - BETAS[1]) * slope**2
        update = mean / (1 - BETAS[0] ** step) / (np.sqrt(square / (1 - BETAS[1] ** step)) + EPSILON_OF_ADAMW)
        value = value * (1 - RATE * DECAY) - RATE * update
    return value


def layer_error(name: str, found: np.ndarray) -> float:
    """Difference of what a layer alone gives from the reference."""
    return difference(found, layers()[name])


def spread(drawn: np.ndarray, inputs_of_layer: int) -> float:
    """The standard deviation of initial weights in units of that of torch's linear layers, uniform in ±1/√in."""
    return float(drawn.std() * math.sqrt(3 * inputs_of_layer))


def defined(package: Path, names: Iterable[str]) -> dict[str, list[str]]:
    """Name → the public modules of a package that define or import a class or function of that name, in any case.

    The source is read and not imported; modules and names that begin with an underscore are not public.
    """
    wanted = {name.lower(): name for name in names}
    found: dict[str, list[str]] = {name: [] for name in wanted.values()}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        if not any(part.startswith("_") and part != "__init__" for part in parts):
            module = ".".join(part for part in parts if part != "__init__")
            for name in _names(ast.parse(path.read_text(encoding="utf-8"))):
                if name.lower() in wanted:
                    found[wanted[name.lower()]].append(f"{module}.{name}")
    return found


def _names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
