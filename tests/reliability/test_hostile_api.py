"""The API with hostile texts in every place: the short form of ``python -m tests.reliability.hostile api``."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.reliability import hostile_api
from tests.reliability.hostile_doors import in_process

SHORT = 12  # of the texts at a place each 12th, beginning elsewhere at every place


@pytest.mark.django_db
def test_no_text_in_any_place_of_the_api_is_a_server_error(bank: None) -> None:
    tally = hostile_api.run(in_process(Client()), every=SHORT)
    assert tally.wrong == []
    assert len(tally.places) > 60
    assert tally.kept > 10
    assert set(tally.statuses) >= {200, 201, 400, 404, 413, 415, 422}
