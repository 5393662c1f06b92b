"""``python -m tests.fuzz [--examples N] [--seconds N] [--seed N]``: Schemathesis against a running site.

It ends with 1 where an answer is not as the document has it, an operation got too few requests or took none of them,
or the site has an error in its log. With ``DATABASE_URL`` set, the site's database is made on that server.
"""

from __future__ import annotations

import argparse
import sys

from tests.fuzz.run import run


def main() -> int:
    """Run, print the counts and what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="requests that every operation gets at least")
    parser.add_argument("--seconds", type=int, default=60, help="how long it tries sequences of requests")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = run(options.examples, options.seed, options.seconds)
    print(found.table())  # noqa: T201
    for wrong in found.wrong(options.examples):
        print(f"WRONG: {wrong}")  # noqa: T201
    return 1 if found.wrong(options.examples) else 0


if __name__ == "__main__":
    sys.exit(main())
