"""Measure PyTorch against JAX: one process per run, one clock, one schema."""
