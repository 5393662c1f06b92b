"""The lint as its tests call it: on a source, with the topic and the codes of the small templates."""

from __future__ import annotations

from quizzes.questions import load
from quizzes.questions.lint import Report, lint
from tests.questions.languages import in_both

TOPICS = {"padding"}
CODES = {"took-difference", "took-product", "off-by-one", "one-too-many", "sign-lost", "parity-swapped"}


def linted(source: str, *, every: bool = False) -> Report:
    """The report on one source, whose messages are complete in both languages."""
    report = lint(load(source), TOPICS, CODES, every=every)
    assert [problem for problem in report.problems if not in_both(problem.message)] == []
    return report


def findings(source: str) -> set[tuple[str, str]]:
    """What was found: the check and the place."""
    return {(problem.check, problem.where) for problem in linted(source).problems}


def with_options(source: str, value: str, options: list[tuple[str, str, str]]) -> str:
    """The small sum as a choice of ``(key, label, misconception or nothing)``, without its rules and its tests."""
    choices = "".join(
        f'[[answers.choices]]\nkey = "{key}"\nlabel = {{ ja = "{label}です", en = "{label}" }}\n'
        + (f'misconception = "{code}"\n' if code else "")
        for key, label, code in options
    )
    label = 'label = { ja = "和", en = "Sum" }\n'
    head = source[: source.index("[[misconceptions]]")] + source[source.index("[[hints]]") : source.index("[[tests]]")]
    posed = f'type = "choice"\nvalue = "{value}"\n{label}{choices}'
    return head.replace(label, "").replace('type = "integer"\nvalue = "total"\n', posed)
