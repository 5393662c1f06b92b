"""Two questions a supervisor asks: does the process live, and can it serve?"""

from __future__ import annotations

from functools import cache

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from quizzes.models import QuestionTemplate


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Database reachable, migrations applied, question bank loaded; 503 says which is not."""
    checks = {"database": False, "migrations": False, "bank": False}
    try:
        applied = MigrationRecorder(connection).applied_migrations()
        checks["database"] = True
        checks["migrations"] = _migrations() <= applied.keys()
        if checks["migrations"]:
            checks["bank"] = QuestionTemplate.objects.filter(current__isnull=False).exists()
    except (DatabaseError, InterfaceError):
        pass  # the body says which check did not hold
    ready = all(checks.values())
    return JsonResponse({"status": "ok" if ready else "unavailable", "checks": checks}, status=200 if ready else 503)


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Every migration on disk; they do not change while the process runs."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations or ())
