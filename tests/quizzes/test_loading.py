"""The bank and the admin never overwrite each other silently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.authoring import BankReport, append, archive, load_bank, publish, publish_version
from quizzes.authoring.reconciling import Divergence, in_order
from quizzes.management.commands import loadbank
from quizzes.models import Misconception, Publication, QuestionTemplate, TemplateVersion, Topic
from quizzes.questions import Language, TemplateError
from quizzes.questions.catalogue import Bank, MisconceptionEntry, TopicEntry
from tests.lengths import often
from tests.quizzes.sources import sum_source

pytestmark = pytest.mark.django_db

RULE = tuple(f"{name}_{language}" for name in ("title", "wrong", "remedy") for language in ("ja", "en"))


def both(text: str) -> Mapping[Language, str]:
    return {"ja": text, "en": text}


def topic(slug: str, title: str = "title", *, requires: tuple[str, ...] = (), example: str = "") -> TopicEntry:
    return TopicEntry(slug, both(title), requires, both("text"), both(""), example)


def rule(code: str = "forgot-one", title: str = "title") -> MisconceptionEntry:
    return MisconceptionEntry(code, both(title), both("wrong"), both("remedy"))


def bank(*words: str, topics: tuple[TopicEntry, ...] = (), rules: tuple[MisconceptionEntry, ...] = ()) -> Bank:
    """A small bank with one template for each word: ``sum-0`` says the first one."""
    sources = tuple((f"questions/{number}.toml", text(word, number)) for number, word in enumerate(words))
    return Bank(topics or (topic("sums"), topic("others")), rules or (rule(),), sources)


def text(words: str, number: int = 0) -> str:
    return sum_source(f"sum-{number}", words=words)


def published(number: int = 0) -> str | None:
    row = QuestionTemplate.objects.select_related("current").get(slug=f"sum-{number}")
    return row.current.source if row.current else None


def texts(number: int = 0) -> list[tuple[int, str, str]]:
    rows = TemplateVersion.objects.filter(template__slug=f"sum-{number}").order_by("number")
    return [(row.number, row.source, row.origin) for row in rows]


def everything() -> list[Any]:
    tables = (Topic, Misconception, QuestionTemplate, TemplateVersion, Publication, Topic.requires.through)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def same_again(held: Bank) -> None:
    """A loading right after a loading changes nothing."""
    before = everything()
    report = load_bank(held)
    assert (report.created, report.updated) == ([], [])
    assert everything() == before


def load_twice(held: Bank, *, overwrite: bool = False) -> BankReport:
    report = load_bank(held, overwrite=overwrite)
    same_again(held)
    return report


# Templates


def test_a_template_that_only_the_bank_edits_follows_it() -> None:
    load_twice(bank("a"))
    report = load_twice(bank("b"))
    assert (report.updated, report.diverged) == (["sum-0"], [])
    assert texts() == [(1, text("a"), "bank"), (2, text("b"), "bank")]
    assert published() == text("b")


def test_what_was_edited_in_the_admin_stays_while_the_bank_does_not_change() -> None:
    load_bank(bank("a"))
    publish(text("mine"))
    report = load_twice(bank("a"))
    assert (report.unchanged, report.diverged) == (["sum-0"], [])
    assert published() == text("mine")


def test_what_both_edited_stays_as_in_the_admin_and_is_told_once() -> None:
    load_bank(bank("a"))
    publish(text("mine"))
    report = load_twice(bank("b"))
    assert report.diverged == [Divergence("sum-0", "edited", 3)]
    assert published() == text("mine")
    assert texts()[-1] == (3, text("b"), "bank")
    assert load_bank(bank("b")).diverged == []


def test_a_version_that_was_saved_and_not_published_counts_as_edited() -> None:
    load_bank(bank("a"))
    append(text("mine"))
    report = load_twice(bank("b"))
    assert report.diverged == [Divergence("sum-0", "edited", 3)]
    assert published() == text("a")


def test_a_roll_back_in_the_admin_stays() -> None:
    load_bank(bank("a"))
    load_bank(bank("b"))
    publish_version(TemplateVersion.objects.get(number=1))
    assert load_twice(bank("b")).unchanged == ["sum-0"]
    assert published() == text("a")
    assert load_twice(bank("c")).diverged == [Divergence("sum-0", "edited", 3)]
    assert published() == text("a")


def test_an_archived_template_stays_archived() -> None:
    load_bank(bank("a"))
    archive(QuestionTemplate.objects.get())
    assert load_twice(bank("a")).unchanged == ["sum-0"]
    assert load_twice(bank("b")).diverged == [Divergence("sum-0", "archived", 2)]
    assert published() is None


def test_an_edit_that_went_into_the_bank_is_no_change() -> None:
    load_bank(bank("a"))
    publish(text("mine"))
    assert load_twice(bank("mine")).unchanged == ["sum-0"]
    assert len(texts()) == 2
    publish(text("mine, again"))
    assert load_twice(bank("mine")).unchanged == ["sum-0"]
    assert published() == text("mine, again")


def test_a_template_that_was_made_in_the_admin_is_not_replaced_by_one_of_the_same_name() -> None:
    load_bank(bank("a"))
    publish(text("mine", 1))
    assert load_twice(bank("a", "theirs")).diverged == [Divergence("sum-1", "edited", 2)]
    assert published(1) == text("mine", 1)


def test_a_template_that_is_published_as_the_bank_has_it_follows_the_bank_again() -> None:
    load_bank(bank("a"))
    publish(text("mine"))
    load_bank(bank("b"))
    publish_version(TemplateVersion.objects.get(number=3))
    assert load_twice(bank("c")).updated == ["sum-0"]
    assert published() == text("c")


@pytest.mark.parametrize("loaded_before", [False, True])
def test_overwriting_publishes_what_the_bank_says_and_keeps_the_rest(loaded_before: bool) -> None:
    load_bank(bank("a"))
    publish(text("mine"))
    if loaded_before:
        load_bank(bank("b"))
    report = load_twice(bank("b"), overwrite=True)
    assert (report.updated, report.diverged) == (["sum-0"], [])
    assert published() == text("b")
    assert [source for _, source, _ in texts()] == [text("a"), text("mine"), text("b")]
    assert load_bank(bank("b"), overwrite=True).updated == []


def test_overwriting_brings_back_what_was_archived() -> None:
    load_bank(bank("a"))
    archive(QuestionTemplate.objects.get())
    assert load_twice(bank("a"), overwrite=True).updated == ["sum-0"]
    assert published() == text("a")
    assert len(texts()) == 1


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_voided_text_is_never_published_again(overwrite: bool) -> None:
    load_bank(bank("a"))
    load_bank(bank("b"))
    TemplateVersion.objects.filter(number=1).update(voided_at="2026-01-01T00:00Z")
    before = everything()
    report = load_twice(bank("a"), overwrite=overwrite)
    assert report.diverged == [Divergence("sum-0", "voided")]
    assert everything() == before


def test_a_template_that_diverged_does_not_hide_a_bad_text() -> None:
    load_bank(bank("a"))
    publish(text("mine"))
    before = everything()
    with pytest.raises(TemplateError, match=r"questions/0\.toml"):
        load_bank(replace(bank(), sources=(("questions/0.toml", text("b").replace("a + 1", "b + 1")),)))
    assert everything() == before


# Topics and misconceptions


def test_each_field_follows_the_bank_until_it_is_edited() -> None:
    load_bank(bank(topics=(topic("sums"),), rules=(rule(),)))
    Topic.objects.update(title_ja="mine")
    Misconception.objects.update(title_ja="mine")
    report = load_twice(bank(topics=(replace(topic("sums"), text=both("new")),), rules=(rule(),)))
    assert report.diverged == []
    row = Topic.objects.get()
    assert (row.title_ja, row.title_en, row.text_ja) == ("mine", "title", "new")
    report = load_twice(bank(topics=(topic("sums", "other"),), rules=(rule(title="other"),)))
    assert report.diverged == [
        Divergence("topic sums: title_ja", "edited"), Divergence("misconception forgot-one: title_ja", "edited"),
    ]  # fmt: skip
    row, wrong = Topic.objects.get(), Misconception.objects.get()
    assert (row.title_ja, row.title_en, row.text_ja) == ("mine", "other", "text")
    assert (wrong.title_ja, wrong.title_en) == ("mine", "other")
    load_twice(bank(topics=(topic("sums", "other"),), rules=(rule(title="other"),)), overwrite=True)
    assert (Topic.objects.get().title_ja, Misconception.objects.get().title_ja) == ("other", "other")


def test_what_was_made_in_the_admin_is_not_overwritten() -> None:
    Misconception.objects.create(code="forgot-one", **dict.fromkeys(RULE, "mine"))
    Topic.objects.create(slug="sums", position=5, title_ja="mine", title_en="title")
    told = [one.name for one in load_twice(bank()).diverged]
    assert told[:3] == ["topic sums: title_ja", "topic sums: text_ja", "topic sums: text_en"]
    assert "misconception forgot-one: remedy_en" in told
    assert Misconception.objects.get().remedy_en == "mine"
    assert (Topic.objects.get(slug="sums").title_ja, Topic.objects.get(slug="sums").text_ja) == ("mine", "")


def test_a_merged_misconception_stays_merged_and_that_is_told() -> None:
    held = bank(rules=(rule("forgot-one"), rule("forgot-two")))
    load_bank(held)
    Misconception.objects.filter(code="forgot-two").update(merged_into=Misconception.objects.get(code="forgot-one"))
    assert load_twice(held).diverged == [Divergence("misconception forgot-two", "merged")]
    assert Misconception.objects.get(code="forgot-two").merged_into is not None


def test_what_was_deleted_stays_deleted_until_a_new_text_needs_it() -> None:
    load_bank(bank("a", "b"))
    Misconception.objects.create(code="forgot-two", **dict.fromkeys(RULE, "…"))
    for number in range(2):
        publish(sum_source(f"sum-{number}", topic="others", code="forgot-two"))
    Topic.objects.get(slug="sums").delete()
    Misconception.objects.get(code="forgot-one").delete()
    assert load_twice(bank("a", "b")).diverged == [
        Divergence("topic sums", "deleted"), Divergence("misconception forgot-one", "deleted"),
    ]  # fmt: skip
    assert load_twice(bank("a", "b", "c")).created == ["sum-2"]
    assert Topic.objects.filter(slug="sums").exists()


def slugs() -> list[str]:
    return [row.slug for row in Topic.objects.all()]


def test_the_order_of_topics_is_the_banks_until_it_is_changed_in_the_admin() -> None:
    a, b, c, d = (topic(slug) for slug in "abcd")
    load_twice(bank(topics=(a, b, c)))
    load_twice(bank(topics=(c, a, b)))
    assert slugs() == ["c", "a", "b"]
    Topic.objects.create(slug="mine", position=1, title_ja="m", title_en="m")
    Topic.objects.filter(slug__in="ab").update(position=4)
    Topic.objects.filter(slug="b").update(position=3)  # c mine b a
    report = load_twice(bank(topics=(c, a, b, d)))
    assert report.diverged == []
    assert slugs() == ["c", "mine", "b", "d", "a"]
    assert load_twice(bank(topics=(d, c, a, b))).diverged == [Divergence("order of the topics", "edited")]
    assert slugs() == ["c", "mine", "b", "d", "a"]
    load_twice(bank(topics=(d, c, a, b)), overwrite=True)
    assert [slug for slug in slugs() if slug != "mine"] == ["d", "c", "a", "b"]


def test_requirements_never_go_in_a_circle_and_come_before() -> None:
    load_bank(bank(topics=(topic("a"), topic("b"))))
    Topic.objects.get(slug="a").requires.set([Topic.objects.get(slug="b")])
    Topic.objects.filter(slug="a").update(position=2)
    report = load_twice(bank(topics=(topic("a"), topic("b", requires=("a",)))))
    assert Divergence("topic b: requires", "edited") in report.diverged
    assert slugs() == ["b", "a"]
    assert [one.slug for one in Topic.objects.get(slug="a").requires.all()] == ["b"]
    assert not Topic.objects.get(slug="b").requires.exists()


def test_a_circle_has_no_order() -> None:
    assert in_order(["a", "b"], {"a": ["b"], "b": ["a"]}) is None
    assert in_order(["a", "b"], {"a": ["a"], "b": ["a"]}) == ["a", "b"]


def test_an_example_that_was_archived_or_chosen_in_the_admin_is_no_error() -> None:
    held = bank("a", "b", topics=(topic("sums", example="sum-0"),))
    load_twice(held)
    archive(QuestionTemplate.objects.get(slug="sum-0"))
    assert load_twice(held).diverged == []
    row = Topic.objects.get()
    row.example = QuestionTemplate.objects.get(slug="sum-1")
    row.save()
    assert load_twice(held).diverged == []
    report = load_twice(bank("a", "b", "c", topics=(topic("sums", example="sum-2"),)))
    assert report.diverged == [Divergence("topic sums: example", "edited")]
    assert Topic.objects.select_related("example").get().example == QuestionTemplate.objects.get(slug="sum-1")


# The law


ACTS = ("bank", "load", "publish", "save", "archive", "back", "load")


@contextmanager
def forgotten() -> Iterator[None]:
    """What happens inside leaves the database as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(max_examples=often(60), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from("abcd")), max_size=9))
def test_nothing_that_somebody_wrote_is_lost_in_any_order_of_things(acts: list[tuple[str, str]]) -> None:
    with forgotten():
        held, words, written = "a", "title", {text("a")}
        load_bank(bank("a"))
        for act, word in acts:
            before = published()
            stood = Topic.objects.get(slug="sums").title_en
            row = QuestionTemplate.objects.get()
            if act == "bank":
                held, words = word, f"bank {word}"
            elif act == "publish":
                publish(text(word))
                written.add(text(word))
                Topic.objects.filter(slug="sums").update(title_en=f"admin {word}")
            elif act == "save":
                append(text(word))
                written.add(text(word))
            elif act == "archive":
                archive(row)
            elif act == "back":
                publish_version(row.versions.get(number=1))
            else:
                newest = row.versions.order_by("-number").first()
                assert newest is not None
                theirs = newest.origin != "bank" or row.current_id != newest.id  # the admin wrote or did it last
                load_twice(bank(held, topics=(topic("sums", words), topic("others"))))
                written.add(text(held))
                assert not theirs or published() == before
                assert theirs or published() == text(held)
                assert Topic.objects.get(slug="sums").title_en == (stood if stood.startswith("admin") else words)
            assert written <= {source for _, source, _ in texts()}


# The command


def run(held: Bank, monkeypatch: pytest.MonkeyPatch, **options: Any) -> list[str]:
    monkeypatch.setattr(loadbank, "read_bank", lambda folder: held)
    out = StringIO()
    call_command("loadbank", stdout=out, no_color=True, **options)
    return out.getvalue().splitlines()


def test_the_command_tells_what_diverged_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    run(bank("a"), monkeypatch)
    publish(text("mine"))
    Topic.objects.filter(slug="sums").update(title_ja="mine")
    held = bank("b", topics=(topic("sums", "new"), topic("others")))
    told = run(held, monkeypatch)
    assert [line.split(" (")[0] for line in told[:-1]] == ["diverged topic sums: title_ja", "diverged sum-0"]
    assert "kept as version 3" in told[1]
    assert "loadbank --overwrite" in told[1]
    assert told[-1] == "0 new, 0 changed, 0 unchanged"
    assert run(held, monkeypatch) == ["0 new, 0 changed, 1 unchanged"]
    assert run(held, monkeypatch, overwrite=True) == ["changed  sum-0", "0 new, 1 changed, 0 unchanged"]
    assert (published(), Topic.objects.get(slug="sums").title_ja) == (text("b"), "new")
