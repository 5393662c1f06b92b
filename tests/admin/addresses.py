"""Every address of the admin with a sample of each, and what it answers to whom: one line each.

401 stands for the way to the door: a redirect to signing in. A new route needs its lines here.
"""

from __future__ import annotations

from typing import NamedTuple

PERSONS = ("anonymous", "guest", "learner", "author", "another", "editor", "administrator", "superuser")

TABLE = """
GET  /admin/                                                            401 401 401 200 200 200 200 200
POST /admin/                                                            401 401 401 200 200 200 200 200
GET  /admin/login/                                                      401 403 403 302 302 302 302 302
POST /admin/login/                                                      401 403 403 200 200 200 200 200
GET  /admin/logout/                                                     302 302 302 405 405 405 405 405
POST /admin/logout/                                                     302 302 302 200 200 200 200 200
GET  /admin/password_change/                                            401 401 401 302 302 302 302 302
POST /admin/password_change/                                            401 401 401 302 302 302 302 302
GET  /admin/quizzes/                                                    401 401 401 200 200 200 200 200
POST /admin/quizzes/                                                    401 401 401 200 200 200 200 200
GET  /admin/nothing/                                                    401 401 401 404 404 404 404 404
GET  /admin/jsi18n/                                                     401 401 401 200 200 200 200 200
POST /admin/jsi18n/                                                     401 401 401 405 405 405 405 405
POST /admin/nothing/                                                    401 401 401 404 404 404 404 404
GET  /admin/quizzes/drafts/                                             401 401 401 200 200 200 403 200
POST /admin/quizzes/drafts/                                             405 405 405 405 405 405 405 405
GET  /admin/quizzes/drafts/start/                                       405 405 405 405 405 405 405 405
POST /admin/quizzes/drafts/start/                                       401 401 401 404 404 404 403 404
GET  /admin/quizzes/drafts/{draft}/                                     401 401 401 200 404 404 403 404
POST /admin/quizzes/drafts/{draft}/                                     401 401 401 422 404 404 403 404
GET  /admin/quizzes/drafts/{draft}/preview/                             405 405 405 405 405 405 405 405
POST /admin/quizzes/drafts/{draft}/preview/                             401 401 401 200 404 404 403 404
GET  /admin/quizzes/drafts/{draft}/proof/                               405 405 405 405 405 405 405 405
POST /admin/quizzes/drafts/{draft}/proof/                               401 401 401 200 404 404 403 404
GET  /admin/quizzes/drafts/{draft}/answer/                              405 405 405 405 405 405 405 405
POST /admin/quizzes/drafts/{draft}/answer/                              401 401 401 200 404 404 403 404
GET  /admin/quizzes/drafts/{draft}/discard/                             405 405 405 405 405 405 405 405
POST /admin/quizzes/drafts/{draft}/discard/                             401 401 401 200 404 404 403 404
GET  /admin/quizzes/questiontemplate/                                   401 401 401 200 200 200 403 200
POST /admin/quizzes/questiontemplate/                                   401 401 401 200 200 200 403 200
GET  /admin/quizzes/questiontemplate/add/                               401 401 401 403 403 403 403 403
POST /admin/quizzes/questiontemplate/add/                               401 401 401 403 403 403 403 403
GET  /admin/quizzes/questiontemplate/x/change/                          401 401 401 302 302 302 403 302
POST /admin/quizzes/questiontemplate/x/change/                          401 401 401 403 403 403 403 403
GET  /admin/quizzes/questiontemplate/{template}/                        401 401 401 302 302 302 302 302
POST /admin/quizzes/questiontemplate/{template}/                        401 401 401 302 302 302 302 302
GET  /admin/quizzes/questiontemplate/{template}/history/                401 401 401 200 200 200 403 200
POST /admin/quizzes/questiontemplate/{template}/history/                401 401 401 200 200 200 403 200
GET  /admin/quizzes/questiontemplate/{template}/delete/                 401 401 401 403 403 403 403 403
POST /admin/quizzes/questiontemplate/{template}/delete/                 401 401 401 403 403 403 403 403
GET  /admin/quizzes/questiontemplate/{template}/change/                 401 401 401 200 200 200 403 200
POST /admin/quizzes/questiontemplate/{template}/change/                 405 405 405 405 405 405 405 405
GET  /admin/quizzes/questiontemplate/{template}/prove/                  405 405 405 405 405 405 405 405
POST /admin/quizzes/questiontemplate/{template}/prove/                  401 401 401 302 302 302 403 302
GET  /admin/quizzes/questiontemplate/{template}/publish/                405 405 405 405 405 405 405 405
POST /admin/quizzes/questiontemplate/{template}/publish/                401 401 401 403 403 404 403 404
GET  /admin/quizzes/questiontemplate/{template}/archive/                405 405 405 405 405 405 405 405
POST /admin/quizzes/questiontemplate/{template}/archive/                401 401 401 403 403 302 403 302
GET  /admin/quizzes/questiontemplate/{template}/bring-back/             405 405 405 405 405 405 405 405
POST /admin/quizzes/questiontemplate/{template}/bring-back/             401 401 401 403 403 302 403 302
GET  /admin/quizzes/questiontemplate/{template}/preview/                401 401 401 200 200 200 403 200
POST /admin/quizzes/questiontemplate/{template}/preview/                405 405 405 405 405 405 405 405
GET  /admin/quizzes/questiontemplate/{template}/diff/                   401 401 401 404 404 404 403 404
POST /admin/quizzes/questiontemplate/{template}/diff/                   405 405 405 405 405 405 405 405
GET  /admin/quizzes/questiontemplate/{template}/diff/1/2/               401 401 401 404 404 404 403 404
POST /admin/quizzes/questiontemplate/{template}/diff/1/2/               405 405 405 405 405 405 405 405
GET  /admin/quizzes/questiontemplate/{template}/versions/1/             401 401 401 200 200 200 403 200
POST /admin/quizzes/questiontemplate/{template}/versions/1/             405 405 405 405 405 405 405 405
GET  /admin/quizzes/questiontemplate/{template}/versions/1/void/        401 401 401 403 403 200 403 200
POST /admin/quizzes/questiontemplate/{template}/versions/1/void/        401 401 401 403 403 302 403 302
GET  /admin/quizzes/questiontemplate/{template}/versions/1/voiding/     401 401 401 403 403 404 403 404
POST /admin/quizzes/questiontemplate/{template}/versions/1/voiding/     401 401 401 403 403 404 403 404
GET  /admin/quizzes/questiontemplate/{template}/statistics/             401 401 401 200 200 200 403 200
POST /admin/quizzes/questiontemplate/{template}/statistics/             405 405 405 405 405 405 405 405
GET  /admin/quizzes/topic/                                              401 401 401 200 200 200 403 200
POST /admin/quizzes/topic/                                              401 401 401 405 405 405 403 405
GET  /admin/quizzes/topic/add/                                          401 401 401 403 403 200 403 200
POST /admin/quizzes/topic/add/                                          401 401 401 403 403 200 403 200
GET  /admin/quizzes/topic/{topic}/change/                               401 401 401 200 200 200 403 200
POST /admin/quizzes/topic/{topic}/change/                               401 401 401 403 403 200 403 200
GET  /admin/quizzes/topic/{topic}/move/                                 401 401 401 403 403 405 403 405
POST /admin/quizzes/topic/{topic}/move/                                 401 401 401 403 403 302 403 302
GET  /admin/quizzes/topic/{topic}/delete/                               401 401 401 403 403 405 403 405
POST /admin/quizzes/topic/{topic}/delete/                               401 401 401 403 403 302 403 302
GET  /admin/quizzes/topic/{topic}/merge/                                401 401 401 403 403 404 403 404
POST /admin/quizzes/topic/{topic}/merge/                                401 401 401 403 403 404 403 404
GET  /admin/quizzes/misconception/                                      401 401 401 200 200 200 403 200
POST /admin/quizzes/misconception/                                      401 401 401 405 405 405 403 405
GET  /admin/quizzes/misconception/add/                                  401 401 401 200 200 200 403 200
POST /admin/quizzes/misconception/add/                                  401 401 401 200 200 200 403 200
GET  /admin/quizzes/misconception/learners/                             401 401 401 403 403 200 403 200
POST /admin/quizzes/misconception/learners/                             401 401 401 403 403 302 403 302
GET  /admin/quizzes/misconception/{misconception}/change/               401 401 401 200 200 200 403 200
POST /admin/quizzes/misconception/{misconception}/change/               401 401 401 403 403 200 403 200
GET  /admin/quizzes/misconception/{misconception}/delete/               401 401 401 403 403 405 403 405
POST /admin/quizzes/misconception/{misconception}/delete/               401 401 401 403 403 302 403 302
GET  /admin/quizzes/misconception/{misconception}/merge/                401 401 401 403 403 404 403 404
POST /admin/quizzes/misconception/{misconception}/merge/                401 401 401 403 403 404 403 404
GET  /admin/quizzes/export/                                             401 401 401 200 200 200 403 200
POST /admin/quizzes/export/                                             405 405 405 405 405 405 405 405
GET  /admin/quizzes/export/bank.zip                                     401 401 401 200 200 200 403 200
POST /admin/quizzes/export/bank.zip                                     405 405 405 405 405 405 405 405
GET  /admin/quizzes/export/{template}.toml                              401 401 401 200 200 200 403 200
POST /admin/quizzes/export/{template}.toml                              405 405 405 405 405 405 405 405
GET  /admin/quizzes/import/                                             401 401 401 200 200 200 403 200
POST /admin/quizzes/import/                                             401 401 401 413 413 413 403 413
GET  /admin/quizzes/import/report/                                      401 401 401 404 404 404 403 404
POST /admin/quizzes/import/report/                                      405 405 405 405 405 405 405 405
GET  /admin/quizzes/import/confirm/                                     405 405 405 405 405 405 405 405
POST /admin/quizzes/import/confirm/                                     401 401 401 404 404 404 403 404
GET  /admin/quizzes/import/progress/                                    401 401 401 404 404 404 403 404
POST /admin/quizzes/import/progress/                                    405 405 405 405 405 405 405 405
GET  /admin/quizzes/import/continue/                                    405 405 405 405 405 405 405 405
POST /admin/quizzes/import/continue/                                    401 401 401 404 404 404 403 404
GET  /admin/quizzes/user/                                               401 401 401 403 403 403 200 200
POST /admin/quizzes/user/                                               401 401 401 403 403 403 200 200
GET  /admin/quizzes/user/add/                                           401 401 401 403 403 403 403 403
POST /admin/quizzes/user/add/                                           401 401 401 403 403 403 403 403
GET  /admin/quizzes/user/{user}/                                        401 401 401 302 302 302 302 302
POST /admin/quizzes/user/{user}/                                        401 401 401 302 302 302 302 302
GET  /admin/quizzes/user/{user}/history/                                401 401 401 403 403 403 200 200
POST /admin/quizzes/user/{user}/history/                                401 401 401 403 403 403 200 200
GET  /admin/quizzes/user/{user}/delete/                                 401 401 401 403 403 403 403 403
POST /admin/quizzes/user/{user}/delete/                                 401 401 401 403 403 403 403 403
GET  /admin/quizzes/user/{user}/change/                                 401 401 401 403 403 403 200 200
POST /admin/quizzes/user/{user}/change/                                 401 401 401 403 403 403 302 302
"""


class Line(NamedTuple):
    """What one method of one address answers."""

    method: str
    address: str
    statuses: dict[str, int]


def lines() -> list[Line]:
    """The table."""
    found = []
    for line in TABLE.strip().splitlines():
        method, address, *statuses = line.split()
        found.append(Line(method, address, dict(zip(PERSONS, map(int, statuses), strict=True))))
    return found
