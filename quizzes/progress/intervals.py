"""How sure a proportion is."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

Z95 = 1.959963984540054  # the normal distribution lies within ± this with a probability of 95 %


class Proportion(NamedTuple):
    """``successes`` of ``trials``, and the 95 % interval of the probability behind them; no trials tell nothing."""

    successes: int
    trials: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """The proportion that was seen."""
        return self.successes / self.trials if self.trials else None


def wilson(successes: int, trials: int) -> Proportion:
    """Wilson's score interval, which holds for few trials and at 0 and 1 too (E. B. Wilson, JASA 22, 1927).

    >>> result = wilson(8, 10)
    >>> result.share, round(result.low, 3), round(result.high, 3)
    (0.8, 0.49, 0.943)
    """
    if not trials:
        return Proportion(0, 0, 0.0, 1.0)
    share, unit = successes / trials, Z95**2 / trials
    middle = share + unit / 2
    spread = sqrt(share * (1 - share) * unit + unit**2 / 4)
    # Rounding must not carry the bounds at 0 and 1 past them.
    return Proportion(
        successes,
        trials,
        max(0.0, (middle - spread) / (1 + unit)) if successes else 0.0,
        min(1.0, (middle + spread) / (1 + unit)) if successes < trials else 1.0,
    )
