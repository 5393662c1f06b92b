"""What a learner may choose about studying."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from quizzes.scheduling import DEFAULTS, Preferences

BOUNDS = {"retention": (0.80, 0.97), "new_per_day": (0, 100), "daily_minutes": (1, 600), "day_start_hour": (0, 23)}


@pytest.mark.parametrize(("name", "bounds"), BOUNDS.items())
def test_what_cannot_be_scheduled_is_refused(name: str, bounds: tuple[float, float]) -> None:
    low, high = bounds
    for allowed in bounds:
        replace(DEFAULTS, **{name: allowed})  # type: ignore[arg-type]  # the name decides the type
    for refused in (low - 0.01, high + 0.01, low - 1, high + 1, math.inf, -math.inf, math.nan):
        with pytest.raises(ValueError, match=rf"{name} is from {low} to {high}, got"):
            replace(DEFAULTS, **{name: refused})  # type: ignore[arg-type]


def test_an_exam_may_lie_on_any_day_or_nowhere() -> None:
    assert DEFAULTS.exam_day is None
    assert [Preferences(exam_day=day).exam_day for day in (-5, 0, 20_000)] == [-5, 0, 20_000]
