"""What a learner sits down to, how it ends, and what may be done with a question afterwards."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from quizzes import study
from quizzes.models import Attempt, Card, CardAction, QuestionTemplate, TemplateVersion, User
from quizzes.scheduling import Rating
from quizzes.study import Submission, templates
from quizzes.web.practice import Practice, practice_of
from tests.quizzes.answers import ask_and_answer
from tests.web.pages import check_languages

CONV = "conv-output-size"
CARD = "output-size-06"
NAMES = {"日本語", "English", "im2col", "ReLU", "Enter", "Space"}  # said alike in both languages

pytestmark = pytest.mark.usefixtures("bank")


@pytest.fixture
def browser(learner: User) -> Client:
    """A guest's, in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client: Client, path: str) -> str:
    return str(client.get(path, follow=True).content.decode())


def template_on(client: Client, path: str) -> QuestionTemplate:
    found = re.search(r'name="variant" value="([^"]+)"', page(client, path))
    assert found is not None
    learner = UUID(client.session["_auth_user_id"])
    return QuestionTemplate.objects.get(slug=study.reopen(learner, found[1]).variant.template.slug)


@pytest.mark.parametrize(
    "practice",
    [
        Practice(),
        Practice("practice"),
        Practice("practice", "padding"),
        Practice("practice", "padding", 2),
        Practice("practise_misconception", "forgot-plus-one"),
        Practice("cards"),
        Practice("cards", "padding"),
        Practice("cram", "padding"),
    ],
)
def test_a_practice_is_its_address(practice: Practice) -> None:
    assert practice_of(practice.url) == practice


@pytest.mark.parametrize(
    "address",
    ["", "/", "/nowhere/", "https://evil.example/review/x", "//evil.example/", "/api/v1/guests/", "http://[", "\0"],
)
def test_what_is_no_practice_is_todays_review(address: str) -> None:
    assert practice_of(address) == Practice()


def test_an_address_elsewhere_is_never_gone_to() -> None:
    assert practice_of("https://evil.example/practice/padding/").url == "/practice/padding/"


def test_topic_level_misconception_and_kind_are_kept_to(browser: Client) -> None:
    assert template_on(browser, "/practice/im2col/").topic.slug == "im2col"
    assert template_on(browser, "/practice/?level=3").level == 3
    assert template_on(browser, "/cards/pooling/").kind == "flashcard"
    shown = template_on(browser, "/misconceptions/forgot-plus-one/")
    assert "forgot-plus-one" in shown.misconceptions.values_list("code", flat=True)


@pytest.mark.parametrize("path", ["/practice/no-topic/", "/cards/no-topic/", "/misconceptions/no-code/"])
def test_there_is_no_practice_of_what_does_not_exist(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_cramming_leaves_the_schedule_alone(browser: Client, learner: User) -> None:
    ask_and_answer(learner.id, CONV, now=timezone.now() - timedelta(days=1))
    before = Card.objects.get().due_day
    answer = browser.get("/cram/output-size/")
    form = page(browser, answer["Location"])
    values = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    browser.post("/question/", {**values, "action": "give-up"}, follow=True)
    assert Attempt.objects.filter(purpose="cram").count() == 1
    assert Card.objects.get().due_day == before


def test_the_review_ends_with_the_day_and_can_be_gone_on_with(browser: Client, learner: User) -> None:
    study.set_preferences(learner.id, new_per_day=1)
    ask_and_answer(learner.id, CONV)
    assert browser.get("/review/")["Location"] == "/session/"
    told = page(browser, "/session/")
    assert "Done for today" in told
    assert "Practise more" in told
    assert "next review comes on" in told
    assert browser.get("/practice/")["Location"].startswith("/question/?variant=")
    assert "Everything for today is done" in page(browser, "/")


def test_the_summary_names_what_was_met_and_offers_to_keep_it(browser: Client, learner: User) -> None:
    ask_and_answer(learner.id, CONV, "forgot-plus-one")
    told = page(browser, "/session/")
    assert "The final +1 was forgotten" in told
    assert "/misconceptions/forgot-plus-one/" in told
    assert "/accounts/signup/" in told
    study.sign_up(learner.id, "a@example.org", "long enough for anyone")
    browser.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    assert "/accounts/signup/" not in page(browser, "/session/")


def test_who_has_answered_nothing_has_no_summary(browser: Client) -> None:
    assert browser.get("/session/")["Location"] == "/"
    assert Client().get("/session/")["Location"] == "/"


@pytest.mark.parametrize(("act", "stored"), [("undo", "void"), ("bury", "bury"), ("suspend", "suspend")])
def test_an_answer_is_taken_back_and_a_question_put_aside(
    browser: Client, learner: User, act: str, stored: str
) -> None:
    attempt = ask_and_answer(learner.id, CONV).attempt
    answer = browser.post(f"/attempts/{attempt.id}/act/", {"act": act, "practice": "/practice/padding/"})
    assert answer["Location"] == "/practice/padding/"
    assert CardAction.objects.get().act == stored


def test_what_was_suspended_is_asked_again_from_its_topic(browser: Client, learner: User) -> None:
    attempt = ask_and_answer(learner.id, CONV).attempt
    browser.post(f"/attempts/{attempt.id}/act/", {"act": "suspend"})
    assert f'action="/templates/{CONV}/resume/"' in page(browser, "/topics/output-size/")
    browser.post(f"/templates/{CONV}/resume/")
    assert not Card.objects.get().suspended


def test_nobody_acts_on_anothers_answer(browser: Client) -> None:
    device, _ = study.create_guest("other")
    attempt = ask_and_answer(device.user_id, CONV).attempt
    assert browser.post(f"/attempts/{attempt.id}/act/", {"act": "suspend"}).status_code == 404
    assert Client().post(f"/attempts/{attempt.id}/act/", {"act": "suspend"}).status_code == 404
    assert not CardAction.objects.exists()


def test_each_rating_tells_the_day_on_which_the_card_comes_back(browser: Client, learner: User) -> None:
    question = study.next_question(learner.id, template=CARD)
    days = study.intervals(learner.id, question)
    assert days[Rating.AGAIN] <= days[Rating.HARD] <= days[Rating.GOOD] <= days[Rating.EASY]
    told = page(browser, f"/question/?variant={question.token}&side=back")
    assert f"in {days[Rating.GOOD]} days" in told
    study.submit(learner.id, Submission(uuid4(), question.token, self_rating=Rating.GOOD))
    card = Card.objects.get()
    assert card.due_day is not None
    assert card.day is not None
    assert card.due_day - card.day == days[Rating.GOOD]


def test_a_template_that_cannot_be_posed_gives_way_to_another_and_is_logged(
    browser: Client, learner: User, caplog: pytest.LogCaptureFixture
) -> None:
    first = study.next_question(learner.id)
    TemplateVersion.objects.filter(template__slug=first.ticket.slug).update(source="schema = 1")
    templates.load.cache_clear()
    templates.version.cache_clear()
    with caplog.at_level(logging.ERROR):
        other = template_on(browser, "/review/")
        assert other.slug != first.ticket.slug
        assert "no longer open" in page(browser, f"/question/?variant={first.token}")
    assert f"of {first.ticket.slug} cannot be asked" in caplog.text


def test_a_worksheet_is_the_same_again_and_has_its_answers_apart(browser: Client) -> None:
    answer = browser.get("/practice/pooling/worksheet/?count=5")
    assert answer.status_code == 302
    first, again = page(browser, answer["Location"]), page(browser, answer["Location"])
    sheets = [re.findall(r'<ol class="sheet">.*?</ol>\n', text, re.DOTALL) for text in (first, again)]
    assert sheets[0] == sheets[1]
    assert first.count('<p class="blank">') >= 5
    assert first.index('class="answer-key"') > first.rindex('class="blank"')
    assert browser.get("/practice/no-topic/worksheet/").status_code == 404
    assert browser.get("/practice/pooling/worksheet/?count=9&sheet=99999").status_code == 302
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    "path", ["/", "/session/", "/review/", "/cards/pooling/", "/about/", "/practice/pooling/worksheet/?count=5&sheet=7"]
)
def test_pages_are_complete_in_both_languages(browser: Client, learner: User, path: str) -> None:
    ask_and_answer(learner.id, CONV, "forgot-plus-one")
    shown = browser.get(path)
    check_languages(browser, shown["Location"] if shown.status_code == 302 else path, NAMES)


def test_an_answered_page_is_complete_in_both_languages(browser: Client, learner: User) -> None:
    attempt = ask_and_answer(learner.id, CONV, "forgot-plus-one").attempt
    check_languages(browser, f"/attempts/{attempt.id}/", NAMES)
