import re
from collections import defaultdict
from pathlib import Path

import pytest

from quizzes.questions import Template, generate, walk
from quizzes.questions.catalogue import TopicEntry, unfit_examples
from tests.bank import BANK, compiled

TOPICS = [topic.slug for topic in BANK.topics]
CODES = [entry.code for entry in BANK.misconceptions]
TEMPLATES = compiled()
QUESTIONS = [template for template in TEMPLATES if template.kind == "question"]
CALCULATED = [question for question in QUESTIONS if not question.slug.startswith("concept-")]
FLASHCARDS = [template for template in TEMPLATES if template.kind == "flashcard"]
OF_THE_NOTE = TOPICS[: TOPICS.index("gap-vs-fc") + 1]

# The lines of the study note that state facts, as ranges; each is asked in a question and on a flashcard.
NOTE = [(20, 22), (27, 32), (39, 42), (49, 52), (57, 69), (71, 75), (77, 82), (84, 86), (91, 93), (95, 97), (99, 101),
        (103, 110)]  # fmt: skip


def test_there_is_enough_to_practise() -> None:
    assert len(CALCULATED) >= 70
    assert len(QUESTIONS) - len(CALCULATED) == 18
    parametric = [card for card in FLASHCARDS if card.parameters]
    assert len(parametric) >= 10
    assert len(FLASHCARDS) - len(parametric) >= 94
    counted = f"{len(QUESTIONS)} questions and {len(FLASHCARDS)} flashcards in {len(TOPICS)} topics"
    assert counted in (Path(__file__).parents[2] / "README.md").read_text()


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_questions_and_those_of_the_note_on_three_levels(topic: str) -> None:
    levels = [question.level for question in CALCULATED if question.topic == topic]
    assert levels
    if topic in OF_THE_NOTE:
        assert len(levels) >= 4
        assert {1, 2, 3} <= set(levels)
        assert any(card.topic == topic for card in FLASHCARDS)


@pytest.mark.parametrize("template", QUESTIONS, ids=lambda template: template.slug)
def test_a_question_of_the_bank_carries_its_own_tests(template: Template) -> None:
    assert any(test.answer for test in template.tests)
    assert any(test.misconceptions for test in template.tests)


@pytest.mark.parametrize("topic", BANK.topics, ids=lambda topic: topic.slug)
def test_a_topic_is_explained_in_short_with_an_example(topic: TopicEntry) -> None:
    assert 80 <= len(topic.text["en"].split()) <= 240
    assert 250 <= len(topic.text["ja"]) <= 650
    assert "\n" not in topic.text["ja"].strip().replace("\n\n", "").replace("\n- ", "")  # it would show as a blank
    assert topic.formula["ja"] or topic.slug == "overview"
    example = next(template for template in QUESTIONS if template.slug == topic.example)
    walked = [one for one in QUESTIONS if one.topic == topic.slug and walk(generate(one, 1), "en")]
    if topic.slug != "transposed-convolution":  # where the figure that can be walked through is not of one
        assert example in walked or not walked


def test_the_examples_are_questions_of_their_topics() -> None:
    assert unfit_examples(BANK.topics, {one.slug: (one.topic, one.kind) for one in TEMPLATES}) == []


def test_slugs_and_codes_are_unique() -> None:
    for names in (TOPICS, CODES, [template.slug for template in TEMPLATES]):
        assert len(set(names)) == len(names)


def test_every_misconception_of_the_catalogue_is_used_and_every_one_used_is_in_it() -> None:
    assert {code for template in TEMPLATES for code in template.misconception_codes()} == set(CODES)


def noted_lines(template: Template) -> set[int]:
    """The lines of the note that ``source`` names."""
    lines: set[int] = set()
    for named in re.findall(r"note, lines? ([\d, and-]+)", template.source):
        for first, last in re.findall(r"(\d+)(?:-(\d+))?", named):
            lines |= set(range(int(first), int(last or first) + 1))
    return lines


@pytest.mark.parametrize("kind", ["question", "flashcard"])
def test_every_fact_of_the_note_is_asked(kind: str) -> None:
    covered = set().union(*(noted_lines(template) for template in TEMPLATES if template.kind == kind))
    assert [fact for fact in NOTE if fact != (20, 22) and not covered & set(range(fact[0], fact[1] + 1))] == []


def test_every_keyword_of_the_note_is_a_topic_with_questions_and_flashcards() -> None:
    kinds = defaultdict(set)
    for template in TEMPLATES:
        kinds[template.topic].add(template.kind)
    keywords = ("stride", "padding", "im2col", "pooling", "max-mean", "lp-pooling", "fully-connected", "gap")
    assert all(kinds[topic] == {"question", "flashcard"} for topic in keywords)
    assert any(question.slug.startswith("zero-padding") for question in QUESTIONS)
