"""`python -m benchmarks.load --seconds 30 --connections 32`: on SQLite, then on PostgreSQL, in databases of its own.

Needs wrk. Site, database and wrk share the machine; periods of the site and of the bare views take turns.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests import postgres


def main() -> int:
    """The command; what it is told goes to :mod:`benchmarks.load.one`."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing; on Debian: apt install wrk")
    status = _one("SQLite", {})
    programs = postgres.programs()
    if programs is None:
        sys.exit("there is no PostgreSQL server here; install one to measure on it too")
    with postgres.server(programs, durable=True) as url:
        return status | _one("PostgreSQL", {"DATABASE_URL": url})


def _one(name: str, database: dict[str, str]) -> int:
    """In a process of its own: the database is chosen when Django starts."""
    print(f"-- {name}", flush=True)
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | database
    return subprocess.run([sys.executable, "-m", "benchmarks.load.one", *sys.argv[1:]], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
