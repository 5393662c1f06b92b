"""Wrong answers that no misconception explains: grouped by what was answered, and by formulas that give them.

What only one or two people answered is not shown by itself: it says more of them than of the question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from quizzes import questions
from quizzes.models import Attempt, QuestionTemplate, TemplateVersion
from quizzes.questions import GenerationError, Language, ResponseError, Template, TemplateError, Variant
from quizzes.questions.grading import explanations
from quizzes.questions.guesses import SECONDS, Sample, guess
from quizzes.questions.template import AnswerField
from quizzes.questions.values import Scope, Value, hashed, plain, same
from quizzes.questions.variants import build

from .authors import taken_back

LATEST = 1_000  # wrong answers that are looked at
LATEST_VERSIONS = 10  # of the template, whose answers are
FEWEST_LEARNERS = 3  # who gave an answer that is shown
MOST_GROUPS = 20
MOST_EXAMPLES = 3
MAX_TEXT = 120


@dataclass(frozen=True, slots=True)
class Example:
    """What was asked, what would have been right, what was answered."""

    parameters: Mapping[str, str]
    expected: str
    given: str


@dataclass(frozen=True, slots=True)
class Group:
    """The answers to one field that are the same, whatever was asked."""

    field: str
    label: Mapping[Language, str]
    given: str
    attempts: int
    learners: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """The answers to one field, of ``of`` in all, that ``formula`` gives, each for what was asked."""

    field: str
    label: Mapping[Language, str]
    formula: str
    others: tuple[str, ...]  # formulas that give the same ones
    attempts: int
    learners: int
    of: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Wrong answers that no misconception explains, not even one that was added since; ``cut``: the latest of them.

    ``rest`` counts those that no rule gives and that are in no group: too few learners gave them, or the list is long.
    """

    fields: tuple[str, ...]  # of the newest version
    attempts: int
    learners: int
    rules: tuple[Rule, ...]
    groups: tuple[Group, ...]  # of what no rule gives; that of most learners first
    rest: int
    cut: bool


class _Wrong(NamedTuple):
    learner: UUID
    answer: AnswerField
    variant: Variant
    given: Value
    scope: Scope | None  # in the newest version, where it asks and answers the same


def unexplained(template: QuestionTemplate, since: datetime | None, version: int | None = None) -> Unexplained:
    """Those of a template, or of one of its versions by number, from the time ``since`` on: of those that count.

    Takes about two seconds at most.
    """
    rows = _rows(template.id, since, version) if since else []
    templates = _templates(template.id, {row[1] for row in rows})
    newest = max(templates.values(), key=lambda one: one[0])[1] if templates else None
    wrong: list[_Wrong] = []
    for learner, version_id, *stored in rows:
        if version_id in templates and newest is not None:
            wrong += _wrong(learner, templates[version_id][1], newest, *stored)
    by_field: defaultdict[str, list[_Wrong]] = defaultdict(list)
    for one in wrong:
        by_field[one.answer.name].append(one)
    given = SECONDS / max(1, len(by_field))
    ruled = {name: [*_rules(newest, found, given)] if newest else [] for name, found in by_field.items()}
    rules = [rule for found in ruled.values() for rule, _ in found]
    left = [
        [one for number, one in enumerate(found) if not any(number in places for _, places in ruled[name])]
        for name, found in by_field.items()
    ]
    groups = [group for found in left for group in _groups(found)]
    groups.sort(key=lambda group: (-group.learners, -group.attempts, group.field, group.given))
    groups = groups[:MOST_GROUPS]
    return Unexplained(
        fields=tuple(answer.name for answer in newest.answers) if newest else (),
        attempts=len({id(one.variant) for one in wrong}),
        learners=len({one.learner for one in wrong}),
        groups=tuple(groups),
        rest=sum(map(len, left)) - sum(group.attempts for group in groups),
        rules=tuple(rules),
        cut=len(rows) == LATEST,
    )


def _rows(template: UUID, since: datetime, version: int | None) -> list[tuple[Any, ...]]:
    """Few attempts of all times are read, because ``since`` is the time of one of the latest."""
    found = Attempt.objects.filter(
        ~taken_back(),
        template_id=template,
        answered_at__gte=since,
        score__lt=1,
        gave_up=False,
        self_rating=None,
        misconceptions=[],
    )
    if version is not None:
        found = found.filter(version__number=version)
    columns = ("learner_id", "version_id", "seed", "format", "parameters", "response")
    return list(found.order_by("-answered_at", "-id").values_list(*columns)[:LATEST])


def _templates(template: UUID, answered: set[UUID]) -> dict[UUID, tuple[int, Template]]:
    """Number and text of the latest versions that were answered, and of the newest."""
    numbers = TemplateVersion.objects.filter(template_id=template).order_by("-number").values_list("number", "id")
    newest, *_ = numbers[:1] or [(0, None)]
    found = {}
    versions = TemplateVersion.objects.filter(id__in=[*answered, newest[1]]).order_by("-number")
    for id, number, source in versions.values_list("id", "number", "source")[: LATEST_VERSIONS + 1]:
        try:
            found[id] = (number, questions.load(source))
        except TemplateError:  # the language has changed since: its answers cannot be read again
            continue
    return found


def _wrong(
    learner: UUID,
    template: Template,
    newest: Template,
    seed: int,
    format: questions.Format,
    parameters: Mapping[str, Any],
    response: Mapping[str, Any] | None,
) -> Iterable[_Wrong]:
    """The fields that are wrong and unexplained in one attempt."""
    if response is None or parameters.keys() != {parameter.name for parameter in template.parameters}:
        return []
    try:
        variant = questions.restore(template, seed, parameters, format)
        fields = questions.grade(variant, questions.parse(variant, response)).fields
    except (GenerationError, ResponseError):  # as above
        return []
    now = variant if newest is template else _as_asked_now(variant, newest)
    answers = {answer.name: answer for answer in template.answers}
    return [
        _Wrong(learner, answers[field.name], variant, field.given, now.scope if now else None)
        for field in fields
        if not field.correct
        and field.given is not None
        and not field.misconceptions
        and not (now and explanations(now, _field(now, field.name), field.given))
    ]


def _as_asked_now(variant: Variant, newest: Template) -> Variant | None:
    """The variant in the newest version, where its parameters mean the same: they lead to the same answers."""
    if {parameter.name for parameter in newest.parameters} != set(variant.parameters):
        return None
    if [(one.name, one.type) for one in newest.answers] != [(one.name, one.type) for one in variant.template.answers]:
        return None
    now = build(newest, variant.parameters, variant.seed, variant.format)
    if now is None or not all(same(now.answers[name], value) for name, value in variant.answers.items()):
        return None
    return now


def _field(variant: Variant, name: str) -> AnswerField:
    return next(answer for answer in variant.template.answers if answer.name == name)


def _groups(wrong: Sequence[_Wrong]) -> Iterable[Group]:
    by_value: defaultdict[Any, list[_Wrong]] = defaultdict(list)
    for one in wrong:
        by_value[hashed(one.given)].append(one)
    for found in by_value.values():
        learners = len({one.learner for one in found})
        if learners >= FEWEST_LEARNERS:
            answer = found[0].answer
            yield Group(answer.name, answer.label, _text(found[0].given), len(found), learners, _examples(found))


def _rules(newest: Template, wrong: Sequence[_Wrong], seconds: float) -> Iterable[tuple[Rule, frozenset[int]]]:
    """Each with the places of those that it gives."""
    places = [place for place, one in enumerate(wrong) if one.scope is not None]
    if not places or wrong[0].answer.type == "choice":
        return
    answer = next(one for one in newest.answers if one.name == wrong[places[0]].answer.name)
    samples = [Sample(one.scope, one.variant.answers[answer.name], one.given) for one in wrong if one.scope is not None]
    for found in guess(newest, answer, samples, seconds=seconds):
        explained = [wrong[places[number]] for number in found.explained]
        learners = len({one.learner for one in explained})
        if learners >= FEWEST_LEARNERS:
            rule = Rule(
                field=answer.name,
                label=answer.label,
                formula=found.formula,
                others=found.others,
                attempts=len(explained),
                learners=learners,
                of=len(wrong),
                examples=_examples(explained),
            )
            yield rule, frozenset(places[number] for number in found.explained)


def _examples(wrong: Sequence[_Wrong]) -> tuple[Example, ...]:
    """Some that differ in what was asked."""
    different: dict[tuple[tuple[str, str], ...], _Wrong] = {}
    for one in wrong:
        asked = tuple((name, _text(value)) for name, value in one.variant.parameters.items())
        different.setdefault(asked, one)
        if len(different) == MOST_EXAMPLES:
            break
    return tuple(
        Example(dict(asked), _text(one.variant.answers[one.answer.name]), _text(one.given))
        for asked, one in different.items()
    )


def _text(value: Value) -> str:
    """In one line; of a large matrix the beginning."""
    text = plain(value).replace("\n", "; ")
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
