"""The author's verbs: write, publish, take back, load the bank."""

from .drafts import keep, save, start
from .loading import BankReport, load_bank
from .merging import Merge, merge_misconceptions, merge_topics, misconception_merge, topic_merge
from .misconceptions import delete_misconception, misconception_uses, save_misconception
from .naming import NewTexts, Text, texts_of_misconception, texts_of_topic
from .publishing import bring_back, publish_proved, published_before, unarchive
from .roles import ROLES, give_roles, roles_of
from .standing import Changed, standing
from .topics import Refused, delete_topic, move_topic, save_topic, topic_problems, topic_uses
from .versions import Conflict, NotPublishable, append, archive, publish, publish_version
from .voiding import void

__all__ = [
    "ROLES",
    "BankReport",
    "Changed",
    "Conflict",
    "Merge",
    "NewTexts",
    "NotPublishable",
    "Refused",
    "Text",
    "append",
    "archive",
    "bring_back",
    "delete_misconception",
    "delete_topic",
    "give_roles",
    "keep",
    "load_bank",
    "merge_misconceptions",
    "merge_topics",
    "misconception_merge",
    "misconception_uses",
    "move_topic",
    "publish",
    "publish_proved",
    "publish_version",
    "published_before",
    "roles_of",
    "save",
    "save_misconception",
    "save_topic",
    "standing",
    "start",
    "texts_of_misconception",
    "texts_of_topic",
    "topic_merge",
    "topic_problems",
    "topic_uses",
    "unarchive",
    "void",
]
