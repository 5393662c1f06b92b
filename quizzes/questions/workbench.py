"""What an author sees of a text at work: variants, what the lint proves, and how a response is graded.

Everything that comes out is JSON. The texts come from people and may take any time or memory: see ``quizzes.bounded``.
``at`` is told the part that begins, so that whoever stops a call can say at what.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from cnncalc.words import Language

from . import values
from .catalogue import unknown_references
from .choices import offers_choice
from .figures import Figure
from .grading import grade, is_right
from .lint import lint
from .lint.checks import why_none
from .lint.rendering import failure, finding
from .lint.report import problem_json
from .loading import load
from .places import line_of, lines
from .prompts import Field, figure, hint, render
from .responses import ResponseError, parse
from .shown import shown
from .solutions import RENDERABLE, explain
from .tables import Problem, TemplateError
from .template import Template
from .values import Scope, Value
from .variants import Format, GenerationError, Variant, generate
from .words import Both

Tell = Callable[[str], object]
_T = TypeVar("_T")

MOST_PROBLEMS = 100
LONGEST_MESSAGE = 600  # characters


def preview(
    source: str,
    *,
    topics: Collection[str],
    codes: Collection[str],
    language: Language,
    seeds: Sequence[int],
    revealed: bool,
    format: Format = "free",
    at: Tell = lambda part: None,
) -> dict[str, Any]:
    """The variants of ``seeds`` as learners see them, before the answer or ``revealed``, and what keeps them away."""
    template, problems = _loaded(source, topics, codes, at)
    found: dict[str, Any] = {"problems": [], "slug": None, "topic": None, "kind": None, "level": None, "title": None}
    found["variants"] = []
    if template is not None:
        found |= {"slug": template.slug, "topic": template.topic, "kind": template.kind, "level": template.level}
        found["title"] = template.title[language]
        for seed in seeds:
            at(f"variant {seed}")
            posed = _posed(template, seed, format, problems)
            if posed is None:
                break  # no other seed would fare better
            shot = _Shot(posed, language, problems, at)
            found["variants"].append(shot.take(revealed))
    found["problems"] = described(problems, source)
    return found


def prove(
    source: str,
    *,
    topics: Collection[str],
    codes: Collection[str],
    seconds: float,
    at: Tell = lambda part: None,
) -> dict[str, Any]:
    """What the lint finds in about ``seconds``; only the problems where the text does not load."""
    start = time.monotonic()
    template, problems = _loaded(source, topics, codes, at)
    if template is None:
        return {"problems": described(problems, source), "cut": False}
    report = lint(template, topics, codes, seconds=max(seconds - (time.monotonic() - start), 0.1), at=at)
    return report.to_json() | {
        "problems": described(report.problems, source),
        "cut": report.cut,
        "answers": [{"answer": text, "share": report.share(count)} for text, count in report.answers],
        "seconds": round(time.monotonic() - start, 3),
    }


def answer(
    source: str,
    *,
    seed: int,
    format: Format,
    language: Language,
    response: Mapping[str, Any],
    at: Tell = lambda part: None,
) -> dict[str, Any]:
    """The grade of ``response`` to the variant of ``seed``; ``errors`` for fields that cannot be read.

    Where the text gives no variant that could be answered, there are just the ``problems``.
    """
    template, problems = _loaded(source, (), (), at)
    if template is None:
        return {"problems": described(problems, source)}
    if template.kind == "flashcard":
        message = Both("フラッシュカードには解答を入力しません。", "is not answered")
        return {"problems": described([Problem("schema", "flashcards", message)], source)}
    at(f"variant {seed}")
    problems.clear()
    variant = _posed(template, seed, format, problems)
    if variant is None:
        return {"problems": described(problems, source)}
    at("answer")
    try:
        result = grade(variant, parse(variant, response))
        fields = [
            {
                "name": field.name,
                "label": asked.label[language],
                "correct": field.correct,
                "given": None if field.given is None else shown(variant, asked, field.given, language).text,
                "expected": shown(variant, asked, field.expected, language).text,
            }
            for field, asked in zip(result.fields, template.answers, strict=True)
        ]
    except ResponseError as error:
        return {"errors": error.messages(language)}
    except RENDERABLE as error:
        return {"problems": described([finding(error, variant, language)], source)}
    return {
        "verdict": result.verdict,
        "score": float(result.score),
        "fields": fields,
        "misconceptions": [{"code": code} for code in result.misconceptions],
    }


def _loaded(
    source: str, topics: Collection[str], codes: Collection[str], at: Tell
) -> tuple[Template | None, list[Problem]]:
    """The template, and what of it is unknown; or why there is none."""
    at("loading")
    try:
        source.encode()
        template = load(source)
    except UnicodeEncodeError as error:
        place = error.start + 1
        message = Both(
            f"UTF-8ではありません：{place}文字目がサロゲートの片方だけです。",
            f"is not UTF-8: character {place} is half of a sign",
        )
        return None, [Problem("toml", "", message)]
    except TemplateError as error:
        return None, error.problems
    return template, list(unknown_references(template, topics, codes))


def _posed(template: Template, seed: int, format: Format, problems: list[Problem]) -> Variant | None:
    """The variant in this form, or in the other where there are too few distractors."""
    try:
        variant = generate(template, seed, format)
        return variant if format == "free" or offers_choice(variant) else variant._replace(format="free")
    except GenerationError:
        problems.append(Problem("no-variant", "require", why_none(template)))
    except RENDERABLE as error:
        problems.append(Problem("render", "parameters", failure(error)))
    return None


class _Shot:
    """One variant, part by part: a part that cannot be shown leaves its problem and does not hide the others."""

    def __init__(self, variant: Variant, language: Language, problems: list[Problem], at: Tell) -> None:
        self.variant, self.language, self.problems, self.at = variant, language, problems, at

    def take(self, revealed: bool) -> dict[str, Any]:
        variant, language = self.variant, self.language
        template = variant.template
        prompt = self.part("stem", lambda: render(variant._replace(template=_without_figure(template)), language))
        drawn = self.part("figure", lambda: figure(variant, language, revealed=False))
        numbers = range(1, len(template.hints) + 1)
        hints = [self.part("hints", lambda n=n: hint(variant, n, language).html) for n in numbers]  # type: ignore[misc]  # mypy takes the default for another argument
        return {
            "seed": variant.seed,
            "format": variant.format,
            "parameters": self.part("parameters", lambda: _texts(variant.parameters)) or {},
            "title": prompt.title if prompt else template.title[language],
            "stem": prompt.stem.html if prompt else "",
            "figure": _figure(drawn),
            "fields": [_field(field) for field in prompt.fields] if prompt else [],
            "hints": [text for text in hints if text is not None],
            **(
                self.revealed() if revealed else {"answers": {}, "solution": None, "solution_figure": None, "wrong": []}
            ),
        }

    def revealed(self) -> dict[str, Any]:
        variant, language = self.variant, self.language
        bare = variant._replace(template=_without_figure(variant.template))
        solution = self.part("solution", lambda: explain(bare, language))
        drawn = self.part("figure", lambda: figure(variant, language, revealed=True))
        return {
            "answers": self.part("answers", lambda: _answers(variant, language)) or {},
            "solution": solution.text.html if solution else None,
            "solution_figure": drawn.svg if drawn else None,
            "wrong": self.part("misconceptions", lambda: _wrong(variant)) or [],
        }

    def part(self, name: str, make: Callable[[], _T]) -> _T | None:
        self.at(name)
        try:
            return make()
        except RENDERABLE as error:
            problem = finding(error, self.variant, self.language)
            if not any((p.check, p.message) == (problem.check, problem.message) for p in self.problems):
                self.problems.append(problem)
            return None


def _without_figure(template: Template) -> Template:
    return replace(template, figure=None) if template.figure else template


def _texts(scope: Scope) -> dict[str, str]:
    return {name: values.plain(value) for name, value in scope.items()}


def _answers(variant: Variant, language: Language) -> dict[str, str]:
    fields = variant.template.answers
    return {field.name: shown(variant, field, variant.answers[field.name], language).text for field in fields}


def _wrong(variant: Variant) -> list[dict[str, Any]]:
    fields = {field.name: field for field in variant.template.answers}

    def text(name: str, value: Value) -> str:
        return values.plain(value, fields[name].places if fields[name].is_decimal else None)

    return [
        {
            "code": code,
            "values": {name: text(name, value) for name, value in by_field.items()},
            "is_right": all(is_right(fields[name], value, variant.answers[name]) for name, value in by_field.items()),
        }
        for code, by_field in variant.wrong.items()
    ]


def _figure(drawn: Figure | None) -> dict[str, str] | None:
    if drawn is None:
        return None
    return {"svg": drawn.svg, "title": drawn.title, "description": drawn.description, "table": drawn.table}


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "type": field.type,
        "label": field.label,
        "parts": list(field.parts),
        "board": list(field.board) if field.type == "matrix" else None,
        "places": field.places,
        "tolerance": field.tolerance,
        "choices": [{"key": option.key, "html": option.text.html} for option in field.choices],
    }


def described(problems: Sequence[Problem], source: str) -> list[dict[str, Any]]:
    """Problems as JSON, with their line in ``source``: in both languages, because nobody here knows who reads them."""
    found = lines(source)
    if len(problems) > MOST_PROBLEMS:
        more = len(problems) - MOST_PROBLEMS
        rest = Problem("schema", "", Both(f"このほかに{more}件の問題があります。", f"and {more} problems more"))
        problems = [*problems[:MOST_PROBLEMS], rest]
    return [
        problem_json(replace(problem, message=_short(problem.message)))
        | {"line": line_of(problem.where, found, problem.message.en)}
        for problem in problems
    ]


def _short(message: Both) -> Both:
    return Both(
        *(text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]} …" for text in (message.ja, message.en))
    )
