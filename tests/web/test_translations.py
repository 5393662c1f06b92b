"""Every word of the interface is there in Japanese."""

from __future__ import annotations

import gettext
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "quizzes" / "locale" / "ja" / "LC_MESSAGES" / "django.po"


def messages(file: Path) -> dict[str, str]:
    """What a catalogue says, by the English text: of plurals the singular; a context stands before it."""
    found = {}
    with file.open("rb") as opened:
        for message in read_po(opened):
            text = message.id if isinstance(message.id, str) else message.id[0]
            said = message.string if isinstance(message.string, str) else (message.string or [""])[0]
            if text:
                found[f"{message.context}\x04{text}" if message.context else text] = said
    return found


def test_every_text_is_translated() -> None:
    with CATALOGUE.open("rb") as opened:
        catalogue = list(read_po(opened, locale="ja"))
    assert len(catalogue) > 40
    assert [message.id for message in catalogue if message.id and not message.string] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    for message in catalogue:
        if message.id:
            assert [str(error) for error in message.check()] == []


def test_the_compiled_catalogue_is_in_step_with_its_source() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as opened:
        compiled = gettext.GNUTranslations(opened)
    catalogue: dict[str | tuple[str, int], str] = compiled._catalog  # type: ignore[attr-defined]  # gettext has no other list
    known = {key[0] if isinstance(key, tuple) else key: said for key, said in catalogue.items() if key}
    assert known == messages(CATALOGUE)


def test_every_text_of_code_and_templates_is_in_the_catalogue(tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail("the programs of GNU gettext are not installed; on Debian: apt install gettext")
        pytest.skip("the programs of GNU gettext are not installed; on Debian: apt install gettext")
    copy = tmp_path / "quizzes"
    shutil.copytree(ROOT / "quizzes", copy, ignore=shutil.ignore_patterns("__pycache__", "var", "bank"))
    command = [sys.executable, str(ROOT / "manage.py"), "makemessages", "--locale", "ja", "--no-obsolete"]
    subprocess.run(
        command,
        cwd=copy,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "STATE_DIR": str(tmp_path / "state")},
        stdout=subprocess.DEVNULL,
    )
    found = messages(copy / "locale" / "ja" / "LC_MESSAGES" / "django.po")
    assert sorted(found.keys() - messages(CATALOGUE).keys()) == []
    assert [text for text, translated in found.items() if not translated] == []
    assert sorted(messages(CATALOGUE).keys() - found.keys()) == []
