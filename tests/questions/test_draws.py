import struct
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.questions import MAX_SEED, Template, generate, load
from quizzes.questions.draws import draw
from quizzes.questions.template import Parameter

# Attempts and packs of offline clients live from these numbers. They may never change.
GOLDEN = """
schema = 1
slug = "golden-draw"
topic = "padding"
level = 1
source = "tests"
[title]
ja = "抽選"
en = "Draw"
[parameters]
n = { integers = [-50, 1000] }
c = { choices = [3, 5, 7] }
w = { choices = ["max", "mean"] }
X = { matrix = [2, 3], integers = [-9, 9] }
[stem]
ja = "{{n}} {{c}} {{w}} {{X}}"
en = "{{n}} {{c}} {{w}} {{X}}"
[[answers]]
name = "A"
type = "integer"
value = "n"
label = { ja = "答え", en = "Answer" }
[solution.text]
ja = "以上"
en = "That is all"
"""


def drawn(seed: int, name: str, attempt: int, index: int, size: int, slug: str = "golden-draw") -> int:
    """The law in other words: two big-endian 64-bit words of the hash as one number, modulo the size."""
    high, low, _, _ = words(slug, seed, name, attempt, index)
    return int(((high << 64) + low) % size)


def drawn_cell(seed: int, name: str, attempt: int, index: int, size: int, slug: str = "golden-draw") -> int:
    """Cells take the hashes' words one by one."""
    return int(words(slug, seed, name, attempt, index // 4)[index % 4] % size)


def words(slug: str, seed: int, name: str, attempt: int, index: int) -> tuple[int, ...]:
    text = "\x1f".join([slug, str(seed), name, str(attempt), str(index)])
    return struct.unpack(">QQQQ", sha256(text.encode("utf-8")).digest())


@pytest.mark.parametrize(
    ("seed", "parameters"),
    [
        (0, {"n": 586, "c": 7, "w": "max", "X": {"matrix": [[9, 1, -9], [4, 6, -4]]}}),
        (1, {"n": 133, "c": 5, "w": "mean", "X": {"matrix": [[-3, -9, -9], [0, -7, -8]]}}),
        (20240607, {"n": 95, "c": 3, "w": "mean", "X": {"matrix": [[-1, 8, -6], [-5, 2, -5]]}}),
        (9007199254740991, {"n": 104, "c": 5, "w": "max", "X": {"matrix": [[-9, -1, -7], [9, 3, -2]]}}),
    ],
)
def test_a_seed_draws_the_same_parameters_for_ever(seed: int, parameters: dict[str, object]) -> None:
    assert generate(load(GOLDEN), seed).parameters_json() == parameters


@settings(deadline=None)
@given(st.integers(0, MAX_SEED))
def test_draws_follow_the_published_law(seed: int) -> None:
    found = generate(load(GOLDEN), seed).parameters
    assert found["n"] == -50 + drawn(seed, "n", 0, 0, 1051)
    assert found["c"] == (3, 5, 7)[drawn(seed, "c", 0, 0, 3)]
    assert found["w"] == ("max", "mean")[drawn(seed, "w", 0, 0, 2)]
    cells = [-9 + drawn_cell(seed, "X", 0, index, 19) for index in range(6)]
    assert np.array_equal(np.asarray(found["X"]), np.reshape(cells, (2, 3)))


def test_the_banks_questions_are_drawn_by_the_same_law(bank_question: Template) -> None:
    for seed in (0, 1, 12345, MAX_SEED):
        parameters = generate(bank_question, seed).parameters_json()
        assert any(
            parameters == {p.name: by_law(p, bank_question.slug, seed, attempt) for p in bank_question.parameters}
            for attempt in range(100)
        )


def by_law(parameter: Parameter, slug: str, seed: int, attempt: int) -> object:
    if parameter.choices:
        return parameter.choices[drawn(seed, parameter.name, attempt, 0, len(parameter.choices), slug)]
    span = parameter.high - parameter.low + 1
    if parameter.shape is None:
        return parameter.low + drawn(seed, parameter.name, attempt, 0, span, slug)
    rows, columns = parameter.shape
    cells = [
        parameter.low + drawn_cell(seed, parameter.name, attempt, index, span, slug) for index in range(rows * columns)
    ]
    return {"matrix": [cells[row * columns : (row + 1) * columns] for row in range(rows)]}


@settings(deadline=None)
@given(st.integers(-1000, 1000), st.integers(0, 1000), st.integers(0, MAX_SEED), st.integers(0, 499))
def test_a_number_is_drawn_from_its_range(low: int, extra: int, seed: int, attempt: int) -> None:
    value = draw(Parameter("n", low, low + extra), "slug", seed, attempt)
    assert type(value) is int
    assert low <= value <= low + extra


def test_every_value_of_a_range_and_every_choice_comes_up_about_equally_often() -> None:
    for parameter in (Parameter("n", 1, 5), Parameter("n", choices=(1, 2, 3, 4, 5))):
        counts = np.bincount([int(str(draw(parameter, "slug", seed, 0))) for seed in range(2000)], minlength=6)
        assert counts[0] == 0
        assert all(330 < count < 470 for count in counts[1:])


@pytest.mark.parametrize(
    "change",
    [("other", 1, "n", 0), ("slug", 2, "n", 0), ("slug", 1, "m", 0), ("slug", 1, "n", 1)],
)
def test_slug_seed_name_and_try_each_change_the_draw(change: tuple[str, int, str, int]) -> None:
    slug, seed, name, attempt = change
    one = draw(Parameter("n", 0, 10**6), "slug", 1, 0)
    assert draw(Parameter(name, 0, 10**6), slug, seed, attempt) != one


def test_a_matrix_has_the_declared_shape_and_range_and_is_read_only() -> None:
    cells = draw(Parameter("X", -2, 2, shape=(4, 5)), "slug", 7, 0)
    assert isinstance(cells, np.ndarray)
    assert cells.shape == (4, 5)
    assert cells.dtype == np.int64
    assert set(cells.flat) == {-2, -1, 0, 1, 2}
    assert not cells.flags.writeable
