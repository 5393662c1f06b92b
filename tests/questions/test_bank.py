import pytest

from quizzes.questions import Template, load
from quizzes.questions.catalogue import read_bank
from quizzes.questions.lint import lint

BANK = read_bank()
TOPICS = [topic.slug for topic in BANK.topics]
CODES = [entry.code for entry in BANK.misconceptions]
TEMPLATES = [load(source) for _, source in BANK.sources]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.slug)
def test_a_template_of_the_bank_is_clean(template: Template) -> None:
    report = lint(template, TOPICS, CODES)
    assert [str(problem) for problem in report.problems] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.slug)
def test_a_question_of_the_bank_can_diagnose_and_carries_its_own_tests(template: Template) -> None:
    if template.kind == "question":
        assert any(test.answer for test in template.tests)
        assert any(test.misconceptions for test in template.tests)


def test_slugs_and_codes_are_unique() -> None:
    for names in (TOPICS, CODES, [template.slug for template in TEMPLATES]):
        assert len(set(names)) == len(names)


def test_every_misconception_of_a_question_is_in_the_catalogue() -> None:
    assert {code for template in TEMPLATES for code in template.misconception_codes()} <= set(CODES)
