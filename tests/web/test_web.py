"""The learner's pages as a browser sees them."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import brotli  # type: ignore[import-untyped]
import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from quizzes import study
from quizzes.models import Attempt, Card, QuestionTemplate, Session, User, uuid7
from quizzes.questions import Variant
from quizzes.scheduling import Rating
from quizzes.study.rows import card_state
from quizzes.tickets import Ticket
from tests.quizzes.answers import ask_and_answer, right, submission, wrong

CONV = "conv-output-size"
GAP = "gap-vs-fc-parameters"
POOL = "max-pool-matrix"
CARD = "output-size-06"

pytestmark = pytest.mark.usefixtures("bank")


class Form(HTMLParser):
    """One form of a page, as a browser would send it."""

    def __init__(self, page: str, id: str = "answer") -> None:
        super().__init__()
        self.id = id
        self.inside = False
        self.action = ""
        self.values: dict[str, str] = {}
        self.buttons: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.id
            self.action = given["action"] if self.inside else self.action
        elif tag == "input" and self.inside and given.get("name"):
            if given.get("type") != "radio" or "checked" in given:
                self.values[given["name"]] = given.get("value", "")
        elif tag == "button" and self.inside and given.get("name"):
            self.buttons.append((given["name"], given["value"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


class Browser(Client):
    """A test client that reads forms. Like a browser, it keeps cookies and is held to the CSRF rules."""

    def __init__(self, language: str = "en") -> None:
        super().__init__(enforce_csrf_checks=True, headers={"accept-language": language})
        self.page: Any = None

    def show(self, path: str = "/") -> str:
        self.page = self.get(path, follow=True)
        return str(self.page.content.decode())

    def form(self) -> Form:
        return Form(self.page.content.decode())

    def variant(self) -> Variant:
        """The variant on the page, with the answers that the page does not tell."""
        return study.reopen(self.id(), self.form().values["variant"]).variant

    def id(self) -> UUID:
        """Whom the browser's cookies stand for."""
        if "sessionid" in self.cookies:
            return UUID(self.session["_auth_user_id"])
        request = HttpRequest()
        request.COOKIES["visitor"] = self.cookies["visitor"].value
        return UUID(request.get_signed_cookie("visitor", salt="quizzes.visitor"))

    def send(self, values: dict[str, str], path: str = "", **others: str) -> str:
        """Fill in the form on the page and press a button: that of ``action``, else the first."""
        form = self.form()
        name, value = form.buttons[0] if form.buttons else ("", "")
        self.page = self.post(path or form.action, {**form.values, name: value, **values, **others}, follow=True)
        return str(self.page.content.decode())


def typed(response: dict[str, Any]) -> dict[str, str]:
    """A response as it stands in the form's boxes."""
    boxes: dict[str, str] = {}
    for name, value in response.items():
        if isinstance(value, list):
            boxes |= {f"{name}.{r}.{c}": cell for r, row in enumerate(value) for c, cell in enumerate(row)}
        else:
            boxes[name] = value
    return boxes


def open_question(browser: Browser, template: str) -> None:
    """A learner's browser with a question of ``template`` on the page, through the same form as any other."""
    browser.show()
    question = study.next_question(browser.id(), template=template)
    values = {"variant": question.token, "attempt": str(uuid7()), "language": "en"}
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.page.content.decode())
    assert token is not None
    browser.page = browser.post("/language/", {**values, "csrfmiddlewaretoken": token[1]})
    assert browser.page.status_code == 200


@pytest.fixture
def stranger() -> Browser:
    """Nobody has answered anything from here."""
    return Browser()


@pytest.fixture
def student(learner: User) -> Browser:
    """The browser of a guest."""
    browser = Browser()
    browser.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def notices(page: str) -> str:
    return " ".join(re.findall(r'<p class="notice" role="status">(.*?)</p>', page))


# The first page


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "畳み込みの出力の高さ"), ("en", "Output height of a convolution")]
)
def test_a_stranger_sees_a_question_with_a_figure_at_once(language: str, words: str) -> None:
    page = Browser(language).show()
    assert f'<html lang="{language}"' in page
    assert f">{words}</h1>" in page
    assert "<figure" in page
    assert "<svg" in page
    assert 'name="O"' in page


STRANGER_QUERIES = 1
LEARNER_QUERIES = 8


def test_looking_writes_nothing(stranger: Browser, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    stranger.show()  # loads the version, once per process
    with django_assert_num_queries(STRANGER_QUERIES) as queries:
        stranger.get("/")
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)
    assert not User.objects.exists()
    assert not Session.objects.exists()
    assert "sessionid" not in stranger.cookies
    assert stranger.cookies["visitor"]["httponly"]
    assert stranger.cookies["visitor"]["samesite"] == "Lax"


def test_a_strangers_cookie_stays_the_same(stranger: Browser) -> None:
    stranger.show()
    first = stranger.cookies["visitor"].value
    stranger.show()
    assert stranger.cookies["visitor"].value == first
    assert "no-store" in stranger.page["Cache-Control"]


def test_the_page_of_a_returning_learner_takes_few_queries(
    student: Browser, learner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for slug in (CONV, GAP, POOL, CONV):
        ask_and_answer(learner.id, slug)
    student.show("/review/")
    with CaptureQueriesContext(connection) as queries:
        student.get("/")
    assert len(queries) <= 8
    with django_assert_num_queries(LEARNER_QUERIES):
        student.get("/")


def test_an_empty_bank_says_so(stranger: Browser) -> None:
    QuestionTemplate.objects.update(current=None)
    assert "loadbank" in stranger.show()


@pytest.mark.parametrize("template", [CONV, GAP, POOL])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_question_is_a_light_page(student: Browser, template: str, language: str) -> None:
    open_question(student, template)
    student.send({}, "/language/", language=language)
    assert f'lang="{language}"' in student.page.content.decode()
    assert len(brotli.compress(student.page.content)) <= 20_000


# Safety of pages


def check_page(page: Any) -> None:
    """No inline script or style, which the policy would refuse, and no third party."""
    policy = {rule.split()[0]: rule.split()[1:] for rule in page["Content-Security-Policy"].split(";")}
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    assert page["X-Content-Type-Options"] == "nosniff"
    text = page.content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)
    assert text.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_every_page_keeps_the_policy(student: Browser, learner: User) -> None:
    for template in (CONV, GAP, POOL, CARD):
        open_question(student, template)
        check_page(student.page)
        if template == CARD:
            form = student.form().values
            student.show(f"/question/?side=back&variant={form['variant']}&attempt={form['attempt']}")
            check_page(student.page)
            continue
        code = student.variant().template.misconceptions[0].code
        answer = typed(wrong(student.variant(), code))
        student.send({}, action="hint")
        check_page(student.page)
        student.send({}, action="answer")
        assert 'aria-invalid="true"' in student.page.content.decode()
        check_page(student.page)
        student.send(answer, action="answer")
        assert "verdict" in student.page.content.decode()
        check_page(student.page)
    student.show("/nowhere/")
    check_page(student.page)
    QuestionTemplate.objects.update(current=None)
    student.show("/review/")
    check_page(student.page)


@pytest.mark.parametrize(("language", "words"), [("ja", "このアドレスには何もありません。"), ("en", "nothing at this")])
def test_what_is_not_there_has_a_page(language: str, words: str) -> None:
    browser = Browser(language)
    assert words in browser.show("/nowhere/")
    assert browser.page.status_code == 404
    assert browser.get("/attempts/no-uuid/").status_code == 404


@pytest.mark.parametrize("path", ["/question/", "/language/", "/attempts/01900000-0000-7000-8000-000000000000/act/"])
def test_what_changes_something_is_posted_with_a_csrf_token(stranger: Browser, path: str) -> None:
    assert stranger.get(path).status_code in (302, 405)
    assert stranger.post(path, {}).status_code == 403


# Answering


@pytest.mark.parametrize(
    ("language", "title", "onward", "solution"),
    [
        ("ja", "最後の「+1」を忘れた", "次の問題へ", "解き方"),
        ("en", "The final +1 was forgotten", "Next question", "Worked solution"),
    ],
)
def test_a_wrong_answer_is_explained_and_the_stranger_is_a_guest(
    language: str, title: str, onward: str, solution: str
) -> None:
    browser = Browser(language)
    browser.show()
    visitor = browser.id()
    page = browser.send(typed(wrong(browser.variant(), "forgot-plus-one")))
    stored = Attempt.objects.get()
    assert browser.page.redirect_chain == [(f"/attempts/{stored.id}/?practice=%2Freview%2F", 302)]
    assert f"<h2>{title}</h2>" in page
    assert f">{onward}</a>" in page
    assert solution in page
    assert "<math" in page
    assert (stored.learner_id, stored.verdict) == (visitor, "incorrect")
    assert User.objects.get().is_guest
    assert browser.session["_auth_user_id"] == str(visitor)
    assert not browser.cookies["visitor"].value
    browser.show("/")
    assert browser.id() == visitor
    assert Attempt.objects.count() == 1


def test_a_right_answer_is_praised(stranger: Browser) -> None:
    stranger.show()
    page = stranger.send(typed(right(stranger.variant())))
    assert 'class="verdict correct"' in page
    assert "misconception" not in page


def test_a_full_width_number_is_a_number(student: Browser) -> None:
    open_question(student, CONV)
    answer = right(student.variant())["O"]
    wide = answer.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    student.send({"O": wide})
    assert (Attempt.objects.get().verdict, Attempt.objects.get().response) == ("correct", {"O": wide})


@pytest.mark.parametrize("text", ["", "fourteen", "1²", '"><script>alert(1)</script>', "\x00", "9" * 500])
def test_what_cannot_be_read_is_asked_again(stranger: Browser, text: str) -> None:
    stranger.show()
    before = stranger.form().values
    page = stranger.send({"O": text})
    after = stranger.form().values
    assert stranger.page.status_code == 200
    assert 'class="error"' in page
    assert after | {"O": ""} | {"csrfmiddlewaretoken": ""} == before | {"O": ""} | {"csrfmiddlewaretoken": ""}
    assert after["O"] == text or "\x00" in text
    assert "<script>alert" not in page
    assert not User.objects.exists()
    assert not Attempt.objects.exists()
    assert stranger.cookies["visitor"].value
    stranger.send(typed(right(stranger.variant())))
    assert str(Attempt.objects.get().id) == before["attempt"]


def test_a_hint_keeps_what_was_typed_and_counts(stranger: Browser) -> None:
    stranger.show()
    page = stranger.send({"O": "12"}, action="hint")
    assert "Hint 1" in page
    assert "Hint 2" not in page
    assert (stranger.form().values["O"], stranger.form().values["hints_used"]) == ("12", "1")
    page = stranger.send({}, action="hint")
    assert "Hint 2" in page
    assert ("action", "hint") not in stranger.form().buttons
    stranger.send(typed(right(stranger.variant())))
    assert (Attempt.objects.get().hints_used, Card.objects.get().rating) == (2, Rating.HARD)


@pytest.mark.parametrize("forged", ["-1", "999", "x", "²", "", "1e3"])
def test_the_number_of_hints_is_read_with_care(stranger: Browser, forged: str) -> None:
    stranger.show()
    stranger.send(typed(right(stranger.variant())), hints_used=forged)
    assert 0 <= Attempt.objects.get().hints_used <= 2


def test_i_dont_know_shows_how_it_works(stranger: Browser) -> None:
    stranger.show()
    page = stranger.send({}, action="give-up")
    assert "Here is how it works" in page
    assert "Your answer" not in page
    stored = Attempt.objects.get()
    assert (stored.gave_up, Card.objects.get().rating) == (True, Rating.AGAIN)


@pytest.mark.parametrize(
    ("offset", "minutes"), [("0", 0), ("-600", -600), ("841", 540), ("--5", 540), ("５４", 54), ("", 540), ("x", 540)]
)
def test_the_browsers_time_zone_is_believed_within_reason(stranger: Browser, offset: str, minutes: int) -> None:
    stranger.show()
    stranger.send(typed(right(stranger.variant())), utc_offset_minutes=offset)
    assert Attempt.objects.get().utc_offset_minutes == minutes


def test_a_matrix_has_a_board_larger_than_its_answer(student: Browser) -> None:
    open_question(student, POOL)
    cells = [name for name in student.form().values if name.startswith("Y.")]
    assert len(cells) == 16
    student.send({"Y.0.0": "1", "Y.1.1": "2"})
    assert student.form().values["Y.1.1"] == "2"
    assert "Fill in every cell" in student.page.content.decode()
    student.send(typed(right(student.variant())) | {"Y.3.3": ""})
    assert Attempt.objects.get().verdict == "correct"


def test_a_matrix_typed_or_pasted_into_one_cell_is_read_as_a_whole(student: Browser) -> None:
    open_question(student, POOL)
    rows = right(student.variant())["Y"]
    student.send({"Y.0.0": "; ".join(" ".join(row) for row in rows)})
    assert Attempt.objects.get().verdict == "correct"


def test_decimals_say_how_near_is_right_in_matrices_too(student: Browser) -> None:
    open_question(student, "mean-pool-matrix")
    assert "To 2 decimal places (± 0.005 is right)" in student.page.content.decode()
    open_question(student, POOL)
    assert "decimal places" not in student.page.content.decode()


def test_two_fields_are_compared_one_by_one(student: Browser) -> None:
    open_question(student, GAP)
    page = student.send(typed(wrong(student.variant(), "gap-is-flatten")))
    assert 'class="verdict partial"' in page
    assert page.count('class="mark correct"') == page.count('class="mark incorrect"') == 1


def test_a_choice_is_made_with_radio_buttons(student: Browser) -> None:
    student.show("/review/")
    question = study.next_question(student.id(), template=CONV, format="choice")
    page = student.send({"variant": question.token, "action": "answer"})
    assert page.count('type="radio"') >= 4
    assert "Choose one" in page
    page = student.send(typed(right(question.variant)))
    assert 'class="verdict correct"' in page


# Sent twice, too late, by somebody else


def test_a_form_sent_twice_is_one_attempt(stranger: Browser) -> None:
    """Both requests left the browser before the first answer came back with a session."""
    stranger.show()
    form = stranger.form()
    values = form.values | typed(right(stranger.variant()))
    twin = Browser()
    twin.cookies.load({name: cookie.value for name, cookie in stranger.cookies.items()})
    answers = [browser.post("/question/", values) for browser in (stranger, twin, twin)]
    assert {answer["Location"] for answer in answers} == {f"/attempts/{values['attempt']}/?practice=%2Freview%2F"}
    assert Attempt.objects.count() == User.objects.count() == Card.objects.get().revision == 1


def test_a_question_in_another_tab_can_still_be_answered(stranger: Browser) -> None:
    stranger.show()
    other_tab = stranger.form().values | typed(right(stranger.variant()))
    stranger.show()
    stranger.send(typed(right(stranger.variant())))
    assert stranger.post("/question/", other_tab, follow=True).status_code == 200
    assert Attempt.objects.count() == 2
    assert User.objects.count() == 1


def test_after_going_back_the_first_answer_counts(stranger: Browser) -> None:
    stranger.show()
    values = stranger.form().values
    answer = typed(right(stranger.variant()))
    stranger.send(answer)
    page = stranger.post("/question/", {**values, "O": "99999"}, follow=True)
    assert "The first answer counts." in notices(page.content.decode())
    assert 'class="verdict correct"' in page.content.decode()
    fresh = {**values, "O": "99999", "attempt": str(uuid7())}
    page = stranger.post("/question/", fresh, follow=True)
    assert "The first answer counts." in notices(page.content.decode())
    assert Attempt.objects.get().response == answer


def token_of(holder: str, days: int = 0, version: int = 1) -> str:
    issued = timezone.now() - timezone.timedelta(days=days)  # type: ignore[attr-defined]
    return Ticket(holder, CONV, version, 1, "free", "review", issued).token()


@pytest.mark.parametrize("kind", ["forged", "old", "foreign", "unknown version", "none"])
def test_a_question_that_cannot_be_reopened_gives_way_to_a_fresh_one(student: Browser, kind: str) -> None:
    student.show("/review/")
    holder = student.id().hex
    token = {
        "forged": "x" + token_of(holder),
        "old": token_of(holder, days=91),
        "foreign": token_of(uuid7().hex),
        "unknown version": token_of(holder, version=7),
        "none": "",
    }[kind]
    page = student.send({"variant": token})
    assert student.page.redirect_chain[0] == ("/review/", 302)
    assert "no longer open" in notices(page)
    assert 'name="O"' in page
    assert not Attempt.objects.exists()


def test_a_browser_that_lost_its_cookie_is_told(stranger: Browser) -> None:
    stranger.show()
    del stranger.cookies["visitor"]
    page = stranger.send({"O": "1"})
    assert "Allow cookies" in notices(page)
    assert not User.objects.exists()


def test_a_forged_cookie_is_nobodys(stranger: Browser) -> None:
    stranger.show()
    stranger.cookies["visitor"] = str(uuid7())
    assert "Allow cookies" in notices(stranger.send({"O": "1"}))


def test_a_visitors_cookie_of_somebody_with_a_password_opens_nothing(stranger: Browser) -> None:
    stranger.show()
    account = User(id=stranger.id(), email="someone@example.org")
    account.set_password("correct horse battery")
    account.save()
    attempt = ask_and_answer(account.id, CONV).attempt
    assert stranger.get(f"/attempts/{attempt.id}/").status_code == 404
    page = stranger.send(typed(right(stranger.variant())))
    assert "no longer open" in notices(page)
    assert Attempt.objects.count() == 1
    assert "_auth_user_id" not in stranger.session


def test_another_learners_attempt_is_not_found(student: Browser, learner: User) -> None:
    attempt = ask_and_answer(learner.id, CONV).attempt
    other = Browser()
    other.show()
    assert student.get(f"/attempts/{attempt.id}/").status_code == 200
    assert other.get(f"/attempts/{attempt.id}/").status_code == 404
    other.send(typed(right(other.variant())))
    assert other.get(f"/attempts/{attempt.id}/").status_code == 404
    assert student.get(f"/attempts/{uuid7()}/").status_code == 404


def test_a_question_is_not_revealed_before_its_answer(student: Browser) -> None:
    """Only flashcards turn over without an answer."""
    open_question(student, CONV)
    values = student.form().values
    page = student.show(f"/question/?side=back&variant={values['variant']}")
    assert 'class="steps"' not in page
    assert 'class="card back"' not in page
    page = student.send({"variant": values["variant"], "O": ""}, "/question/", rating="good")
    assert 'class="steps"' not in page
    assert 'class="card back"' not in page
    assert not Attempt.objects.exists()


# Flashcards


def test_a_flashcard_is_turned_over_and_rated(student: Browser) -> None:
    open_question(student, CARD)
    page = student.page.content.decode()
    assert "starting position" not in page
    values = student.form().values
    page = student.show(f"/question/?side=back&variant={values['variant']}&attempt={values['attempt']}")
    assert "starting position" in page
    assert not Attempt.objects.exists()
    page = student.send({}, rating="nonsense")
    assert "starting position" in page
    assert not Attempt.objects.exists()
    student.send({}, rating="good")
    assert student.page.redirect_chain[0] == ("/review/", 302)
    stored = Attempt.objects.get()
    assert (str(stored.id), stored.verdict, stored.self_rating) == (values["attempt"], "rated", Rating.GOOD)
    assert "Rated" in student.show(f"/attempts/{stored.id}/")


@pytest.mark.parametrize("side", ["front", "back"])
def test_switching_the_language_keeps_the_flashcard(student: Browser, side: str) -> None:
    open_question(student, CARD)
    values = student.form().values
    if side == "back":
        student.show(f"/question/?side=back&variant={values['variant']}&attempt={values['attempt']}")
    sent = Form(student.page.content.decode(), "language").values | {"language": "ja"}
    student.page = student.post("/language/", sent, follow=True)
    assert student.page.status_code == 200
    assert student.form().values["variant"] == values["variant"]
    assert ("最初の位置に置いた窓" in student.page.content.decode()) is (side == "back")


# Language


def test_switching_the_language_keeps_the_question_and_what_was_typed(stranger: Browser) -> None:
    stranger.show()
    before, variant = stranger.form().values, stranger.variant()
    stranger.send({"O": "12"}, action="hint")
    page = stranger.send({}, "/language/", language="ja")
    after = stranger.form().values
    assert '<html lang="ja"' in page
    assert "畳み込みの出力の高さ" in page
    assert (after["variant"], after["attempt"], after["O"], after["hints_used"]) == (
        before["variant"],
        before["attempt"],
        "12",
        "1",
    )
    assert stranger.page["Content-Language"] == "ja"
    assert stranger.cookies["django_language"].value == "ja"
    assert stranger.cookies["django_language"]["httponly"]
    assert not User.objects.exists()
    assert not Session.objects.exists()
    page = stranger.send(typed(right(variant)))
    assert "正解" in page
    assert "次の問題へ" in page


@pytest.mark.parametrize(
    ("address", "landing"),
    [
        ("/nowhere/?a=b", "/nowhere/?a=b"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=y", None),
        ("", "/"),
    ],
)
def test_switching_the_language_goes_back_to_our_pages_only(
    stranger: Browser, address: str, landing: str | None
) -> None:
    stranger.show("/nowhere/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', stranger.page.content.decode())
    assert token is not None
    answer = stranger.post("/language/", {"language": "ja", "next": address, "csrfmiddlewaretoken": token[1]})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith(("//", "/\\"))
    assert "x" not in answer.cookies
    if landing is not None:
        assert answer["Location"] == landing


def test_an_unknown_language_changes_nothing(stranger: Browser) -> None:
    stranger.show()
    stranger.send({}, "/language/", language="tlh")
    assert "django_language" not in stranger.cookies


# One path


def test_web_and_api_lead_to_the_same_attempt(api: APIClient, student: Browser, learner: User) -> None:
    client: UUID = api.learner  # type: ignore[attr-defined]
    moment = timezone.now()
    for template in (CONV, GAP, POOL):
        version = QuestionTemplate.objects.get(slug=template).current
        assert version is not None
        tokens = [
            Ticket(holder.hex, template, version.number, 12345, "free", "review", moment).token()
            for holder in (learner.id, client)
        ]
        variant = study.reopen(client, tokens[1]).variant
        response = wrong(variant, variant.template.misconceptions[0].code)
        student.show("/review/")
        form = {"variant": tokens[0], "utc_offset_minutes": "0", "attempt": str(uuid7()), **typed(response)}
        student.post("/question/", {**form, "csrfmiddlewaretoken": student.cookies["csrftoken"].value})
        body = {"id": str(uuid7()), "variant": tokens[1], "response": response, "utc_offset_minutes": 0}
        assert api.post("/api/v1/attempts/", body, format="json").status_code == 201
    columns = ("verdict", "score", "misconceptions", "parameters", "seed", "version", "day", "hints_used", "format")
    web, app = (list(Attempt.objects.filter(learner=one).order_by("received_at")) for one in (learner.id, client))
    assert len(web) == len(app) == 3
    for one, other in zip(web, app, strict=True):
        assert [getattr(one, f"{name}_id" if name == "version" else name) for name in columns] == [
            getattr(other, f"{name}_id" if name == "version" else name) for name in columns
        ]
        cards = [Card.objects.get(learner=row.learner_id, template=row.template_id) for row in (one, other)]
        assert [cards[0].due_day, cards[0].rating, cards[0].second_chance, cards[0].stability, cards[0].reviews] == [
            cards[1].due_day,
            cards[1].rating,
            cards[1].second_chance,
            cards[1].stability,
            cards[1].reviews,
        ]
        assert card_state(cards[0]).memory == card_state(cards[1]).memory


def test_a_learner_of_the_web_may_answer_over_the_api(student: Browser, learner: User) -> None:
    question = study.next_question(learner.id, template=CONV)
    study.submit(learner.id, submission(question))
    student.show("/review/")
    body = {"id": str(uuid7()), "variant": question.token, "response": right(question.variant)}
    token = student.cookies["csrftoken"].value
    answer = student.post("/api/v1/attempts/", body, content_type="application/json", headers={"x-csrftoken": token})
    assert (answer.status_code, answer.json()["code"]) == (409, "variant-answered")
    refused = student.post("/api/v1/attempts/", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf-failed")


@pytest.mark.parametrize(
    ("language", "heading", "topics"),
    [
        ("ja", "解き方の例", "先に確認するとよいトピック： ストライド、パディング"),
        ("en", "Worked example", "It builds on: Stride, Padding"),
    ],
)
def test_what_was_forgotten_again_and_again_comes_with_an_example_and_what_it_builds_on(
    student: Browser, learner: User, language: str, heading: str, topics: str
) -> None:
    for days in (80, 65, 50, 35, 20):
        ask_and_answer(learner.id, CONV, gave_up=True, now=timezone.now() - timedelta(days=days))
    page = student.get("/review/", headers={"accept-language": language}, follow=True).content.decode()
    assert heading in page
    assert topics in re.sub(r"<.*?>", "", page)
