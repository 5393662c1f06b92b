"""Figures for Prometheus: what was asked, how it was answered and how long that took.

Labels are routes and statuses, whose number is bounded by the program, and nothing of a person. Each of gunicorn's
workers keeps its own in a file of the folder that ``PROMETHEUS_MULTIPROC_DIR`` names; whoever is asked adds them up.
"""

from __future__ import annotations

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("study_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "study_request_seconds",
    "Time until an answer began.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request."""
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(method, route).observe(seconds)


def written() -> bytes:
    """All figures of all workers, in Prometheus's text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library types it only in part
    return generate_latest(registry)
