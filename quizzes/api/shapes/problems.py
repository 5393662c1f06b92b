"""Errors."""

from __future__ import annotations

from rest_framework import serializers

from .base import Shape


class FieldProblem(Shape):
    """What is wrong with one field."""

    field = serializers.CharField(help_text="The field's name; of a nested one with the way to it (`events.3.id`).")
    code = serializers.CharField(help_text="Stable, never translated.")
    message = serializers.CharField(help_text="In the reader's language.")

    example = {"field": "device_name", "code": "required", "message": "This field is required."}


class Problem(Shape):
    """RFC 9457 problem document; `code` is stable, `detail` and `message` are in the reader's language."""

    type = serializers.CharField(help_text="Always `about:blank`: the status and `code` say it all.")
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    code = serializers.CharField(help_text="Stable, never translated.")
    detail = serializers.CharField(help_text="What went wrong, in the reader's language.")
    errors_ = FieldProblem(many=True, required=False, help_text="Per field, where fields are wrong.")

    example = {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "code": "invalid",
        "detail": "The request is not of the documented form.",
    }
