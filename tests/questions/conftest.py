"""What the tests of the question engine share: two small templates as source, and the bank's templates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from quizzes.questions import Template, load
from tests.bank import BANK

SOURCES = dict(BANK.sources)
TEMPLATES = Path(__file__).parent / "templates"
SUM = (TEMPLATES / "tiny-sum.toml").read_text()
MANY = (TEMPLATES / "every-field.toml").read_text()

Edit = Callable[..., str]


@pytest.fixture
def edited() -> Edit:
    """The source of a small sum with some passages replaced: ``edited(old, new, old, new, …)``."""
    return lambda *passages: _edit(SUM, passages)


@pytest.fixture
def edited_many() -> Edit:
    """The same for a template with one answer field of every type."""
    return lambda *passages: _edit(MANY, passages)


def _edit(source: str, passages: tuple[str, ...]) -> str:
    for old, new in zip(passages[::2], passages[1::2], strict=True):
        assert old in source, f"{old!r} is not in the source"
        source = source.replace(old, new)
    return source


@pytest.fixture
def tiny_sum() -> Template:
    return load(SUM)


@pytest.fixture
def many() -> Template:
    return load(MANY)


@pytest.fixture(scope="session", params=[where for where in SOURCES if where.startswith("questions/")])
def bank_question(request: pytest.FixtureRequest) -> Template:
    """Each question of the bank in turn."""
    return load(SOURCES[request.param])
