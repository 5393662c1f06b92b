"""What the lint found out about one template."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ..tables import Problem
from ..template import Template
from ..words import Both
from .space import SAMPLE

MIN_VARIANTS = 200


@dataclass(slots=True)
class Report:
    """Findings and exact counts over the variants that were looked at: all of them where ``exhaustive``."""

    template: Template
    problems: list[Problem] = field(default_factory=list)
    exhaustive: bool = True
    points: int = 0  # of the parameter space, or drawn from it
    variants: int = 0  # of the points, those that meet the conditions
    rendered: int = 0  # of the variants, spread evenly
    diagnosable: int = 0  # variants that tell every misconception from the answer and from the others
    posable: int = 0  # variants with enough distractors for multiple choice
    clashes: dict[str, int] = field(default_factory=dict)  # variants in which a wrong rule gives the right answer
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)  # variants in which two give the same wrong one
    guess: tuple[str, int] = ("", 0)  # the most frequent answer and its number of variants
    answers: list[tuple[str, int]] = field(default_factory=list)  # the most frequent answers, each with its number
    cut: bool = False  # time ran out: the counts are of what was looked at until then

    def problem(self, check: str, where: str, message: Both, severity: Literal["error", "warning"] = "error") -> None:
        """Report each kind of finding once per place."""
        if not any((p.check, p.where) == (check, where) for p in self.problems):
            self.problems.append(Problem(check, where, message, severity))

    @property
    def errors(self) -> list[Problem]:
        """What stands in the way of publishing."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def holds(self) -> Literal["error", "warning"] | None:
        """How what was seen in all variants counts: not at all where time left too few of them to be sure."""
        if not self.cut or self.exhaustive or self.variants >= SAMPLE:
            return "error"
        return "warning" if self.variants >= MIN_VARIANTS else None

    def share(self, count: int) -> float:
        """``count`` as a share of the variants."""
        return count / self.variants if self.variants else 0.0

    def to_json(self) -> dict[str, Any]:
        """The report for programs; shares are of the variants."""
        template = self.template
        return {
            "slug": template.slug,
            "kind": template.kind,
            "topic": template.topic,
            "level": template.level,
            "exhaustive": self.exhaustive,
            "points": self.points,
            "variants": self.variants,
            "rendered": self.rendered,
            "diagnosable": self.share(self.diagnosable),
            "choice_form": self.share(self.posable),
            "clashes": {code: self.share(count) for code, count in self.clashes.items()},
            "pairs": [{"codes": list(codes), "share": self.share(count)} for codes, count in self.pairs.items()],
            "constant_guess": {"answer": self.guess[0], "share": self.share(self.guess[1])},
            "problems": [problem_json(problem) for problem in self.problems],
        }


def problem_json(problem: Problem) -> dict[str, Any]:
    """One finding for programs."""
    return {
        "check": problem.check,
        "severity": problem.severity,
        "where": problem.where,
        "message": asdict(problem.message),
    }
