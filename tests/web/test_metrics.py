"""Figures for Prometheus: only where they are wanted, only for who may see them, and nothing of a person in them."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from tests.routes import routes
from tests.serving import Site, running

ON = {"METRICS": "on", "METRICS_TOKEN": "a token of the test"}
SHOWN = {"Authorization": f"Bearer {ON['METRICS_TOKEN']}"}


def figures(text: str) -> dict[tuple[str, ...], float]:
    """Requests by method, route and status; of the histogram the numbers only."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name in ("study_requests_total", "study_request_seconds_count"):
                names = ("method", "route", "status")
                found[sample.name, *(sample.labels[name] for name in names if name in sample.labels)] = sample.value
    return found


def get(site: Site, path: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(site.address + path, headers=headers)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("settings_on", "headers", "address", "status"),
    [
        ({"METRICS": False}, {}, "127.0.0.1", 404),
        ({"METRICS": True}, {}, "127.0.0.1", 200),
        ({"METRICS": True}, {}, "::1", 200),
        ({"METRICS": True}, {}, "192.0.2.7", 404),
        ({"METRICS": True}, {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 404),
        ({"METRICS": True}, {"Via": "1.1 proxy"}, "127.0.0.1", 404),
        (ON, {}, "127.0.0.1", 404),
        (ON, {"Authorization": "Bearer another"}, "127.0.0.1", 404),
        (ON, SHOWN, "192.0.2.7", 200),
        ({**ON, "METRICS": False}, SHOWN, "127.0.0.1", 404),
    ],
)
def test_only_who_may_sees_that_there_are_figures(
    settings: Any, settings_on: dict[str, Any], headers: dict[str, str], address: str, status: int
) -> None:
    for name, value in {"METRICS_TOKEN": "", **settings_on}.items():
        setattr(settings, name, value == "on" if name == "METRICS" and value in ("on", "off") else value)
    answer = Client(REMOTE_ADDR=address).get("/metrics", headers=headers)
    assert answer.status_code == status
    assert status == 404 or "no-store" in answer["Cache-Control"]


def test_all_workers_figures_are_added_up_and_are_of_this_run_only(tmp_path: Path) -> None:
    stale = tmp_path / "metrics"
    with running(tmp_path, **ON, WORKERS="3") as site:
        for _ in range(30):
            assert get(site, "/healthz?name=ann")[0] == 200
        assert get(site, "/ann/private")[0] == 404
        assert get(site, "/metrics")[0] == 404
        status, text = get(site, "/metrics", **SHOWN)
        assert status == 200
        found = figures(text)
        assert found["study_requests_total", "GET", "/healthz", "200"] == 30
        assert found["study_request_seconds_count", "GET", "/healthz"] == 30
        assert found["study_requests_total", "GET", "(none)", "404"] >= 1
        known = {f"/{route}" for route, _ in routes()} | {"(none)", "/static/"}
        assert {key[2] for key in found} <= known
        assert not re.search(r"ann|private|127\.0\.0\.1", text)
        assert len({path.name.split("_")[-1] for path in stale.glob("*/*.db")}) >= 2
        site.kill()
        site.start()
        found = figures(get(site, "/metrics", **SHOWN)[1])
        assert ("study_requests_total", "GET", "/healthz", "200") not in found
