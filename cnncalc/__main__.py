"""``python -m cnncalc``: worked calculations in the terminal."""

from __future__ import annotations

import io
import sys

from cnncalc.command import main

if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a sign shows the rest
    sys.exit(main(sys.argv[1:]))
