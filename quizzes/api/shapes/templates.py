"""The catalogue of templates."""

from __future__ import annotations

from rest_framework import serializers

from .base import Shape
from .parameters import Count

KINDS = ["question", "flashcard"]
MAX_PAGE = 100


class TemplateParameters(Shape):
    """Which templates."""

    topic = serializers.CharField(
        required=False, allow_blank=True, max_length=60, help_text="Only those of the topic of this slug."
    )
    kind = serializers.ChoiceField(KINDS, required=False, allow_blank=True, help_text="Only those of this kind.")
    limit = Count(
        required=False, default=50, min_value=1, max_value=MAX_PAGE, help_text="How many there are on a page at most."
    )
    cursor = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="Where the page begins: it stands in `next` and `previous` of another one.",
    )

    example = {"topic": "output-size", "kind": "question", "limit": 50, "cursor": "YWZ0ZXI6Y29udi1vdXRwdXQtc2l6ZQ"}


class Template(Shape):
    """A published template."""

    slug = serializers.CharField(help_text="Its stable name, by which it can be asked for.")
    title = serializers.CharField(help_text="A question's title, a flashcard's front; plain text, formulas as LaTeX.")
    topic = serializers.CharField(help_text="Slug of its topic.")
    kind = serializers.ChoiceField(KINDS, help_text="A question is answered, a flashcard is rated.")
    level = serializers.IntegerField(help_text="1 (basic) to 4.")
    version = serializers.IntegerField(help_text="Grows when its text changes.")

    example = {
        "slug": "conv-output-size",
        "title": "Output height of a convolution",
        "topic": "output-size",
        "kind": "question",
        "level": 1,
        "version": 1,
    }


class TemplatePage(Shape):
    """Some of the templates."""

    next = serializers.URLField(allow_null=True, help_text="The address of the next page; `null` on the last one.")
    previous = serializers.URLField(allow_null=True, help_text="The address of the page before; `null` on the first.")
    results = Template(many=True, help_text="By slug.")

    example = {
        "next": "https://study.example.org/api/v1/templates/?cursor=YWZ0ZXI6Y29udi1vdXRwdXQtc2l6ZQ",
        "previous": None,
    }
