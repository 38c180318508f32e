"""Where the nodes of a recorded graph are drawn: pure."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench import texts

KINDS = ("operation", "input", "output")
"""What a node can be; what is none of these is drawn as the first."""
MOST_NODES, MOST_EDGES = 200, 2000
"""More are not drawn: nobody could read it."""


def layered(text: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes with layer and position, and edges, of a graph that an event recorded as JSON.

    A node lies below everything that it depends on and directly above its first use; within a layer nodes stand
    in the order of the mean position of their neighbours (the barycentre method of Sugiyama, Tagawa and Toda, 1981).
    Raises ValueError for JSON that is not such a graph.
    """
    try:
        graph = texts.parsed(text)
        nodes = {str(node["id"]): dict(node) for node in graph["nodes"]}
        edges = [(str(source), str(target)) for source, target in graph["edges"]]
        labels = {key: _node_label(node) for key, node in nodes.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a graph: {text[:80]!r}") from error
    if not 0 < len(nodes) <= MOST_NODES or len(edges) > MOST_EDGES:
        raise ValueError(f"a graph of {len(nodes)} nodes and {len(edges)} edges is not drawn")
    if not all(end in nodes for edge in edges for end in edge):
        raise ValueError("an edge of the graph begins or ends nowhere")
    layers = _layers(list(nodes), edges)
    order = _order(layers, edges)
    rows = [
        {
            "id": key,
            "label": labels[key],
            "kind": node["kind"] if node.get("kind") in KINDS else KINDS[0],
            "layer": layers[key],
            "position": order[key],
        }
        for key, node in nodes.items()
    ]
    return pd.DataFrame(rows), pd.DataFrame(sorted(set(edges)), columns=["source", "target"])


def _node_label(node: dict[str, Any]) -> str:
    shape = "×".join(str(length) for length in node.get("shape") or ())
    return f"{node.get('label', node['id'])}  {shape}".strip()


def _layers(nodes: list[str], edges: list[tuple[str, str]]) -> dict[str, int]:
    layers = dict.fromkeys(nodes, 0)
    for _ in nodes:  # longest path; as many sweeps as there are nodes are enough for a graph without cycles
        changed = False
        for source, target in edges:
            if layers[target] <= layers[source]:
                layers[target], changed = layers[source] + 1, True
        if not changed:
            break
    else:
        raise ValueError("the graph has a cycle")
    for node in sorted(nodes, key=lambda name: -layers[name]):  # and then as far down as its first use allows
        uses = [layers[target] for source, target in edges if source == node]
        if uses:
            layers[node] = min(uses) - 1
    return layers


def _order(layers: dict[str, int], edges: list[tuple[str, str]]) -> dict[str, float]:
    rows = [[node for node in layers if layers[node] == layer] for layer in range(max(layers.values(), default=0) + 1)]
    position = {node: (place + 0.5) / len(row) for row in rows for place, node in enumerate(row)}
    near = {node: [b if a == node else a for a, b in edges if node in (a, b)] or [node] for node in layers}
    for row in [*rows, *reversed(rows)] * 4:
        centres = {node: sum(position[other] for other in near[node]) / len(near[node]) for node in row}
        row.sort(key=centres.__getitem__)
        position |= {node: (place + 0.5) / len(row) for place, node in enumerate(row)}
    return position
