"""What all tests share: a loaded bank, learners, clients."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.db.models import Model
from django.test import override_settings
from hypothesis import settings
from rest_framework.test import APIClient
from whitenoise.base import WhiteNoise

from quizzes import study
from quizzes.authoring import load_bank
from quizzes.models import Misconception, Publication, QuestionTemplate, TemplateVersion, Topic, User
from quizzes.study import templates
from tests.bank import BANK
from tests.lengths import often

# How long an example takes says something of the machine.
settings.register_profile("untimed", deadline=None, max_examples=often(100))
settings.load_profile("untimed")

BANK_TABLES: tuple[type[Model], ...] = (
    Topic, Misconception, QuestionTemplate, TemplateVersion, Topic.requires.through,
    QuestionTemplate.misconceptions.through, Publication,
)  # fmt: skip


def pytest_sessionstart(session: pytest.Session) -> None:
    """Pages name their static files by hash, so these are collected as for a running site: once, for all workers."""
    if not hasattr(session.config, "workerinput"):
        call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def static_files() -> Iterator[None]:
    """Every client of a test loads the middleware anew, of which one looks at all static files: once is enough."""
    look = WhiteNoise.update_files_dictionary
    seen: dict[str, dict[str, Any]] = {}

    def remembered(self: Any, root: str, prefix: str) -> None:
        if root not in seen:
            before = {*self.files}
            look(self, root, prefix)
            seen[root] = {url: file for url, file in self.files.items() if url not in before}
        self.files.update(seen[root])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_settings() -> Iterator[None]:
    """Caches in memory, no limits of the API where a test sets none, and passwords that are hashed at once.

    Django's own hashing takes its time, which is the point of it, and not ours: sites that tests serve have it.
    """
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(CACHES={"default": memory, "limits": memory}, API_LIMITS={}, PASSWORD_HASHERS=hashers):
        yield


@pytest.fixture(autouse=True)
def fresh_caches() -> None:
    """A slug and a number mean another version in another test, and tries are counted per test."""
    cache.clear()
    templates.version.cache_clear()


@pytest.fixture(scope="session")
def bank_rows(django_db_setup: None, django_db_blocker: Any) -> list[list[Model]]:
    """The real bank, loaded once for all tests that come: those that do not ask for it begin without."""
    with django_db_blocker.unblock():
        load_bank(BANK)
        return [list(table._default_manager.all()) for table in BANK_TABLES]


@pytest.fixture
def bank(bank_rows: list[list[Model]], db: None) -> None:
    """The real bank. A test with transactions of its own leaves an empty database: then its rows are copied."""
    if QuestionTemplate.objects.exists():
        return
    with transaction.atomic():  # templates and versions refer to each other
        for table, rows in zip(BANK_TABLES, bank_rows, strict=True):
            table._default_manager.bulk_create(rows)


@pytest.fixture(autouse=True)
def as_migrated(request: pytest.FixtureRequest) -> None:
    """A test of the database begins with what migrations make, and with no bank unless it asks for that.

    A test with transactions of its own has emptied all tables, those of the groups of authors among them.
    """
    asked = {*request.fixturenames}
    if not (asked & {"db", "transactional_db"} or request.node.get_closest_marker("django_db")):
        return
    request.getfixturevalue("db")
    with transaction.atomic():
        if not Group.objects.exists():
            importlib.import_module("quizzes.migrations.0008_roles").make_groups(apps, None)
        if "bank" not in asked:
            for table in reversed(BANK_TABLES):
                rows = table._base_manager.all()
                rows._raw_delete(rows.db)


@pytest.fixture
def learner(db: None) -> User:
    """A guest."""
    device, _ = study.create_guest("test")
    return User.objects.get(id=device.user_id)


@pytest.fixture
def api(db: None) -> APIClient:
    """An API client with the token of a new guest, whose id is ``api.learner``."""
    device, token = study.create_guest("test")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    client.learner = device.user_id  # type: ignore[attr-defined]  # for the tests to look up
    return client


@pytest.fixture
def template(bank: None) -> Any:
    """The question whose answers the tests know how to calculate."""
    return QuestionTemplate.objects.get(slug="conv-output-size")


@pytest.fixture(scope="session")
def torch() -> Any:
    """PyTorch's own kernels, on one thread: for arrays this small more threads only wait for each other.

    Those of oneDNN, which float32 would get, answer some errors and 0 * inf differently from all other types.
    """
    if importlib.util.find_spec("torch") is None:
        message = "PyTorch is not installed; pip install -r requirements-oracle.txt"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(message)
        pytest.skip(message)
    importlib.import_module("torch.utils.flop_counter")
    torch: Any = importlib.import_module("torch")  # nothing else may need it, not even the type checker
    torch.set_num_threads(1)
    torch.backends.mkldnn.set_flags(False)
    return torch
