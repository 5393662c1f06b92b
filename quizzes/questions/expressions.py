"""The expression language of templates: a whitelisted subset of Python's syntax, compiled once to closures.

Authors are not trusted with the machine. There are no attributes, subscripts, comprehensions, lambdas or f-strings,
and text, depth, node count and the size of every intermediate value are capped, so that no expression can take
noticeable time or memory. Integer division and fractions are exact; ``1/3`` is a fraction, ``0.1`` is one tenth.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from .functions import FUNCTIONS, MAX_CELLS, TRACES
from .values import Scope, exact, matrix, same

MAX_TEXT = 400
MAX_NODES = 150
MAX_DEPTH = 20
MAX_NUMBER = 10**15
MAX_EXPONENT = 64
MAX_ITEMS = 16
MAX_STRING = 80
MAX_CELL = 10**6

Evaluate: TypeAlias = Callable[[Scope], Any]


class ExpressionError(ValueError):
    """An expression that cannot be compiled or has no value here; ``column`` points at the place, from 0."""

    def __init__(self, message: str, column: int | None = None) -> None:
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
        return _truth(self.evaluate(scope), 0)


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
        raise ExpressionError(f"a trace is a call of one of {', '.join(sorted(TRACES))}", root.col_offset)
    evaluate = compiler.call(root, TRACES[root.func.id], 0)
    return Expression(text, frozenset(compiler.used), evaluate)


class _Compiler:
    def __init__(self, text: str, names: Collection[str]) -> None:
        self.text = text
        self.known = names
        self.used: set[str] = set()
        self.nodes = 0

    def parse(self) -> ast.expr:
        if len(self.text) > MAX_TEXT:
            raise ExpressionError(f"longer than {MAX_TEXT} characters", MAX_TEXT)
        if "\n" in self.text or "\0" in self.text or not self.text.strip():
            raise ExpressionError("an expression is one line of text", 0)
        try:
            return ast.parse(self.text.strip(), mode="eval").body
        except SyntaxError as error:
            raise ExpressionError(f"not an expression: {error.msg}", (error.offset or 1) - 1) from None
        except (RecursionError, MemoryError, ValueError):
            raise ExpressionError("nested too deeply or too large a number", 0) from None

    def node(self, node: ast.expr, depth: int) -> Evaluate:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise ExpressionError(f"more than {MAX_NODES} parts", node.col_offset)
        if depth > MAX_DEPTH:
            raise ExpressionError(f"nested deeper than {MAX_DEPTH}", node.col_offset)
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise ExpressionError(f"{type(node).__name__} is not part of the language", node.col_offset)
        return handler(self, node, depth + 1)

    def constant(self, node: ast.Constant, depth: int) -> Evaluate:
        value: Any = node.value
        if isinstance(value, float):
            source = ast.get_source_segment(self.text.strip(), node) or ""
            if not source.replace(".", "").isdecimal():
                raise ExpressionError("write decimals plainly, like 0.25", node.col_offset)
            value = exact(Fraction(source))
        if not isinstance(value, int | Fraction | str):
            raise ExpressionError(f"{value!r} is not a value of the language", node.col_offset)
        value = _checked(value, node.col_offset)
        return lambda scope: value

    def name(self, node: ast.Name, depth: int) -> Evaluate:
        key = node.id
        if key not in self.known:
            known = ", ".join(sorted(self.known)) or "none"
            raise ExpressionError(f"unknown name {key!r} (known: {known})", node.col_offset)
        self.used.add(key)
        return lambda scope: scope[key]

    def binary(self, node: ast.BinOp, depth: int) -> Evaluate:
        apply = _BINARY.get(type(node.op))
        if apply is None:
            raise ExpressionError(f"{type(node.op).__name__} is not an operator of the language", node.col_offset)
        left, right, column = self.node(node.left, depth), self.node(node.right, depth), node.col_offset

        def evaluate(scope: Scope) -> Any:
            first, second = left(scope), right(scope)
            if type(first) is not int or type(second) is not int:
                _check_operands(first, second, column)
            try:
                return _checked(apply(first, second), column)
            except (ArithmeticError, TypeError, ValueError) as error:
                raise _located(error, column) from None

        return evaluate

    def unary(self, node: ast.UnaryOp, depth: int) -> Evaluate:
        operand, column = self.node(node.operand, depth), node.col_offset
        if isinstance(node.op, ast.Not):
            return lambda scope: not _truth(operand(scope), column)
        if not isinstance(node.op, ast.USub):
            raise ExpressionError(f"{type(node.op).__name__} is not an operator of the language", column)

        def negate(scope: Scope) -> Any:
            value = operand(scope)
            if isinstance(value, str | tuple):
                raise ExpressionError("only numbers and matrices can be negated", column)
            return -value

        return negate

    def boolean(self, node: ast.BoolOp, depth: int) -> Evaluate:
        parts, column = [self.node(part, depth) for part in node.values], node.col_offset
        every = all if isinstance(node.op, ast.And) else any
        return lambda scope: every(_truth(part(scope), column) for part in parts)

    def compare(self, node: ast.Compare, depth: int) -> Evaluate:
        operands = [self.node(part, depth) for part in (node.left, *node.comparators)]
        tests, column = [], node.col_offset
        for op in node.ops:
            test = _COMPARISONS.get(type(op))
            if test is None:
                raise ExpressionError(f"{type(op).__name__} is not a comparison of the language", column)
            tests.append(test)

        def evaluate(scope: Scope) -> bool:
            left = operands[0](scope)
            for test, operand in zip(tests, operands[1:], strict=True):
                right = operand(scope)
                try:
                    if not test(left, right):
                        return False
                except (TypeError, ValueError):
                    raise ExpressionError("these cannot be compared", column) from None
                left = right
            return True

        return evaluate

    def conditional(self, node: ast.IfExp, depth: int) -> Evaluate:
        test, then, otherwise = (self.node(part, depth) for part in (node.test, node.body, node.orelse))
        column = node.test.col_offset
        return lambda scope: then(scope) if _truth(test(scope), column) else otherwise(scope)

    def items(self, node: ast.Tuple | ast.List, depth: int) -> Evaluate:
        if len(node.elts) > MAX_ITEMS:
            raise ExpressionError(f"more than {MAX_ITEMS} items", node.col_offset)
        parts, column = [self.node(part, depth) for part in node.elts], node.col_offset
        if isinstance(node, ast.Tuple) or not any(isinstance(part, ast.List) for part in node.elts):
            return lambda scope: tuple(part(scope) for part in parts)

        def evaluate(scope: Scope) -> Any:
            try:
                rows = matrix([part(scope) for part in parts])
                if rows.dtype.kind not in "ifO":
                    raise ExpressionError("the cells of a matrix are numbers", column)
                return _checked(rows, column)
            except (TypeError, ValueError) as error:
                raise _located(error, column) from None

        return evaluate

    def call_by_name(self, node: ast.Call, depth: int) -> Evaluate:
        if not isinstance(node.func, ast.Name):
            raise ExpressionError("only named functions can be called", node.col_offset)
        function = FUNCTIONS.get(node.func.id)
        if function is None:
            known = ", ".join(sorted(FUNCTIONS))
            raise ExpressionError(f"unknown function {node.func.id!r} (known: {known})", node.col_offset)
        inner, column = self.call(node, function, depth), node.col_offset
        return lambda scope: _checked(inner(scope), column)

    def call(self, node: ast.Call, function: Callable[..., Any], depth: int) -> Evaluate:
        if any(isinstance(part, ast.Starred) for part in node.args) or any(k.arg is None for k in node.keywords):
            raise ExpressionError("arguments cannot be unpacked", node.col_offset)
        if len(node.args) + len(node.keywords) > MAX_ITEMS:
            raise ExpressionError(f"more than {MAX_ITEMS} arguments", node.col_offset)
        column = node.col_offset
        arguments = [self.node(part, depth) for part in node.args]
        keywords = {str(part.arg): self.node(part.value, depth) for part in node.keywords}

        def evaluate(scope: Scope) -> Any:
            positional = [part(scope) for part in arguments]
            named = {key: part(scope) for key, part in keywords.items()}
            try:
                return function(*positional, **named)
            except (ArithmeticError, TypeError, ValueError) as error:
                raise _located(error, column) from None

        return evaluate


def _located(error: Exception, column: int) -> ExpressionError:
    return error if isinstance(error, ExpressionError) else ExpressionError(str(error), column)


def _truth(value: Any, column: int) -> bool:
    if isinstance(value, np.ndarray):
        raise ExpressionError("a matrix is neither true nor false", column)
    return bool(value)


def _checked(value: Any, column: int) -> Any:
    """``value``, if it is one of the language's and within its bounds."""
    if type(value) is int and -MAX_NUMBER <= value <= MAX_NUMBER:
        return value
    if isinstance(value, tuple):
        return tuple(_checked(item, column) for item in value)
    if isinstance(value, np.integer):
        value = int(value)
    bounded = next((check for kind, check in _BOUNDS.items() if isinstance(value, kind)), None)
    if bounded is None:
        raise ExpressionError(f"{type(value).__name__} is not a value of the language", column)
    if not bounded(value):
        raise ExpressionError("the value is too large", column)
    return matrix(value) if isinstance(value, np.ndarray) else exact(value)


_BOUNDS: Mapping[type, Callable[[Any], bool]] = {
    int: lambda value: abs(value) <= MAX_NUMBER,
    Fraction: lambda value: max(abs(value.numerator), value.denominator) <= MAX_NUMBER,
    float: lambda value: math.isfinite(value) and abs(value) <= MAX_NUMBER,
    str: lambda value: len(value) <= MAX_STRING,
    np.ndarray: lambda value: value.ndim == 2 and value.size <= MAX_CELLS and bool((abs(value) <= MAX_CELL).all()),
}


def _check_operands(left: Any, right: Any, column: int) -> None:
    if isinstance(left, str | tuple) or isinstance(right, str | tuple):
        raise ExpressionError("only numbers and matrices can be calculated with", column)
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray) and left.shape != right.shape:
        raise ExpressionError(f"matrices of {left.shape} and {right.shape} do not fit", column)
    for number, other in ((left, right), (right, left)):
        if isinstance(other, np.ndarray) and not isinstance(number, np.ndarray) and abs(number) > MAX_CELL:
            raise ExpressionError(f"a matrix is calculated with numbers up to {MAX_CELL}", column)  # int64 wraps


def _divide(left: Any, right: Any) -> Any:
    if isinstance(right, np.ndarray):
        raise ExpressionError("nothing can be divided by a matrix")
    if isinstance(left, np.ndarray):
        return left.astype(object) * Fraction(1, right)
    if isinstance(left, int) and isinstance(right, int):
        return Fraction(left, right)
    return left / right


def _whole(apply: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """NumPy answers a division by zero with a warning and a zero; a matrix is divided only by a number."""

    def checked(left: Any, right: Any) -> Any:
        if isinstance(right, np.ndarray):
            raise ExpressionError("nothing can be divided by a matrix")
        if isinstance(left, np.ndarray) and right == 0:
            raise ZeroDivisionError("division by zero")
        return apply(left, right)

    return checked


def _power(left: Any, right: Any) -> Any:
    if not isinstance(right, int):
        raise ExpressionError("powers have a whole exponent")
    if isinstance(left, np.ndarray):
        if not 0 <= right <= MAX_EXPONENT or float(abs(left).max()) ** right > MAX_CELL:
            raise ExpressionError("the power is too large")
        return left**right
    if abs(right) > MAX_EXPONENT or (isinstance(left, int) and left.bit_length() * abs(right) > 64):
        raise ExpressionError("the power is too large")
    return Fraction(left) ** right if right < 0 and isinstance(left, int) else left**right


_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divide,
    ast.FloorDiv: _whole(operator.floordiv),
    ast.Mod: _whole(operator.mod),
    ast.Pow: _power,
}

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: same,
    ast.NotEq: lambda left, right: not same(left, right),
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}

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
