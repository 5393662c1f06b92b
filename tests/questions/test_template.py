import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.questions import Problem, Template, TemplateError, generate, load, split
from quizzes.questions.lint import lint
from tests.bank import BANK
from tests.lengths import LONG, often
from tests.questions.languages import KANA, in_both

TEMPLATES = Path(__file__).parent / "templates"
SOURCES = dict(BANK.sources)
SUM = (TEMPLATES / "tiny-sum.toml").read_text()
MANY = (TEMPLATES / "every-field.toml").read_text()

Edit = Callable[..., str]


def problems(source: str) -> set[tuple[str, str]]:
    with pytest.raises(TemplateError) as caught:
        load(source)
    for problem in caught.value.problems:
        assert in_both(problem.message), problem
    return {(problem.check, problem.where) for problem in caught.value.problems}


def test_a_template_holds_what_the_author_wrote(many: Template, tiny_sum: Template) -> None:
    assert (tiny_sum.kind, tiny_sum.slug, tiny_sum.topic, tiny_sum.level) == ("question", "tiny-sum", "padding", 1)
    assert tiny_sum.title == {"ja": "和", "en": "Sum"}
    assert [(p.name, p.size) for p in tiny_sum.parameters] == [("a", 40), ("b", 7)]
    assert [(p.name, p.size) for p in many.parameters] == [("a", 9), ("X", 9**4)]
    assert tiny_sum.misconception_codes() == ["off-by-one", "took-difference", "took-product"]
    assert many.misconception_codes() == ["one-too-many", "parity-swapped", "sign-lost"]
    assert [answer.type for answer in many.answers] == ["integer", "decimal", "shape", "matrix", "choice"]
    assert float(many.answers[1].tolerance) == 0.005


EVEN = '[[answers.choices]]\nkey = "even"'
# Twenty-five more options than the two there are: one more than there are letters.
LABELLED = "".join(
    f'[[answers.choices]]\nkey = "more-{n}"\nlabel = {{ ja = "{n}つめ", en = "No. {n}" }}\n' for n in range(25)
)

BAD = [
    ("schema = 1", "schema = 2", "schema-version", "schema"),
    ("schema = 1\n", "", "schema", "schema"),
    ("schema = 1", "schema = true", "schema", "schema"),
    ("schema = 1", "schema = '1'", "schema", "schema"),
    ("schema = 1", "schema = " + "9" * 5000, "toml", ""),
    ("schema = 1", "schema = [", "toml", ""),
    ("schema = 1", "schema = 1\nschema = 1", "toml", ""),
    ("schema = 1", "schema = 1\ncolour = 'red'", "schema", "colour"),
    ('slug = "tiny-sum"', 'slug = "Tiny Sum"', "schema", "slug"),
    ('slug = "tiny-sum"', 'slug = "tiny--sum"', "schema", "slug"),
    ('slug = "tiny-sum"', 'slug = "-sum"', "schema", "slug"),
    ('slug = "tiny-sum"', 'slug = " "', "schema", "slug"),
    ('slug = "tiny-sum"', "slug = 5", "schema", "slug"),
    ('slug = "tiny-sum"\n', "", "schema", "slug"),
    ('topic = "padding"', 'topic = "Padding"', "schema", "topic"),
    ("level = 1", "level = 5", "schema", "level"),
    ("level = 1", "level = 0", "schema", "level"),
    ("level = 1", "level = true", "schema", "level"),
    ("level = 1", "level = 1.0", "schema", "level"),
    ("level = 1", "level = 1\nsmall = 1", "schema", "small"),
    ('source = "tests"', 'source = ""', "schema", "source"),
    ('require = ["a < b"]', 'require = "a < b"', "schema", "require"),
    ('require = ["a < b"]', "require = [1]", "schema", "require[0]"),
    ('require = ["a < b"]', 'require = ["a < b", "a < c"]', "expression", "require[1]"),
    ('ja = "和"\nen = "Sum"', 'ja = "和"', "languages", "title.en"),
    ('ja = "和"\nen = "Sum"', 'en = "Sum"', "languages", "title.ja"),
    ('ja = "和"\nen = "Sum"', 'ja = "和"\nen = "Sum"\nfr = "Somme"', "schema", "title.fr"),
    ('ja = "和"\nen = "Sum"', 'ja = "和"\nen = 5', "schema", "title.en"),
    ('[title]\nja = "和"\nen = "Sum"', "", "schema", "title"),
    ("{ integers = [1, 40] }", "{ integers = [40, 1] }", "schema", "parameters.a.integers"),
    ("{ integers = [1, 40] }", "{ integers = [1] }", "schema", "parameters.a.integers"),
    ("{ integers = [1, 40] }", "{ integers = [1, 40.0] }", "schema", "parameters.a.integers"),
    ("{ integers = [1, 40] }", "{ integers = [false, true] }", "schema", "parameters.a.integers"),
    ("{ integers = [1, 40] }", "{ integers = [1, 1000001] }", "schema", "parameters.a.integers"),
    ("{ integers = [1, 40] }", "{}", "schema", "parameters.a.integers"),
    ("{ integers = [1, 40] }", "5", "schema", "parameters.a"),
    ("{ integers = [1, 40] }", "{ integers = [1, 40], step = 2 }", "schema", "parameters.a.step"),
    ("{ integers = [1, 40] }", "{ integers = [1, 40], matrix = [2, 17] }", "schema", "parameters.a.matrix"),
    ("{ integers = [1, 40] }", "{ integers = [1, 40], matrix = 2 }", "schema", "parameters.a.matrix"),
    ("[50, 60, 70, 80, 90, 100, 110]", "[]", "schema", "parameters.b.choices"),
    ("[50, 60, 70, 80, 90, 100, 110]", "[50, 50]", "schema", "parameters.b.choices"),
    ("[50, 60, 70, 80, 90, 100, 110]", "[50, true]", "schema", "parameters.b.choices"),
    ("[50, 60, 70, 80, 90, 100, 110]", "[50, 0.5]", "schema", "parameters.b.choices"),
    ("[50, 60, 70, 80, 90, 100, 110]", "[50, [60]]", "schema", "parameters.b.choices"),
    ("[derived]", "_c = { integers = [1, 2] }\n[derived]", "schema", "parameters._c"),
    ("[derived]", '"a b" = { integers = [1, 2] }\n[derived]', "schema", "parameters.a b"),
    ("[derived]", '"高さ" = { integers = [1, 2] }\n[derived]', "schema", "parameters.高さ"),
    ("[derived]", "c = { integers = [1, 2] }\n[derived]", "unused-name", "parameters.c"),
    ('total = "a + b"', 'total = "a + b"\nspare = "a"', "unused-name", "derived.spare"),
    ('total = "a + b"', 'total = "a + b"\nb = "a"', "schema", "derived.b"),
    ('total = "a + b"', "total = 5", "schema", "derived.total"),
    ('total = "a + b"', 'total = "a + c"', "expression", "derived.total"),
    ('total = "a + b"', 'total = "total + 1"', "expression", "derived.total"),
    ('total = "a + b"', 'total = "a.real"', "expression", "derived.total"),
    ("{{a}} と {{b}} の和", "{{a}} と", "placeholders", "stem.en"),
    ("{{a}} と {{b}} の和", "{{c}} と", "unknown-name", "stem.ja"),
    ("{{a}} と {{b}} の和", "{{a", "prose", "stem.ja"),
    ("{{a}} と {{b}} の和", "$\\\\foo$", "prose", "stem.ja"),
    ("{{a}} と {{b}} の和", "&#xE000;5&#xE001; {{q}}", "unknown-name", "stem.ja"),
    ('en = "What is the sum of {{a}} and {{b}}?"\n', "", "languages", "stem.en"),
    ('en = "What is the sum of {{a}} and {{b}}?"', 'en = ""', "schema", "stem.en"),
    ('name = "T"', 'name = "T 1"', "schema", "answers[0].T 1"),
    ('type = "integer"', 'type = "number"', "schema", "answers[0].type"),
    ('type = "integer"', 'type = "integer"\nplaces = 7', "schema", "answers[0].places"),
    ('type = "integer"', 'type = "integer"\ntolerance = 1', "schema", "answers[0].tolerance"),
    ('type = "integer"', 'type = "decimal"', "schema", "answers[0].places"),
    ('type = "integer"', 'type = "decimal"\nplaces = 1\ntolerance = -0.5', "schema", "answers[0].tolerance"),
    ('type = "integer"', 'type = "decimal"\nplaces = 1\ntolerance = "a"', "schema", "answers[0].tolerance"),
    ('type = "integer"', 'type = "decimal"\nplaces = 1\ntolerance = "1e999999999"', "schema", "answers[0].tolerance"),
    ('type = "integer"', 'type = "decimal"\nplaces = 1\ntolerance = inf', "schema", "answers[0].tolerance"),
    ('type = "integer"', 'type = "decimal"\nplaces = 1\ntolerance = nan', "schema", "answers[0].tolerance"),
    ('type = "integer"', 'type = "decimal"\nplaces = 1\ntolerance = true', "schema", "answers[0].tolerance"),
    ('type = "integer"', 'type = "shape"', "schema", "answers[0].parts"),
    ('type = "integer"', 'type = "shape"\nparts = ["H"]', "schema", "answers[0].parts"),
    ('type = "integer"', 'type = "shape"\nparts = ["H", 2]', "schema", "answers[0].parts"),
    ('type = "integer"', 'type = "matrix"', "schema", "answers[0].board"),
    ('type = "integer"', 'type = "matrix"\nboard = [9, 1]', "schema", "answers[0].board"),
    ('type = "integer"', 'type = "choice"', "schema", "answers[0].choices"),
    ('value = "total"\n', "", "schema", "answers[0].value"),
    ('value = "total"', 'value = "totl"', "expression", "answers[0].value"),
    ('label = { ja = "和", en = "Sum" }', 'label = "Sum"', "schema", "answers[0].label"),
    ('label = { ja = "和", en = "Sum" }', 'label = { ja = "和" }', "languages", "answers[0].label.en"),
    ("[[answers]]", "[answers]", "schema", "answers"),
    ('code = "off-by-one"', 'code = "took-product"', "schema", "misconceptions"),
    ('code = "off-by-one"', 'code = "Off by one"', "schema", "misconceptions[2].code"),
    ('value = "total + 1"', "", "schema", "misconceptions[2].value"),
    ('value = "total + 1"', "value = 5", "schema", "misconceptions[2].value"),
    ('value = "total + 1"', 'value = "total +"', "expression", "misconceptions[2].value"),
    ('value = "total + 1"', 'value = { Q = "total + 1" }', "unknown-name", "misconceptions[2].value.Q"),
    ('en = "Count on from {{a}}."', 'en = "Count on."', "placeholders", "hints[0].en"),
    ('en = "Count on from {{a}}."\n', "", "languages", "hints[0].en"),
    ("[[hints]]", "[hints]", "schema", "hints"),
    ("[solution.text]", "[answer-text]", "solution", "solution"),
    ("[solution.text]", "[solution]\nprose = 1\n[solution.text]", "schema", "solution.prose"),
    ("[solution.text]", "[solution]\ntrace = 'total'\n[solution.text]", "expression", "solution.trace"),
    ("[solution.text]", "[solution]\ntrace = 5\n[solution.text]", "schema", "solution.trace"),
    (
        "[solution.text]",
        "[solution.trace]\nQ = 'output_size(a, 1)'\n[solution.text]",
        "unknown-name",
        "solution.trace.Q",
    ),
    ("[solution.text]", "[figure]\nkind = 'pie'\n[solution.text]", "figure", "figure.kind"),
    ("[solution.text]", "[figure]\nkind = 'convolution'\n[solution.text]", "figure", "figure.kernel"),
    (
        "[solution.text]",
        "[figure]\nkind = 'convolution'\nsize = 'a'\nkernel = '1'\nrevealed = '1'\n[solution.text]",
        "schema",
        "figure.revealed",
    ),
    (
        "[solution.text]",
        "[figure]\nkind = 'convolution'\nsize = 'q'\nkernel = '1'\n[solution.text]",
        "expression",
        "figure.size",
    ),
    ("answer = { T = 52 }", "", "schema", "tests[0].answer"),
    ("answer = { T = 52 }", "answer = 52", "schema", "tests[0].answer"),
    ("answer = { T = 52 }", "answer = { T = 52 }\nnote = 1", "schema", "tests[0].note"),
    ("given = { a = 2, b = 50 }\nanswer", "answer", "schema", "tests[0].given"),
]


@pytest.mark.parametrize(("old", "new", "check", "where"), BAD, ids=[f"{n}: {row[3]}" for n, row in enumerate(BAD)])
def test_each_mistake_is_reported_at_its_place(edited: Edit, old: str, new: str, check: str, where: str) -> None:
    assert (check, where) in problems(edited(old, new))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('[title]\nja = "和"\nen = "Sum"', "", [("schema", "title")]),
        ('ja = "和"\nen = "Sum"', 'ja = "和"', [("languages", "title.en")]),
        ('ja = "和"\nen = "Sum"', "", [("languages", "title.ja"), ("languages", "title.en")]),
        ('label = { ja = "和", en = "Sum" }', "", [("schema", "answers[0].label")]),
        ('label = { ja = "和", en = "Sum" }', 'label = "Sum"', [("schema", "answers[0].label")]),
        ('label = { ja = "和", en = "Sum" }', 'label = { ja = "和" }', [("languages", "answers[0].label.en")]),
        ('en = "What is the sum of {{a}} and {{b}}?"\n', "", [("languages", "stem.en")]),
        ('en = "Count on from {{a}}."\n', "", [("languages", "hints[0].en")]),
        ('name = "T"\n', "", [("schema", "answers[0].name")]),
        ('type = "integer"\n', "", [("schema", "answers[0].type")]),
        ('type = "integer"', 'type = "matrix"', [("schema", "answers[0].board")]),
        ('type = "integer"', 'type = "shape"', [("schema", "answers[0].parts")]),
        ("{ integers = [1, 40] }", "{}", [("schema", "parameters.a.integers")]),
        ("[solution.text]", "[figure]\n[solution.text]", [("schema", "figure.kind")]),
    ],
)
def test_what_is_missing_is_told_once(edited: Edit, old: str, new: str, found: list[tuple[str, str]]) -> None:
    with pytest.raises(TemplateError) as caught:
        load(edited(old, new))
    assert [(problem.check, problem.where) for problem in caught.value.problems] == found


def test_a_question_without_a_solution_is_told_so_once(edited: Edit) -> None:
    source = edited()
    with pytest.raises(TemplateError) as caught:
        load(source[: source.index("[solution.text]")] + source[source.index("[[tests]]") :])
    assert [str(problem) for problem in caught.value.problems] == [
        "solution: is missing: every question shows how it is worked out [solution]"
    ]


def test_the_small_templates_are_without_mistakes() -> None:
    assert load(SUM).slug == "tiny-sum"
    assert load(MANY).slug == "every-field"


@pytest.mark.parametrize(
    ("old", "new", "check", "where"),
    [
        ('code = "sign-lost"\nvalue = {', 'code = "sign-lost"\nvalue = "1"\n#', "schema", "misconceptions[1].value"),
        ('name = "D"', 'name = "I"', "schema", "answers"),
        ('key = "even"', 'key = "odd"', "schema", "answers[4].choices"),
        ('key = "even"', 'key = "e"', "schema", "answers[4].choices"),
        (EVEN, LABELLED + EVEN, "schema", "answers[4].choices"),
        ('key = "even"', 'key = "Even!"', "schema", "answers[4].choices[1].key"),
        ('en = "even" }', 'en = "{{q}}" }', "unknown-name", "answers[4].choices[1].label.en"),
        ("board = [3, 3]", "board = [3]", "schema", "answers[3].board"),
    ],
)  # fmt: skip
def test_mistakes_of_several_answers_are_reported(
    edited_many: Edit, old: str, new: str, check: str, where: str
) -> None:
    assert (check, where) in problems(edited_many(old, new))


def test_more_answers_than_a_page_can_hold_are_refused(edited: Edit) -> None:
    answers = "".join(
        f'[[answers]]\nname = "T{n}"\ntype = "integer"\nvalue = "a"\nlabel = {{ ja = "和", en = "S" }}\n'
        for n in range(8)
    )
    assert ("schema", "answers") in problems(edited("[[hints]]", answers + "[[hints]]"))


def test_all_problems_are_reported_at_once(edited: Edit) -> None:
    source = edited(
        *("level = 1", "level = 9\ncolour = 1"),
        *("{{b}} の和", "{{q}} の和"),
        *('value = "b - a"', 'value = "q"'),
        *("[1, 40]", "[2, 1]"),
    )
    assert problems(source) == {
        ("schema", "level"),
        ("schema", "colour"),
        ("unknown-name", "stem.ja"),
        ("placeholders", "stem.en"),
        ("expression", "misconceptions[0].value"),
        ("schema", "parameters.a.integers"),
    }


def test_a_problem_says_where_and_what_with_the_column(edited: Edit) -> None:
    with pytest.raises(TemplateError, match=r"derived\.total: unknown name 'c' .*\(at character 5\) \[expression\]"):
        load(edited('total = "a + b"', 'total = "a + c"'))


def test_a_problem_is_told_in_the_language_that_is_asked_for(edited: Edit) -> None:
    with pytest.raises(TemplateError) as caught:
        load(edited('total = "a + b"', 'total = "a + c"'))
    assert caught.value.problems[0].told("ja") == (
        "derived.total: 5文字目：'c' という名前はありません（使える名前：a, b）。 [expression]"
    )
    assert caught.value.told("ja").startswith(caught.value.problems[0].told("ja"))
    assert caught.value.told("en") == str(caught.value)


def test_a_source_has_a_largest_size() -> None:
    assert problems(SUM + "#" * 70_000) == {("schema", "")}


CARDS = """
schema = 1
topic = "padding"

[[flashcards]]
slug = "card-one"
source = "tests"
front = { ja = "表 {{n}}", en = "front {{n}}" }
back = { ja = "裏 {{n}}", en = "back {{n}}" }
parameters = { n = { integers = [1, 3] } }

[[flashcards]]
slug = "card-two"
source = "tests"
level = 3
front = { ja = "表", en = "front" }
back = { ja = "裏", en = "back" }
"""


def test_each_card_of_a_file_is_a_template_by_itself() -> None:
    cards = [load(source) for source in split(CARDS)]
    assert [(card.kind, card.slug, card.topic, card.level) for card in cards] == [
        ("flashcard", "card-one", "padding", 1),
        ("flashcard", "card-two", "padding", 3),
    ]
    assert cards[0].title == {"ja": "表 {{n}}", "en": "front {{n}}"}
    assert generate(cards[0], 5).answers == {}
    assert problems(CARDS) == {("schema", "flashcards")}


def test_a_question_is_not_split() -> None:
    assert split(SUM) == [SUM]


@pytest.mark.parametrize("value", ["5", "'cards'", "{}", "[]", "[1]"])
def test_flashcards_that_are_no_list_of_tables_are_reported_by_split_or_load(value: str) -> None:
    assert problems_of_all(f"flashcards = {value}") != []


def test_a_file_whose_cards_cannot_be_cut_apart_is_reported() -> None:
    with pytest.raises(TemplateError, match="a line of its own"):
        split(CARDS.replace("[[flashcards]]", "[[flashcards]] # next", 1))
    with pytest.raises(TemplateError, match="not TOML"):
        split("[[flashcards]")


@pytest.mark.parametrize(
    ("old", "new", "check", "where"),
    [
        ('slug = "card-one"', 'slug = "Card"', "schema", "flashcards[0].slug"),
        ("back {{n}}", "back", "placeholders", "flashcards[0].back.en"),
        ("front {{n}}", "front {{m}}", "unknown-name", "flashcards[0].front.en"),
        ('source = "tests"', 'source = "tests"\ncolour = 1', "schema", "flashcards[0].colour"),
        ('topic = "padding"', 'topic = "padding"\ncolour = 1', "schema", "colour"),
        ('topic = "padding"', "", "schema", "topic"),
        ("schema = 1", "schema = 3", "schema-version", "schema"),
    ],
)
def test_mistakes_in_a_flashcard_are_reported(old: str, new: str, check: str, where: str) -> None:
    assert (check, where) in problems(split(CARDS.replace(old, new))[0])


SCRAPS = [
    *("", "0", "-1", "true", '"', "'", "[", "]", "{", "}", "{{", "}}", "$", "\\", "=", "\n", "#", ","),
    *("[[answers]]\n", "[x]\n", '"x"', "1e999", "9" * 30, "inf", "1979-05-27", "a.b = 1\n", "[[1, 2], [3]]"),
    *("{{X}}", "F", "O", "\u0000", "\ue000"),
]


@st.composite
def mutations(draw: st.DrawFn) -> str:
    source = draw(st.sampled_from([*SOURCES.values(), SUM, MANY, CARDS]))
    for _ in range(draw(st.integers(1, 3))):
        tokens = re.split(r"(\W)", source)
        at = draw(st.integers(0, len(tokens) - 1))
        tokens[at : at + draw(st.integers(0, 3))] = [draw(st.sampled_from(SCRAPS) | st.sampled_from(tokens))]
        source = "".join(tokens)
    return source


@settings(deadline=None, max_examples=often(300))
@given(mutations())
def test_a_damaged_source_loads_or_is_a_template_error(source: str) -> None:
    problems_of_all(source)


@settings(deadline=None, max_examples=often(60))
@given(mutations())
def test_what_loads_can_be_linted(source: str) -> None:
    try:
        templates = [load(part) for part in split(source)]
    except TemplateError:
        return
    for template in templates:
        lint(template, (), ())


@pytest.mark.parametrize("source", [*list(SOURCES.values())[:: 10 if LONG else 60], SUM, MANY])
@pytest.mark.parametrize("value", [None, True, 5, 0.5, "x", [], [1], {}, {"x": 1}])
def test_any_top_level_key_may_hold_anything(source: str, value: object) -> None:
    document = tomllib.loads(source)
    for key in document:
        changed = "\n".join(
            f"{name} = {toml(value if name == key else old)}"
            for name, old in document.items()
            if name != key or value is not None
        )
        if tomllib.loads(changed).get(key) == document[key]:
            continue
        problems_of_all(changed)


def problems_of_all(source: str) -> list[Problem]:
    """What is wrong with a file, which may be nothing; any other exception is a defect of the loader."""
    problems: list[Problem] = []
    try:
        for part in split(source):
            load(part)
    except TemplateError as error:
        problems = error.problems or pytest.fail("an error without a problem")
    assert [problem for problem in problems if not KANA.search(problem.message.ja)] == []
    return problems


def toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return str(value)
