"""Template + seed → variant: the drawn parameters, what follows from them, the answers and the wrong answers."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, Literal, NamedTuple, TypeAlias

from .draws import MAX_SEED, draw
from .expressions import ExpressionError
from .template import Template
from .values import Scope, Value, from_json, hashed, near, to_json

MAX_DRAWS = 500  # until one meets the template's conditions
MAX_BETTER = 40  # draws meeting them, until one can tell every misconception apart

Format: TypeAlias = Literal["free", "choice"]
FORMATS: tuple[Format, ...] = ("free", "choice")


class GenerationError(ValueError):
    """A template that gives no variant for a seed: its conditions are never met, or a value cannot be calculated."""


class Variant(NamedTuple):
    """One posable question. ``wrong`` maps each usable misconception's code to its value per answer field."""

    template: Template
    seed: int
    format: Format
    parameters: Scope
    scope: Scope
    answers: Scope
    wrong: Mapping[str, Scope]

    def parameters_json(self) -> dict[str, Any]:
        """The parameters as an attempt stores them."""
        return {name: to_json(value) for name, value in self.parameters.items()}

    def diagnosable(self) -> bool:
        """Whether every misconception of the template gives an answer that is wrong and unlike all the others.

        Decimals are alike where a typed one could be graded as either.
        """
        if len(self.wrong) < len(self.template.misconceptions):
            return False
        for answer in self.template.answers:
            values = [self.answers[answer.name]]
            values += [by_field[answer.name] for by_field in self.wrong.values() if answer.name in by_field]
            if not answer.tolerance:
                if len(set(map(hashed, values))) < len(values):
                    return False
            elif any(near(one, other, 2 * answer.tolerance) for one, other in combinations(values, 2)):
                return False
        return True


def generate(template: Template, seed: int, format: Format = "free") -> Variant:
    """The variant of ``seed`` (0 … 2**53 - 1): the same for ever.

    Draws that meet the template's conditions and tell all its misconceptions apart are preferred. Raises
    :class:`GenerationError` if no draw meets the conditions.
    """
    if not 0 <= seed <= MAX_SEED:
        raise ValueError(f"a seed is from 0 to {MAX_SEED}, got {seed}")
    first: Variant | None = None
    better = 0
    for attempt in range(MAX_DRAWS):
        parameters = {p.name: draw(p, template.slug, seed, attempt) for p in template.parameters}
        variant = build(template, parameters, seed, format)
        if variant is None:
            continue
        if variant.diagnosable():
            return variant
        first = first or variant
        better += 1
        if better == MAX_BETTER or not template.parameters:
            break
    if first is None:
        raise GenerationError(f"{template.slug}: no draw of {MAX_DRAWS} meets the conditions (seed {seed})")
    return first


def restore(template: Template, seed: int, parameters: Mapping[str, Any], format: Format = "free") -> Variant:
    """The variant that an attempt was made on, from the parameters stored with it: nothing is drawn again."""
    variant = build(template, {name: from_json(value) for name, value in parameters.items()}, seed, format)
    if variant is None:
        raise GenerationError(f"{template.slug}: the stored parameters do not meet the conditions")
    return variant


def build(template: Template, parameters: Scope, seed: int, format: Format = "free") -> Variant | None:
    """The variant with these parameters; ``None`` where the conditions are not met."""
    scope: dict[str, Value] = dict(parameters)
    try:
        for name, expression in template.derived.items():
            scope[name] = expression.evaluate(scope)
        for condition in template.require:
            if not condition.holds(scope):
                return None
        answers = {answer.name: answer.value.evaluate(scope) for answer in template.answers}
    except ExpressionError:
        # A condition often guards a value that has no meaning outside it (a kernel larger than its input).
        return None
    return Variant(template, seed, format, parameters, scope, answers, _wrong(template, scope))


def _wrong(template: Template, scope: Scope) -> dict[str, Scope]:
    wrong: dict[str, Scope] = {}
    for rule in template.misconceptions:
        try:
            wrong[rule.code] = {name: value.evaluate(scope) for name, value in rule.values.items()}
        except ExpressionError:
            continue  # the wrong rule has no value here, so nobody can have followed it
    return wrong
