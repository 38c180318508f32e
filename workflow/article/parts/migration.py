"""The layers of a network that was migrated from PyTorch to JAX: by name, and as meant."""

from __future__ import annotations

from article.html import Html
from article.parts.control_flow import short_outcome
from article.section import Section

COLUMNS = {"torch layer": ("torch", "as named"), "jax named": ("jax", "as named"), "jax meant": ("jax", "as meant")}
"""Column → framework, and how the layer was chosen."""


def layer_table(section: Section) -> Html:
    """What each layer gives alone, on this machine: PyTorch's, JAX's of the same name, and what must be meant."""
    found = section.examples("exporting").found
    layers = [name.split(".")[1] for _, name in found if name.startswith("layer.") and name.count(".") == 2]
    rows = [
        {"layer": section.words.get(f"example.{layer}", layer)}
        | {
            column: short_outcome(section, found.get((framework, f"layer.{layer}.{kind}")))
            for column, (framework, kind) in COLUMNS.items()
        }
        | {"differs": section.words.get(f"migration.{layer}", "")}
        for layer in dict.fromkeys(layers)
    ]
    return section.table(rows, ("layer", *COLUMNS, "differs"), "migration", empty="no examples")
