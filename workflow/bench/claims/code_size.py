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
PACKAGES = {"torch": ("torch",), "jax": ("jax", "optax")}


def code_size(path: Path, framework: str) -> dict[str, int]:
    """Lines and tokens of a source file without docstrings, comments and blank lines; distinct names of the framework.

    A name is a dotted path that starts at an import from the framework's packages, `jax.lax.scan` for example. Imports
    themselves are not counted: both sides need them.
    """
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    left_out = _lines_of_docstrings_and_imports(tree)
    tokens = [
        token
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in LAYOUT and token.start[0] not in left_out
    ]
    lines = {line for token in tokens for line in range(token.start[0], token.end[0] + 1)}
    return {"lines": len(lines), "tokens": len(tokens), "names": len(_names(tree, PACKAGES[framework]))}


def _lines_of_docstrings_and_imports(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        bare_text = (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        )
        if isinstance(node, ast.stmt) and (bare_text or isinstance(node, ast.Import | ast.ImportFrom)):
            lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def _names(tree: ast.Module, packages: Sequence[str]) -> set[str]:
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases |= {
                item.asname or item.name.split(".")[0]: item.name if item.asname else item.name.split(".")[0]
                for item in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.module:
            aliases |= {item.asname or item.name: f"{node.module}.{item.name}" for item in node.names}
    aliases = {short: full for short, full in aliases.items() if full.split(".")[0] in packages}
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


def code_sizes(folders: Mapping[str, Path]) -> dict[str, dict[str, dict[str, int]]]:
    """`code_size` of both implementations of workloads, by name and framework; folders without both are left out."""
    return {
        name: {framework: code_size(folder / f"{framework}_impl.py", framework) for framework in COMPARED}
        for name, folder in folders.items()
        if all((folder / f"{framework}_impl.py").exists() for framework in COMPARED)
    }


Sizes = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Workload -> framework -> what `code_size` counts."""


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
