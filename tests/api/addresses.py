"""Every address of the project with a sample of each, and what it answers to whom: one line each.

Names in braces stand for what belongs to learner A, and for what all share (``samples`` in test_access.py). Pages
are asked by GET and by an empty POST, the API by each of its methods. A new route needs its lines here: think of who
may see it.
"""

from __future__ import annotations

from typing import NamedTuple

PERSONS = ("anonymous", "guest", "A", "B", "author", "editor", "administrator", "superuser")

# method, address, the status for each of PERSONS, and the body if it is not `{}`
TABLE = """
GET    /                                                       200 200 200 200 200 200 200 200
POST   /                                                       405 405 405 405 405 405 405 405
GET    /calculator/                                            200 200 200 200 200 200 200 200
POST   /calculator/                                            405 405 405 405 405 405 405 405
GET    /review/                                                302 302 302 302 302 302 302 302
POST   /review/                                                405 405 405 405 405 405 405 405
GET    /practice/                                              302 302 302 302 302 302 302 302
POST   /practice/                                              405 405 405 405 405 405 405 405
GET    /practice/{topic}/                                      302 302 302 302 302 302 302 302
POST   /practice/{topic}/                                      405 405 405 405 405 405 405 405
GET    /practice/{topic}/worksheet/                            302 302 302 302 302 302 302 302
POST   /practice/{topic}/worksheet/                            405 405 405 405 405 405 405 405
GET    /misconceptions/{misconception}/                        302 302 302 302 302 302 302 302
POST   /misconceptions/{misconception}/                        405 405 405 405 405 405 405 405
GET    /cards/                                                 302 302 302 302 302 302 302 302
POST   /cards/                                                 405 405 405 405 405 405 405 405
GET    /cards/{topic}/                                         302 302 302 302 302 302 302 302
POST   /cards/{topic}/                                         405 405 405 405 405 405 405 405
GET    /cram/                                                  302 302 302 302 302 302 302 302
POST   /cram/                                                  405 405 405 405 405 405 405 405
GET    /cram/{topic}/                                          302 302 302 302 302 302 302 302
POST   /cram/{topic}/                                          405 405 405 405 405 405 405 405
GET    /question/?variant={token}                              302 302 200 302 302 302 302 302
POST   /question/?variant={token}                              302 302 200 302 302 302 302 302
GET    /attempts/{attempt}/                                    404 404 200 404 404 404 404 404
POST   /attempts/{attempt}/                                    405 405 405 405 405 405 405 405
GET    /attempts/{attempt}/act/                                405 405 405 405 405 405 405 405
POST   /attempts/{attempt}/act/                                404 404 302 404 404 404 404 404
GET    /templates/{template}/resume/                           405 405 405 405 405 405 405 405
POST   /templates/{template}/resume/                           302 302 302 302 302 302 302 302
GET    /session/                                               302 302 200 302 302 302 302 302
POST   /session/                                               405 405 405 405 405 405 405 405
GET    /topics/                                                200 200 200 200 200 200 200 200
POST   /topics/                                                405 405 405 405 405 405 405 405
GET    /topics/{topic}/                                        200 200 200 200 200 200 200 200
POST   /topics/{topic}/                                        405 405 405 405 405 405 405 405
GET    /progress/                                              200 200 200 200 200 200 200 200
POST   /progress/                                              405 405 405 405 405 405 405 405
GET    /progress/export.json                                   302 200 200 200 200 200 200 200
POST   /progress/export.json                                   405 405 405 405 405 405 405 405
GET    /progress/export.csv                                    302 200 200 200 200 200 200 200
POST   /progress/export.csv                                    405 405 405 405 405 405 405 405
GET    /settings/                                              200 200 200 200 200 200 200 200
POST   /settings/                                              200 200 200 200 200 200 200 200
GET    /settings/delete/                                       302 200 200 200 200 200 200 200
POST   /settings/delete/                                       302 200 200 200 200 200 200 200
GET    /about/                                                 200 200 200 200 200 200 200 200
POST   /about/                                                 405 405 405 405 405 405 405 405
GET    /language/                                              405 405 405 405 405 405 405 405
POST   /language/                                              302 302 302 302 302 302 302 302
GET    /accounts/                                              200 200 200 200 200 200 200 200
POST   /accounts/                                              405 405 405 405 405 405 405 405
GET    /accounts/login/                                        200 200 302 302 302 302 302 302
POST   /accounts/login/                                        200 200 302 302 302 302 302 302
GET    /accounts/signup/                                       200 200 302 302 302 302 302 302
POST   /accounts/signup/                                       200 200 302 302 302 302 302 302
GET    /accounts/logout/                                       302 302 200 200 200 200 200 200
POST   /accounts/logout/                                       302 302 302 302 302 302 302 302
GET    /accounts/inactive/                                     200 200 200 200 200 200 200 200
POST   /accounts/inactive/                                     405 405 405 405 405 405 405 405
GET    /accounts/reauthenticate/                               302 302 200 200 200 200 200 200
POST   /accounts/reauthenticate/                               302 302 200 200 200 200 200 200
GET    /accounts/email/                                        302 302 200 200 200 200 200 200
POST   /accounts/email/                                        302 302 302 302 302 302 302 302
GET    /accounts/confirm-email/nothing/                        200 200 200 200 200 200 200 200
POST   /accounts/confirm-email/nothing/                        404 404 404 404 404 404 404 404
GET    /accounts/password/change/                              302 302 200 200 200 200 200 200
POST   /accounts/password/change/                              302 302 200 200 200 200 200 200
GET    /accounts/password/reset/                               200 200 200 200 200 200 200 200
POST   /accounts/password/reset/                               200 200 200 200 200 200 200 200
GET    /accounts/password/reset/done/                          200 200 200 200 200 200 200 200
POST   /accounts/password/reset/done/                          405 405 405 405 405 405 405 405
GET    /accounts/password/reset/key/1-nothing/                 200 200 200 200 200 200 200 200
POST   /accounts/password/reset/key/1-nothing/                 200 200 200 200 200 200 200 200
GET    /accounts/2fa/                                          302 302 302 302 302 302 302 302
POST   /accounts/2fa/                                          302 302 302 302 302 302 302 302
GET    /accounts/2fa/authenticate/                             302 302 302 302 302 302 302 302
POST   /accounts/2fa/authenticate/                             302 302 302 302 302 302 302 302
GET    /accounts/2fa/reauthenticate/                           302 302 302 302 302 302 302 302
POST   /accounts/2fa/reauthenticate/                           302 302 302 302 302 302 302 302
GET    /accounts/2fa/totp/activate/                            302 302 302 302 302 302 302 302
POST   /accounts/2fa/totp/activate/                            302 302 302 302 302 302 302 302
GET    /accounts/2fa/totp/deactivate/                          302 302 404 404 404 404 404 404
POST   /accounts/2fa/totp/deactivate/                          302 302 404 404 404 404 404 404
GET    /accounts/2fa/recovery-codes/                           302 302 404 404 404 404 404 404
POST   /accounts/2fa/recovery-codes/                           302 302 405 405 405 405 405 405
GET    /accounts/2fa/recovery-codes/generate/                  302 302 302 302 302 302 302 302
POST   /accounts/2fa/recovery-codes/generate/                  302 302 302 302 302 302 302 302
GET    /accounts/2fa/recovery-codes/download/                  302 302 404 404 404 404 404 404
POST   /accounts/2fa/recovery-codes/download/                  302 302 404 404 404 404 404 404
POST   /api/v1/guests/                                         400 400 400 400 400 400 400 400
GET    /api/v1/topics/                                         401 200 200 200 200 200 200 200
GET    /api/v1/templates/                                      401 200 200 200 200 200 200 200
POST   /api/v1/variants/                                       401 400 400 400 400 400 400 400
GET    /api/v1/variants/{token}/hints/1/                       401 404 200 404 404 404 404 404
POST   /api/v1/attempts/                                       401 400 400 400 400 400 400 400
POST   /api/v1/flashcards/{flashcard}/ratings/                 401 400 400 400 400 400 400 400
GET    /api/v1/reviews/                                        401 200 200 200 200 200 200 200
GET    /api/v1/progress/                                       401 200 200 200 200 200 200 200
POST   /api/v1/sync/events/                                    401 400 400 400 400 400 400 400
GET    /api/v1/sync/changes/                                   401 200 200 200 200 200 200 200
GET    /api/v1/packs/next/                                     401 200 200 200 200 200 200 200
GET    /api/v1/me/                                             401 200 200 200 200 200 200 200
PATCH  /api/v1/me/                                             401 200 200 200 200 200 200 200
DELETE /api/v1/me/                                             401 204 204 204 204 204 204 204
GET    /api/v1/me/export/                                      401 200 200 200 200 200 200 200
GET    /api/v1/me/export/attempts.csv                          401 200 200 200 200 200 200 200
GET    /api/v1/me/devices/                                     401 200 200 200 200 200 200 200
DELETE /api/v1/me/devices/                                     401 204 204 204 204 204 204 204
GET    /api/v1/me/devices/{device}/                            401 404 200 404 404 404 404 404
PATCH  /api/v1/me/devices/{device}/                            401 404 200 404 404 404 404 404 {"name": "x"}
DELETE /api/v1/me/devices/{device}/                            401 404 204 404 404 404 404 404
GET    /api/schema/                                            200 200 200 200 200 200 200 200
GET    /api/docs/                                              200 200 200 200 200 200 200 200
POST   /api/docs/                                              405 405 405 405 405 405 405 405
GET    /api/nothing/                                           404 404 404 404 404 404 404 404
POST   /api/nothing/                                           404 404 404 404 404 404 404 404
GET    /_allauth/app/v1/config                                 200 200 200 200 200 200 200 200
POST   /_allauth/app/v1/config                                 405 405 405 405 405 405 405 405
GET    /_allauth/app/v1/auth/signup                            405 405 405 405 405 405 405 405
POST   /_allauth/app/v1/auth/signup                            400 400 400 400 400 400 400 400
GET    /_allauth/app/v1/auth/login                             405 405 405 405 405 405 405 405
POST   /_allauth/app/v1/auth/login                             400 400 400 400 400 400 400 400
GET    /_allauth/app/v1/auth/2fa/authenticate                  401 401 401 401 401 401 401 401
POST   /_allauth/app/v1/auth/2fa/authenticate                  401 401 401 401 401 401 401 401
GET    /_allauth/app/v1/auth/session                           401 401 200 200 200 200 200 200
POST   /_allauth/app/v1/auth/session                           405 405 405 405 405 405 405 405
DELETE /_allauth/app/v1/auth/session                           401 401 401 401 401 401 401 401
GET    /_allauth/app/v1/auth/email/verify                      400 400 400 400 400 400 400 400
POST   /_allauth/app/v1/auth/email/verify                      400 400 400 400 400 400 400 400
GET    /_allauth/app/v1/auth/password/request                  405 405 405 405 405 405 405 405
POST   /_allauth/app/v1/auth/password/request                  400 400 400 400 400 400 400 400
GET    /_allauth/app/v1/auth/password/reset                    400 400 400 400 400 400 400 400
POST   /_allauth/app/v1/auth/password/reset                    400 400 400 400 400 400 400 400
GET    /_allauth/app/v1/account/password/change                401 401 405 405 405 405 405 405
POST   /_allauth/app/v1/account/password/change                401 401 400 400 400 400 400 400
GET    /_allauth/app/v1/nothing                                404 404 404 404 404 404 404 404
POST   /_allauth/app/v1/nothing                                404 404 404 404 404 404 404 404
GET    /healthz                                                200 200 200 200 200 200 200 200
POST   /healthz                                                200 200 200 200 200 200 200 200
GET    /readyz                                                 200 200 200 200 200 200 200 200
GET    /metrics                                                404 404 404 404 404 404 404 404
POST   /metrics                                                404 404 404 404 404 404 404 404
POST   /readyz                                                 200 200 200 200 200 200 200 200
"""


class Line(NamedTuple):
    """What one method of one address answers."""

    method: str
    address: str
    statuses: dict[str, int]
    body: str


def lines() -> list[Line]:
    """The table."""
    found = []
    for line in TABLE.strip().splitlines():
        method, address, *rest = line.split(maxsplit=2 + len(PERSONS))
        statuses = dict(zip(PERSONS, map(int, rest[: len(PERSONS)]), strict=True))
        found.append(Line(method, address, statuses, "".join(rest[len(PERSONS) :]) or "{}"))
    return found
