"""``make test``: the whole suite on SQLite, then what touches the database again on PostgreSQL.

What a machine lacks is said plainly and skipped; with REQUIRE_ALL=1 it is an error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
PARALLEL = ["--numprocesses", "auto", "--dist", "worksteal"]
WITH_DATABASE = ["tests/quizzes", "tests/web", "tests/api", "tests/reliability", "tests/site"]
LOOKS = ("quality", "loop", "figures")  # how pages look and feel is the same on every database
WITHOUT = [f"--ignore=tests/site/test_{name}.py" for name in LOOKS]


def main(arguments: list[str]) -> int:
    """Run pytest once per database; the arguments go to both."""
    state = Path(os.environ.get("STATE_DIR", "var")).resolve() / "test"
    environment = {**os.environ, "STATE_DIR": str(state)}
    environment.pop("DATABASE_URL", None)
    failed = _pytest(arguments, environment, "SQLite")
    programs = postgres.programs()
    if programs is None:
        print("SKIPPED: PostgreSQL is not installed; on Debian: apt install postgresql", flush=True)  # noqa: T201
        return failed or int(os.environ.get("REQUIRE_ALL") == "1")
    with postgres.server(programs) as url:
        environment["DATABASE_URL"] = url
        return _pytest(arguments or [*WITH_DATABASE, *WITHOUT], environment, "PostgreSQL") or failed


def _pytest(arguments: list[str], environment: dict[str, str], name: str) -> int:
    print(f"\n== Tests on {name} ==", flush=True)  # noqa: T201
    return subprocess.run(
        [sys.executable, "-m", "pytest", *PARALLEL, *arguments], cwd=ROOT, env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
