"""Hostile texts in every field of every form: the short form of ``python -m tests.reliability.hostile forms``."""

from __future__ import annotations

import pytest
from django.test import Client

from quizzes import study
from quizzes.models import User, uuid7
from tests.quizzes.answers import ask_and_answer
from tests.reliability import hostile_forms
from tests.reliability.hostile_doors import in_process

BACKEND = "django.contrib.auth.backends.ModelBackend"
SHORT = 30


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["stranger", "learner", "superuser"])
def test_no_text_in_any_field_of_a_form_is_a_server_error(bank: None, who: str) -> None:
    client = Client()
    starts = ["/", "/question/", "/topics/", "/calculator/", "/accounts/login/", "/accounts/signup/"]
    if who != "stranger":
        make = User.objects.create_superuser if who == "superuser" else User.objects.create_user
        user = make(f"{who}-{uuid7().hex}@example.org", "a password of theirs")
        study.add_device(user, "phone")
        done = ask_and_answer(user.id, "conv-output-size", "forgot-plus-one")
        starts = [*starts[:3], "/settings/", "/progress/", f"/attempts/{done.attempt.id}/"]
        if who == "superuser":
            starts = ["/admin/"]

        def come_back() -> None:
            client.force_login(user, backend=BACKEND)
    else:

        def come_back() -> None:
            """A stranger is always there."""

    come_back()
    tally = hostile_forms.run(in_process(client), starts, come_back, every=SHORT)
    assert tally.wrong == []
    assert len(tally.places) > 40
