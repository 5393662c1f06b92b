"""Look-ups of the hot path, whose SQL is compiled once per process.

Django compiles a query anew each time, and for the few rows that an answer needs that took ten times as long as
reading them: more than half of an answer's time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Field, Model

M = TypeVar("M", bound=Model)


class _Compiled(NamedTuple):
    sql: str
    names: list[str]
    converters: list[tuple[int, list[Callable[..., Any]], Any]]


class Lookup(Generic[M]):
    """The rows of ``model`` with given values of the columns ``names``; ``lock``: for update, inside a transaction.

    A sequence as the last value stands for any of its values.
    """

    def __init__(self, model: type[M], *names: str, lock: bool = False) -> None:
        self.model, self.names, self.lock = model, names, lock

    def __call__(self, *values: Any) -> list[M]:
        """Read them."""
        last = values[-1]
        several = isinstance(last, Sequence) and not isinstance(last, str)
        flat = [*values[:-1], *last] if several else values
        sql, names, converters = _compiled(connection.vendor, self, len(last) if several else None)
        fields: list[Field[Any, Any]] = [self.model._meta.get_field(name) for name in self.names]  # type: ignore[misc]
        fields += [fields[-1]] * (len(flat) - len(fields))
        prepared = [f.get_db_prep_value(value, connection) for f, value in zip(fields, flat, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(sql, prepared)
            rows = [list(row) for row in cursor.fetchall()]
        for row in rows:
            for position, functions, expression in converters:
                for function in functions:
                    row[position] = function(row[position], expression, connection)
        return [self.model.from_db(connection.alias, names, row) for row in rows]


@cache
def _compiled(vendor: str, lookup: Lookup[Any], several: int | None) -> _Compiled:
    """The statement as Django writes it for this database, with its conversions of columns."""
    rows = lookup.model._default_manager.all()
    for name in lookup.names[:-1]:
        rows = rows.filter(**{name: _SAMPLES[name]})
    last = lookup.names[-1]
    sample = _SAMPLES[last]
    rows = rows.filter(
        **({last: sample} if several is None else {f"{last}__in": [f"{sample}{n}" for n in range(several)]})
    )
    if lookup.lock:
        rows = rows.select_for_update(no_key=True)
    compiler = rows.order_by().query.get_compiler(connection.alias)
    sql, _ = compiler.as_sql()
    found = compiler.get_converters([column for column, _, _ in compiler.select])
    names = [column.target.attname for column, _, _ in compiler.select]
    converters = [(position, functions, expression) for position, (functions, expression) in found.items()]
    return _Compiled(sql, names, converters)


_NO_ONE = "00000000-0000-0000-0000-000000000000"
_SAMPLES = {"id": _NO_ONE, "learner": _NO_ONE, "template": _NO_ONE, "code": "code"}  # only their types matter
