"""``make test``: the suite on SQLite, then what touches the database again on PostgreSQL. LONG=1: at length.

``make proofs`` (``--proofs``) in the same way: what serves whole sites, breaks them and builds clients of their API.

What a machine lacks is said plainly and skipped; with REQUIRE_ALL=1 it is an error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests import postgres
from tests.lengths import LONG

ROOT = Path(__file__).resolve().parent.parent
PARALLEL = ["--numprocesses", "auto", "--dist", "worksteal"]
WITH_DATABASE = ["tests/quizzes", "tests/web", "tests/api", "tests/admin", "tests/reliability", "tests/site"]
# How pages look and feel, the API's document, what is graded on a device and what is done without a database are the
# same on every database.
SAME = (
    "admin/test_access.py", "admin/test_bounded.py", "admin/test_editor.py", "admin/test_workshop.py",
    "site/test_admin_pages.py", "site/test_authoring.py", "site/test_editor.py",
    "site/test_quality.py", "site/test_loop.py", "site/test_figures.py", "site/test_api.py",
    "api/test_access.py", "api/test_compatible.py", "api/test_local_grading.py", "api/test_no_leaks.py",
    "api/test_schema.py", "quizzes/test_lintbank.py", "reliability/test_unavailable.py", "web/test_calculator.py",
    "web/test_csrf.py",
    "web/test_extra_fields.py", "web/test_headers.py", "web/test_logs.py", "web/test_metrics.py",
    "web/test_no_leaks.py", "web/test_palette.py", "web/test_redirects.py", "web/test_translations.py",
)  # fmt: skip
# The short forms of commands that take minutes: their own command, so that the suite stays quick.
PROOFS_ON_BOTH = ("reliability/test_at_once.py", "reliability/test_crash.py")
PROOFS = (
    *PROOFS_ON_BOTH, "fuzz", "site/clients", "site/test_xss.py", "reliability/test_durable.py",
    "reliability/test_full_disk.py", "reliability/test_hostile_api.py", "reliability/test_hostile_bombs.py",
    "reliability/test_hostile_charsets.py", "reliability/test_hostile_forms.py", "reliability/test_outage.py",
    "reliability/test_refusing.py", "reliability/test_shutdown.py", "reliability/test_soak.py",
)  # fmt: skip
# What `make test` takes of it: where statements are written, rows locked, transactions cut. `make test-long` takes all.
WRITING = (
    "quizzes", "reliability", "api/test_api.py", "api/test_devices.py", "api/test_me.py", "api/test_packs.py",
    "api/test_progress.py", "api/test_reviews.py", "api/test_sync.py", "api/test_throttles.py",
    "admin/test_exchange.py", "admin/test_misconceptions.py", "admin/test_people.py", "admin/test_statistics.py",
    "admin/test_template_page.py", "admin/test_templates_list.py", "admin/test_topics.py",
    "web/test_accounts.py", "web/test_web.py",
)  # fmt: skip


def chosen(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What pytest is told to run on SQLite and on PostgreSQL."""
    if arguments == ["--proofs"]:
        return _paths(PROOFS), _paths(PROOFS_ON_BOTH)
    if arguments:
        return arguments, arguments
    on_postgres = WITH_DATABASE if LONG else _paths(WRITING)
    return _without(PROOFS), [*on_postgres, *_without([*PROOFS, *SAME])]


def _paths(names: Sequence[str]) -> list[str]:
    return [f"tests/{name}" for name in names]


def _without(names: Sequence[str]) -> list[str]:
    return [f"--ignore={path}" for path in _paths(names)]


def main(arguments: list[str]) -> int:
    """Run pytest once per database; the arguments go to both."""
    on_sqlite, on_postgres = chosen(arguments)
    state = Path(os.environ.get("STATE_DIR", "var")).resolve() / "test"
    environment = {**os.environ, "STATE_DIR": str(state)}
    environment.pop("DATABASE_URL", None)
    failed = _pytest(on_sqlite, environment, "SQLite")
    programs = postgres.programs()
    if programs is None:
        print("SKIPPED: PostgreSQL is not installed; on Debian: apt install postgresql", flush=True)  # noqa: T201
        return failed or int(os.environ.get("REQUIRE_ALL") == "1")
    with postgres.server(programs) as url:
        environment["DATABASE_URL"] = url
        return _pytest(on_postgres, environment, "PostgreSQL") or failed


def _pytest(arguments: list[str], environment: dict[str, str], name: str) -> int:
    print(f"\n== Tests on {name} ==", flush=True)  # noqa: T201
    return subprocess.run(
        [sys.executable, "-m", "pytest", *PARALLEL, *arguments], cwd=ROOT, env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
