"""The colours and markers of everything that a figure shows, on a light page and on a dark one."""

from __future__ import annotations

INK, MUTED, GRID, SURFACE, BAND = "#1b1d22", "#5b616b", "#d8dce2", "#fefefe", "#8a9099"
VARIANTS = {
    ("torch", "eager"): "#c2570c",
    ("torch", "compile"): "#8e1c5a",
    ("torch", "compile-max"): "#9a7b00",
    ("torch", "many"): "#d1495b",
    ("jax", "jit"): "#0a5aa8",
    ("jax", "eager"): "#7480e6",
    ("jax", "scan"): "#0b8470",
    ("numpy", "eager"): "#757a83",
    ("numpy", "numba"): "#4d6b1e",
}
"""One colour per variant, everywhere: warm for torch, cool for jax, grey for numpy; ≥ 3:1 on a light page."""

DARK = {
    "ink": "#e7e9ec",
    "muted": "#a3aab4",
    "grid": "#343a44",
    "surface": "#15181d",
    "band": "#8a9099",
    "torch-eager": "#f0914d",
    "torch-compile": "#ee7fc0",
    "torch-compile-max": "#d9b63b",
    "torch-many": "#ff8f8f",
    "jax-jit": "#5ea6f2",
    "jax-eager": "#b7b3ff",
    "jax-scan": "#3cc7aa",
    "numpy-eager": "#a8aeb8",
    "numpy-numba": "#a9c46c",
}
"""The same variables on a dark page."""

MARKERS = {
    ("torch", "eager"): "o",
    ("torch", "compile"): "s",
    ("torch", "compile-max"): "D",
    ("torch", "many"): "p",
    ("jax", "jit"): "^",
    ("jax", "eager"): "v",
    ("jax", "scan"): "P",
    ("numpy", "eager"): "X",
    ("numpy", "numba"): "h",
}
STANDS_FOR = {"torch": ("torch", "eager"), "jax": ("jax", "jit")}
"""The variant whose colour and marker stand for a framework where modes are not told apart."""

PARTS = {
    "import": VARIANTS["numpy", "eager"],
    "compiler import": VARIANTS["jax", "eager"],
    "device": VARIANTS["torch", "eager"],
    "data": INK,
    "build": VARIANTS["torch", "compile-max"],
    "trace": VARIANTS["jax", "scan"],
    "compile": VARIANTS["torch", "compile"],
    "first step": VARIANTS["jax", "jit"],
}
"""Colours of the parts of start-up; no figure shows parts and variants together."""

VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    SURFACE: "surface",
    BAND: "band",
    **{colour: f"{framework}-{mode}" for (framework, mode), colour in VARIANTS.items()},
}
"""Colour → name of the CSS variable."""


def variables() -> dict[str, str]:
    """CSS variable → its colour on a light page."""
    return {name: colour for colour, name in VARIABLES.items()}
