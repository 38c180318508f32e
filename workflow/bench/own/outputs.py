"""What the layers of a model put out in one framework, at the check's size in float64, as a file of NumPy.

    python -m bench.own.outputs FRAMEWORK FAMILY NAME FILE

Only a `build` that was made of a model knows its layers; of another the file is empty.
"""

from __future__ import annotations

import sys
from importlib import import_module

import numpy as np

from bench import catalogue
from bench.measuring import environment
from bench.vocabulary import CHECK_DEVICE, CHECK_PRECISION, CHECK_SIZE


def main() -> None:
    """Write the file; the layers are in it in the order in which they were executed."""
    framework, family, name, file = sys.argv[1:]
    item = catalogue.find(family, name)
    backend = import_module(f"bench.backends.{framework}_backend")
    backend.configure(CHECK_DEVICE, CHECK_PRECISION, len(environment.affinity() or [0]))
    build = item.implementation(framework).build
    found = build.layers(item.states.problem(CHECK_SIZE)) if hasattr(build, "layers") else {}
    np.savez(file, **found)


if __name__ == "__main__":
    main()
