"""What PyTorch's compilers find out about a machine once, for a device of it.

    TORCHINDUCTOR_CACHE_DIR=a TRITON_CACHE_DIR=b TMPDIR=c python workflow/bench/backends/torch_toolchain.py cpu

For the CPU: the vector instructions that its C++ compiler knows, for which Inductor compiles a small program each and
keeps the outcome in its cache; and Inductor's own C++ header, precompiled (150 MB), among temporary files. For a GPU:
Triton's link to the driver, a C program, in Triton's cache. All take seconds and are a matter of the machine, not of
the program that is compiled: with them, every start would be told as slower than a user's second program is.
"""

import sys

import torch

if __name__ == "__main__":
    torch.compile(torch.sin)(torch.ones(64, device=sys.argv[1]))
