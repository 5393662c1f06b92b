"""Compiled once, a query reads what Django reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet

from quizzes.models import Attempt, Misconception, QuestionTemplate, Topic, User
from quizzes.models import Belief as BeliefRow
from quizzes.prepared import Prepared, Writer, whole
from quizzes.scheduling import Belief
from quizzes.study.rows import belief_columns

pytestmark = pytest.mark.django_db


def _people(ids: list[UUID], minutes: int) -> QuerySet[User]:
    return User.objects.filter(id__in=ids, daily_minutes__lte=minutes).order_by("new_per_day")


people = Prepared(_people, UUID, int)
topic = Prepared(
    lambda slug, limit: Topic.objects.filter(slug__gte=slug).order_by("slug").values_list("slug")[:limit], str
)
attempts = Prepared(lambda learner: Attempt.objects.filter(learner_id=learner).order_by("seed"), UUID)
times = Prepared(
    lambda learner: (
        Attempt.objects.filter(learner_id=learner)
        .order_by("seed")
        .values_list("id", "answered_at", "device_answered_at")
    ),
    UUID,
)


def learner(**columns: int) -> User:
    user = User(**columns)
    user.set_unusable_password()
    user.save(force_insert=True)
    return user


def test_models_come_with_all_their_columns_converted() -> None:
    users = [learner(daily_minutes=minutes, new_per_day=10 - minutes) for minutes in (3, 4, 5)]
    ids = [user.id for user in users]
    for minutes in (2, 3, 4, 5):
        found, expected = people(ids, minutes), list(_people(ids, minutes))
        assert found == expected
        assert [vars(one) | {"_state": None} for one in found] == [vars(one) | {"_state": None} for one in expected]
        assert [one.pk for one in found] == [user.id for user in reversed(users) if user.daily_minutes <= minutes]


@pytest.mark.parametrize("many", [1, 2, 3, 4, 5, 8, 9])
def test_a_sequence_stands_for_any_of_its_values(many: int) -> None:
    users = [learner(new_per_day=number) for number in range(many)]
    others = [learner() for _ in range(3)]
    assert people([user.id for user in users], 1000) == users
    assert not {*others} & {*people([user.id for user in users], 1000)}
    assert people([uuid4() for _ in range(many)], 1000) == []


def test_nothing_is_one_of_none() -> None:
    learner()
    assert people([], 1000) == []


def test_what_is_named_by_keyword_is_part_of_the_statement() -> None:
    for number, slug in enumerate("abcd"):
        Topic.objects.create(slug=slug, position=number, title_ja="題", title_en="Topic")
    assert topic("b", limit=2) == [("b",), ("c",)]
    assert topic("b", limit=3) == [("b",), ("c",), ("d",)]
    assert topic("c", limit=2) == [("c",), ("d",)]


def test_an_argument_that_is_no_parameter_of_the_statement_is_refused() -> None:
    forgotten = Prepared(lambda id, hour: User.objects.filter(id=id), UUID, int)
    with pytest.raises(AssertionError, match="not a parameter"):
        forgotten(uuid4(), 3)


def test_a_value_is_never_read_as_sql() -> None:
    Misconception.objects.create(
        code="x", **{f"{n}_{ln}": "…" for n in ("title", "wrong", "remedy") for ln in ("ja", "en")}
    )
    by_code = Prepared(lambda code: Misconception.objects.filter(code=code), str)
    assert by_code("x' OR '1'='1") == []
    assert by_code("%s") == []
    assert [one.code for one in by_code("x")] == ["x"]


def test_a_whole_row_needs_all_its_columns_and_no_others() -> None:
    columns = {"learner_id": uuid4(), "code": "x", "change": 3, **belief_columns(Belief())}
    row = whole(BeliefRow, dict(columns))
    assert {name: getattr(row, name) for name in columns} == columns
    with pytest.raises(KeyError, match="change"):
        whole(BeliefRow, {name: value for name, value in columns.items() if name != "change"})
    with pytest.raises(TypeError, match="colour"):
        whole(BeliefRow, columns | {"colour": 1})


@pytest.mark.parametrize("response", [None, {"O": "14"}, {"畳み込み": ["１", None]}, {}])
@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=9)), timezone(-timedelta(hours=3, minutes=30))])
@pytest.mark.parametrize("moment", [datetime(2026, 2, 28, 23, 59, 59, 999_999), datetime(2026, 3, 1)])
@pytest.mark.usefixtures("bank")
def test_a_row_is_written_as_django_writes_it(moment: datetime, zone: timezone, response: object) -> None:
    user, at = learner(), moment.replace(tzinfo=zone)
    template = QuestionTemplate.objects.filter(current__isnull=False)[0]

    def attempt(seed: int) -> Attempt:
        return Attempt(
            learner=user, id=uuid4(), template=template, version=template.current, seed=seed, format="free",
            parameters={"H": 7, "x": [[1, 2]]}, request_digest="d", response=response, verdict="correct", score=0.5,
            misconceptions=[], exposes=["forgot-plus-one"], purpose="review", issued_at=at, answered_at=at,
            received_at=at, device_answered_at=None, utc_offset_minutes=540, day=20_000,
        )  # fmt: skip

    attempt(1).save(force_insert=True)
    Writer(Attempt)([attempt(2)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM quizzes_attempt ORDER BY seed")
        theirs, ours = cursor.fetchall()
        names = [column[0] for column in cursor.description]
    assert [name for name, one, other in zip(names, theirs, ours, strict=True) if one != other] == ["id", "seed"]
    django = Attempt.objects.order_by("seed")
    assert [vars(row) | {"_state": None} for row in attempts(user.id)] == [
        vars(row) | {"_state": None} for row in django
    ]
    assert times(user.id) == list(django.values_list("id", "answered_at", "device_answered_at"))


def test_a_moment_of_any_zone_is_found() -> None:
    joined = Prepared(lambda at: User.objects.filter(created_at=at).values_list("created_at"), datetime)
    at = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
    User.objects.filter(id=learner().id).update(created_at=at)
    assert joined(at) == joined(at.astimezone(timezone(timedelta(hours=9)))) == [(at,)]
