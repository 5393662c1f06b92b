"""Queries of the hot path, whose SQL is compiled once per process.

Django compiles a query anew each time. For the few rows that an answer or a queue needs that took five to ten times as
long as reading them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, UUIDField

R = TypeVar("R")

MAX_STATEMENTS = 1024  # scopes that learners choose are part of a statement


class Prepared(Generic[R]):
    """The rows of ``build(*values, **fixed)``, a query set of models or of tuples (``values_list``).

    ``kinds`` tells for each positional argument whether it is a :class:`UUID`, an ``int`` or a ``str``: it may be used
    anywhere where a query takes a parameter. What is called with a sequence stands for any of its values (``__in``).
    Keyword arguments are part of the statement; they have to be hashable, and few.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, R]], *kinds: type) -> None:
        self.build, self.kinds = build, kinds

    def __call__(self, *values: Any, **fixed: Any) -> list[R]:
        """Read them; none where one of the values is an empty sequence."""
        padded = [_padded(value) if isinstance(value, list | tuple) else value for value in values]
        if [] in padded:
            return []
        lengths = tuple(len(value) if isinstance(value, list) else None for value in padded)
        statement = _compiled(self, connection.vendor, lengths, tuple(fixed.items()))
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.parameters(padded))
            rows = cursor.fetchall()
        if statement.converters:
            rows = [statement.converted(row) for row in rows]
        if statement.model is not None:
            alias, names = connection.alias, statement.names
            rows = [statement.model.from_db(alias, names, row) for row in rows]
        return rows  # type: ignore[no-any-return]  # what the query set says


class _Statement(NamedTuple):
    sql: str
    sources: list[tuple[int | None, Any]]  # of each parameter: the argument and the place in it, or a constant
    converters: list[tuple[int, list[Callable[..., Any]], Any]]
    model: Any
    names: list[str]

    def parameters(self, values: Sequence[Any]) -> list[Any]:
        """The values of an execution, as the database takes them."""
        found = []
        for argument, rest in self.sources:
            if argument is None:
                found.append(rest)
            else:
                found.append(_prepared(values[argument] if rest is None else values[argument][rest]))
        return found

    def converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """A row with the conversions that Django would make."""
        cells = list(row)
        for position, functions, expression in self.converters:
            for function in functions:
                cells[position] = function(cells[position], expression, connection)
        return tuple(cells)


@lru_cache(maxsize=MAX_STATEMENTS)
def _compiled(
    query: Prepared[Any], vendor: str, lengths: tuple[int | None, ...], fixed: tuple[tuple[str, Any], ...]
) -> _Statement:
    """The statement as Django writes it for this database, compiled with samples, which are then found in it."""
    samples = [
        _sample(kind, number, length) for number, (kind, length) in enumerate(zip(query.kinds, lengths, strict=True))
    ]
    rows = query.build(*samples, **dict(fixed))
    compiler = rows.query.get_compiler(connection.alias)
    sql, parameters = compiler.as_sql()
    places: dict[Any, tuple[int, int | None]] = {}
    for number, sample in enumerate(samples):
        if isinstance(sample, list):
            places.update({_prepared(one): (number, place) for place, one in enumerate(sample)})
        else:
            places[_prepared(sample)] = (number, None)
    sources: list[tuple[int | None, Any]] = [places.get(parameter, (None, parameter)) for parameter in parameters]
    if missing := set(places.values()) - {*sources}:
        raise AssertionError(f"an argument is not a parameter of the statement: {sorted(missing, key=str)}")
    selected = compiler.select
    found = compiler.get_converters([column for column, _, _ in selected])
    converters = [(position, functions, expression) for position, (functions, expression) in found.items()]
    is_model = rows._fields is None  # type: ignore[attr-defined]  # what values_list was given
    names = [column.target.attname for column, _, _ in selected] if is_model else []
    return _Statement(sql, sources, converters, rows.model if is_model else None, names)


def _sample(kind: type, number: int, length: int | None) -> Any:
    """What stands for an argument while its statement is compiled; nobody else has these values."""
    if length is not None:
        return [_sample(kind, 1000 * (number + 1) + place, None) for place in range(length)]
    if kind is UUID:
        return UUID(int=0x5EED_0000_0000_0000_0000_0000_0000_0000 + number)
    return 1_987_000_000 + number if kind is int else f"sample {number}"


def _padded(values: Sequence[Any]) -> list[Any]:
    """The values, the last one repeated up to a power of two, so that there are few statements."""
    if not values:
        return []
    missing = (1 << (len(values) - 1).bit_length()) - len(values)
    return [*values, *[values[-1]] * missing]


_UUID = UUIDField()


def _prepared(value: Any) -> Any:
    return _UUID.get_db_prep_value(value, connection) if isinstance(value, UUID) else value
