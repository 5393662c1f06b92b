"""Who deletes the account leaves nothing behind: in no row, not where rows were in the file, in no log."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from quizzes import authoring, study
from quizzes.authoring import uploads
from quizzes.models import ClosedToken, Device, QuestionTemplate, User, uuid7
from tests.quizzes.answers import ask_and_answer
from tests.quizzes.conftest import small as small
from tests.quizzes.sources import sum_source

pytestmark = pytest.mark.django_db(transaction=True)

Make = Callable[..., QuestionTemplate]
PASSWORD = "correct horse battery"
EMAIL = "canary.bird@example.org"
NEXT_EMAIL = "canary.moved@example.org"
DEVICES = ("canary's telephone", "canary's tablet")
TYPED = "-9182736455463"
DRAFT = "a canary sings: "
SECRET = "canarysecretcanary"
OTHERS = 8


@pytest.fixture(autouse=True)
def kept_in_files(settings: Any, tmp_path: Path) -> None:
    """Everything that a site keeps beside its database is in this folder."""
    settings.STATE_DIR = tmp_path
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": tmp_path / "cache"},
        "limits": {"BACKEND": "quizzes.cache.Counts", "LOCATION": str(tmp_path / "cache" / "counts")},
    }
    settings.API_LIMITS = {"guests": (100, 60), "answers": (1000, 60), "learner": (1000, 60), "address": (1000, 60)}


def live(user: User, seed: int) -> None:
    """Some months of somebody's preparation, in short."""
    for number in range(4):
        moment = timezone.now() - timedelta(days=9 - number, minutes=seed)
        ask_and_answer(user.id, "sum", "forgot-one" if number % 2 else None, now=moment)
        ask_and_answer(user.id, "other", now=moment)
    study.suspend(user.id, "other")


def canary() -> tuple[User, dict[str, bytes]]:
    """Somebody with a row in every table and a file in every folder, and the signs that it is known by."""
    device, token = study.create_guest(DEVICES[0])
    user = User.objects.get(id=device.user_id)
    live(user, 1)
    headers: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Token {token}"}
    asked = study.next_question(user.id, template="sum")
    answer_id = str(uuid7())
    body = {"id": answer_id, "variant": asked.token, "response": {"s": TYPED}}
    assert Client().post("/api/v1/attempts/", body, "application/json", **headers).status_code == 201
    user = study.sign_up(user.id, EMAIL, PASSWORD)
    EmailAddress.objects.create(user=user, email=EMAIL, primary=True, verified=True)
    EmailAddress.objects.create(user=user, email=NEXT_EMAIL)
    tablet, _token = study.add_device(user, DEVICES[1])
    authoring.give_roles(user, ["author"])
    authoring.start(user, QuestionTemplate.objects.get(slug="sum"))
    uploads.keep_upload(user.id, {"questions/x.toml": sum_source(words=DRAFT)})
    user.drafts.update(source=sum_source(words=DRAFT))
    browser = Client()
    browser.post("/accounts/login/", {"login": EMAIL, "password": "wrong password"})
    browser.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    assert browser.get("/progress/").status_code == 200
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    session = user.sessions.get()
    user.refresh_from_db()
    signs = {
        "id": str(user.id),
        "id without dashes": user.id.hex,
        "address": EMAIL,
        "next address": NEXT_EMAIL,
        "phone's name": DEVICES[0],
        "tablet's name": DEVICES[1],
        "what was typed": TYPED,
        "draft": DRAFT,
        "second factor": SECRET,
        "password": user.password,
        "session": str(session.session_key),
        "session's data": str(session.session_data),
        "beginning of a token": str(device.token_key),
        "beginning of another token": str(tablet.token_key),
        "attempt": answer_id,
        "attempt without dashes": answer_id.replace("-", ""),
    }
    found = {name: sign.encode() for name, sign in signs.items()}
    return user, found | {"id as bytes": user.id.bytes, "address in base64": base64.b64encode(EMAIL.encode())[:24]}


def cells() -> Iterator[tuple[str, bytes]]:
    """Every value of every row in every table, with its table."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  # its own tables
            for row in cursor.fetchall():
                for value in row:
                    yield table, value if isinstance(value, bytes) else str(value).encode()


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file beside the database, by its name and content, and the files of SQLite itself with all their room."""
    for path in folder.rglob("*"):
        yield f"the name {path.name}", path.name.encode()
        if path.is_file():
            yield path.name, path.read_bytes()
    if connection.vendor == "sqlite":
        database = Path(str(connection.settings_dict["NAME"]))
        for path in database.parent.glob(f"{database.name}*"):
            yield path.name, path.read_bytes()


def traces(signs: dict[str, bytes], folder: Path) -> set[tuple[str, str]]:
    """Which sign is where."""
    places = [*cells(), *files(folder)]
    return {(name, place) for name, sign in signs.items() for place, content in places if sign in content}


def populated(small: Make) -> None:
    """A site with learners of whom nobody is to be forgotten."""
    small(), small("other")
    for number in range(OTHERS):
        live(study.create_guest(f"phone {number}")[0].user, number)


def logged(caplog: pytest.LogCaptureFixture, signs: dict[str, bytes]) -> list[str]:
    """What the log says that it should not."""
    text = caplog.text.encode()
    return [name for name, sign in signs.items() if sign in text]


@pytest.mark.filterwarnings("ignore:Overriding setting")
@pytest.mark.parametrize("by", ["device", "browser"])
def test_a_deleted_learner_leaves_no_trace_in_any_table_or_file(
    small: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture, by: str
) -> None:
    caplog.set_level(logging.INFO)
    populated(small)
    user, signs = canary()
    digests = set(Device.objects.filter(user=user).values_list("digest", flat=True))
    before = traces(signs, tmp_path)
    written = {"id", "attempt"} if connection.vendor == "sqlite" else {"id without dashes", "attempt without dashes"}
    assert {name for name, _place in before} >= signs.keys() - {"id as bytes", "address in base64"} - written
    others = User.objects.count()
    if by == "device":
        _device, token = study.add_device(user, DEVICES[0])
        sent: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Token {token}"}
        assert Client().delete("/api/v1/me/", **sent).status_code == 204
        late = {"sent_at": timezone.now().isoformat(), "events": [{"id": str(uuid7()), "kind": "attempt"}]}
        answer = Client().post("/api/v1/sync/events/", late, "application/json", **sent)
        assert (answer.status_code, answer.json()["code"]) == (410, "account-deleted")
    else:
        browser = Client()
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert browser.post("/settings/delete/", {"password": PASSWORD}).status_code == 302
    assert User.objects.count() == others - 1
    in_rows = {(name, place) for name, place in traces(signs, tmp_path) if place.startswith("quizzes_")}
    assert in_rows == set()
    call_command("housekeeping", stdout=StringIO(), verbosity=0)
    assert traces(signs, tmp_path) == set()
    assert logged(caplog, signs) == []
    # What stays of the tokens, so that their devices are told: hashes that lead to nobody.
    assert digests <= set(ClosedToken.objects.values_list("digest", flat=True))
    assert {table for table, value in cells() if value.decode(errors="replace") in digests} == {"quizzes_closedtoken"}
    assert {field.name for field in ClosedToken._meta.get_fields()} == {"digest", "closed_at"}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="about the file of SQLite")
def test_without_overwriting_traces_are_found(small: Make, tmp_path: Path) -> None:
    """The control: SQLite as it is by default only forgets where the rows were."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete")
        assert cursor.fetchone() == (1,)
        cursor.execute("PRAGMA secure_delete=OFF")
    try:
        populated(small)
        user, signs = canary()
        study.delete_learner(user.id)
        call_command("housekeeping", stdout=StringIO(), verbosity=0)
        assert {"address", "phone's name", "what was typed"} <= {name for name, _place in traces(signs, tmp_path)}
    finally:
        connection.close()  # the next one is as the settings say
