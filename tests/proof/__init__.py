"""Proofs that the measurement measures right; docs/measurement.md is made from them."""
