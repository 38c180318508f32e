"""One module per result: its rows, its table, the call of its figure, and the sentence made from it.

What several results need stands in `cells`, `comparisons`, `examples` and `variants`.
"""
