"""How much code an implementation takes: lines, tokens, and names of its framework."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.claims.evidence import Verdict
from bench.claims.rules import AGAINST, FOR, WHOLE, by_votes
from bench.events import Missing
from bench.results import statistics
from bench.vocabulary import COMPARED

LAYOUT = {
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.COMMENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
PACKAGES = {"torch": ("torch",), "jax": ("jax", "optax", "flax")}
LIBRARIES = ("transformers",)
"""Packages of whole models. Where one side takes its model from there, the code of the other is no counterpart."""

Sizes = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Workload → framework → lines, tokens, names."""


def read_sizes(folder: Path) -> dict[str, dict[str, dict[str, int]]]:
    """`code_sizes` of the files of a folder, by their names; those that take a model from a library are left out."""
    sources = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))}
    return {
        name: sizes
        for name, source in sources.items()
        if (sizes := code_sizes(source)) and not set(_aliases(ast.parse(source), LIBRARIES))
    }


def code_sizes(source: str) -> dict[str, dict[str, int]]:
    """Framework → lines and tokens, without docstrings, comments, blank lines and imports, and distinct names of the
    framework; {} of a file that implements something in one framework alone.

    A top-level function or class is a framework's if it is called so (`torch_…`) or uses its packages; what is
    neither's is shared and not counted. A name is a dotted path that starts at an import from the packages, such as
    `jax.lax.scan`.
    """
    tree = ast.parse(source)
    left_out = _lines_of_docstrings_and_imports(tree)
    tokens = [
        token
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in LAYOUT and token.start[0] not in left_out
    ]
    sizes = {}
    for framework in COMPARED:
        aliases = set(_aliases(tree, PACKAGES[framework]))
        own = [node for node in tree.body if _is_of(node, framework, aliases)]
        within = {line for node in own for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
        counted = [token for token in tokens if token.start[0] in within]
        lines = {line for token in counted for line in range(token.start[0], token.end[0] + 1)}
        names = _names(tree, PACKAGES[framework])
        sizes[framework] = {"lines": len(lines), "tokens": len(counted), "names": len(names)}
    return sizes if all(size["tokens"] for size in sizes.values()) else {}


def _is_of(node: ast.stmt, framework: str, aliases: set[str]) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return False
    used = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    return node.name.startswith(f"{framework}_") or bool(used & aliases)


def _lines_of_docstrings_and_imports(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        bare_text = (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        )
        if isinstance(node, ast.stmt) and (bare_text or isinstance(node, ast.Import | ast.ImportFrom)):
            lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def _aliases(tree: ast.Module, packages: Sequence[str]) -> dict[str, str]:
    """What a file calls what it imports from packages → its full name."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases |= {
                item.asname or item.name.split(".")[0]: item.name if item.asname else item.name.split(".")[0]
                for item in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.module:
            aliases |= {item.asname or item.name: f"{node.module}.{item.name}" for item in node.names}
    return {short: full for short, full in aliases.items() if full.split(".")[0] in packages}


def _names(tree: ast.Module, packages: Sequence[str]) -> set[str]:
    aliases = _aliases(tree, packages)
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    chains = (
        _chain(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name) and id(node) not in inner
    )
    return {".".join([aliases[chain[0]], *chain[1:]]) for chain in chains if chain and chain[0] in aliases}


def _chain(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        inner = _chain(node.value)
        return [*inner, node.attr] if inner else []
    return []


def smaller_code(sizes: Sizes, margin: float = 1.05) -> Verdict:
    """Whether torch's implementations are smaller, by the votes of workloads.

    A workload speaks for it if jax's has at least 5 % more tokens, against it otherwise.
    """
    if not sizes:
        raise Missing("no implementations")
    ratios = {name: both["jax"]["tokens"] / both["torch"]["tokens"] for name, both in sizes.items()}
    found = by_votes({name: {WHOLE: FOR if ratio >= margin else AGAINST} for name, ratio in ratios.items()})
    mean, low, high = statistics.geometric_mean(list(ratios.values()))
    evidence = {
        "workloads": sizes,
        "totals": totals(sizes),
        "tokens_ratio": mean,
        "tokens_ratio_low": low,
        "tokens_ratio_high": high,
    }
    return Verdict(found.verdict, found.evidence | evidence)


def totals(sizes: Sizes) -> dict[str, dict[str, int]]:
    """Framework → lines, tokens and names of all workloads together."""
    return {
        framework: {key: sum(both[framework][key] for both in sizes.values()) for key in ("lines", "tokens", "names")}
        for framework in COMPARED
    }
