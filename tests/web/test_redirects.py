"""Nobody is led away: no address in a parameter goes anywhere but back to us, and mails name no host but ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from quizzes.models import QuestionTemplate, User
from tests.lengths import some
from tests.quizzes.answers import ask_and_answer

PASSWORD = "correct horse battery"
ADDRESS = "someone@example.org"
ELSEWHERE = [
    "//[",
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "////evil.example",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "/\n/evil.example/",
    " //evil.example/",
    "\x00//evil.example/",
    "https:evil.example",
    "https:/evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "/%2f/evil.example/",
    "%2f%2fevil.example",
    "/%5cevil.example",
    "//testserver@evil.example/",
    "http://testserver.evil.example/",
    "http://testserver:80@evil.example/",
    "//evil.example/%2f..",
    "/..//evil.example",
    "//ｅvil.example/",
    "http://[::1]evil",
]


@pytest.fixture
def account(small: Callable[..., QuestionTemplate]) -> User:
    """An account with a question to answer."""
    small()
    user = User.objects.create_user(ADDRESS, PASSWORD)
    EmailAddress.objects.create(user=user, email=ADDRESS, primary=True, verified=True)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def lands_here(address: str, path: str = "/accounts/login/") -> bool:
    """Where a browser goes: it drops tabs and line ends, trims, and takes a backslash for a slash."""
    read = re.sub(r"[\t\r\n]", "", address).strip("".join(map(chr, range(33)))).replace("\\", "/")
    read = re.sub(r"^(https?:)?//+", lambda match: f"{match[1] or ''}//", read, flags=re.IGNORECASE)
    try:
        parts = urlsplit(urljoin(f"http://testserver{path}", read))
    except ValueError:
        return True  # it is none, and a browser stays
    return (parts.scheme, parts.netloc) == ("http", "testserver")


@pytest.mark.parametrize(
    "address",
    [one for one in ELSEWHERE if "%" not in one and one not in ("//[", "/..//evil.example", "http://[::1]evil")],
)
def test_where_a_browser_goes_is_known(address: str) -> None:
    assert not lands_here(address)


@pytest.mark.parametrize("address", ["/", "/settings/", "?a=b", "/practice/sums/?level=1", "", "https/evil"])
def test_where_a_browser_stays_is_known(address: str) -> None:
    assert lands_here(address)


def targets(answer: Any) -> list[str]:
    """Where an answer leads: its redirect, and every link, form and copied address of its page."""
    if answer.status_code in (301, 302, 303, 307, 308):
        return [answer.url]
    page = answer.content.decode()
    return [unescape(found) for found in re.findall(r'(?:href|action|formaction|src)="([^"]*)"', page)]


def led_away(answer: Any, path: str) -> list[str]:
    return [target for target in targets(answer) if not lands_here(target, path)]


def tries(account: User, wanted: str) -> list[tuple[str, Any]]:
    """Every page that takes an address along, asked in each way with this one."""
    attempt = ask_and_answer(account.id, "sum").attempt.id
    asked: Any = signed_in(account).get("/practice/")
    token, there = parse_qs(urlsplit(asked.url).query)["variant"][0], quote(wanted)
    found: list[tuple[str, Any]] = []
    for path in ("/accounts/login/", "/accounts/signup/", "/accounts/reauthenticate/", "/accounts/logout/",
                 "/accounts/password/change/", "/accounts/email/", "/accounts/password/reset/", "/admin/login/",
                 "/admin/logout/", "/admin/", "/settings/delete/"):  # fmt: skip
        found += [(path, client.get(f"{path}?next={there}")) for client in (Client(), signed_in(account))]
    log_in = {"login": ADDRESS, "password": PASSWORD, "next": wanted}
    found.append(("/accounts/login/", Client().post("/accounts/login/", log_in)))
    found.append(("/accounts/login/", Client().post(f"/accounts/login/?next={there}", log_in | {"next": ""})))
    found.append(("/admin/login/", Client().post(f"/admin/login/?next={there}", log_in)))
    proof = {"password": PASSWORD, "next": wanted}
    found.append(("/accounts/reauthenticate/", signed_in(account).post("/accounts/reauthenticate/", proof)))
    found.append(("/accounts/logout/", signed_in(account).post("/accounts/logout/", {"next": wanted})))
    for values in ({"language": "ja", "next": wanted}, {"language": "nothing", "next": wanted}):
        found.append(("/language/", Client().post("/language/", values)))
    client = signed_in(account)
    found.append(("/attempts/", client.get(f"/attempts/{attempt}/?practice={there}")))
    found.append(("/attempts/", client.post(f"/attempts/{attempt}/act/", {"act": "bury", "practice": wanted})))
    found.append(("/question/", client.get(f"/question/?variant={quote(token)}&practice={there}")))
    found.append(("/question/", client.get(f"/question/?variant=none&practice={there}")))
    answer = {"variant": token, "practice": wanted, "action": "give-up"}
    found.append(("/question/", client.post("/question/", answer)))
    return found


@pytest.mark.parametrize("wanted", [one for number, one in enumerate(ELSEWHERE) if some(number)])
def test_no_parameter_leads_away(account: User, wanted: str) -> None:
    for path, answer in tries(account, wanted):
        assert answer.status_code < 500, (path, wanted)
        assert led_away(answer, path) == [], (path, answer.status_code)


def test_a_parameter_that_is_ours_is_followed(account: User) -> None:
    answers = [answer for _, answer in tries(account, "/practice/sums/")]
    assert sum("/practice/sums/" in targets(answer) for answer in answers) >= 5


# The host


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "evil.example:80", "", "a b", "日本"]
)
def test_a_request_for_another_host_is_refused(account: User, host: str) -> None:
    header = host.encode().decode("latin-1")
    for path in ("/", "/accounts/login/", "/accounts/password/reset/", "/admin/", "/api/v1/topics/",
                 "/_allauth/app/v1/config"):  # fmt: skip
        assert Client().get(path, HTTP_HOST=header).status_code == 400, path
    for path in ("/accounts/password/reset/", "/_allauth/app/v1/auth/password/request"):
        answer = Client().post(path, {"email": ADDRESS}, HTTP_HOST=header)
        assert answer.status_code == 400, path
    assert mail.outbox == []


@pytest.mark.parametrize(
    "header",
    ["HTTP_X_FORWARDED_HOST", "HTTP_X_HOST", "HTTP_X_ORIGINAL_HOST", "HTTP_FORWARDED", "HTTP_X_FORWARDED_SERVER"],
)
def test_mails_name_no_host_but_ours(account: User, header: str) -> None:
    forged: dict[str, Any] = {header: "host=evil.example" if header == "HTTP_FORWARDED" else "evil.example"}
    Client().post("/accounts/password/reset/", {"email": ADDRESS}, **forged)
    body = {"email": ADDRESS}
    Client().post("/_allauth/app/v1/auth/password/request", body, "application/json", **forged)
    new = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    Client().post("/accounts/signup/", new, **forged)
    assert len(mail.outbox) == 3
    for sent in mail.outbox:
        text = f"{sent.subject} {sent.body} {sent.message()}"
        assert "evil" not in text
        assert set(re.findall(r"https?://([^/\s]+)", text)) == {"testserver"}
