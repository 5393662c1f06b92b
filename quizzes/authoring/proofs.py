"""Proofs of versions: what the lint found, kept with the version that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from quizzes.bounded import Limits, Pool
from quizzes.models import QuestionTemplate, TemplateVersion

from .workshop import BENCH, proved

Badge: TypeAlias = Literal["unproved", "errors", "warnings", "clean"]

SECONDS = 30.0
MEGABYTES = 512

_pool = Pool(BENCH, keep=False)  # of its own, so that authors' previews go on meanwhile


def prove_version(version: TemplateVersion, *, seconds: float = SECONDS) -> dict[str, Any]:
    """Prove a version and keep what was found with it. Raises ``workshop.TooMuch`` and ``workshop.Busy``.

    A proof that was cut counts: it says of how many variants it is.
    """
    version.proof = proved(version.source, Limits(seconds, MEGABYTES), _pool)
    version.save(update_fields=["proof"])
    return version.proof


def badge(proof: Mapping[str, Any] | None) -> Badge:
    """A proof in one word."""
    if proof is None:
        return "unproved"
    severities = {problem["severity"] for problem in proof["problems"]}
    return "errors" if "error" in severities else "warnings" if severities else "clean"


def missing(limit: int) -> Iterator[TemplateVersion]:
    """At most ``limit`` published versions that were not proved yet."""
    published = QuestionTemplate.objects.filter(current__isnull=False).values("current")
    yield from TemplateVersion.objects.filter(id__in=published, proof__isnull=True).order_by("id")[:limit]
