"""``python -m benchmarks.memory``."""

import sys

from . import measure, table

print("\n".join(table(measure(progress=lambda line: print(line, file=sys.stderr)))))
