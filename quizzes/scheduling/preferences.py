"""What a learner chooses about studying."""

from __future__ import annotations

from dataclasses import dataclass

from .days import DEFAULT_DAY_START_HOUR

DEFAULT_RETENTION = 0.9
RETENTIONS = (0.80, 0.97)
NEW_PER_DAY = (0, 100)
DAILY_MINUTES = (1, 600)
DAY_START_HOURS = (0, 23)


@dataclass(frozen=True, slots=True)
class Preferences:
    """``retention`` is the recall at which a card comes back; ``exam_day`` a learner-day."""

    retention: float = DEFAULT_RETENTION
    new_per_day: int = 10
    daily_minutes: int = 20
    day_start_hour: int = DEFAULT_DAY_START_HOUR
    exam_day: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be scheduled."""
        for name, (low, high) in _BOUNDS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} is from {low} to {high}, got {value}")


_BOUNDS: dict[str, tuple[float, float]] = {
    "retention": RETENTIONS,
    "new_per_day": NEW_PER_DAY,
    "daily_minutes": DAILY_MINUTES,
    "day_start_hour": DAY_START_HOURS,
}
DEFAULTS = Preferences()
