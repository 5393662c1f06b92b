"""How much memory a process has in use."""

from __future__ import annotations

import resource


def address_space() -> int:
    """Bytes of address space that are in use, NumPy's among them."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:  # not on Linux
        return 2**30
