"""When to ask what: from the log of answers to cards, days, beliefs and plans. Pure: it knows no database.

:mod:`.cards` folds the events of one card, :mod:`.misconceptions` the evidence on one misconception; :mod:`.planning`
chooses a day's cards, :mod:`.projection` looks ahead; :mod:`.answering` leads from recall to right answers.
"""

from . import misconceptions
from .answering import share
from .cards import LEECH_LAPSES, CardState, Memory, due_day, fold, recall, step
from .days import date_of, day_of, learner_day
from .events import ACTS, Act, Action, Answer, Event, Rating
from .misconceptions import Belief, Evidence
from .planning import Planned, before_exam, ordered, planned, portion
from .preferences import DEFAULTS, Preferences
from .projection import Deck, Projection, project

__all__ = [
    "ACTS",
    "DEFAULTS",
    "LEECH_LAPSES",
    "Act",
    "Action",
    "Answer",
    "Belief",
    "CardState",
    "Deck",
    "Event",
    "Evidence",
    "Memory",
    "Planned",
    "Preferences",
    "Projection",
    "Rating",
    "before_exam",
    "date_of",
    "day_of",
    "due_day",
    "fold",
    "learner_day",
    "misconceptions",
    "ordered",
    "planned",
    "portion",
    "project",
    "recall",
    "share",
    "step",
]
