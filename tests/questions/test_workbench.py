"""What an author sees of a text: the same as learners do, with what is wrong beside it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from quizzes.questions import explain, generate, load, render, split
from quizzes.questions.lint import lint
from quizzes.questions.lint.space import points
from quizzes.questions.remedies import REMEDIES
from quizzes.questions.words import Both
from quizzes.questions.workbench import MOST_PROBLEMS, answer, preview, prove
from tests.bank import BANK
from tests.questions.conftest import MANY, SUM, Edit
from tests.questions.hostile_texts import BOMBS, MATRICES, chain, question
from tests.questions.languages import in_both
from tests.questions.linted import CODES, TOPICS, linted

ROOT = Path(__file__).resolve().parents[2]
BANK_TOPICS = {topic.slug for topic in BANK.topics}
BANK_CODES = {misconception.code for misconception in BANK.misconceptions}
SAMPLE = [source for _, text in BANK.sources for source in split(text)][::9]


def previewed(source: str, **wishes: Any) -> dict[str, Any]:
    wished: dict[str, Any] = {"language": "en", "seeds": [0, 1, 2], "revealed": True} | wishes
    found = preview(source, topics=TOPICS, codes=CODES, **wished)
    assert json.loads(json.dumps(found)) == found
    return found


def proved(source: str, seconds: float = 60.0) -> dict[str, Any]:
    found = prove(source, topics=TOPICS, codes=CODES, seconds=seconds)
    assert json.loads(json.dumps(found)) == found
    return found


def answered(source: str, response: dict[str, Any], **wishes: Any) -> dict[str, Any]:
    wished: dict[str, Any] = {"seed": 0, "format": "free", "language": "en"} | wishes
    found = answer(source, response=response, **wished)
    assert json.loads(json.dumps(found)) == found
    return found


@pytest.mark.parametrize("source", SAMPLE, ids=lambda source: load(source).slug)
def test_the_bank_previews_without_problems(source: str) -> None:
    for language in ("ja", "en"):
        found = preview(
            source,
            topics=BANK_TOPICS,
            codes=BANK_CODES,
            language=language,
            seeds=[0, 7],
            revealed=True,
            format="choice",
        )
        assert found["problems"] == []
        assert [variant["seed"] for variant in found["variants"]] == [0, 7]


def test_a_variant_is_what_learners_get() -> None:
    found = previewed(MANY, language="ja", seeds=[5])["variants"][0]
    variant = generate(load(MANY), 5)
    prompt = render(variant, "ja")
    assert (found["title"], found["stem"]) == (prompt.title, prompt.stem.html)
    assert found["solution"] == explain(variant, "ja").text.html
    assert [field["name"] for field in found["fields"]] == [field.name for field in prompt.fields]
    assert found["answers"].keys() == variant.answers.keys()
    assert [rule["code"] for rule in found["wrong"]] == list(variant.wrong)


def test_before_the_answer_nothing_tells_it() -> None:
    (found,) = previewed(SUM, seeds=[3], revealed=False)["variants"]
    assert (found["answers"], found["solution"], found["solution_figure"], found["wrong"]) == ({}, None, None, [])
    (after,) = previewed(SUM, seeds=[3])["variants"]
    assert after["answers"]["T"] not in json.dumps(found)


def test_wrong_rules_that_give_the_right_answer_are_marked(edited: Edit) -> None:
    (found,) = previewed(edited('value = "total + 1"', 'value = "a + b"'), seeds=[0])["variants"]
    assert {rule["code"]: rule["is_right"] for rule in found["wrong"]}["off-by-one"] is True
    assert {rule["is_right"] for rule in found["wrong"]} == {True, False}


def test_a_flashcard_has_a_back_and_nothing_to_type() -> None:
    cards = next(text for where, text in BANK.sources if where == "flashcards/stride.toml")
    card = split(cards)[0]
    (found,) = preview(card, topics=BANK_TOPICS, codes=(), language="ja", seeds=[0], revealed=True)["variants"]
    assert found["fields"] == []
    assert found["solution"]
    (problem,) = answered(card, {"T": "1"})["problems"]
    assert problem["message"] == {"ja": "フラッシュカードには解答を入力しません。", "en": "is not answered"}


def test_a_part_that_cannot_be_shown_hides_no_other(edited: Edit) -> None:
    figure = "[figure]\nkind = 'convolution'\nkernel = '1'\nsize = '0'\n[solution.text]"
    found = previewed(edited("[solution.text]", figure))
    assert [problem["check"] for problem in found["problems"]] == ["figure"]
    assert len(found["variants"]) == 3
    assert all(variant["figure"] is None and variant["stem"] and variant["solution"] for variant in found["variants"])


def test_problems_have_a_line_and_both_languages_whatever_is_previewed(edited: Edit) -> None:
    source = edited('value = "total"', 'value = "totall"')
    japanese, english = (previewed(source, language=language)["problems"] for language in ("ja", "en"))
    assert japanese == english
    (problem,) = english
    assert source.splitlines()[problem["line"] - 1] == 'value = "totall"'
    assert in_both(Both(**problem["message"]))
    assert previewed(source)["variants"] == []


def test_a_response_is_graded() -> None:
    (variant,) = previewed(SUM, seeds=[0])["variants"]
    right = variant["answers"]["T"]
    assert answered(SUM, {"T": right})["verdict"] == "correct"
    wrong = next(rule for rule in variant["wrong"] if rule["code"] == "off-by-one")["values"]["T"]
    found = answered(SUM, {"T": wrong})
    assert (found["verdict"], found["score"]) == ("incorrect", 0.0)
    assert {"code": "off-by-one"} in found["misconceptions"]
    assert found["fields"] == [{"name": "T", "label": "Sum", "correct": False, "given": wrong, "expected": right}]
    assert answered(SUM, {"T": "4²"})["errors"].keys() == {"T"}


def test_an_option_is_graded_as_it_is_posed() -> None:
    (variant,) = previewed(SUM, seeds=[0], format="choice")["variants"]
    (field,) = variant["fields"]
    verdicts = [answered(SUM, {"T": one["key"]}, format="choice")["verdict"] for one in field["choices"]]
    assert verdicts.count("correct") == (1 if field["type"] == "choice" else 0)


@pytest.mark.parametrize("source", [SUM, MANY, *(s for _, s in BANK.sources[20:120:25])], ids=lambda s: load(s).slug)
def test_with_time_enough_a_proof_counts_what_the_lint_counts(source: str) -> None:
    found = prove(source, topics=BANK_TOPICS | TOPICS, codes=BANK_CODES | CODES, seconds=100)
    report = lint(load(source), BANK_TOPICS | TOPICS, BANK_CODES | CODES)
    wanted = report.to_json()
    assert not found["cut"]
    for key in wanted.keys() - {"problems", "constant_guess", "rendered", "pairs"}:
        assert found[key] == wanted[key], key
    assert sorted(found["pairs"], key=str) == sorted(wanted["pairs"], key=str)
    assert found["constant_guess"]["share"] == wanted["constant_guess"]["share"]
    assert [(p["check"], p["where"]) for p in found["problems"]] == [(p.check, p.where) for p in report.problems]
    assert found["answers"][0]["share"] == wanted["constant_guess"]["share"]
    assert len(found["answers"]) <= 12


def test_a_mixed_order_visits_every_point_once() -> None:
    template = load(SUM)
    straight = [tuple(point.items()) for point in points(template)]
    mixed = [tuple(point.items()) for point in points(template, mixed=True)]
    assert sorted(map(str, mixed)) == sorted(map(str, straight))
    assert len({dict(point)["a"] for point in mixed[:40]}) > 20  # the beginning is spread over both
    assert len({dict(point)["b"] for point in mixed[:40]}) == 7


def test_a_proof_that_is_cut_claims_nothing_that_it_has_not_seen() -> None:
    found = proved(chain(500, "block(matmul({0}, W) * 0, 0, 0, 16, 16) + X", "X", MATRICES), seconds=0.5)
    assert found["cut"]
    assert not found["exhaustive"]
    assert 1 <= found["variants"] < 200
    assert {problem["check"] for problem in found["problems"]} == {"no-test"}


@pytest.mark.parametrize("seconds", [0.001, 0.1, 0.3])
def test_however_early_it_is_cut_a_good_text_gets_no_error(seconds: float) -> None:
    for source in (SUM, dict(BANK.sources)["questions/mean-pool-backward.toml"]):
        found = prove(source, topics=BANK_TOPICS | TOPICS, codes=BANK_CODES | CODES, seconds=seconds)
        assert [problem for problem in found["problems"] if problem["severity"] == "error"] == []
        assert found["variants"] >= 1


def test_what_cannot_be_proved_says_why() -> None:
    assert proved("slug = ")["problems"][0]["line"] == 1
    assert "variants" not in proved("slug = ")
    found = proved(BOMBS["8,000 answers"])["problems"]
    assert len(found) == MOST_PROBLEMS + 1
    assert "problems more" in found[-1]["message"]["en"]
    assert "件の問題" in found[-1]["message"]["ja"]


def test_half_a_sign_is_no_text() -> None:
    assert [problem["check"] for problem in previewed(BOMBS["half a sign"])["problems"]] == ["toml"]


def test_every_check_has_a_remedy_in_both_languages_and_a_row_in_the_guide() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "quizzes").rglob("*.py"))
    named = re.findall(r"\b[pP]roblem\(\s*\"([a-z-]+)\"", sources)
    guide = (
        (ROOT / "docs" / "authoring.md")
        .read_text()
        .split("\n## What the lint says, and how to mend it\n")[1]
        .split("\n## ")[0]
    )
    rows = set(re.findall(r"`([a-z-]+)`", " ".join(re.findall(r"^\| (.*?) \|", guide, re.M))))
    assert set(named) == REMEDIES.keys() == rows
    for texts in REMEDIES.values():
        assert re.search("[ぁ-ん]", texts["ja"])
        assert texts["ja"].endswith(("。", "）。"))
        assert texts["en"].endswith(".")
        assert not re.search("[ぁ-んァ-ヶ一-龠]", texts["en"])


def test_a_text_without_a_variant_says_why(edited: Edit) -> None:
    found = previewed(edited('"a < b"', '"a > b"'))
    assert [(problem["check"], problem["where"]) for problem in found["problems"]] == [("no-variant", "require")]
    assert found["variants"] == []
    assert linted(edited('"a < b"', '"a > b"')).problems[-1].message == Both(**found["problems"][0]["message"])


def test_stages_are_told_in_order() -> None:
    told: list[str] = []
    preview(SUM, topics=TOPICS, codes=CODES, language="en", seeds=[4], revealed=True, at=told.append)
    assert told[:5] == ["loading", "variant 4", "stem", "figure", "hints"]
    assert told[5:] == ["parameters", "solution", "figure", "answers", "misconceptions"]
    told.clear()
    prove(question(), topics=TOPICS, codes=CODES, seconds=1, at=told.append)
    assert told == ["loading", "tests", "variants", "rendering"]
