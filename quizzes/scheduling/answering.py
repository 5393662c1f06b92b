"""From recall to answers: FSRS predicts what is recalled, and what is recalled is not always answered right."""

from __future__ import annotations

PRIOR = 20.0  # recalled answers, of which …
PRIOR_RIGHT = 18.0  # … these are right


def share(right: float, recalled: float) -> float:
    """The learner's own share of recalled answers that are right, at most 1.

    The probability of a right answer is recall times this share. ``right`` is the number of right first answers at
    reviews, ``recalled`` the sum of the recalls predicted for these reviews. A prior of 20 answers with 10 % slips
    keeps the first few answers from deciding. Source: chosen on the simulated learners of ``benchmarks/memory``, where
    shares are compared; not measured on people.

    >>> share(0, 0), share(12, 20), share(40, 30)
    (0.9, 0.75, 1.0)
    """
    return min(1.0, (PRIOR_RIGHT + right) / (PRIOR + recalled))
