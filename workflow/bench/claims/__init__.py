"""One function per claim that something here can decide, by the section of the article: results → verdict and evidence.

A function's docstring is its rule; it is kept with the evidence. Evidence is plain JSON.
"""
