"""Questions to take along, with all that grades them."""

from __future__ import annotations

from rest_framework import serializers

from quizzes.study import MAX_DAYS, MAX_PACK

from .attempts import DiagnosisPart, SolutionPart, ValuesByField
from .base import Shape
from .parameters import Count
from .variants import FIELD_TYPES, TextPart, Variant


class PackParameters(Shape):
    """How much to take along."""

    limit = Count(
        default=50, min_value=1, max_value=MAX_PACK, help_text="How many variants and flashcards at most, together."
    )
    days = Count(
        default=3,
        min_value=1,
        max_value=MAX_DAYS,
        help_text="For how many of the learner's days, of which today is the first.",
    )

    example = {"limit": 50, "days": 3}


class FieldRulePart(Shape):
    """How a field is compared."""

    name = serializers.CharField(help_text="The field's name.")
    type = serializers.ChoiceField(
        FIELD_TYPES,
        help_text=(
            "What is compared: a number (`integer`, `decimal`), numbers in their order (`shape`), numbers in rows "
            "and columns (`matrix`), a key (`choice`)."
        ),
    )
    tolerance = serializers.CharField(
        help_text="How far off each number may be: right is |given − expected| ≤ tolerance, calculated exactly."
    )

    example = {"name": "O", "type": "decimal", "tolerance": "0.005"}


class LeadingPart(DiagnosisPart):
    """A misconception, and what it leads to on this variant."""

    values = ValuesByField(
        help_text=(
            "Per field that it concerns: the wrong answer, written like `expected`; of a choice, a list of the keys."
        )
    )

    example = {**DiagnosisPart.example, "values": {"O": "13"}}


class GradingPart(Shape):
    """All that grades, diagnoses and explains a variant on the device. The guide tells how, rule by rule."""

    fields_ = FieldRulePart(many=True, help_text="How each field is compared.")
    expected = ValuesByField(
        help_text=(
            "Per field what is right, as a response would hold it. Numbers are text and exact: `14`, `-0.125`, "
            "or `1/3` where the decimals do not end."
        )
    )
    misconceptions = LeadingPart(many=True, help_text="In the order in which they are told.")
    solution = SolutionPart(help_text="Step by step.")
    hints = TextPart(many=True, help_text="The hints, the first one first.")

    example = {"expected": {"O": "14"}}


class PackedPart(Shape):
    """What is told of everything in a pack."""

    due = serializers.DateField(
        allow_null=True, help_text="The learner's day on which it is to be asked, or was; `null`: it is new."
    )

    example = {"due": "2026-04-04"}


class PackedVariant(PackedPart, Variant):
    """A question to ask offline."""

    second_chance_of = serializers.CharField(
        required=False,
        help_text=(
            "The token of another variant: ask this one only after that one was answered wrongly, on the same day."
        ),
    )
    grading = GradingPart(help_text="Keep it from the learner until the answer is in.")

    example = {**Variant.example, **PackedPart.example, "second_chance_of": "WyIwMTk4…:7kQ…"}


class PackedFlashcard(PackedPart, Variant):
    """A flashcard to rate offline."""

    back = SolutionPart(help_text="What is shown before it is rated.")

    example = {
        **Variant.example,
        **PackedPart.example,
        "template": "output-size-06",
        "topic": "output-size",
        "kind": "flashcard",
        "title": "Output size 6",
        "hints": 0,
    }


class Pack(Shape):
    """Questions for the days ahead."""

    pack = serializers.CharField(help_text="Names this pack. As long as nothing is answered the same is given again.")
    issued_at = serializers.DateTimeField(help_text="When the learner's day began; answers are accepted for 90 days.")
    expires_at = serializers.DateTimeField(help_text="When its days are over: time to fetch another one.")
    variants = PackedVariant(many=True, help_text="In the order of asking, second chances after what they belong to.")
    flashcards = PackedFlashcard(many=True, help_text="In the order of asking.")

    example = {
        "pack": "5f0d6f9c1a2b3c4d5e6f708192a3b4c5",
        "issued_at": "2026-03-31T19:00:00Z",
        "expires_at": "2026-04-03T19:00:00Z",
    }
