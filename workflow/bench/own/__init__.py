"""Workloads outside this repository: folders anywhere, as the family `own`, with a default for what they leave out."""
