"""Questions, results and cards as the API writes them."""

from __future__ import annotations

from typing import Any

from quizzes import questions, scheduling, study
from quizzes.feedback import feedback
from quizzes.models import User
from quizzes.questions import Figure, Text
from quizzes.reader import language

from .base import day_text, time_text


def question(asked: study.Question) -> dict[str, Any]:
    """A posed variant, :class:`.shapes.variants.Variant`."""
    ticket, template = asked.ticket, asked.variant.template
    prompt = questions.render(asked.variant, language())
    return {
        "variant": asked.token,
        "template": template.slug,
        "version": ticket.version,
        "topic": template.topic,
        "kind": template.kind,
        "level": template.level,
        "title": prompt.title,
        "stem": text(prompt.stem),
        "figure": figure(prompt.figure),
        "fields": [_field(field) for field in prompt.fields],
        "hints": prompt.hints,
        "issued_at": time_text(ticket.issued_at),
    }


def _field(field: questions.Field) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": field.name, "type": field.type, "label": field.label}
    if field.type == "shape":
        shown["parts"] = list(field.parts)
    if field.type == "choice":
        shown["choices"] = [{"key": option.key, **text(option.text)} for option in field.choices]
    if field.places is not None:  # decimals, and matrices of decimals
        shown |= {"places": field.places, "tolerance": float(field.tolerance or 0)}
    if field.type == "matrix":
        shown["board"] = list(field.board)
    return shown


def attempt(result: study.Result) -> dict[str, Any]:
    """A graded attempt, :class:`.shapes.attempts.Attempt`."""
    words = feedback(result, language())
    variant, state = result.variant, result.card
    answers = {answer.name: answer for answer in variant.template.answers}
    rating = None if state.second_chance or state.rating is None else state.rating.name.lower()
    return {
        "id": str(result.attempt.id),
        "verdict": result.attempt.verdict,
        "score": result.attempt.score,
        "fields": [
            {
                "name": field.name,
                "correct": field.correct,
                "given": None
                if field.given is None
                else questions.as_response(variant, answers[field.name], field.given),
                "expected": questions.as_response(variant, answers[field.name], field.expected),
            }
            for field in (result.grade.fields if result.grade else ())
        ],
        "misconceptions": [
            {"code": found.code, "title": found.title, "feedback": found.feedback} for found in words.misconceptions
        ],
        "solution": {**text(words.solution), "figure": figure(words.figure)},
        "rating": rating,
        "second_chance": state.second_chance,
        "card": card(state, variant.template.slug, result.attempt.day),
    }


def rating(result: study.Result) -> dict[str, Any]:
    """A rated flashcard, :class:`.shapes.flashcards.Rating`."""
    attempt = result.attempt
    assert attempt.self_rating is not None  # noqa: S101  # every attempt on a flashcard has one
    return {
        "id": str(attempt.id),
        "rating": scheduling.Rating(attempt.self_rating).name.lower(),
        "card": card(result.card, result.variant.template.slug, attempt.day),
    }


def card(state: scheduling.CardState, template: str, day: int) -> dict[str, Any] | None:
    """A card as of ``day``, :class:`.shapes.attempts.CardPart`; ``None`` where nothing was learned."""
    if state.due_day is None:
        return None
    return {
        "template": template,
        "due": day_text(scheduling.date_of(state.due_day)),
        "recall": scheduling.recall(state.memory, day),
        "interval_days": state.due_day - day,
        "revision": state.revision,
    }


def preferences(user: User) -> dict[str, Any]:
    """What a learner chose, :class:`.shapes.me.Preferences`."""
    return {
        "retention": user.retention,
        "new_per_day": user.new_per_day,
        "daily_minutes": user.daily_minutes,
        "day_start_hour": user.day_start_hour,
        "exam_date": user.exam_date and day_text(user.exam_date),
        "time_zone": user.time_zone,
        "language": user.language,
    }


def text(written: Text) -> dict[str, str]:
    """Plain text and HTML."""
    return {"text": written.text, "html": written.html}


def figure(drawn: Figure | None) -> dict[str, str] | None:
    """A picture with its words."""
    if drawn is None:
        return None
    return {"svg": drawn.svg, "title": drawn.title, "description": drawn.description}
