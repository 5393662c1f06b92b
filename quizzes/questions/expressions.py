"""The expression language of templates: a whitelisted subset of Python's syntax, compiled once to closures.

Authors are not trusted with the machine. There are no attributes, subscripts, comprehensions, lambdas or f-strings,
and text, depth, node count and the size of every intermediate value are capped, so that no expression can take
noticeable time or memory. Integer division and fractions are exact; ``1/3`` is a fraction, ``0.1`` is one tenth.
"""

from __future__ import annotations

import ast
import inspect
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from .arithmetic import COMPARISONS, GENERAL, MAX_NUMBER, QUICK, checked, negative, truth
from .functions import FUNCTIONS, TRACES
from .values import Scope, exact, matrix
from .words import Both, said

MAX_TEXT = 400
MAX_NODES = 150
MAX_DEPTH = 20
MAX_ITEMS = 16
MAX_TUPLE = 600

Evaluate: TypeAlias = Callable[[Scope], Any]


class ExpressionError(ValueError):
    """An expression that cannot be compiled or has no value here; ``column`` points at the place, from 0."""

    def __init__(self, message: Both, column: int | None = None) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: its text, the names it reads, and ``evaluate(scope)``."""

    text: str
    names: frozenset[str]
    evaluate: Evaluate

    def holds(self, scope: Scope) -> bool:
        """The truth of a condition."""
        try:
            return truth(self.evaluate(scope))
        except TypeError as error:
            raise ExpressionError(said(error), 0) from None


def compile_expression(text: str, names: Collection[str]) -> Expression:
    """Compile ``text``, which may read ``names``.

    Raises :class:`ExpressionError` for anything outside the language; evaluating raises it for a calculation that is
    impossible (division by zero, kernel larger than its input) or too large.

    >>> compile_expression("(H + 2*P - F) // S + 1", {"H", "F", "P", "S"}).evaluate({"H": 28, "F": 5, "P": 2, "S": 2})
    14
    """
    compiler = _Compiler(text, names)
    evaluate = compiler.node(compiler.parse(), 0)
    return Expression(text, frozenset(compiler.used), evaluate)


def compile_trace(text: str, names: Collection[str]) -> Expression:
    """Compile a call of one of :mod:`cnncalc.trace`'s functions; its value is the tuple of steps.

    >>> compile_trace("output_size(H, 3)", {"H"}).evaluate({"H": 7})[-1].value
    5
    """
    compiler = _Compiler(text, names)
    root = compiler.parse()
    if not isinstance(root, ast.Call) or not isinstance(root.func, ast.Name) or root.func.id not in TRACES:
        known = ", ".join(sorted(TRACES))
        message = Both(
            f"trace には次のどれかの呼び出しを書いてください：{known}。", f"a trace is a call of one of {known}"
        )
        raise compiler.error(message, root)
    evaluate = compiler.call(root, root.func.id, TRACES[root.func.id], 0)
    return Expression(text, frozenset(compiler.used), evaluate)


class _Compiler:
    def __init__(self, text: str, names: Collection[str]) -> None:
        self.text = text
        self.known = names
        self.used: set[str] = set()
        self.nodes = 0

    def parse(self) -> ast.expr:
        if len(self.text) > MAX_TEXT:
            message = Both(f"長すぎます。{MAX_TEXT}文字までです。", f"longer than {MAX_TEXT} characters")
            raise ExpressionError(message, MAX_TEXT)
        if any(character in self.text for character in "\n\r\f\0") or not self.text.strip():
            raise ExpressionError(Both("式は1行で書いてください。", "an expression is one line of text"), 0)
        try:
            return ast.parse(self.text.strip(), mode="eval").body
        except SyntaxError as error:
            message = Both(f"式として読めません：{error.msg}", f"not an expression: {error.msg}")
            raise ExpressionError(message, (error.offset or 1) - 1) from None
        except (RecursionError, MemoryError, ValueError):
            message = Both("入れ子が深すぎるか、数が大きすぎます。", "nested too deeply or too large a number")
            raise ExpressionError(message, 0) from None

    def column(self, node: ast.expr) -> int:
        """The character at which ``node`` starts; the parser counts bytes, after the spaces in front."""
        stripped = self.text.strip()
        before = stripped.encode()[: node.col_offset].decode(errors="ignore")
        return len(before) + self.text.index(stripped)

    def error(self, message: Both, node: ast.expr) -> ExpressionError:
        return ExpressionError(message, self.column(node))

    def node(self, node: ast.expr, depth: int) -> Evaluate:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.error(Both(f"式の要素は{MAX_NODES}個までです。", f"more than {MAX_NODES} parts"), node)
        if depth > MAX_DEPTH:
            raise self.error(Both(f"入れ子は{MAX_DEPTH}段までです。", f"nested deeper than {MAX_DEPTH}"), node)
        handler = _HANDLERS.get(type(node))
        if handler is None:
            name = type(node).__name__
            raise self.error(Both(f"{name} は式に使えません。", f"{name} is not part of the language"), node)
        return handler(self, node, depth + 1)

    def constant(self, node: ast.Constant, depth: int) -> Evaluate:
        value: Any = node.value
        if isinstance(value, float):
            source = ast.get_source_segment(self.text.strip(), node) or ""
            if not source.replace(".", "").isdecimal():
                message = Both("小数は 0.25 のように書いてください。", "write decimals plainly, like 0.25")
                raise self.error(message, node)
            value = exact(Fraction(source))
        if not isinstance(value, int | Fraction | str):
            raise self.error(
                Both(f"{value!r} は式の値になりません。", f"{value!r} is not a value of the language"), node
            )
        try:
            value = checked(value)
        except ValueError as error:
            raise self.error(said(error), node) from None
        return lambda scope: value

    def name(self, node: ast.Name, depth: int) -> Evaluate:
        key = node.id
        if key not in self.known:
            known = ", ".join(sorted(self.known))
            message = Both(
                f"{key!r} という名前はありません（使える名前：{known or 'なし'}）。",
                f"unknown name {key!r} (known: {known or 'none'})",
            )
            raise self.error(message, node)
        self.used.add(key)
        return operator.itemgetter(key)  # the quickest way to scope[key]

    def binary(self, node: ast.BinOp, depth: int) -> Evaluate:
        kind = type(node.op)
        if kind not in GENERAL:
            raise self.error(_no_operator(kind), node)
        quick, general = QUICK[kind], GENERAL[kind]
        left, right, column = self.node(node.left, depth), self.node(node.right, depth), self.column(node)

        def evaluate(scope: Scope) -> Any:
            first, second = left(scope), right(scope)
            try:
                if type(first) is int and type(second) is int:
                    value = quick(first, second)
                    if type(value) is int and -MAX_NUMBER <= value <= MAX_NUMBER:
                        return value
                else:
                    value = general(first, second)
                return checked(value)
            except (ArithmeticError, TypeError, ValueError) as error:
                raise _located(error, column) from None

        return evaluate

    def unary(self, node: ast.UnaryOp, depth: int) -> Evaluate:
        if not isinstance(node.op, ast.Not | ast.USub):
            raise self.error(_no_operator(type(node.op)), node)
        apply: Callable[[Any], Any] = negative if isinstance(node.op, ast.USub) else lambda value: not truth(value)
        return self.applied(apply, [node.operand], node, depth)

    def applied(self, apply: Callable[..., Any], operands: list[ast.expr], node: ast.expr, depth: int) -> Evaluate:
        """``apply`` to the values of ``operands``, with errors located at ``node``."""
        parts, column = [self.node(operand, depth) for operand in operands], self.column(node)

        def evaluate(scope: Scope) -> Any:
            values = [part(scope) for part in parts]
            try:
                return apply(*values)
            except (ArithmeticError, TypeError, ValueError) as error:
                raise _located(error, column) from None

        return evaluate

    def boolean(self, node: ast.BoolOp, depth: int) -> Evaluate:
        parts = [self.applied(truth, [part], part, depth) for part in node.values]
        every = all if isinstance(node.op, ast.And) else any
        return lambda scope: every(part(scope) for part in parts)

    def compare(self, node: ast.Compare, depth: int) -> Evaluate:
        operands = [self.node(part, depth) for part in (node.left, *node.comparators)]
        tests, column = [], self.column(node)
        for op in node.ops:
            if type(op) not in COMPARISONS:
                name = type(op).__name__
                message = Both(f"{name} という比較は式に使えません。", f"{name} is not a comparison of the language")
                raise self.error(message, node)
            tests.append(COMPARISONS[type(op)])

        def evaluate(scope: Scope) -> bool:
            left = operands[0](scope)
            for test, operand in zip(tests, operands[1:], strict=True):
                right = operand(scope)
                try:
                    if not test(left, right):
                        return False
                except (TypeError, ValueError):
                    message = Both("この2つの値は比べられません。", "these cannot be compared")
                    raise ExpressionError(message, column) from None
                left = right
            return True

        return evaluate

    def conditional(self, node: ast.IfExp, depth: int) -> Evaluate:
        test = self.applied(truth, [node.test], node.test, depth)
        then, otherwise = self.node(node.body, depth), self.node(node.orelse, depth)
        return lambda scope: then(scope) if test(scope) else otherwise(scope)

    def items(self, node: ast.Tuple | ast.List, depth: int) -> Evaluate:
        if len(node.elts) > MAX_ITEMS:
            raise self.error(Both(f"並べられる値は{MAX_ITEMS}個までです。", f"more than {MAX_ITEMS} items"), node)
        make = _rows if any(isinstance(part, ast.List) for part in node.elts) else _tuple
        return self.applied(make, node.elts, node, depth)

    def call_by_name(self, node: ast.Call, depth: int) -> Evaluate:
        if not isinstance(node.func, ast.Name):
            message = Both("呼び出せるのは、名前のある関数だけです。", "only named functions can be called")
            raise self.error(message, node)
        function = FUNCTIONS.get(node.func.id)
        if function is None:
            known = ", ".join(sorted(FUNCTIONS))
            message = Both(
                f"{node.func.id!r} という関数はありません（使える関数：{known}）。",
                f"unknown function {node.func.id!r} (known: {known})",
            )
            raise self.error(message, node)
        inner, column = self.call(node, node.func.id, function, depth), self.column(node)

        def evaluate(scope: Scope) -> Any:
            value = inner(scope)
            if type(value) is int and -MAX_NUMBER <= value <= MAX_NUMBER:
                return value
            try:
                return checked(value)
            except ValueError as error:
                raise _located(error, column) from None

        return evaluate

    def call(self, node: ast.Call, name: str, function: Callable[..., Any], depth: int) -> Evaluate:
        if any(isinstance(part, ast.Starred) for part in node.args) or any(k.arg is None for k in node.keywords):
            raise self.error(Both("引数の展開はできません。", "arguments cannot be unpacked"), node)
        if len(node.args) + len(node.keywords) > MAX_ITEMS:
            raise self.error(Both(f"引数は{MAX_ITEMS}個までです。", f"more than {MAX_ITEMS} arguments"), node)
        try:
            inspect.signature(function).bind(*node.args, **{str(part.arg): part.value for part in node.keywords})
        except TypeError as error:
            raise self.error(Both(f"{name} の引数が合いません：{error}", f"{name}: {error}"), node) from None
        if not node.keywords:
            return self.applied(function, node.args, node, depth)
        names = [str(part.arg) for part in node.keywords]
        count = len(node.args)

        def with_keywords(*values: Any) -> Any:
            return function(*values[:count], **dict(zip(names, values[count:], strict=True)))

        return self.applied(with_keywords, [*node.args, *(part.value for part in node.keywords)], node, depth)


def _tuple(*values: Any) -> tuple[Any, ...]:
    """Bounded with everything inside: derived values could nest tuples sixteen-fold each time."""
    if sum(map(_size, values)) > MAX_TUPLE:
        message = Both(
            f"タプルに入れられる値は、中のタプルと行列の分も合わせて{MAX_TUPLE}個までです。",
            f"a tuple holds at most {MAX_TUPLE} values, those of its tuples and matrices included",
        )
        raise ValueError(message)
    return values


def _size(value: Any) -> int:
    if isinstance(value, tuple):
        return 1 + sum(map(_size, value))
    return value.size if isinstance(value, np.ndarray) else 1


def _rows(*rows: Any) -> Any:
    cells = [cell for row in rows for cell in (row if isinstance(row, tuple) else (row,))]
    if any(isinstance(cell, bool) or not isinstance(cell, int | Fraction | float) for cell in cells):
        raise TypeError(Both("行列の要素は数でなければなりません。", "the cells of a matrix are numbers"))
    return checked(matrix(rows))


def _located(error: Exception, column: int) -> ExpressionError:
    return error if isinstance(error, ExpressionError) else ExpressionError(said(error), column)


def _no_operator(kind: type[ast.AST]) -> Both:
    name = kind.__name__
    return Both(f"{name} という演算子は式に使えません。", f"{name} is not an operator of the language")


_HANDLERS: Mapping[type[ast.expr], Callable[[_Compiler, Any, int], Evaluate]] = {
    ast.Constant: _Compiler.constant,
    ast.Name: _Compiler.name,
    ast.BinOp: _Compiler.binary,
    ast.UnaryOp: _Compiler.unary,
    ast.BoolOp: _Compiler.boolean,
    ast.Compare: _Compiler.compare,
    ast.IfExp: _Compiler.conditional,
    ast.Tuple: _Compiler.items,
    ast.List: _Compiler.items,
    ast.Call: _Compiler.call_by_name,
}
