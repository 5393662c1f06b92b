"""What an author's text may do to the machine, through the functions that the editor calls."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from uuid import UUID

import pytest

from quizzes import authoring
from quizzes.authoring import workshop
from quizzes.authoring.proofs import badge, missing, prove_version
from quizzes.authoring.telling import findings
from quizzes.authoring.workshop import Busy, TooMuch, answer, preview, prove
from quizzes.models import QuestionTemplate, TemplateVersion, Topic
from quizzes.questions.remedies import REMEDIES
from tests.lengths import LONG, some
from tests.questions.hostile_texts import corpus
from tests.questions.test_hostile_expressions import HOSTILE
from tests.quizzes.sources import card_source, sum_source

Small: TypeAlias = Callable[..., QuestionTemplate]

WALL = 15  # seconds: two of the processor, one more by the clock, and what a very busy machine adds
TEXTS = dict(corpus())
NAMED = [name for name in TEXTS if not name.startswith("formula")]


@pytest.fixture(scope="module", autouse=True)
def warm() -> Iterator[None]:
    """The first call waits until everything is loaded; the processes end with the tests of this file."""
    workshop._pool.run(f"{workshop.BENCH}:preview", {
        "source": "", "topics": [], "codes": [], "language": "en", "seeds": [], "revealed": False,
    }, workshop.LIMITS)  # fmt: skip
    yield
    workshop._pool.close()


def timed(function: Any, *arguments: Any, **more: Any) -> Any:
    """What comes back, or which limit was met; never later than it may be."""
    start = time.monotonic()
    try:
        return function(*arguments, **more)
    except (TooMuch, Busy) as error:
        return error
    finally:
        assert time.monotonic() - start < WALL


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for number, name in enumerate(NAMED) if some(number)])
def test_no_text_takes_more_than_its_share(name: str) -> None:
    tried = [timed(preview, TEXTS[name], language="ja", seeds=range(6), revealed=True)]
    if NAMED.index(name) % 3 == 0:  # the three read and draw alike, and each may take its two seconds
        tried += [
            timed(prove, TEXTS[name], seconds=0.5),
            timed(answer, TEXTS[name], seed=0, format="free", language="en", response={"T": "1"}),
        ]
    for found in tried:
        if isinstance(found, TooMuch):
            assert found.code in ("time", "memory", "output")
            assert re.search("[ぁ-ん]", found.message("ja"))
            assert found.message("en").endswith(".")
    assert preview(sum_source(), language="en", seeds=[0])["variants"]  # and the next is served


@pytest.mark.django_db
def test_no_formula_takes_more_than_its_share() -> None:
    """Each is refused quickly by itself; here they are drawn again and again."""
    for number in range(0, len(HOSTILE), 6 if LONG else 18):
        timed(preview, TEXTS[f"formula {number}"], language="en", seeds=[0], revealed=True)
    assert preview(sum_source(), language="en", seeds=[0])["variants"]


@pytest.mark.django_db
def test_topics_and_misconceptions_are_those_of_the_database() -> None:
    text = sum_source(topic="sums")
    checks = {problem["check"] for problem in preview(text, language="en", seeds=[0])["problems"]}
    assert checks == {"unknown-topic", "unknown-misconception"}
    Topic.objects.create(slug="sums", position=0)
    assert {problem["check"] for problem in prove(text)["problems"]} >= {"unknown-misconception"}
    assert "unknown-topic" not in {problem["check"] for problem in prove(text)["problems"]}


@pytest.mark.django_db
def test_problems_come_in_both_languages_and_are_told_in_the_readers() -> None:
    for found in (prove("= = ="), preview("= = =", language="en", seeds=[0])):
        (told,) = findings(found, "ja")
        assert told["message"].startswith("TOMLとして読めません：")
        assert told["remedy"] == REMEDIES["toml"]["ja"]
        (told,) = findings(found, "en")
        assert told["message"].startswith("not TOML: ")
        assert told["remedy"] == REMEDIES["toml"]["en"]


def test_what_an_older_proof_says_is_told_as_it_is() -> None:
    (told,) = findings({"problems": [{"check": "gone", "severity": "error", "where": "", "message": "it says"}]}, "ja")
    assert (told["message"], told["remedy"]) == ("it says", "")


def test_a_message_says_what_to_make_smaller() -> None:
    excess = TooMuch("time", "figure")
    assert excess.message("ja") == "図の描画に時間がかかりすぎたため、中断しました。図の引数を小さくしてください。"
    assert (
        excess.message("en") == "Drawing the figure took too long and was stopped. Make the figure's arguments smaller."
    )
    for code in ("time", "memory", "output"):
        for at in ("", "loading", "variant 17", "stem", "something new"):
            assert "{" not in TooMuch(code, at).message("ja") + TooMuch(code, at).message("en")


@pytest.mark.django_db
def test_the_editor_grades_as_learners_are_graded() -> None:
    found = preview(sum_source(), language="en", seeds=[2], revealed=True)["variants"][0]
    right = answer(sum_source(), seed=2, format="free", language="en", response=found["answers"])
    assert (right["verdict"], right["misconceptions"]) == ("correct", [])
    wrong = answer(sum_source(), seed=2, format="free", language="en", response={"s": found["parameters"]["a"]})
    assert wrong["misconceptions"] == [{"code": "forgot-one"}]
    assert answer("", seed=2, format="free", language="en", response={})["problems"]


def version(source: str) -> TemplateVersion:
    found, _ = authoring.append(source)
    return found


@pytest.mark.django_db
def test_a_proof_is_kept_with_its_version(small: Small) -> None:
    small("other")
    row = version(sum_source("fresh"))
    assert badge(row.proof) == "unproved"
    proof = prove_version(row, seconds=20)
    row.refresh_from_db()
    assert row.proof == proof
    assert not proof["cut"]
    assert proof["variants"] == 500
    assert badge(proof) == "errors"  # its solution does not end in the answer
    assert "solution-answer" in {problem["check"] for problem in proof["problems"]}
    assert [p["remedy"] for p in findings(proof, "ja")] == [REMEDIES[p["check"]]["ja"] for p in proof["problems"]]


def test_a_badge_is_the_worst_of_the_problems() -> None:
    error, warning = {"severity": "error"}, {"severity": "warning"}
    assert badge(None) == "unproved"
    assert badge({"problems": []}) == "clean"
    assert badge({"problems": [warning]}) == "warnings"
    assert badge({"problems": [warning, error]}) == "errors"


@pytest.mark.django_db
def test_a_proof_that_takes_too_much_leaves_the_version_unproved(small: Small) -> None:
    small("other")
    row = version(sum_source("fresh"))
    with pytest.raises(TooMuch):
        prove_version(row, seconds=0.02)
    row.refresh_from_db()
    assert row.proof is None


@pytest.mark.django_db
def test_published_versions_without_a_proof_are_missing(small: Small) -> None:
    small("other")
    TemplateVersion.objects.update(proof={"problems": []})
    draft, published = version(sum_source("draft")), version(card_source("card-2"))
    authoring.publish_version(published)
    assert [row.id for row in missing(10)] == [published.id]
    assert list(missing(0)) == []
    prove_version(published, seconds=5)
    assert list(missing(10)) == []
    assert isinstance(draft.id, UUID)
