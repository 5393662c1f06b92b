"""Limits per learner and address: exact, told in time, and counted across processes."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import caches
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from quizzes import study
from quizzes.api import throttles
from quizzes.cache import SIZE, Counts
from quizzes.models import User
from tests.api.apps import problem

PROCESSES, EACH = 4, 5000


@pytest.fixture
def counts(tmp_path: Path) -> Counts:
    """A file of counters."""
    return Counts(str(tmp_path / "below" / "counts"), {})


# The counters


def test_a_counter_counts(counts: Counts) -> None:
    with pytest.raises(ValueError, match="Nothing is counted"):
        counts.incr("a")
    assert counts.add("a", 1, 60)
    assert not counts.add("a", 1, 60)
    assert [counts.incr("a"), counts.incr("a", 5), counts.get("a")] == [2, 7, 7]
    assert counts.get("b") is None
    assert counts.delete("a")
    assert not counts.delete("a")
    assert counts.get("a") is None
    counts.add("b", 1, None)
    counts.clear()
    assert counts.get("b") is None


def test_a_counter_ends(counts: Counts, monkeypatch: pytest.MonkeyPatch) -> None:
    counts.add("a", 5, 60)
    counts.add("for ever", 5, None)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    assert counts.get("a") is None
    with pytest.raises(ValueError, match="Nothing is counted"):
        counts.incr("a")
    assert counts.add("a", 1, 60)
    assert counts.incr("a") == 2
    assert counts.get("for ever") == 5


def test_its_file_is_private_of_one_size_and_whole(counts: Counts, tmp_path: Path) -> None:
    for number in range(5000):
        counts.add(f"key {number}", number, 60)
    found = (tmp_path / "below" / "counts").stat()
    assert (found.st_size, found.st_mode & 0o777) == (SIZE, 0o600)
    assert found.st_blocks * 512 >= SIZE  # counting needs no more of a disk that is full
    assert all(counts.get(f"key {number}") == number for number in range(5000))


def test_where_there_is_no_room_the_lowest_makes_it(counts: Counts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counts, "_place", lambda self, key, version: (key.encode().ljust(16, b"."), 0))
    for number in range(16):
        counts.add(f"key {number}", 100 - number, 60)
    counts.add("newcomer", 1, 60)
    assert (counts.get("key 15"), counts.get("newcomer")) == (None, 1)
    counts.add("next", 1, 60)
    assert counts.get("newcomer") is None
    assert [counts.get(f"key {number}") for number in range(15)] == [100 - number for number in range(15)]


def _count(path: str, start: Any, keys: list[str]) -> None:
    counts = Counts(path, {})
    start.wait()
    for turn in range(EACH):
        key = keys[turn % len(keys)]
        try:
            counts.incr(key)
        except ValueError:
            if not counts.add(key, 1, 60):
                counts.incr(key)
    os._exit(0)  # the test's own way out would write its report once more


def _in_processes(path: str, keys: list[str]) -> None:
    context = multiprocessing.get_context("fork")
    start = context.Barrier(PROCESSES)
    workers = [context.Process(target=_count, args=(path, start, keys)) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0


def test_processes_at_once_lose_no_count(tmp_path: Path) -> None:
    keys = ["a", "b", "c", "d", "e"]
    path = str(tmp_path / "counts")
    _in_processes(path, keys)
    assert [Counts(path, {}).get(key) for key in keys] == [PROCESSES * EACH // len(keys)] * len(keys)


def test_a_child_opens_the_file_itself(tmp_path: Path) -> None:
    """A lock belongs to whoever opened the file: with the parent's, children would not keep each other out."""
    path = str(tmp_path / "counts")
    inherited = Counts(path, {})
    inherited.add("a", 0, 60)
    before = inherited._file
    child = os.fork()
    if child == 0:
        inherited.incr("a")
        os._exit(0 if inherited._process == os.getpid() else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert (inherited._file, inherited.incr("a")) == (before, 2)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["add", "incr", "delete"])), max_size=40))
def test_it_does_what_a_dictionary_does(steps: list[tuple[str, str]]) -> None:
    counts, model = _shared(), dict[str, int]()
    for key, step in steps:
        if step == "add":
            assert counts.add(key, 1, 60) is (key not in model)
            model.setdefault(key, 1)
        elif step == "delete":
            assert counts.delete(key) is (model.pop(key, None) is not None)
        elif key in model:
            model[key] += 1
            assert counts.incr(key) == model[key]
    assert {key: counts.get(key) for key in "abcdef"} == {key: model.get(key) for key in "abcdef"}


def _shared() -> Counts:
    counts = Counts(str(Path(os.environ["PYTEST_COUNTS"])), {})
    counts.clear()
    return counts


@pytest.fixture(autouse=True, scope="module")
def counts_for_examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One file for all examples of a property."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_COUNTS", str(tmp_path_factory.mktemp("counts") / "counts"))
        yield


def test_counting_takes_little_time(counts: Counts) -> None:
    """Of the processor, so that a busy machine does not matter; the goal for a whole request is 100 µs."""
    counts.add("a", 1, 60)
    best = min(_microseconds(counts) for _ in range(5))
    assert best < 50


def _microseconds(counts: Counts) -> float:
    start = time.process_time()
    for _ in range(1000):
        counts.incr("a")
    return (time.process_time() - start) * 1000


# The limits


@pytest.fixture
def limits(settings: Any, tmp_path: Path) -> dict[str, tuple[int, int]]:
    """The limits of a test, counted as on a real site."""
    settings.CACHES = {
        **settings.CACHES,
        "limits": {"BACKEND": "quizzes.cache.Counts", "LOCATION": str(tmp_path / "counts")},
    }
    chosen: dict[str, tuple[int, int]] = {}
    settings.API_LIMITS = chosen
    return chosen


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands still until its time is changed."""
    clock = [time.time()]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    return clock


def allowed(limit: str, who: str, times: int) -> int:
    """How many of so many requests are let through."""
    passed = 0
    for _ in range(times):
        try:
            throttles.check(limit, who)
            passed += 1
        except Throttled:
            pass
    return passed


def test_a_limit_of_n_lets_n_through(limits: dict[str, Any], noon: list[float]) -> None:
    limits["answers"] = (5, 60)
    assert allowed("answers", "a", 9) == 5
    assert allowed("answers", "b", 9) == 5
    assert allowed("sync", "a", 9) == 9  # has no limit
    noon[0] += 60
    assert allowed("answers", "a", 9) == 5


def test_it_is_told_when_to_come_again(limits: dict[str, Any], noon: list[float]) -> None:
    limits["guests"] = (1, 3600)
    allowed("guests", "a", 1)
    with pytest.raises(Throttled) as error:
        throttles.check("guests", "a")
    wait: float = vars(error.value)["wait"]
    assert 1 <= wait <= 3600
    noon[0] += wait - 1.001
    assert allowed("guests", "a", 1) == 0
    noon[0] += 1.001
    assert allowed("guests", "a", 1) == 1


def test_not_all_windows_begin_at_once(limits: dict[str, Any], noon: list[float]) -> None:
    limits["guests"] = (0, 3600)
    waits = set()
    for number in range(50):
        with pytest.raises(Throttled) as error:
            throttles.check("guests", f"192.0.2.{number}")
        waits.add(vars(error.value)["wait"])
    assert len(waits) > 40


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "expected"),
    [
        ("192.0.2.1", None, 0, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.5", 0, "192.0.2.1"),  # anybody can send this header
        ("192.0.2.1", "203.0.113.5", 1, "203.0.113.5"),
        ("192.0.2.1", "198.51.100.9, 203.0.113.5", 1, "203.0.113.5"),  # the proxy wrote only the last
        ("192.0.2.1", "198.51.100.9 , 203.0.113.5,203.0.113.6", 2, "203.0.113.5"),
        ("192.0.2.1", None, 1, "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", None, 0, "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", None, 0, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", None, 0, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.5:443", 1, "203.0.113.5:443"),
        ("", None, 0, ""),  # a Unix socket
    ],
)
def test_the_address_is_the_clients(
    settings: Any, remote: str, forwarded: str | None, proxies: int, expected: str
) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    headers = {"REMOTE_ADDR": remote} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})
    assert throttles.address(Request(APIRequestFactory().get("/", **headers))) == expected  # type: ignore[arg-type]


def test_the_site_trusts_as_many_proxies_as_allauth(settings: Any) -> None:
    assert settings.REST_FRAMEWORK["NUM_PROXIES"] == settings.ALLAUTH_TRUSTED_PROXY_COUNT


# Over the API


@pytest.mark.django_db
def test_guests_are_limited_per_address(limits: dict[str, Any], noon: list[float]) -> None:
    limits["guests"] = (2, 3600)

    def create(address: str) -> Any:
        body = {"device_name": "x"}
        return APIClient().post("/api/v1/guests/", body, format="json", REMOTE_ADDR=address)

    assert [create("192.0.2.1").status_code for _ in range(3)] == [201, 201, 429]
    assert create("192.0.2.2").status_code == 201


@pytest.mark.usefixtures("bank")
def test_learners_are_limited_each(api: APIClient, limits: dict[str, Any], noon: list[float]) -> None:
    limits["answers"] = (2, 60)
    other = APIClient()
    other.credentials(HTTP_AUTHORIZATION=f"Token {study.create_guest('other')[1]}")
    body = {"purpose": "review"}

    def ask(client: APIClient, **headers: Any) -> Any:
        return client.post("/api/v1/variants/", body, format="json", **headers)

    assert [ask(api).status_code for _ in range(3)] == [201, 201, 429]
    refused = ask(api, HTTP_ACCEPT_LANGUAGE="ja")
    assert "throttled" in problem(refused, 429, "throttled")["code"]
    assert "リクエスト" in refused.json()["detail"]
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert ask(other).status_code == 201
    # Another count of the same learner, and an attempt is one of these:
    assert api.get("/api/v1/reviews/").status_code == 200
    assert api.post("/api/v1/attempts/", {}, format="json").status_code == 429
    noon[0] += int(refused["Retry-After"])
    assert ask(api).status_code == 201


@pytest.mark.django_db
def test_two_devices_of_a_learner_count_together(api: APIClient, limits: dict[str, Any], noon: list[float]) -> None:
    limits["learner"] = (2, 60)
    learner: UUID = api.learner  # type: ignore[attr-defined]
    _device, token = study.add_device(User.objects.get(id=learner), "second")
    other = APIClient()
    other.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    statuses = [client.get("/api/v1/reviews/").status_code for client in (api, other, api, other)]
    assert statuses == [200, 200, 429, 429]


@pytest.mark.django_db
def test_an_address_is_counted_before_its_token_is_looked_up(
    limits: dict[str, Any], noon: list[float], django_assert_num_queries: Any
) -> None:
    limits["address"] = (3, 60)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Token " + "0" * 64)
    assert [client.get("/api/v1/reviews/").status_code for _ in range(3)] == [401, 401, 401]
    with django_assert_num_queries(0):
        problem(client.get("/api/v1/reviews/"), 429, "throttled")


def test_the_default_limits_are_far_from_what_people_do(settings: Any) -> None:
    from studysite import settings as site

    assert site.API_LIMITS.keys() == {"address", "guests", "answers", "sync", "learner"}
    assert all(count >= seconds / 60 for count, seconds in site.API_LIMITS.values())


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from studysite import settings as site

    monkeypatch.setenv("API_LIMITS", "guests=20/3600,sync=")
    changed = site._limits()
    assert changed["guests"] == (20, 3600)
    assert "sync" not in changed
    assert changed["answers"] == site.API_LIMITS["answers"]
    monkeypatch.setenv("API_LIMITS", "guests=20 per hour")
    with pytest.raises(ValueError, match="per hour"):
        site._limits()


def test_every_endpoint_counts_under_a_limit_that_there_is() -> None:
    from quizzes.api.base import Endpoint
    from studysite import settings as site

    named = {endpoint.limit for endpoint in Endpoint.__subclasses__()}
    assert named <= site.API_LIMITS.keys()
    assert caches["limits"] is not None
