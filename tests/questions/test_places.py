"""A place is found on the line where it stands, in every file of the bank and in any layout that TOML allows."""

import re
import time
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.questions import TemplateError, load
from quizzes.questions.places import line_of, lines
from tests.questions.conftest import MANY, Edit
from tests.questions.hostile_texts import BOMBS
from tests.questions.linted import linted

MANY_LINES = 150  # more would be read too many times
BANK = sorted((Path(__file__).resolve().parents[2] / "quizzes" / "bank").rglob("*.toml"))


def places(value: Any, path: str = "") -> Iterator[str]:
    """Every key and every item of what was read."""
    if isinstance(value, dict):
        for key, inner in value.items():
            place = f"{path}.{key}" if path else key
            yield place
            yield from places(inner, place)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield f"{path}[{number}]"
            yield from places(inner, f"{path}[{number}]")


@pytest.mark.parametrize("path", BANK, ids=lambda path: path.stem)
def test_every_place_of_the_bank_is_found_where_it_stands(path: Path) -> None:
    """The text up to a statement does not hold the place yet, the text with it does."""
    source = path.read_text()
    written = source.splitlines()
    found = lines(source)
    known: dict[int, set[str]] = {0: set()}  # by the lines that make whole statements
    for end in range(1, len(written) + 1) if len(written) < MANY_LINES else (len(written),):
        try:
            known[end] = set(places(tomllib.loads("\n".join(written[:end]))))
        except tomllib.TOMLDecodeError:
            continue
    for before, end in pairwise(known):
        for place in known[end] - known[before]:
            assert before < found[place] <= end
            key = re.sub(r"(\[\d+\])+$", "", place).rpartition(".")[2]
            assert place.endswith("]") or key in written[found[place] - 1]
    assert set(places(tomllib.loads(source))) <= found.keys()


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_layouts_of_toml(ending: str) -> None:
    source = ending.join(
        [
            "# answers = 1",
            "slug = '[[answers]]'  # [stem]",
            'text = """',
            "stem = 2",
            'a = "x" \\""""""',
            "[stem] # ja",
            "ja = '''one",
            "en = 3'''",
            "en = 4",
            '[ a . "b.c" ]',
            "'d\"' = { e.f = 1, g = [ { h = 2 },",
            "  # {",
            "  { h = 3, i = [[1,",
            "  2]] }] }",
            "when = 1979-05-27 07:32:00",
            "[[ answers ]]",
            'name = "O"',
            "label.ja = 'x'",
            "  [answers.figure]",
            "  x = 1",
            "  [[answers.choices]]",
            "  key = 'gap'",
            "[[answers]]",
            "value = 1",
            "[[answers.choices]]",
            "key = 'gap'",
            "[[answers.choices]]",
        ]
    )
    found = lines(source)
    assert set(places(tomllib.loads(source))) <= found.keys()
    wanted = {
        "slug": 2, "text": 3, "stem": 6, "stem.ja": 7, "stem.en": 9, "a.b.c": 10, 'a.b.c.d"': 11, 'a.b.c.d".e.f': 11,
        'a.b.c.d".g[1]': 13, 'a.b.c.d".g[1].i[0][1]': 14, "a.b.c.when": 15, "answers": 16, "answers[0]": 16,
        "answers[0].label.ja": 18, "answers[0].figure.x": 20, "answers[0].choices[0].key": 22, "answers[1]": 23,
        "answers[1].choices[0]": 25, "answers[1].choices[1]": 27,
        "answers.O.label": 18, "answers.O.choices.gap": 21,
    }  # fmt: skip
    assert {place: found[place] for place in wanted} == wanted


KEYS = st.sampled_from(["a", "b-1", '"c.d"', "'e [ #'", '"f\\u0041"'])
SCALARS = st.sampled_from(
    ["1", "'x # ['", '"\\" ]"', "true", '"""a\n[b]\n"""', "'''\n'''", "[1,\n # ]\n 2]", "{ p = 1, q.r = [{s = 2}] }"]
)
GAPS = st.lists(st.sampled_from(["", "# x = 1", "  ", "\t# ["]), max_size=2)


HEADERS = st.sampled_from(["[{}]", "[[{}]]"])
SECTIONS = st.lists(st.tuples(GAPS, HEADERS, st.lists(st.tuples(KEYS, SCALARS), max_size=4)), max_size=5)


@given(SECTIONS, st.sampled_from(["\n", "\r\n"]))
def test_every_key_is_found_in_a_text_made_at_random(
    sections: list[tuple[list[str], str, list[tuple[str, str]]]], ending: str
) -> None:
    written, wanted = [], {}
    for number, (gaps, header, pairs) in enumerate(sections):
        written += [*gaps, header.format(f"s{number}.t")]
        section = f"s{number}.t" + ("[0]" if header.startswith("[[") else "")
        wanted[section] = len(written)
        for key, value in dict(pairs).items():
            name = next(iter(tomllib.loads(f"{key} = 0")))
            wanted[f"{section}.{name}"] = len(written) + 1
            written += f"{key} = {value}".split("\n")
    source = ending.join(written)
    found = lines(source)
    assert set(places(tomllib.loads(source))) <= found.keys()
    assert {place: found[place] for place in wanted} == wanted


@given(st.text(st.sampled_from("ab=[]{}\"'\n\r#., \\1"), max_size=60))
def test_any_text_at_all_is_read_without_an_error(source: str) -> None:
    found = lines(source)
    assert all(1 <= line <= source.count("\n") + 1 for line in found.values())
    try:
        read = tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        return
    assert set(places(read)) <= found.keys()


@pytest.mark.parametrize("name", BOMBS)
def test_no_text_keeps_it_long(name: str) -> None:
    start = time.process_time()
    lines(BOMBS[name][: 64 * 1024])
    assert time.process_time() - start < 2


def test_what_is_wrong_with_the_text_is_found_at_its_line(edited: Edit) -> None:
    """Each where that a problem can have, through the code that reports it."""
    for passages, check, line in (
        (('topic = "padding"', 'topic = "elsewhere"'), "unknown-topic", 'topic = "elsewhere"'),
        (('code = "off-by-one"', 'code = "nobody-knows"'), "unknown-misconception", 'code = "nobody-knows"'),
        (('value = "total + 1"', 'value = "a + b"'), "never-wrong", 'code = "off-by-one"'),
        (('value = "total"', 'value = "total / 2"'), "answer-type", "[[answers]]"),
        (
            ('type = "integer"', 'type = "matrix"\nboard = [2, 2]', 'value = "total"', 'value = "[[a, b, 1]]"'),
            "board", "board = [2, 2]",
        ),
        (("[1, 40]", "[1, 20]"), "few-variants", "[parameters]"),
        (("answer = { T = 52 }", "answer = { T = 53 }"), "test", "[[tests]]"),
    ):  # fmt: skip
        source = edited(*passages)
        problem = next(one for one in linted(source).problems if one.check == check)
        found = line_of(problem.where, lines(source), problem.message.en)
        assert found is not None, problem
        assert source.splitlines()[found - 1] == line


@pytest.mark.parametrize(
    ("passages", "line"),
    [
        (('ja = "和"\nen = "Sum"\n\n[par', 'ja = "和"\n\n[par'), "[title]"),
        (('slug = "tiny-sum"', 'slug = "Tiny"'), 'slug = "Tiny"'),
        (('value = "total"', 'value = "totall"'), 'value = "totall"'),
        (("[derived]", "[derived]\nidle = '1'"), "idle = '1'"),
        (("[derived]", "[derived]\nidle = "), "idle = "),
    ],
)
def test_what_does_not_load_is_found_at_its_line(edited: Edit, passages: tuple[str, ...], line: str) -> None:
    source = edited(*passages)
    with pytest.raises(TemplateError) as refused:
        load(source)
    problem = refused.value.problems[0]
    found = line_of(problem.where, lines(source), problem.message.en)
    assert found is not None
    assert source.splitlines()[found - 1] == line


def test_the_lines_of_looser_names() -> None:
    found = {"stem": 1, "stem.ja": 2, "solution": 3, "solution.trace.N": 4, "figure": 5, "hints[0].en": 6, "answers": 7}
    assert [
        line_of(where, found)
        for where in ("stem, ja", "solution, N", "solution, M", "figure's table, ja", "figure, a = 1", "hints[0], en")
    ] == [2, 4, 3, 5, 5, 6]
    assert line_of("answers[3].value", found) == 7
    assert line_of("a = 1, b = 2, ja", found | {"a": 8}) is None
    assert line_of("the only variant, ja", found) is None
    assert line_of("", found) is None
    card = lines('[[flashcards]]\nslug = "x"\nfront.ja = "a"\nback.en = "b"\n[flashcards.parameters]\nH = 1\n')
    for where, line in (("stem.ja", 3), ("solution.text.en", 4), ("parameters", 5), ("stem, ja", 3), ("slug", 2)):
        assert line_of(where, card) == line


def test_fields_are_found_by_their_own_names() -> None:
    found, written = lines(MANY), MANY.splitlines()
    for answer in load(MANY).answers:
        assert f'name = "{answer.name}"' in written[found[f"answers.{answer.name}.name"] - 1]
