"""What a learner or an author looks at: today, the whole course, the latest sitting, a template. Nothing here writes.

Each function takes a fixed number of queries, however long the history: totals are made by the database, cards are
read as columns and calculated on in NumPy. Answers that were taken back count nowhere. Days are learner-days, times
are moments; there is no language in it.
"""

from .authors import Frequency, Statistics, TemplateStatistics, template_statistics
from .days import Day, Week
from .holdings import Holdings, holdings
from .intervals import Proportion, wilson
from .overview import Held, Progress, overview
from .readiness import Readiness
from .retention import Retention
from .reviews import Item, Reviews, reviews
from .sessions import Session, session
from .syllabus import Known, topic_of, topics_of
from .topics import Status, Topic

__all__ = [
    "Day",
    "Frequency",
    "Held",
    "Holdings",
    "Item",
    "Known",
    "Progress",
    "Proportion",
    "Readiness",
    "Retention",
    "Reviews",
    "Session",
    "Statistics",
    "Status",
    "TemplateStatistics",
    "Topic",
    "Week",
    "holdings",
    "overview",
    "reviews",
    "session",
    "template_statistics",
    "topic_of",
    "topics_of",
    "wilson",
]
