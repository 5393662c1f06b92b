"""What an author wrote, read and checked: TOML source → :class:`Template`.

:func:`load` either returns a template whose every expression, text and reference is compiled, or raises
:class:`TemplateError` with all problems at once. What holds only over the variants is the lint's business.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np

from cnncalc.words import Language

from .expressions import Expression, ExpressionError, compile_expression, compile_trace
from .figures import KINDS as FIGURE_KINDS
from .markup import MarkupError, Prose, compile_prose
from .values import LANGUAGES, Value

SCHEMA = 1
MAX_SOURCE = 64 * 1024
MAX_FIELDS = 8
MAX_BOARD = 8

FieldType: TypeAlias = Literal["integer", "decimal", "shape", "matrix", "choice"]
Kind: TypeAlias = Literal["question", "flashcard"]
FIELD_TYPES: tuple[FieldType, ...] = ("integer", "decimal", "shape", "matrix", "choice")

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing an author has to mend: the check's stable id, the place in the source, what to do."""

    check: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{self.check}]"


class TemplateError(ValueError):
    """A source that is not a usable template."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value drawn at random: a whole number from low to high, one of the choices, or a matrix of whole numbers."""

    name: str
    low: int = 0
    high: int = 0
    choices: tuple[Value, ...] = ()
    shape: tuple[int, int] | None = None

    @property
    def size(self) -> int:
        """How many values it can take."""
        if self.choices:
            return len(self.choices)
        cells = self.shape[0] * self.shape[1] if self.shape else 1
        return int((self.high - self.low + 1) ** cells)


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a choice answer."""

    key: str
    label: Mapping[Language, Prose]
    misconception: str | None


@dataclass(frozen=True, slots=True)
class AnswerField:
    """One thing that is asked for."""

    name: str
    type: FieldType
    value: Expression
    label: Mapping[Language, str]
    parts: tuple[str, ...] = ()
    places: int = 0
    tolerance: Fraction = Fraction(0)
    board: tuple[int, int] = (
        0,
        0,
    )  # matrix: the empty grid that is shown; larger than needed, so it tells nothing
    choices: tuple[Choice, ...] = ()


def is_of_type(value: Value, answer: AnswerField) -> bool:
    """Whether a calculated value is one that could be typed for this answer."""
    if answer.type == "integer":
        return type(value) is int
    if answer.type == "decimal":
        return isinstance(value, int | Fraction | float)
    if answer.type == "shape":
        return isinstance(value, tuple) and len(value) == len(answer.parts) and all(type(part) is int for part in value)
    if answer.type == "matrix":
        return isinstance(value, np.ndarray)
    return any(value == choice.key for choice in answer.choices)


@dataclass(frozen=True, slots=True)
class MisconceptionRule:
    """A wrong rule and what it gives, per answer field."""

    code: str
    values: Mapping[str, Expression]


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """Which figure, with which arguments."""

    kind: str
    arguments: Mapping[str, Expression]


@dataclass(frozen=True, slots=True)
class TemplateTest:
    """An example by the author: given parameters, the answer, or a response and the misconceptions it shows."""

    given: Mapping[str, Any]
    answer: Mapping[str, Any] | None = None
    respond: Mapping[str, Any] | None = None
    misconceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A question, graded by the engine, or a flashcard, rated by the learner. Identity is its version."""

    kind: Kind
    slug: str
    topic: str
    level: int
    source: str
    small: bool
    title: Mapping[Language, str]
    parameters: tuple[Parameter, ...]
    require: tuple[Expression, ...]
    derived: Mapping[str, Expression]
    stem: Mapping[Language, Prose]
    answers: tuple[AnswerField, ...] = ()
    misconceptions: tuple[MisconceptionRule, ...] = ()
    hints: tuple[Mapping[Language, Prose], ...] = ()
    solution: Mapping[Language, Prose] | None = None  # prose; the back of a flashcard
    traces: Mapping[str, tuple[Expression, ...]] = field(default_factory=dict)  # by answer field
    figure: FigureSpec | None = None
    tests: tuple[TemplateTest, ...] = ()

    def misconception_codes(self) -> list[str]:
        """Every misconception that the template can diagnose, each once."""
        posed = [c.misconception for answer in self.answers for c in answer.choices if c.misconception]
        return sorted({rule.code for rule in self.misconceptions} | set(posed))


def load(source: str) -> Template:
    """Read one template: a question, or a file with exactly one flashcard.

    Raises :class:`TemplateError` with every problem that can be seen without drawing a variant.
    """
    problems: list[Problem] = []
    document = _Table(_toml(source), "", problems)
    if document.integer("schema", 1, 99) != SCHEMA:
        document.problem("schema-version", "schema", f"this service reads schema = {SCHEMA}")
    cards = document.tables("flashcards") if "flashcards" in document.data else None
    if cards is None:
        template = _question(document)
    elif len(cards) == 1:
        template = _flashcard(document, cards[0])
    else:
        raise TemplateError([Problem("schema", "flashcards", "one template is one flashcard; split the file")])
    document.finish()
    if problems:
        raise TemplateError(problems)
    return template


def split(source: str) -> list[str]:
    """The sources of the single templates in one file: itself, or one per flashcard, each with the file's head."""
    cards = _toml(source).get("flashcards")
    count = len(cards) if isinstance(cards, list) else 0
    if count == 0:
        return [source]
    head, *cards = re.split(r"(?m)^(?=\[\[flashcards\]\]\s*$)", source)
    if len(cards) != count:
        raise TemplateError([Problem("schema", "flashcards", "each [[flashcards]] stands on a line of its own")])
    return [f"{head.rstrip()}\n\n{card.rstrip()}\n" for card in cards]


def _toml(source: str) -> dict[str, Any]:
    if len(source) > MAX_SOURCE:
        raise TemplateError([Problem("schema", "", f"longer than {MAX_SOURCE} characters")])
    try:
        return tomllib.loads(source)
    except (ValueError, RecursionError) as error:  # ValueError: TOMLDecodeError, or an integer of 5,000 digits
        raise TemplateError([Problem("toml", "", f"not TOML: {error}")]) from None


class _Table:
    """A TOML table that is read key by key; what nobody read is reported as unknown."""

    def __init__(self, data: Mapping[str, Any], path: str, problems: list[Problem]) -> None:
        self.data = data
        self.path = path
        self.problems = problems
        self.read: set[str] = set()
        self.children: list[_Table] = []

    def where(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def problem(self, check: str, key: str, message: str) -> None:
        self.problems.append(Problem(check, self.where(key), message))

    def take(self, key: str, kind: type[_T], default: _T | None = None) -> _T | None:
        self.read.add(key)
        if key not in self.data:
            if default is None:
                self.problem("schema", key, "is missing")
            return default
        value = self.data[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.problem("schema", key, f"should be {_TYPE_NAMES[kind]}")
            return default
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self.take(key, str, default)
        if value is not None and value != default and not value.strip():
            self.problem("schema", key, "is empty")
        return value or ""

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        value = self.take(key, int, default)
        if value is not None and not low <= value <= high:
            self.problem("schema", key, f"should be from {low} to {high}")
        return value if value is not None else low

    def slug(self, key: str) -> str:
        value = self.text(key)
        if value and not _SLUG.fullmatch(value):
            self.problem("schema", key, "is small letters, digits and single hyphens")
        return value

    def table(self, key: str, *, optional: bool = False) -> _Table:
        data: dict[str, Any] = self.take(key, dict, {} if optional else None) or {}
        child = _Table(data, self.where(key), self.problems)
        self.children.append(child)
        return child

    def tables(self, key: str) -> list[_Table]:
        items = self.take(key, list, []) or []
        found = []
        for index, item in enumerate(items):
            if isinstance(item, dict):
                found.append(_Table(item, f"{self.where(key)}[{index}]", self.problems))
            else:
                self.problem("schema", key, "should be tables")
        self.children += found
        return found

    def both(self, key: str, make: Callable[[_Table, str], _T]) -> dict[Language, _T]:
        """A text in both languages."""
        table = self.table(key)
        return table.languages(make)

    def languages(self, make: Callable[[_Table, str], _T]) -> dict[Language, _T]:
        result: dict[Language, _T] = {}
        for language in LANGUAGES:
            if language not in self.data:
                self.problem("languages", language, "is missing: every text stands in both languages")
            result[language] = make(self, language)  # type: ignore[index]  # LANGUAGES holds just the literal's words
        return result

    def finish(self) -> None:
        for key in self.data:
            if key not in self.read:
                self.problem("schema", key, "is not a key of the template language")
        for child in self.children:
            child.finish()


_TYPE_NAMES: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    list: "a list",
    dict: "a table",
    bool: "true or false",
}


class _Names:
    """Compiles expressions and prose against the names known so far, and remembers which were used."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.used: set[str] = set()

    def expression(
        self,
        table: _Table,
        key: str,
        compiler: Callable[[str, set[str]], Expression] = compile_expression,
    ) -> Expression:
        text = table.text(key)
        return self.compile(text, table, key, compiler)

    def compile(
        self,
        text: str,
        table: _Table,
        key: str,
        compiler: Callable[[str, set[str]], Expression] = compile_expression,
    ) -> Expression:
        try:
            expression = compiler(text, self.known)
        except ExpressionError as error:
            if text:
                place = "" if error.column is None else f" (at character {error.column + 1})"
                table.problem("expression", key, f"{error}{place}")
            return Expression(text, frozenset(), lambda scope: 0)
        self.used |= expression.names
        return expression

    def prose(self, table: _Table, key: str) -> Prose:
        source = table.text(key)
        try:
            prose = compile_prose(source)
        except MarkupError as error:
            table.problem("prose", key, str(error))
            return compile_prose("")
        for name in sorted(prose.names - self.known):
            table.problem("unknown-name", key, f"{{{{{name}}}}} is neither a parameter nor a derived value")
        self.used |= prose.names
        return prose

    def both(self, table: _Table, key: str) -> dict[Language, Prose]:
        return self.same_names(table.table(key))

    def same_names(self, table: _Table) -> dict[Language, Prose]:
        texts = table.languages(self.prose)
        if texts["ja"].names != texts["en"].names and texts["ja"].source and texts["en"].source:
            table.problem("placeholders", "en", "both languages show the same values")
        return texts


def _question(document: _Table) -> Template:
    names = _Names()
    parameters, derived, require = _draws(document, names)
    slug, topic = document.slug("slug"), document.slug("topic")
    stem = names.both(document, "stem")
    answers = _answers(document, names)
    fields = tuple(answer.name for answer in answers)
    template = Template(
        kind="question",
        slug=slug,
        topic=topic,
        level=document.integer("level", 1, 4),
        source=document.text("source"),
        small=bool(document.take("small", bool, False)),
        title=document.both("title", _Table.text),
        parameters=parameters,
        require=require,
        derived=derived,
        stem=stem,
        answers=answers,
        misconceptions=_misconceptions(document, names, fields),
        hints=tuple(names.same_names(hint) for hint in document.tables("hints")),
        figure=_figure(document, names),
        tests=_tests(document),
        **_solution(document, names, fields),
    )
    _unused(document, names)
    return template


def _flashcard(document: _Table, card: _Table) -> Template:
    names = _Names()
    parameters, derived, require = _draws(card, names)
    stem, back = names.both(card, "front"), names.both(card, "back")
    slug = card.slug("slug")
    _unused(card, names)
    return Template(
        kind="flashcard",
        slug=slug,
        topic=document.slug("topic"),
        level=card.integer("level", 1, 4, 1),
        source=card.text("source"),
        small=True,
        title={language: prose.source for language, prose in stem.items()},
        parameters=parameters,
        require=require,
        derived=derived,
        stem=stem,
        solution=back,
    )


def _draws(table: _Table, names: _Names) -> tuple[tuple[Parameter, ...], dict[str, Expression], tuple[Expression, ...]]:
    section = table.table("parameters", optional=True)
    parameters = tuple(_parameter(section.table(name), name, section) for name in section.data)
    names.known |= {parameter.name for parameter in parameters}
    derived: dict[str, Expression] = {}
    formulas = table.table("derived", optional=True)
    for name in formulas.data:
        _check_name(name, formulas, names.known)
        derived[name] = names.expression(formulas, name)
        names.known.add(name)
    require = []
    for index, text in enumerate(table.take("require", list, []) or []):
        if isinstance(text, str):
            require.append(names.compile(text, table, f"require[{index}]"))
        else:
            table.problem("schema", f"require[{index}]", "should be a text")
    return parameters, derived, tuple(require)


def _check_name(name: str, table: _Table, known: set[str]) -> None:
    if not name.isidentifier() or not name.isascii() or name.startswith("_") or len(name) > 32:
        table.problem("schema", name, "a name is letters, digits and _, and starts with a letter")
    if name in known:
        table.problem("schema", name, "is the name of a parameter already")


def _parameter(table: _Table, name: str, section: _Table) -> Parameter:
    _check_name(name, section, set())
    if "choices" in table.data:
        choices = tuple(table.take("choices", list) or ())
        valid = len({str(choice) for choice in choices}) == len(choices) > 0
        if not valid or not all(isinstance(c, int | str) and not isinstance(c, bool) for c in choices):
            table.problem("schema", "choices", "are different whole numbers or texts, at least one")
            return Parameter(name, choices=(0,))
        return Parameter(name, choices=choices)
    low, high = _pair(table, "integers", -1_000_000, 1_000_000)
    if low > high:
        table.problem("schema", "integers", "the first is the smallest, the second the largest value")
        high = low
    if "matrix" not in table.data:
        return Parameter(name, low, high)
    return Parameter(name, low, high, shape=_pair(table, "matrix", 1, 16))


def _pair(table: _Table, key: str, low: int, high: int) -> tuple[int, int]:
    value = table.take(key, list) or []
    if len(value) == 2 and all(type(item) is int and low <= item <= high for item in value):
        return value[0], value[1]
    table.problem("schema", key, f"should be two whole numbers from {low} to {high}")
    return low, low


def _answers(document: _Table, names: _Names) -> tuple[AnswerField, ...]:
    tables = document.tables("answers")
    if not 1 <= len(tables) <= MAX_FIELDS:
        document.problem("schema", "answers", f"a question asks for 1 to {MAX_FIELDS} things")
    fields = tuple(_answer(table, names) for table in tables)
    if len({answer.name for answer in fields}) != len(fields):
        document.problem("schema", "answers", "names of answers differ from each other")
    return fields


def _answer(table: _Table, names: _Names) -> AnswerField:
    name = table.text("name")
    _check_name(name, table, set())
    kind = table.text("type")
    if kind not in FIELD_TYPES:
        table.problem("schema", "type", f"should be one of {', '.join(FIELD_TYPES)}")
        kind = "integer"
    decimal = kind == "decimal" or (kind == "matrix" and "places" in table.data)
    places = table.integer("places", 0, 6) if decimal else 0
    choices = _choices(table, names) if kind == "choice" else ()
    return AnswerField(
        name=name,
        type=kind,  # type: ignore[arg-type]  # checked against FIELD_TYPES above
        value=names.expression(table, "value"),
        label=table.both("label", _Table.text),
        parts=_parts(table) if kind == "shape" else (),
        places=places,
        tolerance=_tolerance(table, places) if kind == "decimal" or places else Fraction(0),
        board=_pair(table, "board", 1, MAX_BOARD) if kind == "matrix" else (0, 0),
        choices=choices,
    )


def _parts(table: _Table) -> tuple[str, ...]:
    parts = table.take("parts", list) or []
    if not 2 <= len(parts) <= 5 or not all(isinstance(part, str) and part for part in parts):
        table.problem("schema", "parts", 'are the names of 2 to 5 parts, like ["H", "W"]')
    return tuple(str(part) for part in parts)


def _tolerance(table: _Table, places: int) -> Fraction:
    """Half a unit of the last place, unless the author says otherwise."""
    table.read.add("tolerance")
    if "tolerance" not in table.data:
        return Fraction(1, 2 * 10**places)
    value = table.data["tolerance"]
    if type(value) not in (int, float) or not 0 <= value <= 10**6:
        table.problem("schema", "tolerance", "should be a number, not negative")
        return Fraction(0)
    return Fraction(str(value))


def _choices(table: _Table, names: _Names) -> tuple[Choice, ...]:
    choices = tuple(
        Choice(option.slug("key"), names.both(option, "label"), option.text("misconception", "") or None)
        for option in table.tables("choices")
    )
    if len(choices) < 2 or len({choice.key for choice in choices}) != len(choices):
        table.problem("schema", "choices", "are at least two options with different keys")
    return choices


def _misconceptions(document: _Table, names: _Names, fields: tuple[str, ...]) -> tuple[MisconceptionRule, ...]:
    rules = []
    for table in document.tables("misconceptions"):
        code = table.slug("code")
        if isinstance(table.data.get("value"), dict):
            by_field = table.table("value")
            _known_fields(by_field, fields)
            rules.append(MisconceptionRule(code, {key: names.expression(by_field, key) for key in by_field.data}))
        elif len(fields) == 1:
            rules.append(MisconceptionRule(code, {fields[0]: names.expression(table, "value")}))
        else:
            table.problem("schema", "value", 'name the answer: value = { O = "…" }')
            table.read.add("value")
    if len({rule.code for rule in rules}) != len(rules):
        document.problem("schema", "misconceptions", "every code stands once")
    return tuple(rules)


def _known_fields(table: _Table, fields: tuple[str, ...]) -> None:
    for key in table.data:
        if key not in fields:
            table.problem("unknown-name", key, f"there is no answer of this name (answers: {', '.join(fields)})")


def _solution(document: _Table, names: _Names, fields: tuple[str, ...]) -> dict[str, Any]:
    if "solution" not in document.data:
        document.problem("solution", "solution", "is missing: every question shows how it is worked out")
    table = document.table("solution", optional=True)
    prose = names.both(table, "text") if "text" in table.data else None
    traces: dict[str, tuple[Expression, ...]] = {}
    if isinstance(table.data.get("trace"), dict):
        by_field = table.table("trace")
        _known_fields(by_field, fields)
        traces = {key: _traces(by_field, key, names) for key in by_field.data}
    elif "trace" in table.data and fields:
        traces = {fields[0]: _traces(table, "trace", names)}
    if prose is None and not traces:
        document.problem("solution", "solution", "has a trace, a text, or both")
    return {"solution": prose, "traces": traces}


def _traces(table: _Table, key: str, names: _Names) -> tuple[Expression, ...]:
    """One trace, or several that follow each other; the last ends in the answer."""
    if not isinstance(table.data[key], list):
        return (names.expression(table, key, compile_trace),)
    texts = table.take(key, list) or []
    if not 1 <= len(texts) <= MAX_FIELDS or not all(isinstance(text, str) for text in texts):
        table.problem("schema", key, f"should be a text or a list of 1 to {MAX_FIELDS} texts")
        return ()
    return tuple(names.compile(text, table, f"{key}[{index}]", compile_trace) for index, text in enumerate(texts))


def _figure(document: _Table, names: _Names) -> FigureSpec | None:
    if "figure" not in document.data:
        return None
    table = document.table("figure")
    kind = table.text("kind")
    if kind not in FIGURE_KINDS:
        table.problem("figure", "kind", f"should be one of {', '.join(sorted(FIGURE_KINDS))}")
        table.read |= set(table.data)
        return None
    required, optional = FIGURE_KINDS[kind].arguments
    for key in required:
        if key not in table.data:
            table.problem("figure", key, "is missing")
    given = [key for key in table.data if key in required or key in optional]
    return FigureSpec(kind, {key: names.expression(table, key) for key in given})


def _tests(document: _Table) -> tuple[TemplateTest, ...]:
    tests = []
    for table in document.tables("tests"):
        given: dict[str, Any] = table.take("given", dict) or {}
        answer: dict[str, Any] | None = table.take("answer", dict) if "answer" in table.data else None
        respond: dict[str, Any] | None = table.take("respond", dict) if "respond" in table.data else None
        codes = tuple(map(str, table.take("misconceptions", list, []) or []))
        if answer is None and respond is None:
            table.problem("schema", "answer", "a test has an answer or a response")
        tests.append(TemplateTest(given, answer, respond, codes))
    return tuple(tests)


def _unused(table: _Table, names: _Names) -> None:
    for name in sorted(names.known - names.used):
        section = "parameters" if name in table.data.get("parameters", {}) else "derived"
        table.problem("unused-name", f"{section}.{name}", "is never used")
