"""The API's own description: the OpenAPI document, and a page to browse it and try it out."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from threading import Lock

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from . import problems
from .base import Endpoint


class Document(Endpoint):
    """The OpenAPI document."""

    authentication_classes: tuple[type[BaseAuthentication], ...] = ()
    permission_classes: tuple[type[BasePermission], ...] = ()
    renderer_classes = (OpenApiJsonRenderer2, OpenApiJsonRenderer)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponseBase:
        """The same for everybody, in English."""
        written = document()
        response = HttpResponse(written, content_type=request.accepted_media_type)
        response["ETag"] = etag = f'"{sha256(written).hexdigest()[:32]}"'
        response["Cache-Control"] = "public, no-cache"
        response["Content-Language"] = "en"
        return get_conditional_response(request, etag, None, response) or response


_writing = Lock()


def document() -> bytes:
    """The document as JSON. To put it together takes long, so each worker does it once, and one thread at a time.

    Two at once would break: drf-spectacular loads its extensions as it goes.
    """
    with _writing:
        return _document()


@cache
def _document() -> bytes:
    with translation.override("en"):
        described = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    written: bytes = OpenApiJsonRenderer().render(described, renderer_context={"indent": 1})
    return written + b"\n"


@csrf_exempt  # nothing is done here
@csp_update({"img-src": ["data:"]})  # Swagger UI's style sheet holds its icons
def page(request: HttpRequest) -> HttpResponse:
    """The document, browsable."""
    if request.method not in ("GET", "HEAD"):
        refused = problems.of_site(request, 405)
        refused["Allow"] = "GET, HEAD"
        return refused
    response = render(request, "quizzes/api_docs.html")
    response["Content-Language"] = "en"
    return response
