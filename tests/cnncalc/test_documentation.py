"""``docs/cnncalc.md`` is true: its Python examples and its commands give what it shows."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

import cnncalc
from cnncalc.command import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cnncalc.md"


def test_the_examples_of_the_page_give_what_it_shows() -> None:
    results = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert results.attempted > 5
    assert results.failed == 0


def test_the_commands_of_the_page_print_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for shown in block.removeprefix("$ ").split("\n$ "):
        command, _, output = shown.partition("\n")
        words = shlex.split(command)
        assert words[:3] == ["python", "-m", "cnncalc"]
        assert main(words[3:]) == 0
        assert capsys.readouterr().out.strip() == output.strip()


def test_the_page_names_every_public_function_and_class() -> None:
    page = PAGE.read_text(encoding="utf-8")
    backward = {name for name in cnncalc.__all__ if name.endswith("pool2d_backward")}
    missing = [name for name in sorted(set(cnncalc.__all__) - backward) if f"`{name}`" not in page]
    assert missing == []
