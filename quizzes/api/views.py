"""Endpoints: validate the request, call one verb, write the answer down."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers as drf
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from quizzes import questions, scheduling, study
from quizzes.feedback import feedback, language
from quizzes.models import User
from quizzes.questions import Figure, Text

from . import serializers
from .parsers import StrictJSONParser
from .problems import MEDIA_TYPE


def _problem(description: str) -> OpenApiResponse:
    return OpenApiResponse(serializers.Problem, description)


def _responses(success: dict[int, Any], **errors: str) -> dict[Any, Any]:
    """Every answer of an endpoint; ``_409="…"`` documents an error."""
    common = {
        400: "The request is not of the documented form.",
        413: "The body is too large.",
        415: "The body is not JSON.",
    }
    found = common | {int(status.lstrip("_")): words for status, words in errors.items()}
    return {**success, **{(status, MEDIA_TYPE): _problem(words) for status, words in sorted(found.items())}}


def _learner(request: Request) -> User:
    """The permission classes let only learners through."""
    return cast(User, request.user)


def _valid(serializer: type[drf.Serializer[Any]], request: Request) -> dict[str, Any]:
    read = serializer(data=request.data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


class Endpoint(APIView):
    """What all endpoints share."""

    parser_classes = (StrictJSONParser,)


class Guests(Endpoint):
    """Study without an account."""

    authentication_classes: tuple[type[BaseAuthentication], ...] = ()
    permission_classes: tuple[type[BasePermission], ...] = ()

    @extend_schema(
        operation_id="create_guest",
        request=serializers.GuestRequest,
        responses=_responses({201: serializers.Guest}),
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Create a guest and the token of its first device."""
        body = _valid(serializers.GuestRequest, request)
        device, token = study.create_guest(body["device_name"])
        return Response({"token": token, "learner": str(device.user_id), "expiry": _time(device.expiry)}, 201)


class Variants(Endpoint):
    """Ask for a question."""

    @extend_schema(
        operation_id="create_variant",
        request=serializers.VariantRequest,
        responses=_responses(
            {201: serializers.Variant},
            _401="No valid token.",
            _404="No published template of this name or topic.",
            _422="The template cannot be posed as multiple choice.",
        ),
    )
    def post(self, request: Request) -> Response:
        """Pose a fresh variant. It is stored only when it is answered."""
        body = _valid(serializers.VariantRequest, request)
        kind: questions.Kind | None = None if "template" in body else "question"
        return Response(_question(study.next_question(_learner(request).id, kind=kind, **body)), 201)


class Attempts(Endpoint):
    """Answer a question."""

    @extend_schema(
        operation_id="create_attempt",
        request=serializers.AttemptRequest,
        responses=_responses(
            {201: serializers.Attempt, 200: serializers.Attempt},
            _401="No valid token.",
            _409="The id was used with another body (`id-reused`), or the variant was answered (`variant-answered`).",
            _422="The response cannot be read (nothing was recorded), or the variant's token is not valid.",
        ),
    )
    def post(self, request: Request) -> Response:
        """Grade, diagnose, record and reschedule. The same request again gives the first result with status 200."""
        body = _valid(serializers.AttemptRequest, request)
        submission = study.Submission(token=body.pop("variant"), **body)
        result = study.submit(_learner(request).id, submission)
        return Response(_attempt(result), 201 if result.created else 200)


def _question(question: study.Question) -> dict[str, Any]:
    ticket, template = question.ticket, question.variant.template
    prompt = questions.render(question.variant, language())
    return {
        "variant": question.token,
        "template": template.slug,
        "version": ticket.version,
        "topic": template.topic,
        "kind": template.kind,
        "level": template.level,
        "title": prompt.title,
        "stem": _text(prompt.stem),
        "figure": _figure(prompt.figure),
        "fields": [_field(field) for field in prompt.fields],
        "hints": prompt.hints,
        "issued_at": _time(ticket.issued_at),
    }


def _field(field: questions.Field) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": field.name, "type": field.type, "label": field.label}
    if field.type == "shape":
        shown["parts"] = list(field.parts)
    if field.type == "choice":
        shown["choices"] = [{"key": option.key, **_text(option.text)} for option in field.choices]
    if field.places is not None:  # decimals, and matrices of decimals
        shown |= {"places": field.places, "tolerance": float(field.tolerance or 0)}
    if field.type == "matrix":
        shown["board"] = list(field.board)
    return shown


def _attempt(result: study.Result) -> dict[str, Any]:
    words = feedback(result, language())
    variant, card = result.variant, result.card
    answers = {answer.name: answer for answer in variant.template.answers}
    rating = None if card.second_chance or card.rating is None else card.rating.name.lower()
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
        "solution": {**_text(words.solution), "figure": _figure(words.figure)},
        "rating": rating,
        "second_chance": card.second_chance,
        "card": _card(result.card, variant.template.slug, result.attempt.day),
    }


def _card(card: scheduling.CardState, template: str, day: int) -> dict[str, Any] | None:
    if card.due_day is None:
        return None
    return {
        "template": template,
        "due": scheduling.date_of(card.due_day).isoformat(),
        "recall": scheduling.recall(card.memory, day),
        "interval_days": card.due_day - day,
        "revision": card.revision,
    }


def _text(text: Text) -> dict[str, str]:
    return {"text": text.text, "html": text.html}


def _figure(figure: Figure | None) -> dict[str, str] | None:
    if figure is None:
        return None
    return {"svg": figure.svg, "title": figure.title, "description": figure.description}


def _time(moment: Any) -> str:
    return str(drf.DateTimeField().to_representation(moment))
