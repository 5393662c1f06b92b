"""What a reader sees when something went wrong."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import Client, RequestFactory

from quizzes.models import User
from quizzes.web import errors

WORDS = {
    "ja": {400: "リクエストを読み取れませんでした", 404: "ページが見つかりません", 500: "サーバーで問題が起きました"},
    "en": {400: "This request could not be read", 404: "Not found", 500: "Something broke here"},
}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_server_error_is_told_without_the_database(language: str) -> None:
    """This test has no database at all: the session cannot be read, and the page must do without."""
    client = Client(raise_request_exception=False, headers={"accept-language": language})
    client.cookies["sessionid"] = "x" * 32
    answer = client.get("/accounts/")
    assert answer.status_code == 500
    assert answer["Content-Language"] == language
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert f'<html lang="{language}"' in answer.content.decode()
    assert f"<h1>{WORDS[language][500]}</h1>" in answer.content.decode()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_request_for_another_host_is_refused_without_the_database(language: str) -> None:
    client = Client(headers={"accept-language": "de"})
    client.cookies["django_language"] = language
    client.cookies["display"] = "dark"
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert f'<html lang="{language}" data-theme="dark">' in answer.content.decode()
    assert f"<h1>{WORDS[language][400]}</h1>" in answer.content.decode()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.django_db
def test_what_is_not_there_is_told_with_the_way_on(language: str) -> None:
    answer = Client(headers={"accept-language": language}).get("/nowhere/")
    assert answer.status_code == 404
    assert 'id="language"' in answer.content.decode()
    assert f'<html lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize(("language", "words"), [("ja", "このページは開けません"), ("en", "Not allowed")])
@pytest.mark.django_db
def test_what_is_forbidden_is_told_with_the_way_on(
    rf: RequestFactory, learner: User, language: str, words: str
) -> None:
    from django.utils import translation

    request: HttpRequest = rf.post("/somewhere/")
    request.user = learner
    with translation.override(language):
        answer = errors.forbidden(request, PermissionDenied())
    page = answer.content.decode()
    assert answer.status_code == 403
    assert f"<h1>{words}</h1>" in page
    assert 'name="next" value="/"' in page  # a form was sent to this address: it cannot be opened


@pytest.mark.parametrize(
    ("language", "expired", "cookies"),
    [("ja", "フォームの有効期限が切れました", "Cookie を許可"), ("en", "This form has expired", "Allow cookies")],
)
@pytest.mark.django_db
def test_a_form_that_is_not_ours_any_more_is_explained(language: str, expired: str, cookies: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": language})
    form = {"login": "someone@example.org", "password": "x"}
    answer = client.post("/accounts/login/?next=/settings/", form)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert expired in page
    assert cookies in page
    assert 'href="/accounts/login/?next=/settings/"' in page
    client.get("/accounts/login/")
    page = client.post("/accounts/login/", {**form, "csrfmiddlewaretoken": "x" * 64}).content.decode()
    assert expired in page
    assert cookies not in page
    page = client.post("/language/", {"language": "ja"}).content.decode()
    assert 'class="button primary" href="/"' in page
