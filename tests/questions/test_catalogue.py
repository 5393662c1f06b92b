from pathlib import Path

import pytest

from quizzes.questions import TemplateError
from quizzes.questions.catalogue import read_bank, unfit_examples
from tests.questions.languages import in_both

TOPIC = (
    '[[topics]]\nslug = "{0}"\nrequires = [{1}]\ntitle = {{ ja = "題", en = "Title" }}\n'
    'text = {{ ja = "文$1$", en = "Text" }}\n'
)
MISCONCEPTION = (
    '[[misconceptions]]\ncode = "slip"\ntitle = { ja = "題", en = "Title" }\n'
    'wrong = { ja = "誤", en = "Wrong" }\nremedy = { ja = "正", en = "Right" }\n'
)
CARDS = (
    'schema = 1\ntopic = "one"\n'
    '[[flashcards]]\nslug = "first"\nsource = "s"\nfront = { ja = "表", en = "f" }\nback = { ja = "裏", en = "b" }\n'
    '[[flashcards]]\nslug = "second"\nsource = "s"\nfront = { ja = "表", en = "f" }\nback = { ja = "裏", en = "b" }\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "questions").mkdir()
    (tmp_path / "flashcards").mkdir()
    (tmp_path / "topics.toml").write_text(TOPIC.format("one", "") + TOPIC.format("two", '"one"'))
    (tmp_path / "misconceptions.toml").write_text(MISCONCEPTION)
    (tmp_path / "questions" / "b.toml").write_text("b = 1\n")
    (tmp_path / "questions" / "a.toml").write_text("a = 1\n")
    (tmp_path / "flashcards" / "c.toml").write_text(CARDS)
    return tmp_path


def test_a_folder_is_read_in_order_with_each_card_by_itself(folder: Path) -> None:
    bank = read_bank(folder)
    assert [(topic.slug, topic.requires) for topic in bank.topics] == [("one", ()), ("two", ("one",))]
    assert bank.topics[0].title == {"ja": "題", "en": "Title"}
    assert bank.topics[0].text == {"ja": "文$1$", "en": "Text"}
    assert (bank.topics[0].formula, bank.topics[0].example) == ({"ja": "", "en": ""}, "")
    (slip,) = bank.misconceptions
    assert (slip.code, slip.title["en"], slip.wrong["ja"], slip.remedy["en"]) == ("slip", "Title", "誤", "Right")
    assert [where for where, _ in bank.sources] == [
        "questions/a.toml",
        "questions/b.toml",
        "flashcards/c.toml",
        "flashcards/c.toml",
    ]
    assert ["first" in source for _, source in bank.sources[2:]] == [True, False]


@pytest.mark.parametrize(
    ("file", "text", "check"),
    [
        ("topics.toml", TOPIC.format("two", '"one"') + TOPIC.format("one", ""), "order"),
        ("topics.toml", TOPIC.format("one", '"one"'), "order"),
        ("topics.toml", TOPIC.format("one", "") + 'note = "x"\n', "schema"),
        ("topics.toml", '[[topics]]\nslug = "one"\n', "schema"),
        ("topics.toml", TOPIC.format("one", "").replace(', en = "Title"', ""), "languages"),
        ("topics.toml", TOPIC.format("one", "").replace('en = "Title"', 'en = ""'), "languages"),
        ("topics.toml", TOPIC.format("one", "").replace('{ ja = "題", en = "Title" }', '"Title"'), "languages"),
        ("topics.toml", TOPIC.format("one", "").replace(', en = "Text"', ""), "languages"),
        ("topics.toml", TOPIC.format("one", "").replace('"Text"', '" "'), "languages"),
        ("topics.toml", TOPIC.format("one", "").replace('"Text"', "1"), "languages"),
        ("topics.toml", TOPIC.format("one", "").replace("Text", "A $formula"), "prose"),
        ("topics.toml", TOPIC.format("one", "").replace("$1$", "$\\\\nonsense$"), "prose"),
        ("topics.toml", TOPIC.format("one", "").replace("Text", "{{H}}"), "unknown-name"),
        ("topics.toml", TOPIC.format("one", "") + "formula = 1\n", "languages"),
        ("topics.toml", TOPIC.format("one", "") + 'formula = { ja = "1" }\n', "languages"),
        ("topics.toml", TOPIC.format("one", "") + "formula = { ja = 'x', en = '\\frac{1}' }\n", "prose"),
        ("topics.toml", TOPIC.format("one", "") + "example = 1\n", "schema"),
        ("topics.toml", "schema = 1\n", "toml"),
        ("topics.toml", "[[topics]", "toml"),
        ("misconceptions.toml", MISCONCEPTION.replace(', en = "Wrong"', ""), "languages"),
        ("misconceptions.toml", MISCONCEPTION.replace("remedy", "cure"), "schema"),
        ("misconceptions.toml", "", "toml"),
        ("questions/a.toml", "a = [", "toml"),
    ],
)
def test_what_is_not_of_the_form_is_refused(folder: Path, file: str, text: str, check: str) -> None:
    (folder / file).write_text(text)
    with pytest.raises(TemplateError) as caught:
        read_bank(folder)
    assert [problem.check for problem in caught.value.problems] == [check]
    assert all(in_both(problem.message) for problem in caught.value.problems)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "topics.toml").unlink()
    with pytest.raises(TemplateError, match=r"topics\.toml"):
        read_bank(folder)


def test_a_formula_is_the_same_in_both_languages_or_one_for_each(folder: Path) -> None:
    one, two = TOPIC.format("one", ""), TOPIC.format("two", "")
    both = "formula = { ja = '\\text{高さ}', en = '\\text{height}' }\nexample = \"first\"\n"
    (folder / "topics.toml").write_text(f"{one}formula = 'x^2'\n{two}{both}")
    first, second = read_bank(folder).topics
    assert (first.formula, first.example) == ({"ja": "x^2", "en": "x^2"}, "")
    assert (second.formula["ja"], second.formula["en"], second.example) == ("\\text{高さ}", "\\text{height}", "first")


def test_every_text_of_a_topic_that_cannot_be_shown_is_told_with_its_place(folder: Path) -> None:
    topic = TOPIC.format("one", "").replace("文", "$").replace("Text", "{{H}} and {{W}}")
    (folder / "topics.toml").write_text(topic + "formula = '\\frac'\n")
    with pytest.raises(TemplateError) as caught:
        read_bank(folder)
    assert [(problem.check, problem.where) for problem in caught.value.problems] == [
        ("prose", "topics.toml: one.text.ja"),
        ("prose", "topics.toml: one.formula.ja"),
        ("unknown-name", "topics.toml: one.text.en"),
        ("prose", "topics.toml: one.formula.en"),
    ]


@pytest.mark.parametrize(
    ("published", "message"),
    [
        ({"a": ("one", "question")}, None),
        ({"b": ("one", "question")}, "there is no template 'a'"),
        ({"a": ("two", "question")}, "'a' belongs to the topic 'two'"),
        ({"a": ("one", "flashcard")}, "'a' is a flashcard"),
    ],
)
def test_an_example_is_a_question_of_its_topic(
    folder: Path, published: dict[str, tuple[str, str]], message: str | None
) -> None:
    (folder / "topics.toml").write_text(TOPIC.format("one", "") + 'example = "a"\n' + TOPIC.format("two", ""))
    problems = unfit_examples(read_bank(folder).topics, published)
    assert [problem.check for problem in problems] == ([] if message is None else ["example"])
    assert all(str(problem).startswith(f"topics.toml: one.example: {message}") for problem in problems)
    assert all(in_both(problem.message) for problem in problems)
