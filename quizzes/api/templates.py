"""The catalogue of templates."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import progress
from quizzes.progress import Published
from quizzes.reader import language
from quizzes.study import NothingToAsk

from . import pagination
from .base import NO_TOKEN, Endpoint, responses
from .conditional import NOT_MODIFIED, PARAMETERS, conditional, entity_tag
from .parameters import parameters
from .shapes.templates import TemplatePage, TemplateParameters


class Templates(Endpoint):
    """The catalogue of templates."""

    @extend_schema(
        operation_id="list_templates",
        parameters=[TemplateParameters, *PARAMETERS],
        request=None,
        responses=responses(
            {200: TemplatePage, 304: NOT_MODIFIED},
            body=False,
            _400=(
                "A parameter is unknown, stands there twice or is not of the documented form (`invalid`, with `errors` "
                "per field), or the address is malformed (`malformed-query`)."
            ),
            _401=NO_TOKEN,
            _404="There is no topic of this name with published templates (`unknown-topic`).",
        ),
    )
    def get(self, request: Request) -> Response:
        """Published templates by slug, in pages. Their questions are asked by `POST /api/v1/variants/`."""
        asked = parameters(TemplateParameters, request)
        cursor = pagination.read(asked["cursor"]) if asked.get("cursor") else None
        found = _of(progress.published(), asked.get("topic"), asked.get("kind"))
        page = pagination.page(request, found, lambda template: template.slug, cursor, asked["limit"])
        return conditional(request, entity_tag(request, page), lambda: _page(page))


def _of(templates: list[Published], topic: str | None, kind: str | None) -> list[Published]:
    """Those of the topic and kind; nothing named is everything. Raises :class:`NothingToAsk`."""
    if topic:
        templates = [template for template in templates if template.topic == topic]
        if not templates:
            raise NothingToAsk("unknown-topic")
    return [template for template in templates if template.kind == kind] if kind else templates


def _page(page: pagination.Page[Published]) -> dict[str, Any]:
    titles, now = progress.titles(page.items), language()
    results = [
        {
            "slug": template.slug,
            "title": titles[template.slug][now],
            "topic": template.topic,
            "kind": template.kind,
            "level": template.level,
            "version": template.number,
        }
        for template in page.items
    ]
    return {"next": page.next, "previous": page.previous, "results": results}
