"""``lintbank``: what it says to people and to programs. It asks no database."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from quizzes.management.commands import lintbank
from quizzes.questions.catalogue import BANK, read_bank


def run(*arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command("lintbank", *map(str, arguments), stdout=out, no_color=True, **options)
    return out.getvalue()


def test_lintbank_is_content_with_the_bank() -> None:
    """That of the whole bank is what ``make check`` runs; here the part that the tests ask."""
    told = run(BANK / "questions" / "conv-output-size.toml", BANK / "flashcards").splitlines()
    count = len(told) - 2
    assert told[-1].startswith(f"{count} templates in what was given: 0 errors, 0 warnings")
    assert [line.split()[:2] for line in told[:2]] == [["template", "level"], ["conv-output-size", "1"]]


def test_lintbank_tells_programs_everything_it_found(folder: Path) -> None:
    file = folder / "questions" / "sum.toml"
    file.write_text(file.read_text().replace("overview", "nowhere"))
    for name in ("twice.toml", "zwice.toml"):
        (folder / "questions" / name).write_text((BANK / "questions" / "conv-output-size.toml").read_text())
    out, progress = StringIO(), StringIO()
    with pytest.raises(CommandError, match="errors"):
        call_command("lintbank", str(folder / "questions"), "--json", stdout=out, stderr=progress)
    found = json.loads(out.getvalue())["templates"]
    assert [Path(template["where"]).name for template in found] == ["sum.toml", "twice.toml", "zwice.toml"]
    checks = [{problem["check"] for problem in template["problems"]} for template in found]
    assert "unknown-topic" in checks[0]
    assert checks[1:] == [set(), {"duplicate-slug"}]
    assert set(found[1]) == {
        "where", "seconds", "slug", "kind", "topic", "level", "exhaustive", "points", "variants", "rendered",
        "diagnosable", "choice_form", "clashes", "pairs", "constant_guess", "problems",
    }  # fmt: skip
    assert found[1]["exhaustive"]
    assert found[1]["points"] > found[1]["variants"] > found[1]["rendered"] > 0
    assert found[1]["diagnosable"] > 0.95
    assert "pad-one-side" in found[1]["clashes"]
    assert [line.split()[0] for line in progress.getvalue().splitlines()] == ["1/3", "2/3", "3/3"]


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("500", "50", "few-variants"),
        ('value = "a + 1"', 'value = "b + 1"', "expression"),
        ('value = "a"', 'value = "a + 1"', "never-wrong"),
        ("overview", "nowhere", "unknown-topic"),
        ("forgot-plus-one", "never-heard-of", "unknown-misconception"),
        ("schema = 1", "schema = 2", "schema-version"),
    ],
)
def test_lintbank_names_the_check_that_failed(folder: Path, old: str, new: str, check: str) -> None:
    file = folder / "questions" / "sum.toml"
    file.write_text(file.read_text().replace(old, new))
    out = StringIO()
    with pytest.raises(CommandError, match=r"\d errors?$") as refused:
        call_command("lintbank", str(file), stdout=out, no_color=True)
    assert refused.value.returncode == 1
    assert f"[{check}]" in out.getvalue()
    assert "1 template in what was given" in out.getvalue()


def test_lintbank_lets_warnings_pass_unless_it_is_strict(tmp_path: Path) -> None:
    text, _, _ = (BANK / "questions" / "conv-output-size.toml").read_text().partition("[[tests]]")
    (tmp_path / "untested.toml").write_text(text)
    file, out = str(tmp_path / "untested.toml"), StringIO()
    call_command("lintbank", file, stdout=out, no_color=True)
    assert "[no-test]" in out.getvalue()
    with pytest.raises(CommandError, match=r"\d warnings?$"):
        call_command("lintbank", file, "--strict", stdout=StringIO(), no_color=True)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_lintbank_of_the_whole_bank_looks_at_the_examples_of_topics(
    monkeypatch: pytest.MonkeyPatch, form: list[str]
) -> None:
    bank = read_bank()
    topics = (replace(bank.topics[0], example="overview-01"), *(replace(one, example="") for one in bank.topics[1:]))
    cards = tuple((where, source) for where, source in bank.sources if where == "flashcards/overview.toml")
    monkeypatch.setattr(lintbank, "read_bank", lambda: replace(bank, topics=topics, sources=cards))
    out = StringIO()
    with pytest.raises(CommandError, match=r"^1 error$"):
        call_command("lintbank", *form, stdout=out, stderr=StringIO(), no_color=True)
    if form:
        (last,) = json.loads(out.getvalue())["templates"][len(cards) :]
        assert (last["where"], last["problems"][0]["check"]) == ("topics.toml", "example")
    else:
        assert "error: topics.toml: overview.example: 'overview-01' is a flashcard" in out.getvalue()


def test_lintbank_names_every_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"absent\.toml"):
        run(tmp_path / "absent.toml")
    (tmp_path / "broken.toml").write_text("schema")
    (tmp_path / "latin.toml").write_bytes("título".encode("latin-1"))
    with pytest.raises(CommandError, match=r"broken\.toml: not TOML.*\n.*latin\.toml: is not UTF-8"):
        run(tmp_path)
