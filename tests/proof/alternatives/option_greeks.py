"""Greeks of a basket option."""

from __future__ import annotations

from bench.workloads.autodiff.option_greeks import jax_impl, torch_impl
from tests.proof.alternatives import Alternative, by_xla

PRICE, HESSIAN = ("primal", "gradient"), ("hessian",)

ALTERNATIVES = (
    Alternative("torch", "matrix products", PRICE, ("compile",), {"by_assets": torch_impl.by_products}),
    Alternative("torch", "asset by asset", (*PRICE, *HESSIAN), ("eager",), {"by_products": torch_impl.by_assets}),
    Alternative("torch", "asset by asset", HESSIAN, ("compile",), {"by_products": torch_impl.by_assets}),
    Alternative("jax", "asset by asset", PRICE, ("jit",), {"by_products": jax_impl.by_assets}),
    Alternative("jax", "matrix products", HESSIAN, ("jit",), {"by_assets": jax_impl.by_products}),
    *by_xla(("gradient",)),
)
