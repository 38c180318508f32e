"""What PyTorch's compiler finds out about a machine once: the vector instructions that its C++ compiler knows, and its
own C++ header, precompiled.

    TORCHINDUCTOR_CACHE_DIR=folder TMPDIR=another python workflow/bench/backends/torch_toolchain.py

Inductor compiles a small program per instruction set and keeps the outcome in its cache, and the header (150 MB) among
temporary files. Both take seconds and are a matter of the machine, not of the program that is compiled: with them,
every start would be told as slower than a user's second program is.
"""

import torch

if __name__ == "__main__":
    torch.compile(torch.sin)(torch.ones(64))
