"""From the log to what follows from it: cards and beliefs. Called inside the transaction that extends the log.

The learner's row is the lock under which a learner's log grows, so each fold sees all that came before. Every card and
belief that changes gets the next number of the learner's feed: numbers are committed in their order, so that whoever
reads from the last one seen skips nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import TypeAlias
from uuid import UUID

from django.db.models import Q, QuerySet

from quizzes import agenda, scheduling
from quizzes.merges import Merges, merges
from quizzes.models import Attempt, Belief, Card, CardAction, User
from quizzes.prepared import Prepared, Setter, Writer, whole
from quizzes.scheduling import CardState, Event, Evidence, misconceptions

from .rows import action_of, answer_of, belief_columns, belief_of, card_columns, card_state

Row: TypeAlias = Attempt | CardAction


def _since(learner: UUID, day: int, at: datetime) -> QuerySet[Attempt, tuple[UUID]]:
    attempts = Attempt.objects.filter(learner_id=learner, day__gte=day, answered_at__gte=at)
    return attempts.values_list("id")[:1]


_locked = Prepared(lambda id: User.objects.filter(id=id).select_for_update(no_key=True), UUID)
_cards = Prepared(lambda learner, ids: Card.objects.filter(learner_id=learner, template_id__in=ids), UUID, UUID)
_beliefs = Prepared(lambda learner, codes: Belief.objects.filter(learner_id=learner, code__in=codes), UUID, str)
_later = Prepared(_since, UUID, int, datetime)

_add_attempts, _add_actions = Writer(Attempt), Writer(CardAction)
_touch = Setter(User, "changes", "utc_offset_minutes")
_write_cards, _write_beliefs = Writer(Card, "learner", "template"), Writer(Belief, "learner", "code")


def lock(learner: UUID) -> User:
    """The learner, whose log nobody else extends until the transaction ends. Raises ``User.DoesNotExist``."""
    found = _locked(learner)
    if not found:
        raise User.DoesNotExist(f"there is no learner {learner}")
    return found[0]


def extend(user: User, rows: Sequence[Row]) -> dict[UUID, CardState]:
    """Append rows to the log, with the recall predicted for attempts, and bring cards and beliefs up to date.

    ``user`` is the locked learner; a new offset of its clock is written with the number of its last change. The states
    of the cards concerned, by template. What is crammed leaves its card alone, but tells of misconceptions like any
    answer.
    """
    attempts = [row for row in rows if isinstance(row, Attempt)]
    voided = [row.voids for row in rows if isinstance(row, CardAction) and row.voids is not None]
    states = _extend_cards(user, rows)
    evidence = [attempt for attempt in attempts if attempt.id not in voided]
    told = _told(user.id, evidence)
    _add_attempts(attempts)
    _add_actions([row for row in rows if isinstance(row, CardAction)])
    if told is None:
        refold_beliefs(user, {code for attempt in evidence for code in _concerns(attempt)})
    else:
        _store_beliefs(user, told)
    if voided:
        taken_back = Attempt.objects.filter(learner_id=user.id, id__in=voided)
        refold_beliefs(user, {code for attempt in taken_back for code in _concerns(attempt)})
    _touch(user)
    return states


def store_cards(user: User, cards: Sequence[Card]) -> None:
    """Write changed cards, each with the next number of the feed; whoever calls writes the learner's number back."""
    _number(user, cards)
    _write_cards(cards)


def state_of(learner: UUID, template: UUID) -> CardState:
    """The card as it stands; an empty state where there is none."""
    return states_of(learner, [template])[template]


def states_of(learner: UUID, templates: Sequence[UUID]) -> dict[UUID, CardState]:
    """The cards as they stand; empty states where there are none."""
    found = {card.template_id: card_state(card) for card in _cards(learner, templates)}
    return {template: found.get(template, CardState()) for template in templates}


def refold(user: User, templates: Collection[UUID] | None = None) -> None:
    """Rebuild the learner's cards (of some templates, or all) and all beliefs from the log alone."""
    of_card: dict[UUID, list[Event]] = defaultdict(list)
    only = Q() if templates is None else Q(template_id__in=templates)
    for attempt in Attempt.objects.filter(only, learner_id=user.id).exclude(purpose="cram"):
        of_card[attempt.template_id].append(answer_of(attempt))
    for action in CardAction.objects.filter(only, learner_id=user.id):
        of_card[action.template_id].append(action_of(action))
    preferences = agenda.preferences_of(user)
    before = {card.template_id: card_state(card) for card in Card.objects.filter(only, learner_id=user.id)}
    after = {
        template: scheduling.fold(found, preferences, agenda.card_key(user.id, template))
        for template, found in of_card.items()
    }
    after |= {template: CardState() for template in before.keys() - after.keys()}
    _store_cards(user, before, after)
    refold_beliefs(user)
    _touch(user)


def rebuild_beliefs(user: User, codes: Collection[str]) -> None:
    """Rebuild the beliefs of some misconceptions, where nothing else changes."""
    refold_beliefs(user, codes)
    _touch(user)


def refold_beliefs(user: User, codes: Collection[str] | None = None) -> None:
    """Rebuild the beliefs (of some misconceptions with all that were merged into theirs, or all) from the log alone."""
    known = merges()
    wanted = None if codes is None else set(known.codes(codes))
    evidence: dict[str, list[Evidence]] = defaultdict(list)
    for attempt in agenda.counted(user.id).only(*_TELLING).iterator(2000):
        for code in known.codes(_concerns(attempt)):
            if wanted is None or code in wanted:
                evidence[code].append(_evidence(attempt, code, known))
    only = Q() if wanted is None else Q(code__in=wanted.union(*map(known.sources, wanted)))
    before = {row.code: belief_of(row) for row in Belief.objects.filter(only, learner_id=user.id)}
    after = {code: misconceptions.fold(found) for code, found in evidence.items()}
    kept = {*known.codes(before), *(code for code, belief in after.items() if belief != _NOTHING)}
    after |= {source: MERGED for code in kept for source in known.sources(code)}
    beliefs = {code: after.get(code, scheduling.Belief()) for code in before.keys() | after.keys()}
    _store_beliefs(user, {code: belief for code, belief in beliefs.items() if belief != before.get(code, _NOTHING)})


def _extend_cards(user: User, rows: Sequence[Row]) -> dict[UUID, CardState]:
    ids = list(dict.fromkeys(row.template_id for row in rows))
    before = states_of(user.id, ids)
    after = dict(before)
    of_card: dict[UUID, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=_moment):
        if not (isinstance(row, Attempt) and row.purpose == "cram"):
            of_card[row.template_id].append(row)
    for template, new in of_card.items():
        after[template] = _taken(user, template, after[template], new)
    _store_cards(user, before, {template: after[template] for template in of_card})
    return after


def _taken(user: User, template: UUID, state: CardState, new: list[Row]) -> CardState:
    """The card's state after ``new``, in the order of time; writes the predicted recall into attempts."""
    preferences, key = agenda.preferences_of(user), agenda.card_key(user.id, template)
    events = [answer_of(row) if isinstance(row, Attempt) else action_of(row) for row in new]
    if state.follows(events[0]) and not any(isinstance(row, CardAction) and row.voids for row in new):
        for row, event in zip(new, events, strict=True):
            _predict(row, state)
            state = scheduling.step(state, event, preferences, key)
        return state
    log = [*_events(user.id, template), *events]
    for row, event in zip(new, events, strict=True):
        if isinstance(row, Attempt):  # to void a version takes back many answers at a time
            earlier = (one for one in log if (one.at, one.id) < (event.at, event.id))
            _predict(row, scheduling.fold(earlier, preferences, key))
    return scheduling.fold(log, preferences, key)


def _predict(row: Row, before: CardState) -> None:
    if isinstance(row, Attempt) and before.memory is not None and row.day > before.memory.day:
        row.recall = scheduling.recall(before.memory, row.day)


def _moment(row: Row) -> tuple[datetime, UUID]:
    return (row.answered_at if isinstance(row, Attempt) else row.at), row.id


def _events(learner: UUID, template: UUID) -> list[Event]:
    key = {"learner_id": learner, "template_id": template}
    attempts = Attempt.objects.filter(**key).exclude(purpose="cram")
    return [*map(answer_of, attempts), *map(action_of, CardAction.objects.filter(**key))]


def _store_cards(user: User, before: dict[UUID, CardState], after: dict[UUID, CardState]) -> None:
    changed = [template for template, state in after.items() if state != before.get(template)]
    store_cards(user, [_card(user.id, template, after[template]) for template in changed])


def _card(learner: UUID, template: UUID, state: CardState) -> Card:
    return whole(Card, {"learner_id": learner, "template_id": template, "change": 0, **card_columns(state)})


def _store_beliefs(user: User, beliefs: dict[str, scheduling.Belief]) -> None:
    rows = [
        whole(Belief, {"learner_id": user.id, "code": code, "change": 0, **belief_columns(belief)})
        for code, belief in beliefs.items()
    ]
    _number(user, rows)
    _write_beliefs(rows)


def _number(user: User, rows: Sequence[Card | Belief]) -> None:
    for row in rows:
        user.changes += 1
        row.change = user.changes


_NOTHING = scheduling.Belief()
# Where a learner has a belief, every misconception that was merged into its own has this one beside it. So it can be
# seen whose beliefs were told before the merge; the feed of changes tells devices that it is gone.
MERGED = scheduling.Belief(closed_at=datetime.fromtimestamp(0, UTC))
_TELLING = ("answered_at", "id", "day", "verdict", "hints_used", "misconceptions", "exposes")


def _concerns(attempt: Attempt) -> list[str]:
    """The misconceptions that an attempt tells something of: those that showed, or that would have shown."""
    if attempt.verdict == "correct":
        return attempt.exposes if attempt.hints_used == 0 else []
    return list(attempt.misconceptions)


def _evidence(attempt: Attempt, code: str, known: Merges) -> Evidence:
    showed = code in known.codes(attempt.misconceptions)
    return Evidence(attempt.answered_at, attempt.id, attempt.day, showed=showed)


def _told(learner: UUID, attempts: Iterable[Attempt]) -> dict[str, scheduling.Belief] | None:
    """The beliefs that new attempts change; ``None`` where they have to be rebuilt.

    That is where an attempt is older than what was told before, and where beliefs were told before a merge. Called
    before the attempts are in the log.
    """
    found = sorted(attempts, key=attrgetter("answered_at", "id"))
    codes = {code for attempt in found for code in _concerns(attempt)}
    beliefs = _told_of(learner, codes)
    shown = {code for attempt in found for code in attempt.misconceptions}
    if not shown and not beliefs:
        return {}  # most right answers: nothing to disprove
    if _later(learner, min(attempt.day for attempt in found) - 1, found[0].answered_at):
        return None
    known = merges()
    now = set(known.codes(codes))
    sources = {source: code for code in now for source in known.sources(code)}
    if now != codes or sources:
        beliefs = _told_of(learner, now.union(sources))
        if any(beliefs.get(source) != MERGED for source, code in sources.items() if {source, code} & beliefs.keys()):
            return None
    changed: dict[str, scheduling.Belief] = {}
    for attempt in found:
        for code in known.codes(_concerns(attempt)):
            before = changed.get(code) or beliefs.get(code, _NOTHING)
            after = misconceptions.step(before, _evidence(attempt, code, known))
            if after != before:
                changed[code] = after
    return changed | {source: MERGED for source, code in sources.items() if code in changed and source not in beliefs}


def _told_of(learner: UUID, codes: Collection[str]) -> dict[str, scheduling.Belief]:
    return {row.code: belief_of(row) for row in _beliefs(learner, sorted(codes))}
