"""The figures of a template's statistics as they are read: in words, as plots, as text for a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from quizzes.authoring.additions import misconception_block
from quizzes.progress import Difficulty, Example, Group, Proportion, Rule, Statistics, Unexplained
from quizzes.questions import Language

WELL, LITTLE = 0.3, 0.1  # correlations from which on a question tells who can do it: well, or a little


@dataclass(frozen=True, slots=True)
class Strip:
    """A plot from 0 to 1: a band, and up to two marks in it. It only repeats numbers that stand beside it."""

    low: float = 0.0
    high: float = 0.0
    seen: float | None = None
    middle: float | None = None

    @property
    def band(self) -> tuple[str, str]:
        """Where the band begins and how wide it is, in hundredths."""
        return f"{100 * self.low:.4g}", f"{100 * (self.high - self.low):.4g}"

    @property
    def seen_at(self) -> str | None:
        """Where the mark is, in hundredths, all of it inside."""
        return None if self.seen is None else f"{min(max(100 * self.seen, 0.75), 99.25):.4g}"

    @property
    def middle_at(self) -> str | None:
        """Where the other mark is."""
        return None if self.middle is None else f"{100 * self.middle:.4g}"


@dataclass(frozen=True, slots=True)
class Wording:
    """Writes figures in one language."""

    language: Language

    def figures(self, statistics: Statistics) -> dict[str, Any]:
        """Shares with their intervals, the time, the discrimination."""
        return {
            "first": _share(statistics.first),
            "every": _share(statistics.every),
            "time": None if statistics.median_ms is None else _time(statistics.median_ms),
            "discrimination": _discrimination(statistics.discrimination),
        }

    def difficulty(self, found: Difficulty, first: Proportion) -> dict[str, Any] | None:
        """The sentence, the numbers and the plot; ``None`` where there is nothing to compare."""
        if found.quartiles is None:
            return None
        low, middle, high = found.quartiles
        words: dict[str, Any] = {"level": found.level, "compared": found.compared}
        if found.standing is not None:
            words["sentence"] = _standing(found)
            words["harder_than"] = f"{100 * (found.harder_than or 0):.0f}%"
        return words | {
            "sure": found.sure,
            "own": None if first.share is None else _percent(first.share),
            "low": _percent(low),
            "middle": _percent(middle),
            "high": _percent(high),
            "strip": Strip(low, high, first.share if found.standing else None, middle),
        }

    def unexplained(self, found: Unexplained) -> dict[str, Any]:
        """Groups and formulas, each with what a draft of a misconception begins with."""
        several = len(found.fields) > 1
        return {
            "found": found,
            "rules": [self._rule(rule, several) for rule in found.rules],
            "groups": [self._group(group, several) for group in found.groups],
            "several": several,
        }

    def _rule(self, rule: Rule, several: bool) -> dict[str, Any]:
        numbers = {"attempts": rule.attempts, "of": rule.of}
        comments = [
            _("%(attempts)s of %(of)s answers that no misconception explained are what this formula gives:") % numbers,
            *map(_written, rule.examples),
        ]
        return {
            "rule": rule,
            "label": self._label(rule.label),
            "strip": Strip(high=rule.attempts / rule.of),
            "addition": misconception_block(comments, rule.formula, rule.field if several else None),
        }

    def _group(self, group: Group, several: bool) -> dict[str, Any]:
        numbers = {"learners": group.learners, "given": group.given}
        comments = [
            _("%(learners)s learners answered %(given)s, and no misconception explained it. What did they do?")
            % numbers,
            *map(_written, group.examples),
        ]
        return {
            "group": group,
            "label": self._label(group.label),
            "addition": misconception_block(comments, None, group.field if several else None),
        }

    def _label(self, label: Mapping[Language, str]) -> str:
        return label[self.language]


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _share(found: Proportion) -> dict[str, Any] | None:
    if found.share is None:
        return None
    return {
        "percent": _percent(found.share),
        "low": _percent(found.low),
        "high": _percent(found.high),
        "right": found.successes,
        "of": found.trials,
        "strip": Strip(found.low, found.high, found.share),
    }


def _time(milliseconds: float) -> str:
    seconds = round(milliseconds / 1000)
    if seconds < 60:
        return _("%(seconds)s s") % {"seconds": seconds}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": seconds // 60, "seconds": seconds % 60}


def _discrimination(found: float | None) -> dict[str, str] | None:
    if found is None:
        return None
    if found >= WELL:
        meaning = _("It tells well who can do it: those who are good elsewhere are right here.")
    elif found >= LITTLE:
        meaning = _("It tells a little who can do it.")
    else:
        meaning = _("It does not tell who can do it: something else decides, perhaps the wording.")
    return {"value": f"{found:+.2f}".replace("-", "−"), "meaning": meaning}


def _standing(found: Difficulty) -> str:
    level = {"level": found.level}
    if found.standing == "harder":
        return _("Harder than most of level %(level)s") % level
    if found.standing == "easier":
        return _("Easier than most of level %(level)s") % level
    return _("About as hard as others of level %(level)s") % level


def _written(example: Example) -> str:
    asked = ", ".join(f"{name} = {value}" for name, value in example.parameters.items())
    words = {"asked": asked, "given": example.given, "right": example.expected}
    return _("%(asked)s: answered %(given)s, right is %(right)s") % words
