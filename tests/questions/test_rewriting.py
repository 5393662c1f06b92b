"""Rewriting a template changes one value and nothing else."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.questions import Template, TemplateError, load
from quizzes.questions.rewriting import names_misconception, with_misconception, with_topic
from tests.bank import BANK

SOURCES = {f"{where} {number}": source for number, (where, source) in enumerate(BANK.sources)}


def told(template: Template, *without: str) -> str:
    """All that a template says; compiled functions are told by their texts."""
    return repr(
        [(one.name, _plain(getattr(template, one.name))) for one in fields(template) if one.name not in without]
    )


def _plain(value: Any) -> Any:
    if hasattr(value, "items"):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    for name in ("text", "source"):
        if isinstance(getattr(value, name, None), str):
            return getattr(value, name)
    names = getattr(type(value), "__dataclass_fields__", None)
    return {name: _plain(getattr(value, name)) for name in names} if names else value


@pytest.mark.parametrize("where", SOURCES)
def test_of_a_template_of_the_bank_the_topic_alone_changes(where: str) -> None:
    source = SOURCES[where]
    before = load(source)
    rewritten = with_topic(source, before.topic, "another-topic")
    after = load(rewritten)
    assert after.topic == "another-topic"
    assert told(after, "topic") == told(before, "topic")
    assert rewritten == source.replace(f'topic = "{before.topic}"', 'topic = "another-topic"', 1)
    assert with_topic(rewritten, "another-topic", before.topic) == source
    assert with_topic(source, "never-heard-of", "another-topic") == source


@pytest.mark.parametrize("where", SOURCES)
def test_of_a_template_of_the_bank_a_code_alone_changes(where: str) -> None:
    source = SOURCES[where]
    before = load(source)
    for code in before.misconception_codes():
        assert names_misconception(source, code)
        rewritten = with_misconception(source, code, "another-rule")
        after = load(rewritten)
        assert "another-rule" in after.misconception_codes()
        assert code not in after.misconception_codes()
        assert not names_misconception(rewritten, code)
        named = rf"""((?:\bcode|\bmisconception) = |\bmisconceptions = \[.*)"{code}\""""
        assert rewritten == re.sub(named, r'\1"another-rule"', source)
        assert told(after).replace("another-rule", code) == told(before)
        assert with_misconception(rewritten, "another-rule", code) == source
    assert with_misconception(source, "never-heard-of", "another-rule") == source


HARD = '''
# topic = "comment"
"slug" = 'x'   # "topic" in a comment
text = """
topic = "in a text"
\\"""\\\\"""
raw = \'\'\'
[[misconceptions]]
code = "old"\'\'\'
when = 1979-05-27 07:32:00
"topic" = 'here' # and here: 'here'
list = [ 1, # ] "topic"
  "old", { topic = "inside", code = "old" } ]
answers = [{ choices = [{ key = "k", misconception = "old" }, { misconception = 'older' }], code = "old" }]
[other]
topic = "not this"
[[misconceptions]]
code = \'\'\'old\'\'\' # old
value.code = "old"
[[misconceptions]]
code = "o\\u006cd"
[[tests]]
misconceptions = ["older", "old"]
'''


def test_what_only_looks_like_the_value_stays() -> None:
    before, after = tomllib.loads(HARD), tomllib.loads(with_topic(HARD, "here", "there"))
    assert after == before | {"topic": "there"}
    assert with_topic(HARD, "here", "there") == HARD.replace("'here' #", "'there' #")
    rewritten = with_misconception(HARD, "old", "new")
    assert "code = 'new' # old" in rewritten
    found = tomllib.loads(rewritten)
    assert [one["code"] for one in found["misconceptions"]] == ["new", "new"]
    assert found["misconceptions"][0]["value"] == {"code": "old"}
    assert [one["misconception"] for one in found["answers"][0]["choices"]] == ["new", "older"]
    assert found["answers"][0]["code"] == "old"
    assert found["tests"] == [{"misconceptions": ["older", "new"]}]
    assert {key: found[key] for key in ("raw", "text", "list", "topic")} == {
        key: before[key] for key in ("raw", "text", "list", "topic")
    }


def test_line_ends_and_what_is_missing_stay() -> None:
    assert with_topic('a = 1\r\ntopic = "x"\r\n', "x", "y") == 'a = 1\r\ntopic = "y"\r\n'
    assert with_topic("a = 1", "x", "y") == "a = 1"
    with pytest.raises(TemplateError):
        with_topic("a = ", "x", "y")


WORDS = st.text(st.sampled_from("ab\"'\\\n#[]{}=, topic"), max_size=12)


@given(WORDS, WORDS, st.booleans())
def test_whatever_stands_around_it(before: str, after: str, literal: bool) -> None:
    text = f"'''\n{before.replace(chr(39), '')}'''" if literal else '"' + before.translate(_ESCAPED) + '"'
    source = f'stem = {text} # {after.replace(chr(10), "")}\ntopic = "x"\nlast = [[{text}], {{ topic = {text} }}]'
    assert with_topic(source, "x", "y") == source.replace('\ntopic = "x"', '\ntopic = "y"')


_ESCAPED = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n"})
