"""Statements of the hot path, whose SQL is compiled once per process.

Django compiles a query anew each time. For the few rows that an answer or a queue needs that took five to ten times as
long as reading them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache, partial
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    FloatField,
    IntegerField,
    JSONField,
    Model,
    QuerySet,
    TextField,
    UUIDField,
)

R = TypeVar("R")
M = TypeVar("M", bound=Model)

MAX_STATEMENTS = 1024  # scopes that learners choose are part of a statement


class Prepared(Generic[R]):
    """The rows of ``build(*values, **fixed)``, a query set of models or of tuples (``values_list``).

    ``kinds`` tells for each positional argument whether it is a :class:`UUID`, a :class:`datetime`, an ``int`` or a
    ``str``: it may be used wherever a query takes a parameter. A sequence stands for any of its values (``__in``).
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
        connection = connections[DEFAULT_DB_ALIAS]
        statement = _compiled(self, connection.vendor, lengths, tuple(fixed.items()))
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.parameters(padded, connection))
            rows = cursor.fetchall()
        if rows and statement.readers:
            rows = statement.read(rows)
        if statement.model is not None:
            alias, names = connection.alias, statement.names
            rows = [statement.model.from_db(alias, names, row) for row in rows]
        return rows  # type: ignore[no-any-return]  # what the query set says


class _Statement(NamedTuple):
    sql: str
    sources: list[tuple[int | None, Any]]  # of each parameter: the argument and the place in it, or a constant
    readers: list[tuple[int, Callable[[Any], Any]]]  # the columns that Python has in another form
    model: Any
    names: list[str]

    def parameters(self, values: Sequence[Any], connection: BaseDatabaseWrapper) -> list[Any]:
        """The values of an execution, as the database takes them."""
        found = []
        for argument, rest in self.sources:
            if argument is None:
                found.append(rest)
            else:
                found.append(_prepared(values[argument] if rest is None else values[argument][rest], connection))
        return found

    def read(self, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Rows with the conversions that Django would make, column by column."""
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for position, reader in self.readers:
            columns[position] = map(reader, columns[position])
        return list(zip(*columns, strict=True))


@lru_cache(maxsize=MAX_STATEMENTS)
def _compiled(
    query: Prepared[Any], vendor: str, lengths: tuple[int | None, ...], fixed: tuple[tuple[str, Any], ...]
) -> _Statement:
    """The statement as Django writes it for this database, compiled with samples, which are then found in it."""
    connection = connections[DEFAULT_DB_ALIAS]
    samples = [
        _sample(kind, number, length) for number, (kind, length) in enumerate(zip(query.kinds, lengths, strict=True))
    ]
    rows = query.build(*samples, **dict(fixed))
    compiler = rows.query.get_compiler(connection.alias)
    sql, parameters = compiler.as_sql()
    places: dict[Any, tuple[int, int | None]] = {}
    for number, sample in enumerate(samples):
        if isinstance(sample, list):
            places.update({_prepared(one, connection): (number, place) for place, one in enumerate(sample)})
        else:
            places[_prepared(sample, connection)] = (number, None)
    sources: list[tuple[int | None, Any]] = [places.get(parameter, (None, parameter)) for parameter in parameters]
    if missing := set(places.values()) - {*sources}:
        raise AssertionError(f"an argument is not a parameter of the statement: {sorted(missing, key=str)}")
    selected = compiler.select
    found = compiler.get_converters([column for column, _, _ in selected])
    readers = [
        (position, _reader(functions, expression, connection.vendor))
        for position, (functions, expression) in found.items()
    ]
    is_model = rows._fields is None  # type: ignore[attr-defined]  # what values_list was given
    names = [column.target.attname for column, _, _ in selected] if is_model else []
    return _Statement(sql, sources, readers, rows.model if is_model else None, names)


def _reader(functions: Sequence[Callable[..., Any]], expression: Any, vendor: str) -> Callable[[Any], Any]:
    """What Django does with a value of a column, as one function of the value."""
    ours = _READERS[vendor].get(expression.output_field.get_internal_type())
    if ours is not None and len(functions) == 1:
        return ours
    return partial(_as_django_reads, functions, expression)


def _as_django_reads(functions: Sequence[Callable[..., Any]], expression: Any, value: Any) -> Any:
    connection = connections[DEFAULT_DB_ALIAS]
    for function in functions:
        value = function(value, expression, connection)
    return value


@lru_cache(maxsize=4096)  # the same templates and topics again and again; to make a UUID of its digits takes longer
def _uuid(digits: str | None) -> UUID | None:
    return None if digits is None else UUID(digits)


def _moment(value: datetime | str | None) -> datetime | None:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return None if found is None else found.replace(tzinfo=UTC)


# What SQLite has no type for, as Python has it. Django takes moments there to be in UTC.
_READERS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "sqlite": {"UUIDField": _uuid, "DateTimeField": _moment},
    "postgresql": {},
}


def _sample(kind: type, number: int, length: int | None) -> Any:
    """What stands for an argument while its statement is compiled; nobody else has these values.

    An integer has to fit the smallest column: Django leaves a comparison out which no value of the column can fail.
    """
    if length is not None:
        return [_sample(kind, 1000 * (number + 1) + place, None) for place in range(length)]
    if kind is UUID:
        return UUID(int=0x5EED_0000_0000_0000_0000_0000_0000_0000 + number)
    if kind is datetime:
        return datetime(1987, 6, 5, tzinfo=UTC) + timedelta(microseconds=number)
    return 23_017 + number if kind is int else f"sample {number}"


def _padded(values: Sequence[Any]) -> list[Any]:
    """The values, the last one repeated up to a power of two, so that there are few statements."""
    if not values:
        return []
    missing = (1 << (len(values) - 1).bit_length()) - len(values)
    return [*values, *[values[-1]] * missing]


# What SQLite has no type for, as Django writes it there; PostgreSQL takes everything as it is.
_AS_TEXT: dict[type, Callable[[Any], str]] = {
    UUID: attrgetter("hex"),
    datetime: lambda moment: str(moment.astimezone(UTC).replace(tzinfo=None)),
}
_TEXTS = {"sqlite": _AS_TEXT, "postgresql": {}}


def _prepared(value: Any, connection: BaseDatabaseWrapper) -> Any:
    """A value as the database takes it."""
    text = _TEXTS[connection.vendor].get(type(value))
    return text(value) if text else value


class Writer:
    """Writes whole rows of ``model``; a row whose columns ``key`` are there already takes the others' values."""

    def __init__(self, model: type[Model], *key: str) -> None:
        self.model, self.key = model, key

    def __call__(self, rows: Sequence[Model]) -> None:
        """Write them, in one statement. Raises ``IntegrityError`` where there is a row and no ``key`` was named."""
        if not rows:
            return
        connection = connections[DEFAULT_DB_ALIAS]  # what stands for it would be asked which it is for every value
        savers = _savers(self.model, connection.vendor)
        values = [[save(columns[name], connection) for name, save in savers] for columns in map(vars, rows)]
        with connection.cursor() as cursor:
            cursor.executemany(_insert(self.model, self.key, connection.vendor), values)


def whole(model: type[M], columns: dict[str, Any]) -> M:
    """A row of which every column is given, by its name. Django takes them by name at some length, but not in order."""
    names = _names(model)
    row = model(*[columns.pop(name) for name in names])
    if columns:
        raise TypeError(f"{model.__name__} has no {', '.join(columns)}")
    return row


@cache
def _names(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


_Saver: TypeAlias = Callable[[Any, BaseDatabaseWrapper], Any]


@cache
def _savers(model: type[Model], vendor: str) -> list[tuple[str, _Saver]]:
    """For each column, in what way the database takes its value; most are taken as they are."""
    return [(field.attname, _saver(field)) for field in model._meta.concrete_fields]


def _saver(field: Field[Any, Any]) -> _Saver:
    source = getattr(field, "target_field", field)  # a key is kept as what it points to
    if isinstance(source, DateTimeField | UUIDField):
        return _prepared
    if isinstance(source, JSONField):
        return _json
    if isinstance(source, IntegerField):
        return _integer
    if isinstance(source, _PLAIN):
        return _as_it_is
    return source.get_db_prep_save


def _json(value: Any, connection: BaseDatabaseWrapper) -> Any:
    return None if value is None else connection.ops.adapt_json_value(value, None)


def _integer(value: int | None, connection: BaseDatabaseWrapper) -> int | None:
    return value if value is None else int(value)  # nothing that is one and more, as a rating is


def _as_it_is(value: Any, connection: BaseDatabaseWrapper) -> Any:
    return value


_PLAIN = (BooleanField, CharField, FloatField, TextField)


class Setter:
    """Writes the columns ``names`` of a row that is there, by its key ``id``."""

    def __init__(self, model: type[Model], *names: str) -> None:
        self.model, self.names = model, names

    def __call__(self, row: Model) -> None:
        """Write them."""
        connection = connections[DEFAULT_DB_ALIAS]
        fields = [self.model._meta.get_field(name) for name in (*self.names, "id")]
        values = [field.get_db_prep_save(getattr(row, field.name), connection) for field in fields]  # type: ignore[union-attr]
        with connection.cursor() as cursor:
            cursor.execute(_update(self.model, self.names, connection.vendor), values)


@cache
def _update(model: type[Model], names: tuple[str, ...], vendor: str) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    assigned = ", ".join(f"{quote(name)} = %s" for name in names)
    return f"UPDATE {quote(model._meta.db_table)} SET {assigned} WHERE {quote('id')} = %s"  # noqa: S608  # our own names


@cache
def _insert(model: type[Model], key: tuple[str, ...], vendor: str) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    columns = [str(field.column) for field in model._meta.concrete_fields]
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) "  # noqa: S608  # our own names
        f"VALUES ({', '.join(['%s'] * len(columns))})"
    )
    if not key:
        return sql
    keys = [str(model._meta.get_field(name).column) for name in key]  # type: ignore[union-attr]
    changed = ", ".join(f"{quote(name)} = EXCLUDED.{quote(name)}" for name in columns if name not in keys)
    return f"{sql} ON CONFLICT ({', '.join(map(quote, keys))}) DO UPDATE SET {changed}"  # nosec B608  # our own names
