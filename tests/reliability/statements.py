"""Whose rows a statement concerns: every table of learners in it has to be held to one learner by its conditions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import sqlglot
from sqlglot import exp

Node: TypeAlias = tuple[int, str, str]  # a statement or query within it, a table's alias there, a column


class Owned(NamedTuple):
    """A table whose rows belong to learners.

    ``column`` says to which; the columns ``known_by`` may be asked for instead, because they tell who the learner is.
    """

    column: str
    known_by: Collection[str] = ()


class Free(NamedTuple):
    """A table in a statement that is not held to the learner who asks."""

    table: str
    sql: str


def free(sql: str, params: Any, dialect: str, owned: Mapping[str, Owned], learners: Collection[UUID]) -> list[Free]:
    """The tables of ``owned`` that the statement reads or changes for others than one of ``learners``."""
    if not any(table in sql for table in owned):
        return []
    values = [_text(value) for value in params or ()]
    return _Reading(_parsed(sql, dialect), values, owned, {learner.hex for learner in learners}).free(sql)


@lru_cache(maxsize=4096)
def _parsed(sql: str, dialect: str) -> exp.Expr:
    """The statement; its parameters are texts that name their places."""
    marked = sql % tuple(f"'§{number}'" for number in range(sql.replace("%%", "").count("%s")))
    return sqlglot.parse_one(marked, dialect=dialect)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.hex if isinstance(value, UUID) else str(value).replace("-", "")


class _Reading:
    """One execution of a statement."""

    def __init__(
        self, tree: exp.Expr, values: Sequence[str], owned: Mapping[str, Owned], learners: Collection[str]
    ) -> None:
        self.tree, self.values, self.owned, self.learners = tree, values, owned, learners
        self.tables = {
            (id(_around(table)), table.alias_or_name): table.name
            for table in tree.find_all(exp.Table)
            if not isinstance(_around(table), exp.Insert)
        }
        self.held: set[Node] = set()
        self.equal: list[tuple[Node, Node]] = []
        self.one_way: list[tuple[Node, Node]] = []  # where the first is held, the second is

    def free(self, sql: str) -> list[Free]:
        """What is held to nobody."""
        for query in self.tree.find_all(exp.Select, exp.Update, exp.Delete):
            for condition in _conditions(query):
                self._note(condition)
        self._spread()
        found = []
        for (place, alias), table in self.tables.items():
            if table in self.owned and (place, alias, self.owned[table].column) not in self.held:
                found.append(Free(table, sql))
        return found + [Free(table, sql) for table in self._written()]

    def _note(self, condition: exp.Expr) -> None:
        if isinstance(condition, exp.Escape):
            condition = condition.this
        if isinstance(condition, exp.EQ | exp.Like | exp.ILike):
            left, right = _bare(condition.this), _bare(condition.expression)
            if isinstance(left, exp.Column) and isinstance(right, exp.Column):
                self.equal.append((self._node(left), self._node(right)))
            elif isinstance(left, exp.Column):
                self._note_values(left, [right])
        elif isinstance(condition, exp.In) and isinstance(condition.this, exp.Column):
            query = condition.args.get("query")
            if query is None:
                self._note_values(condition.this, condition.expressions)
            elif isinstance(chosen := query.unnest().selects[0].unalias(), exp.Column):
                self.one_way.append((self._node(chosen), self._node(condition.this)))

    def _note_values(self, column: exp.Column, values: Sequence[exp.Expr]) -> None:
        """``column`` has to be one of ``values``."""
        node = self._node(column)
        table = self.owned.get(self.tables.get(node[:2], ""))
        if values and all(self._value(value) in self.learners for value in values):
            self.held.add(node)
        elif table is not None and node[2] in table.known_by:
            self.held.add((*node[:2], table.column))

    def _value(self, found: exp.Expr) -> str:
        text = str(found.this) if isinstance(found, exp.Literal) else ""
        return self.values[int(text[1:])] if text.startswith("§") else text.replace("-", "")

    def _node(self, column: exp.Column) -> Node:
        """The table that a column is of: in its own query, or in one around it."""
        query = _around(column)
        while query is not None:
            if column.table:
                if (id(query), column.table) in self.tables:
                    return id(query), column.table, column.name
            elif here := [alias for place, alias in self.tables if place == id(query)]:
                return id(query), here[0], column.name
            query = _around(query)
        raise AssertionError(f"{column} is of no table of {self.tree.sql()}")

    def _spread(self) -> None:
        """What equals something held is held too."""
        ways = [*self.equal, *((second, first) for first, second in self.equal), *self.one_way]
        while grown := {second for first, second in ways if first in self.held} - self.held:
            self.held |= grown

    def _written(self) -> Iterator[str]:
        """Tables that rows are added to which are not the learner's."""
        for insert in self.tree.find_all(exp.Insert):
            table = insert.find(exp.Table)
            assert table is not None
            if table.name not in self.owned:
                continue
            columns = [column.name for column in insert.this.expressions]
            place = columns.index(self.owned[table.name].column)
            rows = insert.expression
            assert isinstance(rows, exp.Values), "rows are written by their values"
            nobodys = {"", *self.learners}  # the session of somebody who has not signed in
            if any(self._value(row.expressions[place]) not in nobodys for row in rows.expressions):
                yield table.name


def _bare(side: exp.Expr) -> exp.Expr:
    """What is compared, where capitals make no difference."""
    while isinstance(side, exp.Upper | exp.Lower | exp.Cast | exp.Paren):
        side = side.this
    return side


def _around(node: exp.Expr) -> exp.Expr | None:
    """The query that a piece stands in."""
    return node.find_ancestor(exp.Select, exp.Update, exp.Delete, exp.Insert)


def _conditions(query: exp.Expr) -> Iterator[exp.Expr]:
    """All of these are true of every row."""
    where = query.args.get("where")
    roots = [] if where is None else [where.this]
    roots += [join.args["on"] for join in query.args.get("joins") or () if join.args.get("on")]
    while roots:
        root = roots.pop()
        if isinstance(root, exp.And | exp.Paren):
            roots += [one for one in (root.this, root.args.get("expression")) if one is not None]
        else:
            yield root
