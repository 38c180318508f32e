"""Where the nodes of a recorded graph are drawn."""

import pytest

from article.figures.layering import layered


def test_a_node_stands_below_what_it_depends_on_and_above_its_first_use():
    nodes, _ = layered(
        '{"nodes":[{"id":"x"},{"id":"c"},{"id":"a"},{"id":"b"}],"edges":[["x","a"],["a","b"],["c","b"]]}'
    )
    assert dict(zip(nodes["id"], nodes["layer"], strict=True)) == {"x": 0, "a": 1, "c": 1, "b": 2}


@pytest.mark.parametrize(
    "text",
    [
        '{"nodes":[{"id":"a"},{"id":"b"}],"edges":[["a","b"],["b","a"]]}',
        '{"nodes":1}',
        "[]",
        "",
        "[" * 100_000,
        '{"nodes":[],"edges":[]}',
        '{"nodes":[{"id":"a"}],"edges":[["a","b"]]}',
        '{"nodes":[{"id":"a","shape":1}],"edges":[]}',
        '{"edges":[],"nodes":[' + ",".join(f'{{"id":"{name}"}}' for name in range(1000)) + "]}",
    ],
    ids=lambda text: text[:40],
)
def test_what_is_no_graph_is_refused(text):
    with pytest.raises(ValueError, match=r"graph|cycle"):
        layered(text)


def test_what_a_node_says_of_itself_is_shown_and_not_emitted():
    nodes, _ = layered('{"nodes":[{"id":"a","label":"\\u001b[31m\\ud800","kind":["x"]}],"edges":[]}')
    assert list(nodes["label"]) == ["\\u001b[31m\\ud800"]
    assert list(nodes["kind"]) == ["operation"]
