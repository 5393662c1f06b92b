"""From the log to what follows from it: cards and beliefs. Called inside the transaction that extends the log.

The learner's row is the lock under which a learner's log grows, so each fold sees all that came before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from quizzes import agenda, scheduling
from quizzes.models import Attempt, Belief, Card, CardAction, User
from quizzes.prepared import Prepared
from quizzes.scheduling import CardState, Event, Evidence, misconceptions

from .rows import action_of, answer_of, belief_columns, belief_of, card_columns, card_state

_locked = Prepared(lambda id: User.objects.filter(id=id).select_for_update(no_key=True), UUID)
_card = Prepared(lambda learner, template: Card.objects.filter(learner_id=learner, template_id=template), UUID, UUID)
_beliefs = Prepared(lambda learner, codes: Belief.objects.filter(learner_id=learner, code__in=codes), UUID, str)


def lock(learner: UUID) -> User:
    """The learner, whose log nobody else extends until the transaction ends. Raises ``User.DoesNotExist``."""
    found = _locked(learner)
    if not found:
        raise User.DoesNotExist(f"there is no learner {learner}")
    return found[0]


def add_attempt(user: User, attempt: Attempt) -> CardState:
    """Append an attempt, with the recall predicted for it, and bring its card and the beliefs up to date.

    What is crammed leaves the card alone, but tells of misconceptions like any answer.
    """
    state = state_of(user.id, attempt.template_id)
    if attempt.purpose == "cram":
        attempt.save(force_insert=True)
    else:
        answer = answer_of(attempt)
        before, after = _with(user, attempt.template_id, state, answer)
        if before.memory is not None and attempt.day > before.memory.day:
            attempt.recall = scheduling.recall(before.memory, attempt.day)
        attempt.save(force_insert=True)
        _store_card(user.id, attempt.template_id, state, after)
        state = after
    _update_beliefs(attempt)
    return state


def add_action(user: User, action: CardAction) -> CardState:
    """Append what a learner did with a card, and bring the card, and for a void the beliefs, up to date."""
    state = state_of(user.id, action.template_id)
    _, after = _with(user, action.template_id, state, action_of(action))
    action.save(force_insert=True)
    _store_card(user.id, action.template_id, state, after)
    if action.voids is not None:
        attempt = Attempt.objects.get(learner_id=user.id, id=action.voids)
        refold_beliefs(user.id, _concerns(attempt))
    return after


def state_of(learner: UUID, template: UUID) -> CardState:
    """The card as it stands; an empty state where there is none."""
    return next(map(card_state, _card(learner, template)), CardState())


def refold(user: User, templates: Collection[UUID] | None = None) -> None:
    """Rebuild the learner's cards (of some templates, or all) and all beliefs from the log alone."""
    of_card: dict[UUID, list[Event]] = defaultdict(list)
    only = Q() if templates is None else Q(template_id__in=templates)
    for attempt in Attempt.objects.filter(only, learner_id=user.id).exclude(purpose="cram"):
        of_card[attempt.template_id].append(answer_of(attempt))
    for action in CardAction.objects.filter(only, learner_id=user.id):
        of_card[action.template_id].append(action_of(action))
    Card.objects.filter(only, learner_id=user.id).delete()
    preferences = agenda.preferences_of(user)
    Card.objects.bulk_create(
        Card(
            learner_id=user.id,
            template_id=template,
            **card_columns(scheduling.fold(found, preferences, agenda.card_key(user.id, template))),
        )
        for template, found in of_card.items()
    )
    refold_beliefs(user.id)


def refold_beliefs(learner: UUID, codes: Collection[str] | None = None) -> None:
    """Rebuild the beliefs (of some misconceptions, or all) from the log alone."""
    evidence: dict[str, list[Evidence]] = defaultdict(list)
    for attempt in agenda.counted(learner).only(*_TELLING).iterator(2000):
        for code in _concerns(attempt):
            if codes is None or code in codes:
                evidence[code].append(_evidence(attempt, code))
    beliefs = {code: misconceptions.fold(found) for code, found in evidence.items()}
    only = Q() if codes is None else Q(code__in=codes)
    Belief.objects.filter(only, learner_id=learner).delete()
    Belief.objects.bulk_create(
        Belief(learner_id=learner, code=code, **belief_columns(belief))
        for code, belief in beliefs.items()
        if belief.met
    )


def _with(user: User, template: UUID, state: CardState, event: Event) -> tuple[CardState, CardState]:
    """The card's states before ``event``, in the order of time, and after all that happened."""
    preferences, key = agenda.preferences_of(user), agenda.card_key(user.id, template)
    if state.follows(event):
        return state, scheduling.step(state, event, preferences, key)
    log = _events(user.id, template)
    before = (earlier for earlier in log if (earlier.at, earlier.id) < (event.at, event.id))
    return scheduling.fold(before, preferences, key), scheduling.fold([*log, event], preferences, key)


def _events(learner: UUID, template: UUID) -> list[Event]:
    key = {"learner_id": learner, "template_id": template}
    attempts = Attempt.objects.filter(**key).exclude(purpose="cram")
    return [*map(answer_of, attempts), *map(action_of, CardAction.objects.filter(**key))]


def _store_card(learner: UUID, template: UUID, before: CardState, after: CardState) -> None:
    key = {"learner_id": learner, "template_id": template}
    if not before.revision:
        Card.objects.bulk_create([Card(**key, **card_columns(after))])
        return
    old = card_columns(before)
    changed = {name: value for name, value in card_columns(after).items() if value != old[name]}
    Card.objects.filter(**key).update(**changed)


_TELLING = ("answered_at", "id", "day", "verdict", "hints_used", "misconceptions", "exposes")


def _concerns(attempt: Attempt) -> list[str]:
    """The misconceptions that an attempt tells something of: those that showed, or that would have shown."""
    if attempt.verdict == "correct":
        return attempt.exposes if attempt.hints_used == 0 else []
    return list(attempt.misconceptions)


def _evidence(attempt: Attempt, code: str) -> Evidence:
    return Evidence(attempt.answered_at, attempt.id, attempt.day, showed=code in attempt.misconceptions)


def _update_beliefs(attempt: Attempt) -> None:
    codes = _concerns(attempt)
    if not codes:
        return
    rows = {row.code: row for row in _beliefs(attempt.learner_id, codes)}
    shown = [code for code in codes if code in attempt.misconceptions]
    if not shown and not rows:
        return  # most right answers: nothing to disprove
    later = Attempt.objects.filter(learner_id=attempt.learner_id, answered_at__gte=attempt.answered_at)
    if later.filter(day__gte=attempt.day - 1).exclude(id=attempt.id).exists():
        refold_beliefs(attempt.learner_id, {*shown, *rows})
        return
    new = []
    for code in {*shown, *rows}:
        before = belief_of(rows[code]) if code in rows else scheduling.Belief()
        after = misconceptions.step(before, _evidence(attempt, code))
        if code not in rows:
            new.append(Belief(learner_id=attempt.learner_id, code=code, **belief_columns(after)))
        elif after != before:
            Belief.objects.filter(learner_id=attempt.learner_id, code=code).update(**belief_columns(after))
    if new:
        Belief.objects.bulk_create(new)
