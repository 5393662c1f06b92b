"""What is known to be dangerous: ``python -m tests.audit code`` in what we write, ``… pins`` in what we install.

Each looks at a planted canary in the same run: who does not find that has not looked, and says so instead of passing.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CODE = ("cnncalc", "quizzes", "studysite", "examples", "benchmarks", "manage.py")
PINS = ("requirements.txt", "requirements-dev.txt")

BAD_CODE = "import subprocess\nsubprocess.call(input(), shell=True)\n"
BAD_PIN = ("flask", "0.12.2")  # PYSEC-2018-66: a few bytes of JSON take all the memory

# bandit numbers rules as ruff does, which wants a reason at each line; where they differ:
AS_RUFF = {"B703": "S308"}
BY_FOLDER = {"examples": {"S310", "S311"}, "benchmarks": {"S101", "S311", "S603"}}  # as in pyproject.toml


def main(what: str) -> int:
    """The exit status: 0 where it looked and found nothing, 1 where it found something, 2 where it could not look."""
    return {"code": code, "pins": pins}[what]()


def code() -> int:
    """Every finding of bandit must have been answered at its line: ``# noqa: S…  # why``."""
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder) / "canary.py"
        canary.write_text(BAD_CODE)
        found = _json([sys.executable, "-m", "bandit", "--quiet", "--configfile", "pyproject.toml", "--format", "json",
                       "--recursive", *CODE, str(canary)])  # fmt: skip
        results = found["results"]
        if not any(Path(one["filename"]) == canary and one["test_id"] == "B602" for one in results):
            _say("bandit: not audited: it did not find what was planted for it")
            return 2
        left = [one for one in results if Path(one["filename"]) != canary and not _answered(one)]
    for one in left:
        _say(f"{one['filename']}:{one['line_number']}: {one['test_id']} {one['issue_text']}")
    _say(f"bandit: {len(results) - 1} findings, {len(left)} without an answer at their line")
    return 1 if left or found["errors"] else 0


def _answered(finding: dict[str, Any]) -> bool:
    rule = AS_RUFF.get(finding["test_id"], finding["test_id"].replace("B", "S", 1))
    if rule in BY_FOLDER.get(Path(finding["filename"]).parts[0], ()):
        return True
    lines = (ROOT / finding["filename"]).read_text(encoding="utf-8").splitlines()
    first, last = min(finding["line_range"]), max(finding["line_range"])
    answers = re.findall(r"# noqa: ([A-Z0-9, ]+)", "\n".join(lines[first - 1 : last + 1]))
    return any(rule in re.split(r"[, ]+", answer) for answer in answers)


def pins() -> int:
    """No pinned package has a published advisory; without the service of advisories nothing is said of them."""
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder) / "canary.txt"
        no_hash = "0" * 64  # pins have one each, and nothing is installed
        canary.write_text("{}=={} --hash=sha256:{}\n".format(*BAD_PIN, no_hash))
        files = [word for name in (str(canary), *PINS) for word in ("--requirement", name)]
        found = _json([sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--timeout", "10",
                       "--progress-spinner", "off", "--format", "json", *files])  # fmt: skip
    rows = found.get("dependencies", [])
    if not any((row["name"], row.get("version")) == BAD_PIN and row.get("vulns") for row in rows):
        _say("pip-audit: not audited: the advisory service cannot be reached, or knows nothing")
        _say(f"({BAD_PIN[0]} {BAD_PIN[1]}, which has known advisories, was not reported)")
        return 2
    rows = [row for row in rows if (row["name"], row.get("version")) != BAD_PIN]
    complaints = list(_complaints(rows))
    for complaint in complaints:
        _say(complaint)
    _say(f"pip-audit: {len(rows)} pins, {len(complaints)} of them with advisories or not looked at")
    return 1 if complaints else 0


def _complaints(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        if "skip_reason" in row:
            yield f"{row['name']}: not looked at: {row['skip_reason']}"
        elif row["vulns"]:
            yield f"{row['name']} {row['version']}: {', '.join(one['id'] for one in row['vulns'])}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _json(command: list[str]) -> dict[str, Any]:
    """What a program writes; an empty object where it writes nothing, and what it complains of goes to the terminal."""
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=600)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        _say("\n".join(done.stderr.splitlines()[-1:]))
        return {"results": [], "errors": [], "dependencies": []}
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "code"))
