"""After a merge of misconceptions learners stand as if it had always been one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes import names, progress, study
from quizzes.authoring import Refused, merge_misconceptions
from quizzes.feedback import feedback
from quizzes.models import Attempt, Belief, CardAction, Misconception, QuestionTemplate, TemplateVersion, User, uuid7
from quizzes.study import log
from quizzes.study.rows import belief_of
from tests.lengths import often
from tests.quizzes.answers import ask_and_answer, submission, wrong

Make = Callable[..., QuestionTemplate]
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
CODES = ("forgot-one", "forgot-two", "forgot-three")


class Answer(NamedTuple):
    """What an attempt tells, and when it was given: the log may grow in another order."""

    minute: int
    shown: frozenset[str]
    exposes: frozenset[str]
    hinted: bool
    undone: bool


codes = st.frozensets(st.sampled_from(CODES), max_size=2)
answers = st.builds(Answer, st.integers(0, 6000), codes, codes, st.booleans(), st.sampled_from([False, False, True]))
merge_pairs = st.sampled_from([(a, b) for a in CODES for b in CODES if a != b])
steps = st.lists(st.one_of(answers, answers, answers, merge_pairs, st.just("rebuild")), min_size=4, max_size=24)


def rules() -> None:
    words = {f"{name}_{language}": "…" for name in ("title", "wrong", "remedy") for language in ("ja", "en")}
    for code in CODES:
        Misconception.objects.get_or_create(code=code, defaults=words)


def merge(old: str, new: str) -> bool:
    """Whether it was done: one that was merged before is refused."""
    try:
        merge_misconceptions(Misconception.objects.get(code=old), Misconception.objects.get(code=new), by=None)
    except Refused:
        return False
    return True


def attempt(learner: UUID, version: TemplateVersion, seed: int, answer: Answer, now: dict[str, str]) -> Attempt:
    at = NOON + answer.minute * MINUTE
    return Attempt(
        learner_id=learner,
        id=uuid7(),
        template_id=version.template_id,
        version=version,
        seed=seed,
        format="free",
        parameters={},
        request_digest="",
        verdict="incorrect" if answer.shown else "correct",
        score=0 if answer.shown else 1,
        misconceptions=sorted({now.get(code, code) for code in answer.shown}),
        exposes=sorted({now.get(code, code) for code in answer.exposes | answer.shown}),
        hints_used=int(answer.hinted),
        purpose="review",
        issued_at=at,
        answered_at=at,
        received_at=at,
        utc_offset_minutes=540,
        day=20_000 + answer.minute // 1440,
    )


def take_in(learner: UUID, row: Attempt, *, undone: bool) -> None:
    with transaction.atomic():
        log.extend(study.lock(learner), [row])
        if undone:
            void = CardAction(learner_id=learner, id=uuid7(), template_id=row.template_id, act="void", voids=row.id)
            void.at, void.utc_offset_minutes, void.day = row.answered_at, row.utc_offset_minutes, row.day
            log.extend(study.lock(learner), [void])


def beliefs(learner: UUID, *, with_marks: bool = True) -> dict[str, Any]:
    found = {row.code: belief_of(row) for row in Belief.objects.filter(learner_id=learner)}
    return {code: belief for code, belief in found.items() if with_marks or belief.met}


@pytest.fixture
def version(small: Make) -> TemplateVersion:
    """A version that attempts can be of."""
    rules()
    found = small("a", code="forgot-one").current
    assert found is not None
    return found


@settings(max_examples=often(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_beliefs_are_those_of_a_log_in_which_it_had_always_been_one(version: TemplateVersion, taken: list[Any]) -> None:
    with transaction.atomic():
        first, _ = study.create_guest("a")
        other, _ = study.create_guest("b")
        given: list[tuple[int, Answer]] = []
        now: dict[str, str] = {}
        for seed, step in enumerate(taken):
            if isinstance(step, Answer):
                row = attempt(first.user_id, version, seed, step, {})
                take_in(first.user_id, row, undone=step.undone)
                given.append((seed, step))
            elif step == "rebuild":
                assert study.merge_beliefs().done
            elif merge(*step):
                now = {old: step[1] if new == step[0] else new for old, new in now.items()} | {step[0]: step[1]}
        study.merge_beliefs()
        assert study.count_unmerged() == 0
        incremental = beliefs(first.user_id)
        changes = User.objects.get(id=first.user_id).changes
        study.merge_beliefs()
        study.refold(study.lock(first.user_id))
        assert beliefs(first.user_id) == incremental
        assert User.objects.get(id=first.user_id).changes == changes  # nothing was left to write
        Misconception.objects.update(merged_into=None)
        for seed, step in given:
            take_in(other.user_id, attempt(other.user_id, version, seed, step, now), undone=step.undone)
        expected = beliefs(other.user_id, with_marks=False)
        assert beliefs(first.user_id, with_marks=False) == expected
        transaction.set_rollback(True)


def test_answers_keep_their_code_and_learners_are_told_of_the_other(small: Make, learner: User) -> None:
    rules()
    small("a", code="forgot-one")
    Misconception.objects.filter(code="forgot-two").update(title_en="The other", title_ja="別の")
    old = study.next_question(learner.id, template="a", now=NOON)  # in the version of before
    ask_and_answer(learner.id, "a", "forgot-one", now=NOON)
    assert merge("forgot-one", "forgot-two")
    assert names.misconceptions(["forgot-one"], "en") == {"forgot-one": "The other"}
    assert study.merge_beliefs() == study.MergeStep(1, learner.id, done=True)
    assert study.merge_beliefs() == study.MergeStep(0, None, done=True)
    assert beliefs(learner.id, with_marks=False).keys() == {"forgot-two"}
    result = study.submit(learner.id, submission(old, wrong(old.variant, "forgot-one")), now=NOON + MINUTE)
    assert result.attempt.misconceptions == ["forgot-one"]
    assert [one.code for one in feedback(result, "ja").misconceptions] == ["forgot-two"]
    assert beliefs(learner.id)["forgot-two"].met == 2
    assert [one.code for one in progress.overview(learner.id, NOON).misconceptions] == ["forgot-two"]
    assert progress.session(learner.id, NOON + MINUTE).met == ("forgot-two",)
    asked = study.next_question(learner.id, misconception="forgot-one", now=NOON + 2 * MINUTE)
    assert asked.variant.template.misconception_codes() == ["forgot-two"]
    told = progress.by_code(progress.wrong_rules())
    assert told["forgot-one"] == told["forgot-two"]
    assert told["forgot-one"].title_en == "The other"


def test_devices_hear_that_the_old_one_is_gone(small: Make, learner: User) -> None:
    rules()
    small("a", code="forgot-one")
    ask_and_answer(learner.id, "a", "forgot-one", now=NOON)
    before = User.objects.get(id=learner.id).changes
    merge("forgot-one", "forgot-two")
    study.merge_beliefs()
    heard = study.changes(learner.id, before, 10).changes
    told = {(change.row.code, change.deleted) for change in heard if isinstance(change.row, Belief)}
    assert told == {("forgot-one", True), ("forgot-two", False)}


def test_who_answers_before_it_was_worked_out_is_brought_up_to_date(version: TemplateVersion, learner: User) -> None:
    none: frozenset[str] = frozenset()
    one, two = frozenset({"forgot-one"}), frozenset({"forgot-two"})
    take_in(learner.id, attempt(learner.id, version, 1, Answer(0, two, two, False, False), {}), undone=False)
    # Where only the other would have shown: that counts for the one which it is merged into.
    take_in(learner.id, attempt(learner.id, version, 2, Answer(9, none, one, False, False), {}), undone=False)
    assert beliefs(learner.id)["forgot-two"].rights == 0
    assert merge("forgot-one", "forgot-two")
    assert study.count_unmerged() == 1  # though this learner never held the one that was merged
    take_in(learner.id, attempt(learner.id, version, 3, Answer(20, none, two, False, False), {}), undone=False)
    assert beliefs(learner.id)["forgot-two"].rights == 2
    assert study.count_unmerged() == 0


def test_it_goes_on_where_it_was_broken_off(version: TemplateVersion) -> None:
    one = frozenset({"forgot-one"})
    learners = [study.create_guest("test")[0].user_id for _ in range(3)]
    for seed, learner in enumerate(learners):
        take_in(learner, attempt(learner, version, seed, Answer(0, one, one, False, False), {}), undone=False)
    merge("forgot-one", "forgot-two")
    first = study.merge_beliefs(seconds=0)
    assert (first.learners, first.done) == (1, False)
    assert study.count_unmerged() == 2
    assert study.merge_beliefs(after=first.after).learners == 2
    assert study.count_unmerged() == 0


def test_merges_take_one_query_where_something_shows_and_none_where_there_is_nothing_to_disprove(
    version: TemplateVersion, learner: User
) -> None:
    def queries(seed: int, answer: Answer) -> int:
        row = attempt(learner.id, version, seed, answer, {})
        with transaction.atomic():
            user = study.lock(learner.id)
            with CaptureQueriesContext(connection) as captured:
                log.extend(user, [row])
        return sum("merged_into" in one["sql"] for one in captured)

    one, none = frozenset({"forgot-one"}), frozenset[str]()
    assert queries(1, Answer(0, none, one, False, False)) == 0
    assert queries(2, Answer(1, one, one, False, False)) == 1
    assert queries(3, Answer(2, none, one, False, False)) == 1
    assert queries(4, Answer(3, none, none, False, False)) == 0
