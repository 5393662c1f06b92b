"""Authors' bombs through the doors that read texts where they are: import, ``loadbank`` and ``lintbank``."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from time import thread_time

import pytest
from django.core.management import CommandError, call_command

from quizzes.authoring import importing
from quizzes.authoring.reconciling import in_order
from quizzes.bounded import Exceeded, Limits, within
from tests.questions.hostile_texts import BOMBS, formula
from tests.questions.test_hostile_expressions import HOSTILE
from tests.reliability import hostile_bombs
from tests.reliability.hostile_bombs import draw, listening, read

MOST = 3.0  # seconds of the processor for any one text; the worst took 0.8 when this was written
OVER = 1.5  # seconds that a look at an upload may go on behind its end, with one text half read


def test_no_text_takes_long_to_be_read() -> None:
    costs = [read(name, text) for name, text in list(hostile_bombs.texts())[::3]]
    assert {cost.name: cost.seconds for cost in costs if cost.seconds > MOST} == {}


@pytest.mark.django_db
def test_a_look_at_an_upload_ends() -> None:
    for name, texts in hostile_bombs.uploads():
        start = thread_time()
        with suppress(importing.TooSlow):
            importing.plan(texts, catalogue=True, seconds=0.2)
        assert thread_time() - start < 0.2 + OVER, name


def test_topics_are_put_in_order_whatever_they_require() -> None:
    many = [f"t{n}" for n in range(5_000)]
    start = thread_time()
    assert in_order(many, dict(zip(many, ([one] for one in many[1:]), strict=False))) == many[::-1]
    assert thread_time() - start < 1


def test_lintbank_stops_a_proof_that_takes_too_long(tmp_path: Path) -> None:
    file = tmp_path / "slow.toml"
    file.write_text(BOMBS["matrix products"])
    with pytest.raises(CommandError, match="1 error"):
        call_command("lintbank", str(file), "--seconds", "0.3")


def spin() -> None:
    """Never ends."""
    while True:
        pass


def test_a_command_stops_what_takes_too_much_and_goes_on() -> None:
    with pytest.raises(Exceeded) as stopped, within(Limits(0.1, 64)):
        spin()
    assert stopped.value.code == "time"
    with pytest.raises(Exceeded) as stopped, within(Limits(5, 64)):
        bytearray(2**28)
    assert stopped.value.code == "memory"
    assert len(bytearray(2**28)) == 2**28


def test_a_folder_with_a_pipe_or_an_endless_file_is_no_trap(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "endless.toml").symlink_to("/dev/zero")
    (tmp_path / "long.toml").write_text("#" * 10_000_000)
    with pytest.raises(CommandError, match="longer than 65536"):
        call_command("lintbank", str(tmp_path))


def test_no_formula_touches_files_modules_or_programs() -> None:
    draw(formula("1 + 1"))
    for text in HOSTILE:  # what Python itself loads for an error is loaded now
        draw(formula(text))
    with listening() as heard:
        for text in HOSTILE:
            draw(formula(text))
    assert heard == []
    with listening() as heard:  # it would be heard
        Path("/dev/null").read_bytes()
    assert heard
