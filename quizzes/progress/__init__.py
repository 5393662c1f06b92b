"""What a learner or an author looks at: today, the whole course, the latest sitting, a template. Nothing here writes.

Each function takes a fixed number of queries, however long the history: totals are made by the database, cards are
read as columns and calculated on in NumPy. Answers that were taken back count nowhere. Days are learner-days, times
are moments; there is no language in it: words come in both.
"""

from .authors import Frequency, Statistics, TemplateStatistics, template_statistics
from .catalogue import Heading, Published, WrongRule, by_code, headings, published, wrong_rules
from .days import Day, Week
from .holders import holders
from .holdings import Holdings, holdings
from .intervals import Proportion, wilson
from .levels import Difficulty, difficulty
from .naming import titles
from .overview import Held, Progress, overview
from .profile import Profile, device, devices, profile
from .readiness import Readiness
from .retention import Retention
from .reviews import Item, Reviews, reviews
from .sessions import Session, session
from .syllabus import Known, topic_of, topics_of
from .topics import Status, Topic
from .wrong_answers import Example, Group, Rule, Unexplained, unexplained

__all__ = [
    "Day",
    "Difficulty",
    "Example",
    "Frequency",
    "Group",
    "Heading",
    "Held",
    "Holdings",
    "Item",
    "Known",
    "Profile",
    "Progress",
    "Proportion",
    "Published",
    "Readiness",
    "Retention",
    "Reviews",
    "Rule",
    "Session",
    "Statistics",
    "Status",
    "TemplateStatistics",
    "Topic",
    "Unexplained",
    "Week",
    "WrongRule",
    "by_code",
    "device",
    "devices",
    "difficulty",
    "headings",
    "holders",
    "holdings",
    "overview",
    "profile",
    "published",
    "reviews",
    "session",
    "template_statistics",
    "titles",
    "topic_of",
    "topics_of",
    "unexplained",
    "wilson",
    "wrong_rules",
]
