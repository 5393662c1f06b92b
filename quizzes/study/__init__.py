"""The learner's verbs: ask for the next question, submit an answer, act on cards, choose preferences, come and go.

Web, API and commands all call these. A learner is named by id; a stranger by the id that the guest will have, because
the first answer creates the guest. The data goes one way: :mod:`.choosing` and :mod:`.asking` read, :mod:`.answering`
and :mod:`.cards` append to the log, :mod:`.log` brings cards and beliefs up to date.
"""

from .accounts import (
    change_password,
    claim,
    count_answers,
    create_guest,
    delete_learner,
    merge,
    readdress,
    register,
    sign_up,
)
from .answering import Result, Submission, result, submit
from .asking import RECENT, Help, Question, help_first, intervals, next_question, reopen
from .cards import bury, reset, resume, suspend, undo
from .changes import BEGINNING, Change, CursorExpired, Page, changes
from .devices import (
    add_device,
    is_closed,
    purge_closed_tokens,
    rename_device,
    renew,
    revoke_device,
    revoke_other_devices,
    sign_in_again,
)
from .errors import Conflict, NothingToAsk, Refused, Unrated
from .log import lock, refold
from .merging import MergeStep, count_unmerged, merge_beliefs
from .packs import MAX_DAYS, MAX_PACK, Pack, Packed, pack
from .preferences import set_preferences
from .syncing import CardAct, Outcome, SyncEvent, sync
from .voiding import VoidStep, count_counting, finish_voids, void_step
from .worksheets import worksheet

__all__ = [
    "BEGINNING",
    "MAX_DAYS",
    "MAX_PACK",
    "RECENT",
    "CardAct",
    "Change",
    "Conflict",
    "CursorExpired",
    "Help",
    "MergeStep",
    "NothingToAsk",
    "Outcome",
    "Pack",
    "Packed",
    "Page",
    "Question",
    "Refused",
    "Result",
    "Submission",
    "SyncEvent",
    "Unrated",
    "VoidStep",
    "add_device",
    "bury",
    "change_password",
    "changes",
    "claim",
    "count_answers",
    "count_counting",
    "count_unmerged",
    "create_guest",
    "delete_learner",
    "finish_voids",
    "help_first",
    "intervals",
    "is_closed",
    "lock",
    "merge",
    "merge_beliefs",
    "next_question",
    "pack",
    "purge_closed_tokens",
    "readdress",
    "refold",
    "register",
    "rename_device",
    "renew",
    "reopen",
    "reset",
    "result",
    "resume",
    "revoke_device",
    "revoke_other_devices",
    "set_preferences",
    "sign_in_again",
    "sign_up",
    "submit",
    "suspend",
    "sync",
    "undo",
    "void_step",
    "worksheet",
]
