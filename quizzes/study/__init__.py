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
from .errors import Conflict, NothingToAsk, Refused
from .log import lock, refold
from .preferences import set_preferences
from .worksheets import worksheet

__all__ = [
    "RECENT",
    "Conflict",
    "Help",
    "NothingToAsk",
    "Question",
    "Refused",
    "Result",
    "Submission",
    "bury",
    "change_password",
    "claim",
    "count_answers",
    "create_guest",
    "delete_learner",
    "help_first",
    "intervals",
    "lock",
    "merge",
    "next_question",
    "readdress",
    "refold",
    "register",
    "reopen",
    "reset",
    "result",
    "resume",
    "set_preferences",
    "sign_up",
    "submit",
    "suspend",
    "undo",
    "worksheet",
]
