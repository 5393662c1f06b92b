"""Everything the service knows of a learner, to take along: as one document, and the answers as a table.

Fields are called what the columns are called. Rows do not repeat the learner's id; they name their template by its
slug beside its id. What opens an account is left out: password, second factors, tokens and sessions' keys.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Model

from .models import Attempt, Belief, Card, CardAction, Device, Draft, Publication, Session, TemplateVersion, User

CHUNK = 500  # rows that are read at a time

_BOM = "\ufeff"  # without it spreadsheets take UTF-8 for something else
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Table(NamedTuple):
    """Rows that belong to a learner: which, in which order, and what is renamed or left out of them."""

    name: str
    model: type[Model]
    owner: str
    order: tuple[str, ...]
    secret: frozenset[str] = frozenset()
    added: dict[str, str] = {}  # noqa: RUF012  # never changed


_SLUG = {"template": "template__slug"}
_NUMBERED = _SLUG | {"version": "version__number"}
_ATTEMPTS = Table("attempts", Attempt, "learner_id", ("day", "answered_at", "id"), added=_NUMBERED)
TABLES = (
    Table("email_addresses", EmailAddress, "user_id", ("id",)),
    Table("second_factors", Authenticator, "user_id", ("id",), frozenset({"data"})),
    Table("devices", Device, "user_id", ("created", "digest"), frozenset({"digest", "token_key", "password_digest"})),
    Table("sessions", Session, "learner_id", ("expire_date",), frozenset({"session_key", "session_data"})),
    Table("cards", Card, "learner_id", ("template_id",), added=_SLUG),
    Table("beliefs", Belief, "learner_id", ("code",)),
    Table("card_actions", CardAction, "learner_id", ("at", "id"), added=_SLUG),
    _ATTEMPTS,
    # Of those who write questions too:
    Table("drafts", Draft, "author_id", ("id",), added=_SLUG),
    Table("versions", TemplateVersion, "author_id", ("created_at", "id"), added=_SLUG),
    Table("publications", Publication, "by_id", ("at", "id"), added=_NUMBERED),
)
PROFILE_SECRETS = frozenset({"password"})


def export(learner: UUID) -> dict[str, Any]:
    """All of it, ready for JSON. Raises ``User.DoesNotExist``."""
    return {"profile": _profile(learner), **{table.name: list(_rows(table, learner)) for table in TABLES}}


def export_json(learner: UUID) -> Iterator[str]:
    """The same as the text of a JSON document, piece by piece, however long the history."""
    yield f'{{"profile": {_json(_profile(learner))}'
    for table in TABLES:
        yield f', "{table.name}": ['
        for index, row in enumerate(_rows(table, learner)):
            yield f"{', ' if index else ''}{_json(row)}"
        yield "]"
    yield "}\n"


def attempts_csv(learner: UUID) -> Iterator[str]:
    """The attempts as a table for spreadsheets, a header first.

    Numbers stay numbers; lists and objects are JSON. Text that a spreadsheet would run as a formula is quoted with an
    apostrophe.
    """
    writer = csv.writer(_Echo())
    yield _BOM + writer.writerow([*_columns(_ATTEMPTS), *_ATTEMPTS.added])
    for row in _rows(_ATTEMPTS, learner):
        yield writer.writerow([_cell(value) for value in row.values()])


def _profile(learner: UUID) -> dict[str, Any]:
    names = [field.attname for field in User._meta.concrete_fields if field.attname not in PROFILE_SECRETS]
    return {name: _plain(value) for name, value in User.objects.values(*names).get(id=learner).items()}


def _rows(table: Table, learner: UUID) -> Iterator[dict[str, Any]]:
    columns = _columns(table)
    rows = table.model._default_manager.filter(**{table.owner: learner}).order_by(*table.order)
    for values in rows.values_list(*columns, *table.added.values()).iterator(CHUNK):
        yield {name: _plain(value) for name, value in zip([*columns, *table.added], values, strict=True)}


def _columns(table: Table) -> list[str]:
    left_out = table.secret | {table.owner}
    return [field.attname for field in table.model._meta.concrete_fields if field.attname not in left_out]


def _plain(value: Any) -> Any:
    """``value`` as JSON knows it; times with all their digits."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    text = value if isinstance(value, str) else _json(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Echo:
    """A file that gives back what is written: ``writerow`` returns it."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text
