"""The journey in Python, by the functions and models of the generated client alone: a line of JSON for each step.

``journey.ts`` is the same in TypeScript; ``test_journeys.py`` judges what they tell.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

from cnn_study_client import AuthenticatedClient, Client
from cnn_study_client.api.attempts import create_attempt
from cnn_study_client.api.guests import create_guest
from cnn_study_client.api.me import delete_me, get_me
from cnn_study_client.api.packs import retrieve_next_pack
from cnn_study_client.api.progress import retrieve_progress
from cnn_study_client.api.reviews import retrieve_reviews
from cnn_study_client.api.sync import sync_changes, sync_events
from cnn_study_client.api.templates import list_templates
from cnn_study_client.api.topics import list_topics
from cnn_study_client.api.variants import create_variant
from cnn_study_client.models import (
    Attempt,
    AttemptEvent,
    AttemptEventKind,
    AttemptRequest,
    Changes,
    Guest,
    GuestRequest,
    ListTemplatesKind,
    Pack,
    Problem,
    Progress,
    Purpose,
    RatingEvent,
    RatingEventKind,
    RatingName,
    ResponseByField,
    Reviews,
    SyncRequest,
    SyncResult,
    TemplatePage,
    Variant,
    VariantRequest,
)
from cnn_study_client.types import Unset

T = TypeVar("T")

ENGLISH = {"Accept-Language": "en"}
STEM = re.compile(r"A (\d+)×\d+ filter runs .* are both (\d+), with padding (\d+) and stride (\d+)\.")


def main(address: str) -> None:
    """Walk through it as a new guest."""
    guest = expect(
        Guest,
        create_guest.sync(client=Client(base_url=address, headers=ENGLISH), body=GuestRequest(device_name="Python")),
    )
    tell("guest", learner=str(guest.learner), expiry=guest.expiry.isoformat())
    client = AuthenticatedClient(
        base_url=address, token=guest.token, prefix="Token", headers=ENGLISH, raise_on_unexpected_status=True
    )
    with client:
        online(client)
        offline(client)
        end(client)


def online(client: AuthenticatedClient) -> None:
    """Topics, a variant, a wrong attempt, a second chance, the queue."""
    topics = expect(list, list_topics.sync(client=client))
    tell("topics", slugs=[topic.slug for topic in topics], statuses=sorted({str(topic.status) for topic in topics}))

    variant = pose(client)
    tell(
        "variant",
        template=variant.template,
        kind=variant.kind,
        fields=[[field.name, field.type_] for field in variant.fields],
        figure=variant.figure is not None,
    )

    problem = expect(Problem, create_attempt.sync(client=client, body=answer(variant, "3²")))
    F, H, P, S = read(variant)
    wrong = expect(Attempt, create_attempt.sync(client=client, body=answer(variant, str((H + 2 * P - F) // S))))
    tell(
        "wrong attempt",
        problem=[problem.status, problem.code, [] if isinstance(problem.errors, Unset) else problem.errors[0].field],
        verdict=wrong.verdict,
        misconceptions=[found.code for found in wrong.misconceptions],
        given=wrong.fields[0].given,
        expected=wrong.fields[0].expected,
        solution=wrong.solution.text,
        rating=wrong.rating,
        second_chance=wrong.second_chance,
    )

    another = pose(client)
    F, H, P, S = read(another)
    right = expect(Attempt, create_attempt.sync(client=client, body=answer(another, (H + 2 * P - F) // S + 1)))
    tell(
        "second chance",
        differs=another.stem.text != variant.stem.text,
        verdict=right.verdict,
        rating=right.rating,
        second_chance=right.second_chance,
        revision=right.card.revision if right.card else None,
    )

    reviews = expect(Reviews, retrieve_reviews.sync(client=client))
    tell(
        "review queue",
        due=reviews.due,
        items=len(reviews.items),
        new=reviews.new,
        next_due_at=reviews.next_due_at.isoformat() if reviews.next_due_at else None,
    )


def offline(client: AuthenticatedClient) -> None:
    """A pack, and what was answered of it, sent twice."""
    answered = retrieve_next_pack.sync_detailed(client=client, limit=20)
    pack = expect(Pack, answered.parsed)
    unchanged = retrieve_next_pack.sync_detailed(client=client, limit=20, if_none_match=answered.headers["ETag"])
    packed = pack.variants[0]
    tell(
        "pack",
        template=packed.template,
        expires_at=pack.expires_at.isoformat(),
        variants=len(pack.variants),
        rules=[rule.name for rule in packed.grading.fields],
        fields=[field.name for field in packed.fields],
        expected=packed.grading.expected.additional_keys,
        unchanged=unchanged.status_code,
    )

    attempt = AttemptEvent(
        id=uuid4(),
        kind=AttemptEventKind.ATTEMPT,
        variant=packed.variant,
        response=ResponseByField.from_dict(packed.grading.expected.to_dict()),
        duration_ms=5300,
        answered_at=datetime.now(UTC),
        utc_offset_minutes=540,
    )
    flashcards = expect(TemplatePage, list_templates.sync(client=client, kind=ListTemplatesKind.FLASHCARD, limit=1))
    rating = RatingEvent(
        id=uuid4(), kind=RatingEventKind.RATING, template=flashcards.results[0].slug, rating=RatingName.GOOD
    )
    batch = SyncRequest(sent_at=datetime.now(UTC), events=[attempt, attempt, rating])
    first, again = (expect(SyncResult, sync_events.sync(client=client, body=batch)) for _ in range(2))
    changes = expect(Changes, sync_changes.sync(client=client))
    tell(
        "offline sync",
        ids=[result.id for result in first.results] == [str(attempt.id), str(attempt.id), str(rating.id)],
        first=[result.status for result in first.results],
        again=[result.status for result in again.results],
        verdicts=[None if isinstance(result.verdict, Unset) else result.verdict for result in first.results],
        cards=sorted(change.card.revision for change in changes.changes if not isinstance(change.card, Unset)),
        has_more=changes.has_more,
    )


def end(client: AuthenticatedClient) -> None:
    """What was learned, and then nothing of it."""
    progress = expect(Progress, retrieve_progress.sync(client=client))
    tell(
        "progress",
        today=progress.today.isoformat(),
        days=[[day.date.isoformat(), day.answers] for day in progress.days],
        right=progress.week.right,
        misconceptions=[[held.code, held.met] for held in progress.misconceptions],
    )

    deleted = delete_me.sync_detailed(client=client)
    gone = expect(Problem, get_me.sync(client=client))
    tell("account deletion", status=deleted.status_code, afterwards=[gone.status, gone.code])


def pose(client: AuthenticatedClient) -> Variant:
    """Another variant of the template that the journey can calculate."""
    asked = VariantRequest(template="conv-output-size", purpose=Purpose.PRACTICE)
    return expect(Variant, create_variant.sync(client=client, body=asked))


def read(variant: Variant) -> list[int]:
    """F, H, P and S, as the learner reads them."""
    found = STEM.match(variant.stem.text.strip())
    if found is None:
        sys.exit(f"Numbers not found in: {variant.stem.text}")
    return [int(number) for number in found.groups()]


def answer(variant: Variant, typed: str | int) -> AttemptRequest:
    """What was typed, as a request."""
    response = ResponseByField()
    response["O"] = typed
    return AttemptRequest(id=uuid4(), variant=variant.variant, response=response)


def expect(kind: type[T], answered: object) -> T:
    """The answer, which has to be of this kind: the generated functions return errors, too."""
    if not isinstance(answered, kind):
        sys.exit(f"Instead of {kind.__name__} came {answered}")
    return answered


def tell(step: str, **facts: object) -> None:
    """One line for the judge."""
    sys.stdout.write(json.dumps({"step": step, **facts}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
