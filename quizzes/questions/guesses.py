"""Which wrong rule did they follow? Small formulas that give what people answered, where no misconception does.

Two sources of formulas: the right one, and those of known misconceptions, changed in one or two places; and everything
small over the names of the template. A formula that fits some answers is nothing remarkable where thousands were
tried. So each has to earn its length: what its hits are worth, in bits, has to exceed what it takes to name it.
"""

from __future__ import annotations

import ast
import itertools
import math
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np

from . import combining
from .expressions import ExpressionError, compile_expression
from .grading import is_right
from .mutations import inlined, mutations, removals
from .template import AnswerField, Template, is_of_type
from .values import Scope, Value, hashed

SECONDS = 0.5
FEWEST = 3  # different questions whose answers a formula has to give
MOST_GUESSES = 3
MAX_OTHERS = 2

_SEARCHED = 20  # samples that all formulas are tried on; the best then on all
_TRIED_FIRST = 10  # a formula that gives none of these is not tried on more
_CHANCE = 0.1  # with which a formula is taken to give an answer by accident, if answers are not even more alike
_SURE = 6.0  # bits beyond the length
_LEAF, _CHANGE = 5.9, 9.5  # bits that a further name, or a change to a formula, takes
_OF_A_PART = 4  # formulas of each part of a shape that are tried with those of the others
_LAST = 0.2  # of the time, for trying the best on all samples
_BY_ONE = re.compile(r"(\*|/|%) 1(?![\d.])|(?<![\w.])1 \*")  # what changes nothing
_FINALISTS = 12  # that are tried on all samples


class Sample(NamedTuple):
    """One wrong answer: the values of the names, what was right, what was given."""

    scope: Scope
    expected: Value
    given: Value


class Guess(NamedTuple):
    """A formula, which samples it gives by their number, and other formulas that give just the same ones."""

    formula: str
    explained: tuple[int, ...]
    others: tuple[str, ...]


def guess(
    template: Template, answer: AnswerField, samples: Sequence[Sample], *, seconds: float = SECONDS
) -> tuple[Guess, ...]:
    """The formulas that people seem to have followed, the one that gives most of the samples first; often none.

    Each explains samples that those before it do not. Ends within about ``seconds`` of this thread's own time, so that
    what is found does not hang on what else the machine does; what was found until then counts.
    """
    end = time.thread_time() + seconds
    names = sorted(frozenset.intersection(*(frozenset(sample.scope) for sample in samples))) if samples else []
    if not names or len({*map(_key, samples)}) < FEWEST:
        return ()
    search = _Search(template, answer, samples, names, end - _LAST * seconds)
    with np.errstate(all="ignore"):
        search.run()
    return tuple(search.chosen())


def _key(sample: Sample) -> tuple[object, ...]:
    """Two people who were asked the same and answered the same are one piece of evidence."""
    return (*(hashed(value) for value in sample.scope.values()), hashed(sample.given))


class _Search:
    def __init__(
        self,
        template: Template,
        answer: AnswerField,
        samples: Sequence[Sample],
        names: Sequence[str],
        end: float,
        most: int = 4,
    ) -> None:
        self.template, self.answer, self.samples, self.names = template, answer, samples, names
        self.end, self.most = end, most
        different = {_key(sample): number for number, sample in reversed([*enumerate(samples)])}
        self.different = frozenset(different.values())
        self.places = sorted(different.values())[:_SEARCHED]
        self.tried = [samples[number] for number in self.places]
        self.fewest = max(2, min(FEWEST, len(self.tried)), math.ceil(0.15 * len(self.tried)))
        self.found: dict[frozenset[int], list[tuple[float, int, str]]] = {}  # bits, length, formula by what it gives
        self.seen: set[str] = set()

    @property
    def over(self) -> bool:
        return time.thread_time() > self.end

    def run(self) -> None:
        """Cheap formulas first; twice changed ones as long as there is time."""
        self.offer(self.right(), 1.0)  # a part of a shape may be right
        for text, bits in self.combined():
            self.offer(text, bits)
        bases = self.bases()
        for text in bases:
            for changed in mutations(_parsed(text), self.names):
                if self.over:
                    return
                self.offer(ast.unparse(changed), _CHANGE)
        if frozenset(range(len(self.tried))) in self.found:
            return
        for text in bases:
            for less in removals(_parsed(text)):
                for changed in mutations(less, self.names):
                    if self.over:
                        return
                    self.offer(ast.unparse(changed), 2 * _CHANGE)

    def bases(self) -> list[str]:
        """The right formula, in full too, and the known wrong ones; each may be what people started from."""
        derived = {name: _parsed(expression.text.strip()) for name, expression in self.template.derived.items()}
        right = self.right()
        texts = [right]
        if right in derived:
            texts.append(ast.unparse(derived[right]))
        if full := inlined(_parsed(right), derived):
            texts.append(ast.unparse(full))
        for rule in self.template.misconceptions:
            if self.answer.name in rule.values:
                texts.append(rule.values[self.answer.name].text.strip())
        return list(dict.fromkeys(texts))

    def right(self) -> str:
        return self.answer.value.text.strip()

    def combined(self) -> Iterator[tuple[str, float]]:
        """Small formulas over all numbers, for a shape part by part."""
        given = [sample.given for sample in self.tried]
        if all(_is_number(value) for value in given):
            for found in self.giving([float(value) for value in given]):  # type: ignore[arg-type]  # they are numbers
                yield found.text, 3.3 + _LEAF * (found.leaves - 1)
        elif all(isinstance(value, tuple) and len(value) == len(self.answer.parts) for value in given):
            yield from self.shapes()

    def shapes(self) -> Iterator[tuple[str, float]]:
        """Every part by itself, from what is right in it; then all together."""
        right = next((tree for tree in map(_parsed, self.bases()) if isinstance(tree, ast.Tuple)), None)
        if right is None or len(right.elts) != len(self.answer.parts):
            return
        share = max(0.0, self.end - time.thread_time()) / (len(right.elts) + 1)
        parts = []
        for place, element in enumerate(right.elts):
            value = replace(self.answer.value, text=ast.unparse(element))
            part = replace(self.answer, type="integer", value=value, parts=())
            samples = [Sample(s.scope, s.expected[place], s.given[place]) for s in self.tried]  # type: ignore[index]
            search = _Search(self.template, part, samples, self.names, time.thread_time() + share, most=2)
            search.run()
            parts.append(search.best(_OF_A_PART))
        for chosen in itertools.product(*parts):
            yield f"({', '.join(text for text, _ in chosen)})", sum(bits for _, bits in chosen)

    def best(self, most: int) -> list[tuple[str, float]]:
        """Formulas that differ in what they give, the most successful first, and the bits that each takes."""
        ranked = sorted(self.found, key=lambda hits: (-len(hits), min(self.found[hits])))[:most]
        return [(text, bits) for bits, _, text in (min(self.found[hits]) for hits in ranked)]

    def giving(self, wanted: Sequence[float]) -> list[combining.Found]:
        tolerance = float(self.answer.tolerance) if self.answer.is_decimal else 0.0
        return combining.giving(
            self.numbers(), wanted, tolerance=tolerance, fewest=self.fewest, most=self.most, end=self.end
        )

    def numbers(self) -> Mapping[str, list[float]]:
        """What can be calculated with: numbers under their names, and what is obvious of a matrix."""
        found: dict[str, list[float]] = {}
        for name in self.names:
            values = [sample.scope[name] for sample in self.tried]
            if all(map(_is_number, values)):
                found[name] = [float(value) for value in values]  # type: ignore[arg-type]  # they are numbers
        matrices = [name for name in self.names if isinstance(self.tried[0].scope[name], np.ndarray)]
        for function, name in itertools.product(("sum", "max", "min", "mean"), matrices):
            if self.over or len(found) >= combining.MAX_NAMES:
                break
            values = self.values(f"{function}({name})")
            if values and all(map(_is_number, values)):
                found[f"{function}({name})"] = [float(value) for value in values]  # type: ignore[arg-type]  # numbers
        return found

    def values(self, text: str) -> list[Value]:
        expression = compile_expression(text, self.names)
        try:
            return [expression.evaluate(sample.scope) for sample in self.tried]
        except ExpressionError:
            return []

    def offer(self, text: str, bits: float) -> None:
        """Try a formula on some samples, and keep it where it gives enough of them."""
        if text in self.seen or _BY_ONE.search(text):
            return
        self.seen.add(text)
        hits = self.hits(text, self.tried, give_up_after=_TRIED_FIRST)
        if len(hits) >= self.fewest:
            self.found.setdefault(frozenset(hits), []).append((bits, len(text), text))

    def hits(self, text: str, samples: Sequence[Sample], give_up_after: int = 0) -> list[int]:
        try:
            evaluate = compile_expression(text, self.names).evaluate
        except ExpressionError:
            return []
        hits: list[int] = []
        for number, sample in enumerate(samples):
            if number == give_up_after and give_up_after and not hits:
                return []
            try:
                value = evaluate(sample.scope)
            except ExpressionError:
                continue
            if is_of_type(value, self.answer) and is_right(self.answer, sample.given, value):
                hits.append(number)
        return hits

    def chosen(self) -> Iterator[Guess]:
        """The best formula, then the best one for what it leaves open, as long as one earns its length."""
        left, all_left = frozenset(range(len(self.tried))), frozenset(range(len(self.samples)))
        for _ in range(MOST_GUESSES):
            ranked = sorted(self.found, key=lambda hits: -self.worth(hits & left, min(self.found[hits])[0], left))
            best: tuple[float, frozenset[int], list[str]] | None = None
            for hits in ranked[: 1 if time.thread_time() > self.end + _LAST * SECONDS else _FINALISTS]:
                bits, _, text = min(self.found[hits])
                given = frozenset(self.hits(text, self.samples))
                worth = self.worth(given & all_left & self.different, bits, all_left & self.different)
                if len(given & all_left & self.different) >= FEWEST and (best is None or worth > best[0]):
                    best = worth, given, [text for _, _, text in sorted(self.found[hits])]
            if best is None or best[0] < _SURE:
                return
            _, given, (text, *others) = best
            same = [one for one in others[: 2 * MAX_OTHERS] if frozenset(self.hits(one, self.samples)) == given]
            yield Guess(text, tuple(sorted(given)), tuple(same[:MAX_OTHERS]))
            all_left -= given
            left -= {number for number, place in enumerate(self.places) if place in given}

    def worth(self, hits: frozenset[int], bits: float, of: frozenset[int]) -> float:
        """How many bits so many hits are worth, less what the formula takes."""
        return _surprise(len(hits), len(of), self.chance) - bits

    @cached_property
    def chance(self) -> float:
        """With which an arbitrary formula gives an answer."""
        counts = Counter(hashed(sample.given) for sample in self.tried)
        return max(_CHANCE, sum(count**2 for count in counts.values()) / len(self.tried) ** 2)


def _surprise(hits: int, total: int, chance: float) -> float:
    """The bits by which ``hits`` of ``total`` are more than ``chance`` lets expect."""
    if not total or hits / total <= chance:
        return 0.0
    share = hits / total
    rest = (1 - share) * math.log2((1 - share) / (1 - chance)) if share < 1 and chance < 1 else 0.0
    return total * (share * math.log2(share / chance) + rest)


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _is_number(value: object) -> bool:
    return isinstance(value, int | Fraction | float) and not isinstance(value, bool)
