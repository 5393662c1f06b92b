"""TOML source → :class:`Template`.

:func:`load` either returns a template whose every expression, text and reference is compiled, or raises
:class:`TemplateError` with all problems at once. What holds only over the variants is the lint's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from cnncalc.words import Language

from .expressions import Expression, ExpressionError, compile_expression, compile_trace
from .figures import KINDS as FIGURE_KINDS
from .markup import MarkupError, Prose, compile_prose
from .tables import MISSING, Problem, Table, TemplateError, read_toml
from .template import (
    FIELD_TYPES,
    AnswerField,
    Choice,
    FigureSpec,
    MisconceptionRule,
    Parameter,
    Template,
    TemplateTest,
)
from .words import Both, said

SCHEMA = 1
MAX_FIELDS = 8
MAX_BOARD = 8
MAX_CHOICES = 26


def load(source: str) -> Template:
    """Read one template: a question, or a file with exactly one flashcard.

    Raises :class:`TemplateError` with every problem that can be seen without drawing a variant.
    """
    problems: list[Problem] = []
    document = Table(read_toml(source), "", problems)
    if document.integer("schema", 1, 99) != SCHEMA:
        message = Both(f"このサービスで使えるのは schema = {SCHEMA} です。", f"this service reads schema = {SCHEMA}")
        document.problem("schema-version", "schema", message)
    cards = document.tables("flashcards") if "flashcards" in document.data else None
    if cards is None:
        template = _question(document)
    elif len(cards) == 1:
        template = _flashcard(document, cards[0])
    else:
        message = Both(
            "1つのテンプレートに書けるフラッシュカードは1枚です。ファイルを分けてください。",
            "one template is one flashcard; split the file",
        )
        raise TemplateError([Problem("schema", "flashcards", message)])
    document.finish()
    if problems:
        raise TemplateError(problems)
    return template


def split(source: str) -> list[str]:
    """The sources of the single templates in one file: itself, or one per flashcard, each with the file's head.

    A file with one template comes back as it is, to the letter.
    """
    cards = read_toml(source).get("flashcards")
    count = len(cards) if isinstance(cards, list) else 0
    if count <= 1:
        return [source]
    head, *cards = re.split(r"(?m)^(?=\[\[flashcards\]\]\s*$)", source)
    if len(cards) != count:
        message = Both(
            "[[flashcards]] は、それぞれ単独の行に書いてください。", "each [[flashcards]] stands on a line of its own"
        )
        raise TemplateError([Problem("schema", "flashcards", message)])
    return [f"{head.rstrip()}\n\n{card.rstrip()}\n" for card in cards]


class _Names:
    """Compiles expressions and prose against the names known so far, and remembers which were used."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.used: set[str] = set()

    def expression(
        self,
        table: Table,
        key: str,
        compiler: Callable[[str, set[str]], Expression] = compile_expression,
    ) -> Expression:
        text = table.text(key)
        return self.compile(text, table, key, compiler)

    def compile(
        self,
        text: str,
        table: Table,
        key: str,
        compiler: Callable[[str, set[str]], Expression] = compile_expression,
    ) -> Expression:
        try:
            expression = compiler(text, self.known)
        except ExpressionError as error:
            if text:
                told = said(error)
                if error.column is not None:
                    place = error.column + 1
                    told = Both(f"{place}文字目：{told.ja}", f"{told} (at character {place})")
                table.problem("expression", key, told)
            return Expression(text, frozenset(), lambda scope: 0)
        self.used |= expression.names
        return expression

    def prose(self, table: Table, key: str) -> Prose:
        source = table.text(key)
        try:
            prose = compile_prose(source)
        except MarkupError as error:
            table.problem("prose", key, said(error))
            return compile_prose("")
        for name in sorted(prose.names - self.known):
            message = Both(
                f"{{{{{name}}}}} という名前は、パラメータにも [derived] にもありません。",
                f"{{{{{name}}}}} is neither a parameter nor a derived value",
            )
            table.problem("unknown-name", key, message)
        self.used |= prose.names
        return prose

    def both(self, table: Table, key: str) -> dict[Language, Prose]:
        return self.same_names(table.table(key))

    def same_names(self, table: Table) -> dict[Language, Prose]:
        texts = table.languages(self.prose)
        if texts["ja"].names != texts["en"].names and texts["ja"].source and texts["en"].source:
            message = Both("両方の言語の文に、同じ値を入れてください。", "both languages show the same values")
            table.problem("placeholders", "en", message)
        return texts


def _question(document: Table) -> Template:
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
        title=document.both("title", Table.text),
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


def _flashcard(document: Table, card: Table) -> Template:
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


def _draws(table: Table, names: _Names) -> tuple[tuple[Parameter, ...], dict[str, Expression], tuple[Expression, ...]]:
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
            table.problem("schema", f"require[{index}]", Both("文字列を書いてください。", "should be a text"))
    return parameters, derived, tuple(require)


def _check_name(name: str, table: Table, known: set[str]) -> None:
    if not name.isidentifier() or not name.isascii() or name.startswith("_") or len(name) > 32:
        message = Both(
            "名前に使えるのは英字・数字・_ で、先頭は英字です。32文字までです。",
            "a name is letters, digits and _, starts with a letter, and has at most 32 characters",
        )
        table.problem("schema", name, message)
    if name in known:
        message = Both("この名前は、すでにパラメータに使われています。", "is the name of a parameter already")
        table.problem("schema", name, message)


def _parameter(table: Table, name: str, section: Table) -> Parameter:
    _check_name(name, section, set())
    if "choices" in table.data:
        choices = tuple(table.take("choices", list) or ())
        valid = len({str(choice) for choice in choices}) == len(choices) > 0
        if not valid or not all(isinstance(c, int | str) and not isinstance(c, bool) for c in choices):
            message = Both(
                "互いに異なる整数か文字列を、1つ以上並べてください。",
                "are different whole numbers or texts, at least one",
            )
            table.problem("schema", "choices", message)
            return Parameter(name, choices=(0,))
        return Parameter(name, choices=choices)
    low, high = _pair(table, "integers", -1_000_000, 1_000_000)
    if low > high:
        message = Both(
            "最小値、最大値の順に書いてください。", "the first is the smallest, the second the largest value"
        )
        table.problem("schema", "integers", message)
        high = low
    if "matrix" not in table.data:
        return Parameter(name, low, high)
    return Parameter(name, low, high, shape=_pair(table, "matrix", 1, 16))


def _pair(table: Table, key: str, low: int, high: int) -> tuple[int, int]:
    value = table.take(key, list)
    if value is None:
        return low, low
    if len(value) == 2 and all(type(item) is int and low <= item <= high for item in value):
        return value[0], value[1]
    message = Both(
        f"{low}から{high}までの整数を2つ並べてください。", f"should be two whole numbers from {low} to {high}"
    )
    table.problem("schema", key, message)
    return low, low


def _answers(document: Table, names: _Names) -> tuple[AnswerField, ...]:
    tables = document.tables("answers")
    if not 1 <= len(tables) <= MAX_FIELDS:
        message = Both(
            f"[[answers]] は1個から{MAX_FIELDS}個まで書いてください。", f"a question asks for 1 to {MAX_FIELDS} things"
        )
        document.problem("schema", "answers", message)
    fields = tuple(_answer(table, names) for table in tables)
    if len({answer.name for answer in fields}) != len(fields):
        message = Both("答えの name は、互いに異なるものにしてください。", "names of answers differ from each other")
        document.problem("schema", "answers", message)
    return fields


def _answer(table: Table, names: _Names) -> AnswerField:
    name = table.text("name")
    if name:
        _check_name(name, table, set())
    kind = table.text("type")
    if kind not in FIELD_TYPES:
        if kind:
            table.problem("schema", "type", _one_of(FIELD_TYPES))
        kind = "integer"
    decimal = kind == "decimal" or (kind == "matrix" and "places" in table.data)
    places = table.integer("places", 0, 6) if decimal else 0
    choices = _choices(table, names) if kind == "choice" else ()
    return AnswerField(
        name=name,
        type=kind,  # type: ignore[arg-type]  # checked against FIELD_TYPES above
        value=names.expression(table, "value"),
        label=table.both("label", Table.text),
        parts=_parts(table) if kind == "shape" else (),
        places=places,
        tolerance=_tolerance(table, places) if kind == "decimal" or places else Fraction(0),
        board=_pair(table, "board", 1, MAX_BOARD) if kind == "matrix" else (0, 0),
        choices=choices,
    )


def _one_of(words: Iterable[str]) -> Both:
    listed = ", ".join(words)
    return Both(f"次のどれか1つを書いてください：{listed}。", f"should be one of {listed}")


def _parts(table: Table) -> tuple[str, ...]:
    parts = table.take("parts", list)
    if parts is None:
        return ()
    if not 2 <= len(parts) <= 5 or not all(isinstance(part, str) and part for part in parts):
        message = Both(
            '["H", "W"] のように、2個から5個の部分の名前を並べてください。',
            'are the names of 2 to 5 parts, like ["H", "W"]',
        )
        table.problem("schema", "parts", message)
    return tuple(str(part) for part in parts)


def _tolerance(table: Table, places: int) -> Fraction:
    """Half a unit of the last place, unless the author says otherwise."""
    table.read.add("tolerance")
    if "tolerance" not in table.data:
        return Fraction(1, 2 * 10**places)
    value = table.data["tolerance"]
    if type(value) not in (int, float) or not 0 <= value <= 10**6:
        table.problem("schema", "tolerance", Both("0以上の数を書いてください。", "should be a number, not negative"))
        return Fraction(0)
    return Fraction(str(value))


def _choices(table: Table, names: _Names) -> tuple[Choice, ...]:
    choices = tuple(
        Choice(option.slug("key"), names.both(option, "label"), option.text("misconception", "") or None)
        for option in table.tables("choices")
    )
    keys = {choice.key for choice in choices}
    if not 2 <= len(choices) <= MAX_CHOICES or len(keys) != len(choices) or any(len(key) < 2 for key in keys):
        # A key of one letter would be taken for that by which an option is posed (quizzes.questions.choices).
        message = Both(
            "選択肢は2個から26個までで、key は互いに異なる2文字以上のものにしてください。",
            "are 2 to 26 options with different keys of at least two characters",
        )
        table.problem("schema", "choices", message)
    return choices


def _misconceptions(document: Table, names: _Names, fields: tuple[str, ...]) -> tuple[MisconceptionRule, ...]:
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
            message = Both(
                'どの答えの値かを書いてください：value = { O = "…" }', 'name the answer: value = { O = "…" }'
            )
            table.problem("schema", "value", message)
            table.read.add("value")
    if len({rule.code for rule in rules}) != len(rules):
        message = Both("同じコードが2回以上書かれています。", "every code stands once")
        document.problem("schema", "misconceptions", message)
    return tuple(rules)


def _known_fields(table: Table, fields: tuple[str, ...]) -> None:
    listed = ", ".join(fields)
    message = Both(
        f"この名前の答えはありません（答え：{listed}）。", f"there is no answer of this name (answers: {listed})"
    )
    for key in table.data:
        if key not in fields:
            table.problem("unknown-name", key, message)


def _solution(document: Table, names: _Names, fields: tuple[str, ...]) -> dict[str, Any]:
    if "solution" not in document.data:
        message = Both(
            "書かれていません。どの問題にも解き方の解説を書いてください。",
            "is missing: every question shows how it is worked out",
        )
        document.problem("solution", "solution", message)
        return {}
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
        message = Both("trace か text、またはその両方を書いてください。", "has a trace, a text, or both")
        document.problem("solution", "solution", message)
    return {"solution": prose, "traces": traces}


def _traces(table: Table, key: str, names: _Names) -> tuple[Expression, ...]:
    """One trace, or several that follow each other; the last ends in the answer."""
    if not isinstance(table.data[key], list):
        return (names.expression(table, key, compile_trace),)
    texts = table.take(key, list) or []
    if not 1 <= len(texts) <= MAX_FIELDS or not all(isinstance(text, str) for text in texts):
        message = Both(
            f"文字列か、1個から{MAX_FIELDS}個の文字列の配列を書いてください。",
            f"should be a text or a list of 1 to {MAX_FIELDS} texts",
        )
        table.problem("schema", key, message)
        return ()
    return tuple(names.compile(text, table, f"{key}[{index}]", compile_trace) for index, text in enumerate(texts))


def _figure(document: Table, names: _Names) -> FigureSpec | None:
    if "figure" not in document.data:
        return None
    table = document.table("figure")
    kind = table.text("kind")
    if kind not in FIGURE_KINDS:
        if kind:
            table.problem("figure", "kind", _one_of(sorted(FIGURE_KINDS)))
        table.read |= set(table.data)
        return None
    required, optional = FIGURE_KINDS[kind].arguments
    for key in required:
        if key not in table.data:
            table.problem("figure", key, MISSING)
    given = [key for key in table.data if key in required or key in optional]
    return FigureSpec(kind, {key: names.expression(table, key) for key in given})


def _tests(document: Table) -> tuple[TemplateTest, ...]:
    tests = []
    for table in document.tables("tests"):
        given: dict[str, Any] = table.take("given", dict) or {}
        answer: dict[str, Any] | None = table.take("answer", dict) if "answer" in table.data else None
        respond: dict[str, Any] | None = table.take("respond", dict) if "respond" in table.data else None
        codes = tuple(map(str, table.take("misconceptions", list, []) or []))
        if answer is None and respond is None:
            message = Both("例には answer か respond を書いてください。", "a test has an answer or a response")
            table.problem("schema", "answer", message)
        tests.append(TemplateTest(given, answer, respond, codes))
    return tuple(tests)


def _unused(table: Table, names: _Names) -> None:
    derived = table.data.get("derived")
    for name in sorted(names.known - names.used):
        section = "derived" if isinstance(derived, dict) and name in derived else "parameters"
        table.problem("unused-name", f"{section}.{name}", Both("どこにも使われていません。", "is never used"))
