"""A graph that an example recorded, drawn."""

from __future__ import annotations

from article.figures import layering
from article.html import Html, first_line
from article.section import Section


def graph_figure(section: Section, workload: str, framework: str, event: str, name: str) -> Html:
    """A graph recorded as an event, drawn; the sentence that it could not be recorded where it was not."""
    from article.figures.graphs import graph_plot

    found = section.examples(workload).found.get((framework, event))
    try:
        nodes, edges = layering.layered(found.text if found and found.ran else "")
    except ValueError:
        return section.sentence(
            "graph.none", title=section.words[f"figure.{name}.title"], message=first_line(found.text) if found else ""
        )
    labels = dict(zip(nodes["id"], nodes["label"], strict=True))
    rows = [f"{labels[edge.source]} → {labels[edge.target]}" for edge in edges.itertuples()]
    operations = int((nodes["kind"] == "operation").sum())
    finding = section.phrase("shows.graph", operations=operations, layers=int(nodes["layer"].max()) + 1)
    return section.figure(graph_plot, nodes, name, edges, rows=rows, finding=finding, operations=operations)
