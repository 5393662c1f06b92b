"""Formulas that differ from a given one in one place, as people's wrong rules differ from the right one.

A term or an argument is forgotten, two are swapped, one name is taken for another, one is added or taken away.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from copy import copy
from itertools import combinations

from .expressions import MAX_NODES
from .functions import FUNCTIONS

_TAKEN_FOR: Mapping[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.FloorDiv: (ast.Mult, ast.Mod),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
}


def mutations(tree: ast.expr, names: Collection[str]) -> Iterator[ast.expr]:
    """Every formula with one change to ``tree``; some have no value, and some are the same in other words."""
    yield from _removals(tree)
    yield from _changes(tree, names)
    for child, put in _children(tree):
        for changed in mutations(child, names):
            yield put(changed)


def removals(tree: ast.expr) -> Iterator[ast.expr]:
    """Those of :func:`mutations` in which something was forgotten."""
    yield from _removals(tree)
    for child, put in _children(tree):
        for changed in removals(child):
            yield put(changed)


def inlined(tree: ast.expr, definitions: Mapping[str, ast.expr], most: int = MAX_NODES) -> ast.expr | None:
    """``tree`` with every defined name replaced by what it stands for, and so on; ``None`` where it grows too large.

    >>> definitions = {"span": ast.parse("H - F", mode="eval").body}
    >>> ast.unparse(inlined(ast.parse("span // S + 1", mode="eval").body, definitions))
    '(H - F) // S + 1'
    """
    size = 0

    def copied(node: ast.AST) -> ast.AST:
        nonlocal size
        size += 1
        if size > most:
            raise OverflowError
        if isinstance(node, ast.Name) and node.id in definitions:
            return copied(definitions[node.id])
        found = copy(node)
        for field, value in ast.iter_fields(node):
            if isinstance(node, ast.Call) and field == "func":
                continue
            if isinstance(value, ast.expr | ast.keyword):
                setattr(found, field, copied(value))
            elif isinstance(value, list):
                setattr(found, field, [copied(part) if isinstance(part, ast.AST) else part for part in value])
        return found

    try:
        found = copied(tree)
    except OverflowError:
        return None
    assert isinstance(found, ast.expr)  # noqa: S101  # as it was
    return found


class _Put:
    """Puts a changed child into a copy of its parent."""

    def __init__(self, node: ast.AST, field: str, index: int | None = None) -> None:
        self.node, self.field, self.index = node, field, index

    def __call__(self, child: ast.AST) -> ast.expr:
        parent = copy(self.node)
        if self.index is None:
            setattr(parent, self.field, child)
        else:
            parts = list(getattr(parent, self.field))
            parts[self.index] = child
            setattr(parent, self.field, parts)
        assert isinstance(parent, ast.expr)  # noqa: S101  # keywords are handled by their call
        return parent


def _children(node: ast.expr) -> Iterator[tuple[ast.expr, _Put]]:
    for field, value in ast.iter_fields(node):
        if isinstance(node, ast.Call) and field == "func":
            continue
        if isinstance(value, ast.expr):
            yield value, _Put(node, field)
        elif isinstance(value, list):
            for index, part in enumerate(value):
                if isinstance(part, ast.expr):
                    yield part, _Put(node, field, index)


def _removals(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        yield node.left
        yield node.right
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.Call):
        for index in range(len(node.args) - 1, -1, -1):
            yield _call(node, args=[*node.args[:index], *node.args[index + 1 :]])
            yield node.args[index]
            if index >= 2:  # an optional argument in the middle: its usual value
                for usual in (1, 0):
                    yield _Put(node, "args", index)(ast.Constant(usual))
        for index in range(len(node.keywords)):
            yield _call(node, keywords=[*node.keywords[:index], *node.keywords[index + 1 :]])


def _changes(node: ast.expr, names: Collection[str]) -> Iterator[ast.expr]:
    for number in (1, 2):
        yield ast.BinOp(node, ast.Sub(), ast.Constant(number))
        yield ast.BinOp(node, ast.Add(), ast.Constant(number))
    yield ast.BinOp(node, ast.Mult(), ast.Constant(2))
    yield ast.BinOp(node, ast.FloorDiv(), ast.Constant(2))
    if isinstance(node, ast.BinOp):
        yield from _other_operations(node)
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)
    elif isinstance(node, ast.Tuple):
        for one, other in combinations(range(len(node.elts)), 2):
            yield _Put(node, "elts")(_swapped(node.elts, one, other))  # type: ignore[arg-type]  # a list of expressions
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield from map(ast.Name, names)
    for name in names:
        other_name = ast.Name(name)
        if isinstance(node, ast.Name) and name != node.id:
            yield other_name
        for operation in (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv):
            yield ast.BinOp(node, operation(), other_name)
    for function in ("transpose", "rot180"):
        yield ast.Call(ast.Name(function), [node], [])


def _other_operations(node: ast.BinOp) -> Iterator[ast.expr]:
    for other in _TAKEN_FOR.get(type(node.op), ()):
        yield ast.BinOp(node.left, other(), node.right)
    if not isinstance(node.op, ast.Add | ast.Mult):
        yield ast.BinOp(node.right, node.op, node.left)
    if isinstance(node.op, ast.FloorDiv):
        yield ast.Call(ast.Name("ceil_divide"), [node.left, node.right], [])
        yield ast.Call(ast.Name("round"), [ast.BinOp(node.left, ast.Div(), node.right)], [])


def _other_calls(node: ast.Call) -> Iterator[ast.expr]:
    for one, other in combinations(range(len(node.args)), 2):
        yield _call(node, args=_swapped(node.args, one, other))
    for name in FUNCTIONS:
        if not isinstance(node.func, ast.Name) or name != node.func.id:
            yield ast.Call(ast.Name(name), node.args, node.keywords)
    for index, keyword in enumerate(node.keywords):
        for value in (ast.Constant(False), ast.Constant(True)):
            changed = ast.keyword(keyword.arg, value)
            yield _call(node, keywords=[*node.keywords[:index], changed, *node.keywords[index + 1 :]])


def _call(node: ast.Call, *, args: list[ast.expr] | None = None, keywords: list[ast.keyword] | None = None) -> ast.expr:
    return ast.Call(node.func, node.args if args is None else args, node.keywords if keywords is None else keywords)


def _swapped(parts: list[ast.expr], one: int, other: int) -> list[ast.expr]:
    found = list(parts)
    found[one], found[other] = parts[other], parts[one]
    return found
