"""docs/authoring.md is complete, and what it shows is true."""

import re
import tomllib
from pathlib import Path

import pytest

from quizzes.questions import TemplateError, load, split
from quizzes.questions.catalogue import read_bank
from quizzes.questions.expressions import ExpressionError, compile_expression
from quizzes.questions.figures import KINDS
from quizzes.questions.figures.network import FORMS
from quizzes.questions.functions import FUNCTIONS, TRACES
from quizzes.questions.lint import lint
from quizzes.questions.template import FIELD_TYPES
from tests.bank import BANK

ROOT = Path(__file__).resolve().parents[2]
DOC = (ROOT / "docs" / "authoring.md").read_text()
FIRST, FINISHED, CARDS, TOPIC = re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL)
TOPICS = {topic.slug for topic in BANK.topics}
CODES = {misconception.code for misconception in BANK.misconceptions}


def section(title: str) -> str:
    return DOC.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_walk_through_meets_the_mistakes_that_it_shows() -> None:
    with pytest.raises(TemplateError) as refused:
        load(FIRST)
    assert [f"error: {problem}" for problem in refused.value.problems] == re.findall(
        r"^error: parameters.B.*$", DOC, re.M
    )
    found = lint(load(FIRST.replace("B = { integers = [1, 9] }\n", "")), TOPICS, CODES).problems
    for problem in found:
        assert f"{problem.severity}: {problem}" in DOC
    assert len(found) == 4


def test_the_finished_question_and_the_flashcards_are_clean() -> None:
    report = lint(load(FINISHED), TOPICS, CODES)
    assert report.problems == []
    counted = f"{report.variants} {report.share(report.diagnosable):.1%} {report.share(report.guess[1]):.1%}"
    assert counted in re.sub(" +", " ", DOC)
    for source in split(CARDS):
        assert lint(load(source), TOPICS, CODES).problems == []


def test_every_check_is_explained() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "quizzes").rglob("*.py"))
    names = set(re.findall(r"\b[pP]roblem\(\s*\"([a-z-]+)\"", sources))
    explained = set(
        re.findall(
            r"`([a-z-]+)`",
            " ".join(re.findall(r"^\| (.*?) \|", section("What the lint says, and how to mend it"), re.M)),
        )
    )
    assert explained == names


def test_every_function_is_listed_with_whether_it_has_a_trace() -> None:
    rows = re.findall(r"^\| (`.*?) \| .* \| (.*?) ?\|$", section("Functions"), re.M)
    listed = {name: bool(mark) for names, mark in rows for name in re.findall(r"`(\w+)\(", names)}
    assert listed.keys() == FUNCTIONS.keys()
    assert {name for name, traced in listed.items() if traced} - {"receptive_jump"} == TRACES.keys()


def test_the_arguments_of_functions_are_those_that_they_take() -> None:
    """As many as are shown, with and without those in brackets."""
    for name, shown in re.findall(r"`(\w+)\(([^`]*?)\)`", section("Functions")):
        required, _, rest = shown.replace("…", "").partition("[")
        needed = [part for part in re.split(r"[ ,]+", required) if part]
        possible = needed + [part for part in re.split(r"[ ,\]]+", rest) if part]
        for arguments in (needed, possible):
            try:
                compile_expression(f"{name}({', '.join('1' for _ in arguments)})", ())
            except ExpressionError as error:
                pytest.fail(f"{name}({', '.join(arguments)}): {error}")
        if name not in ("max", "min"):
            with pytest.raises(ExpressionError):
                compile_expression(f"{name}({', '.join('1' for _ in needed[:-1])})", ())


def test_every_kind_of_figure_is_listed_with_its_arguments() -> None:
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$", section("Figures").split("|---|")[1], re.M))
    assert rows.keys() == KINDS.keys()
    for kind, row in rows.items():
        for argument in KINDS[kind].required | KINDS[kind].optional:
            assert f"`{argument}`" in row
    assert set(re.findall(r"\('(\w+)'", section("Figures"))) == set(FORMS)


def test_every_type_and_key_is_listed() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", section("Answers"), re.M)) == {"type", *FIELD_TYPES}
    keys = {re.sub(r"\W", "", key) for key in re.findall(r"^\| `(.*?)` \|", section("Every key"), re.M)}
    used = set().union(*(tomllib.loads(source) for where, source in BANK.sources if where.startswith("questions/")))
    assert keys == used


def test_the_topic_that_is_shown_can_be_read(tmp_path: Path) -> None:
    rest = (ROOT / "quizzes" / "bank" / "topics.toml").read_text()
    (tmp_path / "topics.toml").write_text(f"{rest}\n{TOPIC}")
    (tmp_path / "misconceptions.toml").write_text("misconceptions = []\n")
    (tmp_path / "questions").mkdir()
    topic = read_bank(tmp_path).topics[-1]
    assert (topic.slug, topic.example) == ("my-topic", "conv-output-size")


def test_every_key_of_a_topic_is_listed() -> None:
    keys = set(re.findall(r"^\| `(\w+)` \|", section("Topics"), re.M))
    topics = tomllib.loads((ROOT / "quizzes" / "bank" / "topics.toml").read_text())["topics"]
    assert keys == set().union(*topics) == tomllib.loads(TOPIC)["topics"][0].keys()


def test_links_inside_the_page_lead_somewhere() -> None:
    anchors = {
        re.sub(r"[^a-z -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^## (.*)$", DOC, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", DOC)) <= anchors
