"""Which vector instructions the C++ compiler of this machine knows, as PyTorch's compiler finds out.

    TORCHINDUCTOR_CACHE_DIR=folder python workflow/bench/backends/torch_toolchain.py

Inductor compiles a small program per instruction set and keeps the outcome in its cache. That takes seconds and is a
matter of the machine, not of the program that is compiled: with it, every cold start would be told as slower than a
user's second program is.
"""

from torch._inductor.cpu_vec_isa import pick_vec_isa

if __name__ == "__main__":
    print(pick_vec_isa())
