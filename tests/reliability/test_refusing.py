"""The site does not start where it could not serve, and says what to do; nothing is restored while it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.serving import ROOT, Site, free_port, prepared

SCREEN = (24, 120)  # lines and columns


def start(site: Site, **environment: str) -> str:
    """What gunicorn says that must refuse; on one screen, without a traceback, before it listens."""
    ended = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "python:studysite.gunicorn"],
        cwd=ROOT, env={**site.environment, **environment}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "Ready" not in ended.stdout
    assert "Traceback" not in ended.stderr
    lines = ended.stderr.splitlines()
    assert len(lines) <= SCREEN[0]
    return ended.stderr


def test_gunicorn_refuses_what_it_could_not_serve(tmp_path: Path) -> None:
    with prepared(tmp_path / "state") as site:
        in_the_way = tmp_path / "file"
        in_the_way.touch()
        told = start(site, STATE_DIR=str(in_the_way / "state"))
        assert "cannot be written to" in told
        assert "STATE_DIR=" in told
        told = start(site, DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
        assert "cannot be reached" in told
        assert "DATABASE_URL" in told

        backup = tmp_path / "kept.tar"
        site.manage("backup", str(backup))
        site.manage("migrate", "quizzes", "0008", "-v0")
        told = start(site)
        assert "pending" in told
        assert "manage.py migrate" in told
        assert "make run" in told

        site.manage("restore", str(backup), "--replace")
        site.start()
        assert site._server is not None
        refused = site.manage("restore", str(backup), "--replace", check=False)
        assert refused.returncode == 1
        assert "running" in refused.stderr
        assert site.wait() < 60
        assert site.stop() == 0
