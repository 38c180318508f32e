r"""A graph convolutional network on molecules: regression of a property of each (section 6, drug discovery).

Data: synthetic graphs of the size of drug molecules, drawn here. Each has 9 … 30 atoms (hydrogen left out): a random
tree, every atom bound to an earlier one that has fewer than four bonds, and then 0 … 3 more bonds that close rings
between atoms with fewer than four. Each atom is one of eight elements (C, N, O, F, P, S, Cl, Br, mostly C). The target
y of a graph is the sum over its bonds of the difference of Pauling's electronegativities, |χ_a - χ_b|, divided by the
number of its atoms (electronegativity units, dimensionless).

All graphs of the batch are one large graph: `features` (nodes, 8), one-hot elements; bonds as index pairs in both
directions, sorted by `target`; `graph` (nodes,), the number of the graph of each atom, ascending. So that shapes do not
depend on the draw of a batch, nodes and edges are padded to the next multiple of 64, with at least one node too many:
the padding's nodes are graph number `graphs`, which no loss sees, and its edges weigh nothing.

Model (Kipf, Welling, "Semi-Supervised Classification with Graph Convolutional Networks", ICLR 2017, equation 2):
    H' = ReLU(Â H W + b),  Â = D^(-1/2) (A + I) D^(-1/2),  D the degrees of A + I
three times (twice at size `tiny`), 8 → width → width → width; the mean over the atoms of each graph; linear, width → 1.
Loss: the mean over the graphs of (output - y)². Adam with rate 0.001, β = (0.9, 0.999), ε = 1e-8 outside the root.
The weights of Â belong to the data: `edge_weight` (edges,) is (d_a d_b)^(-1/2) and `loop_weight` (nodes,) is 1/d_a.

Both implementations compute Â H first and multiply by W then, so that the first layer gathers and scatters 8 numbers
and not `width`, and add the self loops as a product of rows instead of as edges. Gathering and adding up are what is
measured: PyTorch's index_select and index_add, JAX's gather and scatter-add, which is what jax.ops.segment_sum is.

Linear weights are stored (in, out). Initial weights and biases are uniform in ±1/√in, as torch.nn.Linear draws them.

Tasks: `train` is one step on one fixed batch, `forward` the outputs (graphs,) of that batch, `gradient` (parity gate)
the loss and its gradient at the initial parameters. The NumPy reference is written by hand with a dense Â, backward
pass and Adam included.

Precision bfloat16 is mixed: float32 parameters, optimiser, sum over the atoms of a graph, and loss; everything else in
bfloat16.

Asymmetry: JAX is told that the targets and the graphs are sorted and all indices in bounds, which its compiler may
use; PyTorch's index_add takes no such promise. Its segment_reduce, which wants sorted segments, was slower in both
modes (on one core 1.2 and 1.6 times at 640 nodes, 64 wide), and so was scatter_add.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from bench.workloads.training.by_hand import observed
from bench.workloads.training.by_hand.adam import adam

TITLE = {"en": "Graph convolutional network on molecules", "zh": "分子图上的图卷积网络"}
SECTION = 6
SCENARIO = "health"
ITEM = "graphs"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"graphs": 3, "width": 6, "layers": 2},
    "small": {"graphs": 32, "width": 64, "layers": 3},
    "medium": {"graphs": 512, "width": 128, "layers": 3},
    "large": {"graphs": 8192, "width": 256, "layers": 3},
}
SWEEPS: dict[str, dict[str, Any]] = {
    **{f"batch-{graphs}": SIZES["small"] | {"graphs": graphs} for graphs in (1, 8, 32, 128, 512, 2048)},
}
MANY_TASKS = ("train",)
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
TASKS = ("train", "forward")
QUICK_TASKS = ("train",)
SWEEP_TASKS = ("train", "forward")
CHECK_TASKS = ("gradient", "train", "forward")
PRECISIONS = ("float32", "float64", "tf32", "bfloat16")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2}

ELECTRONEGATIVITY = np.array([2.55, 3.04, 3.44, 3.98, 2.19, 2.58, 3.16, 2.96])
"""Pauling's values of C, N, O, F, P, S, Cl and Br (A. L. Allred, J. Inorg. Nucl. Chem. 17, 1961)."""
FREQUENCY = np.array([0.72, 0.11, 0.11, 0.015, 0.005, 0.02, 0.015, 0.005])
"""How often each element is drawn: about as in drug-like molecules."""
ELEMENTS = len(ELECTRONEGATIVITY)
FEWEST_ATOMS, MOST_ATOMS, MOST_BONDS, MOST_RINGS = 9, 30, 4, 3
MULTIPLE = 64
"""Nodes and edges are padded to a multiple of this."""
LEARNING_RATE = 1e-3
CHECK_STEPS = 5
SEED = 20240612

Arrays = dict[str, np.ndarray]


class Problem:
    """The molecules, the initial parameters and the reference values at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        settings: dict[str, Any] = {**SIZES, **SWEEPS}[size]
        self.graphs: int = settings["graphs"]
        self.widths: list[int] = [ELEMENTS] + [settings["width"]] * settings["layers"]
        random = np.random.default_rng(SEED)
        molecules = [molecule(random) for _ in range(self.graphs)]
        self.atoms = np.array([atoms for atoms, _ in molecules])
        first = np.cumsum(self.atoms) - self.atoms
        self.bonds = np.concatenate([bonds + start for (_, bonds), start in zip(molecules, first, strict=True)])
        self.elements = random.choice(ELEMENTS, self.atoms.sum(), p=FREQUENCY)

    def inputs(self) -> Arrays:
        """The fixed batch, as the module's docstring names it, and `atoms` (graphs,), how many each graph has."""
        nodes, edges = (-(-count // MULTIPLE) * MULTIPLE for count in (len(self.elements) + 1, 2 * len(self.bonds)))
        spare_nodes, spare_edges = nodes - len(self.elements), edges - 2 * len(self.bonds)
        pairs = np.concatenate([self.bonds, self.bonds[:, ::-1]])
        source, target = pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))].T
        degree = np.bincount(target, minlength=len(self.elements)) + 1.0
        ends = np.pad(np.stack([source, target]), ((0, 0), (0, spare_edges)), constant_values=nodes - 1)
        return {
            "features": np.pad(np.eye(ELEMENTS)[self.elements], ((0, spare_nodes), (0, 0))),
            "source": ends[0],
            "target": ends[1],
            "edge_weight": np.pad((degree[source] * degree[target]) ** -0.5, (0, spare_edges)),
            "loop_weight": np.pad(1.0 / degree, (0, spare_nodes)),
            "graph": np.pad(
                np.repeat(np.arange(self.graphs), self.atoms), (0, spare_nodes), constant_values=self.graphs
            ),
            "atoms": self.atoms.astype(np.float64),
            "property": self.polarity(),
        }

    def polarity(self) -> np.ndarray:
        """The property of each graph, shape (graphs,)."""
        difference = np.abs(np.diff(ELECTRONEGATIVITY[self.elements[self.bonds]], axis=1))[:, 0]
        owner = np.repeat(np.arange(self.graphs), self.atoms)[self.bonds[:, 0]]
        return np.bincount(owner, difference, minlength=self.graphs) / self.atoms

    def parameters(self) -> Arrays:
        """`layers.<number>.weight` (in, out) and `.bias` (out,), `output.weight` (width, 1) and `output.bias` (1,)."""
        random = np.random.default_rng(SEED + 1)
        drawn = {}
        for layer, (rows, columns) in self.shapes().items():
            bound = 1 / math.sqrt(rows)
            drawn[f"{layer}.weight"] = random.uniform(-bound, bound, (rows, columns))
            drawn[f"{layer}.bias"] = random.uniform(-bound, bound, columns)
        return drawn

    def shapes(self) -> dict[str, tuple[int, int]]:
        """Shapes of the weights."""
        pairs = pairwise(self.widths)
        return {f"layers.{number}": pair for number, pair in enumerate(pairs)} | {"output": (self.widths[-1], 1)}

    def flops(self, task: str) -> float:
        """Multiplications and additions of Â H and of the matrix products, without the padding and the mean.

        Backward counts Â once more and the products twice more, except in the first layer, whose inputs are data.
        """
        atoms, edges = float(self.atoms.sum()), 2.0 * len(self.bonds)
        spreads = [2.0 * (edges + atoms) * width for width in self.widths[:-1]]
        products = [2.0 * atoms * rows * columns for rows, columns in pairwise(self.widths)]
        output = 2.0 * self.graphs * self.widths[-1]
        if task == "forward":
            return sum(spreads) + sum(products) + output
        return 2 * sum(spreads) - spreads[0] + 3 * sum(products) - products[0] + 3 * output

    def items(self, task: str) -> float:
        """Graphs seen per step."""
        return float(self.graphs)

    def reference(self, task: str) -> Arrays:
        """What the implementations must observe: after five steps for `train`."""
        parameters = self.parameters()
        if task == "forward":
            return {"output": self.forward(parameters)[0]}
        if task == "gradient":
            return observed.gradient(*self.loss_and_gradient(parameters))
        return observed.training(*adam(parameters, self.loss_and_gradient, CHECK_STEPS, LEARNING_RATE))

    def dense(self) -> tuple[np.ndarray, np.ndarray]:
        """Â (atoms, atoms) and the matrix (graphs, atoms) that takes the mean over the atoms of each graph."""
        matrix = np.eye(len(self.elements))
        matrix[self.bonds[:, 0], self.bonds[:, 1]] = matrix[self.bonds[:, 1], self.bonds[:, 0]] = 1.0
        root = matrix.sum(axis=1) ** -0.5
        owner = np.repeat(np.arange(self.graphs), self.atoms)
        return root[:, None] * matrix * root, (owner == np.arange(self.graphs)[:, None]) / self.atoms[:, None]

    def forward(self, parameters: Arrays) -> tuple[np.ndarray, list[np.ndarray]]:
        """The outputs (graphs,), and the values before the first and after every layer."""
        spread, mean = self.dense()
        hidden = [np.eye(ELEMENTS)[self.elements]]
        for number in range(len(self.widths) - 1):
            product = spread @ hidden[-1] @ parameters[f"layers.{number}.weight"]
            hidden.append(np.maximum(product + parameters[f"layers.{number}.bias"], 0))
        return (mean @ hidden[-1] @ parameters["output.weight"] + parameters["output.bias"])[:, 0], hidden

    def loss_and_gradient(self, parameters: Arrays) -> tuple[float, Arrays]:
        """Mean squared error and its derivative with respect to every parameter, by the chain rule."""
        spread, mean = self.dense()
        output, hidden = self.forward(parameters)
        difference = (output - self.polarity())[:, None]
        error = 2 * difference / self.graphs
        gradients = {"output.weight": (mean @ hidden[-1]).T @ error, "output.bias": error.sum(axis=0)}
        error = mean.T @ error @ parameters["output.weight"].T
        for number in reversed(range(len(self.widths) - 1)):
            error = error * (hidden[number + 1] > 0)
            gradients[f"layers.{number}.weight"] = (spread @ hidden[number]).T @ error
            gradients[f"layers.{number}.bias"] = error.sum(axis=0)
            error = spread @ error @ parameters[f"layers.{number}.weight"].T
        return float(np.mean(difference**2)), gradients


def molecule(random: np.random.Generator) -> tuple[int, np.ndarray]:
    """A connected graph without double edges: its number of atoms, and its bonds, shape (bonds, 2)."""
    atoms = int(random.integers(FEWEST_ATOMS, MOST_ATOMS + 1))
    degree, bonds = [0] * atoms, []
    for atom in range(1, atoms):
        free = [other for other in range(atom) if degree[other] < MOST_BONDS]
        bonds.append((free[int(random.integers(len(free)))], atom))
        for end in bonds[-1]:
            degree[end] += 1
    for one, other in random.integers(0, atoms, (int(random.integers(MOST_RINGS + 1)), 2)).tolist():
        pair = (min(one, other), max(one, other))
        if one != other and pair not in bonds and max(degree[one], degree[other]) < MOST_BONDS:
            bonds.append(pair)
            for end in pair:
                degree[end] += 1
    return atoms, np.array(bonds)
