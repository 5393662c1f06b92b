"""The author's verbs and the commands around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from quizzes import study
from quizzes.authoring import load_bank, publish
from quizzes.models import Misconception, QuestionTemplate, TemplateVersion, Topic, User
from quizzes.questions import Language, TemplateError, split
from quizzes.questions.catalogue import Bank, read_bank
from tests.quizzes.answers import right, submission
from tests.quizzes.sources import card_source, sum_source

Make = Callable[..., QuestionTemplate]


def everything() -> list[Any]:
    """All content, with the ids of its rows."""
    tables = (Topic, Misconception, QuestionTemplate, TemplateVersion, Topic.requires.through)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def changed(bank: Bank, slug: str, old: str, new: str) -> Bank:
    """The bank with another text in one template."""
    assert any(f'slug = "{slug}"' in source and old in source for _, source in bank.sources)
    return replace(
        bank,
        sources=tuple(
            (where, source.replace(old, new) if f'slug = "{slug}"' in source else source)
            for where, source in bank.sources
        ),
    )


# Loading the bank


@pytest.mark.django_db
def test_the_bank_loads_in_the_order_of_the_syllabus() -> None:
    bank = read_bank()
    report = load_bank(bank)
    assert (len(report.created), report.updated, report.unchanged, report.absent) == (len(bank.sources), [], [], [])
    assert [topic.slug for topic in Topic.objects.all()] == [entry.slug for entry in bank.topics]
    assert Misconception.objects.count() == len(bank.misconceptions)
    for row in QuestionTemplate.objects.select_related("current"):
        assert row.current is not None
        held = next(s for _, s in bank.sources if f'slug = "{row.slug}"' in s)
        assert (row.current.number, row.current.source) == (1, held)
    requires = Topic.objects.get(slug="output-size").requires.values_list("slug", flat=True)
    assert sorted(requires) == ["padding", "stride"]
    for entry in bank.topics:
        topic = Topic.objects.select_related("example").get(slug=entry.slug)
        assert (topic.text_ja, topic.text_en) == (entry.text["ja"], entry.text["en"])
        assert (topic.formula_ja, topic.formula_en) == (entry.formula["ja"], entry.formula["en"])
        assert topic.example is not None
        assert topic.example.slug == entry.example


@pytest.mark.usefixtures("bank")
def test_loading_the_bank_again_changes_nothing() -> None:
    before = everything()
    report = load_bank(read_bank())
    assert (report.created, report.updated, report.absent) == ([], [], [])
    assert len(report.unchanged) == QuestionTemplate.objects.count()
    assert everything() == before


@pytest.mark.usefixtures("bank")
def test_a_changed_text_becomes_a_new_version_and_the_old_one_stays(template: QuestionTemplate) -> None:
    first = TemplateVersion.objects.get(template=template)
    bank = changed(read_bank(), "conv-output-size", "level = 1", "level = 3")
    report = load_bank(bank)
    assert (report.created, report.updated) == ([], ["conv-output-size"])
    old, new = TemplateVersion.objects.filter(template=template).order_by("number")
    template.refresh_from_db()
    assert (old.id, old.source, old.number) == (first.id, first.source, 1)
    assert (new.number, template.current_id, template.level) == (2, new.id, 3)
    assert load_bank(bank).updated == []
    assert load_bank(read_bank()).updated == ["conv-output-size"]
    assert TemplateVersion.objects.filter(template=template).count() == 3


@pytest.mark.usefixtures("bank")
def test_other_words_of_topics_and_misconceptions_are_taken_over() -> None:
    bank = read_bank()
    words: dict[Language, str] = {"ja": "別の題", "en": "Another title"}
    topic = replace(bank.topics[0], title=words, text=words, formula={"ja": "1", "en": "2"}, example="")
    rule = replace(bank.misconceptions[0], remedy={"ja": "別の助言", "en": "Other advice"})
    load_bank(replace(bank, topics=(topic, *bank.topics[1:]), misconceptions=(rule, *bank.misconceptions[1:])))
    row = Topic.objects.get(slug=topic.slug)
    assert (row.title_ja, row.text_en, row.formula_en, row.example) == ("別の題", "Another title", "2", None)
    assert Misconception.objects.get(code=rule.code).remedy_en == "Other advice"
    assert Topic.objects.count() == len(bank.topics)


@pytest.mark.usefixtures("bank")
def test_what_left_the_bank_is_told_and_kept() -> None:
    bank = read_bank()
    rest = tuple((where, source) for where, source in bank.sources if "conv-output-size" not in where)
    report = load_bank(replace(bank, sources=rest))
    assert report.absent == ["conv-output-size"]
    assert QuestionTemplate.objects.get(slug="conv-output-size").current is not None


@pytest.mark.parametrize(
    ("slug", "old", "new", "check"),
    [
        ("max-pool-matrix", 'topic = "max-mean"', 'topic = "nowhere"', "unknown-topic"),
        ("max-pool-matrix", 'code = "sign-ignored"', 'code = "never-heard-of"', "unknown-misconception"),
        ("max-pool-matrix", "[[answers]]", "[[answer]]", "schema"),
        ("max-pool-matrix", "schema = 1", "schema = ", "toml"),
    ],
)
@pytest.mark.usefixtures("bank")
def test_one_bad_template_keeps_the_whole_bank_as_it_was(slug: str, old: str, new: str, check: str) -> None:
    """Also the good changes before it, and the topics."""
    before = everything()
    bank = changed(read_bank(), "conv-output-size", "level = 1", "level = 2")
    bank = replace(bank, topics=(replace(bank.topics[0], title={"ja": "x", "en": "x"}), *bank.topics[1:]))
    assert bank.sources[0][0] < "questions/max"
    with pytest.raises(TemplateError) as refused:
        load_bank(changed(bank, slug, old, new))
    (problem, *_) = refused.value.problems
    assert problem.check == check
    assert "questions/max-pool-matrix.toml" in problem.where
    assert everything() == before


@pytest.mark.parametrize("example", ["never-heard-of", "stride-output-size", "overview-01"])
@pytest.mark.usefixtures("bank")
def test_a_topic_whose_example_is_none_of_its_questions_keeps_the_whole_bank_as_it_was(example: str) -> None:
    before = everything()
    bank = read_bank()
    topic = replace(bank.topics[0], title={"ja": "x", "en": "x"}, example=example)
    with pytest.raises(TemplateError) as refused:
        load_bank(replace(bank, topics=(topic, *bank.topics[1:])))
    (problem,) = refused.value.problems
    assert (problem.check, problem.where) == ("example", "topics.toml: overview.example")
    assert everything() == before


@pytest.mark.django_db
def test_a_bank_that_names_a_template_twice_is_refused() -> None:
    """Else each loading would publish both, one after the other."""
    bank = read_bank()
    where, source = bank.sources[0]
    twice = replace(bank, sources=(*bank.sources[:3], ("elsewhere.toml", source.replace("level = 1", "level = 2"))))
    with pytest.raises(TemplateError) as refused:
        load_bank(twice)
    assert where in str(refused.value.problems[0])
    assert "elsewhere.toml" in str(refused.value.problems[0])
    assert not QuestionTemplate.objects.exists()


# Publishing


def test_publishing_tells_whether_the_version_is_new(small: Make) -> None:
    template = small("sum")
    version, new = publish(sum_source())
    assert (version.id, version.number, new) == (template.current_id, 1, False)
    version, new = publish(sum_source(words="Tell me: "))
    assert (version.number, new) == (2, True)


def test_the_text_of_an_older_version_can_be_published_again(small: Make) -> None:
    small("sum")
    publish(sum_source(words="Tell me: "))
    version, new = publish(sum_source())
    assert (version.number, new) == (3, True)
    template = QuestionTemplate.objects.get()
    assert template.current_id == version.id


def test_the_newest_text_is_published_again_after_a_roll_back(small: Make) -> None:
    template = small("sum")
    publish(sum_source(words="Tell me: "))
    QuestionTemplate.objects.update(current=TemplateVersion.objects.get(template=template, number=1))
    version, new = publish(sum_source(words="Tell me: "))
    assert new
    assert QuestionTemplate.objects.get().current_id == version.id


def test_a_template_may_move_to_another_topic(small: Make) -> None:
    small("sum", topic="one")
    small("sum", topic="two")
    assert QuestionTemplate.objects.get().topic.slug == "two"


def test_a_question_never_becomes_a_flashcard(small: Make) -> None:
    small("sum")
    before = everything()
    (source,) = split(card_source("sum"))
    with pytest.raises(TemplateError, match="sum is a question already"):
        publish(source)
    assert everything() == before


def test_every_unknown_name_is_told_and_nothing_published(small: Make) -> None:
    small("other")
    before = everything()
    with pytest.raises(TemplateError) as refused:
        publish(sum_source(topic="nowhere", code="never-heard-of"))
    assert [problem.check for problem in refused.value.problems] == ["unknown-topic", "unknown-misconception"]
    assert everything() == before


def test_a_learner_finishes_on_the_version_that_was_asked(small: Make, learner: User) -> None:
    small("sum")
    asked = study.next_question(learner.id, template="sum")
    answered = study.submit(learner.id, submission(study.next_question(learner.id, template="sum")))
    publish(sum_source(value="a + 2"))
    result = study.submit(learner.id, submission(asked))
    assert (asked.ticket.version, result.attempt.version.number) == (1, 1)
    assert result.attempt.verdict == "correct"
    assert result.card.revision == 2
    fresh = study.next_question(learner.id, template="sum")
    assert fresh.ticket.version == 2
    assert study.submit(learner.id, submission(fresh)).attempt.version.number == 2
    # An old attempt is shown with the question as it was, not as it is now.
    shown = study.result(learner.id, answered.attempt.id)
    assert right(shown.variant) == answered.attempt.response
    late = study.submit(learner.id, submission(study.next_question(learner.id)), now=timezone.now() + timedelta(days=2))
    assert late.attempt.version.number == 2


# Commands


def run(command: str, *arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out, no_color=True, **options)
    return out.getvalue()


@pytest.mark.usefixtures("bank")
def test_loadbank_tells_that_it_changed_nothing() -> None:
    count = len(read_bank().sources)
    assert run("loadbank") == f"0 new, 0 changed, {count} unchanged\n"
    assert "questions/conv-output-size.toml" in run("loadbank", verbosity=2)


@pytest.mark.usefixtures("bank")
def test_loadbank_reads_another_folder_and_tells_what_it_does_not_hold(folder: Path) -> None:
    told = run("loadbank", folder)
    assert "new      sum\n" in told
    assert "kept     conv-output-size (published, but not in this bank)\n" in told
    file = folder / "questions" / "sum.toml"
    file.write_text(file.read_text().replace("What is", "How much is"))
    assert "changed  sum\n" in run("loadbank", folder)


@pytest.mark.usefixtures("bank")
def test_loadbank_refuses_a_bad_bank_and_says_where(folder: Path) -> None:
    before = everything()
    file = folder / "questions" / "sum.toml"
    file.write_text(file.read_text().replace("overview", "nowhere"))
    with pytest.raises(CommandError, match="nowhere") as refused:
        run("loadbank", folder)
    assert "questions/sum.toml" in str(refused.value)
    assert refused.value.returncode == 1
    with pytest.raises(CommandError, match=r"topics\.toml"):
        run("loadbank", folder / "questions")
    assert everything() == before
