"""The colours and markers of everything that a figure shows, on a light page and on a dark one."""

from __future__ import annotations

INK, MUTED, GRID, SURFACE, BAND = "#1b1d22", "#5b616b", "#d8dce2", "#fefefe", "#8a9099"
VARIANTS = {
    ("torch", "eager"): "#ab4405",
    ("torch", "compile"): "#501200",
    ("torch", "compile-max"): "#b18c64",
    ("torch", "many"): "#ea660b",
    ("jax", "jit"): "#0a5aa8",
    ("jax", "eager"): "#3f92fd",
    ("jax", "scan"): "#212947",
    ("numpy", "eager"): "#8e9196",
    ("numpy", "numba"): "#535c66",
}
"""A hue per framework, a shade per mode, everywhere: orange for torch, blue for jax, grey for numpy; ≥ 3:1 on a light
page. Any two are told apart by readers who are blind for a colour, as any two parts and verdicts below are; a test
simulates it.
"""
PARTS = {
    "import": "#699196",
    "compiler import": "#2ea955",
    "device": "#332288",
    "data": "#cc656f",
    "build": "#969630",
    "trace": "#aa4499",
    "compile": "#94334b",
    "first step": "#117733",
}
"""Colours of the parts of start-up, which are no variants and look like none."""
VERDICTS = {"good": "#0b6b3a", "bad": "#a61b2c", "half": "#7a5600"}
"""Colours of the words supported, refuted and mixed, and of public cases that are the other way round, and still so;
≥ 4.5:1.
"""

DARK = {
    "ink": "#e7e9ec",
    "muted": "#a3aab4",
    "grid": "#343a44",
    "surface": "#15181d",
    "band": "#8a9099",
    "torch-eager": "#eb8c4a",
    "torch-compile": "#fcd9ae",
    "torch-compile-max": "#9b675a",
    "torch-many": "#e2481c",
    "jax-jit": "#5ea6f2",
    "jax-eager": "#6a7ab0",
    "jax-scan": "#c3cbf8",
    "numpy-eager": "#a7a5ad",
    "numpy-numba": "#767a80",
    "part-import": "#8b9e8c",
    "part-compiler-import": "#67d1c4",
    "part-device": "#8f7fe8",
    "part-data": "#ffc389",
    "part-build": "#cccc66",
    "part-trace": "#d78fd6",
    "part-compile": "#d077aa",
    "part-first-step": "#57b97b",
    "good": "#61d49e",
    "bad": "#fc8785",
    "half": "#e6bd54",
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

VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    SURFACE: "surface",
    BAND: "band",
    **{colour: f"{framework}-{mode}" for (framework, mode), colour in VARIANTS.items()},
    **{colour: f"part-{part.replace(' ', '-')}" for part, colour in PARTS.items()},
    **{colour: name for name, colour in VERDICTS.items()},
}
"""Colour → name of the CSS variable."""


def variables() -> dict[str, str]:
    """CSS variable → its colour on a light page."""
    return {name: colour for colour, name in VARIABLES.items()}
