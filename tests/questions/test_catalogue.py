from pathlib import Path

import pytest

from quizzes.questions import TemplateError
from quizzes.questions.catalogue import read_bank

TOPIC = '[[topics]]\nslug = "{0}"\nrequires = [{1}]\ntitle = {{ ja = "題", en = "Title" }}\n'
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


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "topics.toml").unlink()
    with pytest.raises(TemplateError, match=r"topics\.toml"):
        read_bank(folder)
