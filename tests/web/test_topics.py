"""The list of topics and the page of each."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quizzes import questions, study
from quizzes.models import QuestionTemplate, Topic, User
from quizzes.scheduling import LEECH_LAPSES
from quizzes.web import topics
from tests.bank import BANK
from tests.quizzes.answers import ask_and_answer
from tests.quizzes.progress.histories import NOON, TODAY, learned
from tests.web.pages import JAPANESE, check_languages, look, text, words

Make = Callable[..., QuestionTemplate]
TOPICS = [topic.slug for topic in BANK.topics]
LIST_QUERIES = {"stranger": 3, "learner": 7}  # a learner's session and row are two of them
PAGE_QUERIES = {"stranger": 5, "learner": 9}


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the day for which the histories are made."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def student(learner: User) -> Client:
    """The browser of a guest."""
    client = Client()
    client.force_login(learner)
    return client


def template(slug: str) -> QuestionTemplate:
    return QuestionTemplate.objects.select_related("current").get(slug=slug)


def entry(page: str, slug: str) -> str:
    """What the list says of one topic."""
    (found,) = [
        item for item in re.findall(r"<li>(.*?)</li>", page, re.DOTALL) if f'<h2><a href="/topics/{slug}/"' in item
    ]
    return text(found)


# The list


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_list_has_every_topic_in_the_order_of_learning(client: Client, language: str) -> None:
    page = look(client, "/topics/", language)
    assert re.findall(r'<h2><a href="/topics/([a-z0-9-]+)/">', page) == TOPICS
    titles = [getattr(topic, f"title_{language}") for topic in Topic.objects.all()]
    assert [title for title in titles if title not in words(page)] == []


@pytest.mark.usefixtures("bank")
def test_a_stranger_sees_what_is_needed_but_nothing_of_a_learner(client: Client) -> None:
    page = look(client, "/topics/")
    assert "Needs: Stride , Padding" in entry(page, "output-size")
    assert "Needs" not in entry(page, "overview")
    assert re.search(r"\d+ kinds of questions and cards", entry(page, "stride"))
    assert not re.search(r"Not started|recall|Learning|Proficient|%", page)
    assert "sessionid" not in client.cookies
    assert not User.objects.exists()


@pytest.mark.usefixtures("bank")
def test_a_learner_sees_how_far_each_topic_is_known(student: Client, learner: User) -> None:
    count = QuestionTemplate.objects.filter(topic__slug="stride").count()
    learned(learner, template("stride-output-size"))
    learned(learner, template("stride-rounding-down"), suspended=True)
    for one in QuestionTemplate.objects.filter(topic__slug="dilation"):
        learned(learner, one, days_ago=0, first_right_day=TODAY - 5, right_day=TODAY)
    learned(learner, template("padding-output-size"), suspended=True)
    page = look(student, "/topics/")
    assert f"Learning recall today 90% · 2 of {count} met" in entry(page, "stride")
    assert "✓ Proficient recall today 100%" in entry(page, "dilation")
    assert "Learning 1 of" in entry(page, "padding")  # nothing of it is asked
    assert "Not started" in entry(page, "overview")
    assert "0%" not in entry(page, "overview")


@pytest.mark.parametrize("who", ["stranger", "learner"])
def test_the_list_takes_the_same_queries_whatever_there_is(
    client: Client, student: Client, learner: User, small: Make, who: str
) -> None:
    browser = client if who == "stranger" else student

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            look(browser, "/topics/")
        assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)
        return len(captured)

    small("first", topic="t0")
    assert queries() == LIST_QUERIES[who]
    for number in range(9):
        learned(learner, small(f"q{number}", topic=f"t{number % 4}"))
        Topic.objects.get(slug=f"t{number % 4}").requires.add(Topic.objects.get(slug="t0"))
    assert queries() == LIST_QUERIES[who]


# A topic


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("slug", TOPICS)
def test_every_topic_of_the_bank_has_its_page(client: Client, slug: str, language: str) -> None:
    page = look(client, f"/topics/{slug}/", language)
    topic = Topic.objects.get(slug=slug)
    assert f"<h1>{getattr(topic, f'title_{language}')}</h1>" in page
    assert f'href="/practice/{slug}/"' in page
    assert ('class="formula rule"' in page) == bool(topic.formula_en)
    assert 'id="example"' in page
    assert bool(JAPANESE.search(text(page))) == (language == "ja")
    said = " ".join(words(page))
    for one in topic.templates.filter(kind="question").select_related("current"):
        assert one.current is not None
        assert questions.load(one.current.source).title[language] in said  # type: ignore[index]  # ja or en


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("path", ["/topics/", "/topics/stride/"])
def test_the_words_are_in_the_readers_language(client: Client, student: Client, learner: User, path: str) -> None:
    learned(learner, template("stride-output-size"), lapses=LEECH_LAPSES)
    learned(learner, template("stride-rounding-down"), suspended=True)
    for browser in (client, student):
        check_languages(browser, path, {"im2col"})


@pytest.mark.usefixtures("bank")
def test_the_worked_example_is_complete_and_can_be_walked_through(client: Client) -> None:
    page = look(client, "/topics/stride/")
    example = page.split('id="example"')[1].split("</section>")[0]
    variant = questions.generate(questions.load(str(current_source("stride-rounding-down"))), topics.FIRST_SEED)
    solution = questions.explain(variant, "en")
    assert questions.render(variant, "en").stem.html in example
    assert solution.text.html in example
    assert solution.figure is not None
    assert solution.figure.svg in example
    assert solution.figure.table in example
    frames = questions.walk(variant, "en")
    assert len(frames) > 1
    assert all(frame.svg in example for frame in frames)


def current_source(slug: str) -> str:
    version = template(slug).current
    assert version is not None
    return version.source


@pytest.mark.usefixtures("bank")
def test_other_numbers_are_a_link_away_for_ever(client: Client) -> None:
    def example(query: str = "") -> tuple[str, str]:
        page = look(client, f"/topics/stride/{query}")
        (link,) = re.findall(r'href="(\?seed=\d+)#example"', page)
        return page.split('class="stem"')[1].split("</div>")[0], link

    seen, link = [], ""
    for _ in range(topics.EXAMPLES):
        stem, link = example(link)
        seen.append(stem)
    assert len(set(seen)) > topics.EXAMPLES // 3
    assert example(link)[0] == seen[0]  # round and round
    assert example("?seed=7") == example("?seed=7")
    for seed in ("0", "101", "9007199254740991", "-1", "1.5", "x", "", "²", "１"):
        assert example(f"?seed={seed}")[0] == seen[0]


@pytest.mark.usefixtures("bank")
def test_the_seed_of_an_open_question_shows_nothing_of_it(client: Client, student: Client, learner: User) -> None:
    """Nor does its ticket."""
    question = study.next_question(learner.id, template="stride-rounding-down")
    first = look(student, "/topics/stride/").split('id="example"')[1]
    assert question.ticket.seed > topics.EXAMPLES
    for query in (f"seed={question.ticket.seed}", f"seed={question.token}", f"variant={question.token}"):
        assert look(student, f"/topics/stride/?{query}").split('id="example"')[1] == first


@pytest.mark.usefixtures("bank")
def test_each_template_says_how_it_is_known(client: Client, student: Client, learner: User) -> None:
    learned(learner, template("stride-output-size"))
    learned(learner, template("stride-rounding-down"), lapses=LEECH_LAPSES)
    learned(learner, template("stride-unused-rows"), suspended=True)
    study.suspend(learner.id, "stride-window-start", now=NOON)
    page = text(look(student, "/topics/stride/"))
    assert "Stride and output height, without remainder Level 1 · recall today 90% " in page
    assert "A stride that does not divide Level 2 · recall today 90% · Keeps slipping away" in page
    assert "Rows and columns that are never used Level 3 · Suspended " in page
    assert "Where a window starts Level 2 · Suspended " in page
    assert "Which strides were used? Level 3 · Not started " in page
    assert "Which strides were used? Level 3 What" not in page
    assert not re.search(r"Not started|recall|Suspended", look(client, "/topics/stride/"))


@pytest.mark.usefixtures("bank")
def test_a_flashcard_shows_its_front_and_not_its_back(client: Client) -> None:
    page = look(client, "/topics/output-size/")
    card = questions.load(current_source("output-size-06"))
    variant = questions.generate(card, topics.FIRST_SEED)
    assert questions.render(variant, "en").stem.html in page
    assert questions.explain(variant, "en").text.html not in page
    assert "{{" not in page  # cards with numbers show example numbers
    assert 'href="/cards/output-size/"' in page


@pytest.mark.usefixtures("bank")
def test_a_topic_leads_to_what_it_needs_and_to_what_builds_on_it(client: Client) -> None:
    page = look(client, "/topics/stride/")
    before, after = page.split('id="example"')
    assert re.findall(r'href="/topics/([a-z-]+)/"', before) == ["convolution"]
    assert re.findall(r'href="/topics/([a-z-]+)/"', after) == ["output-size", "pooling"]


def test_a_topic_of_which_nothing_is_written_has_a_page_all_the_same(client: Client, small: Make) -> None:
    small("sum", topic="bare")
    page = look(client, "/topics/bare/")
    assert "Sum" in page
    assert not re.search(r'class="formula rule"|id="example"|/cards/|builds on', page)
    QuestionTemplate.objects.update(current=None)
    assert "/practice/bare/" not in look(client, "/topics/bare/")


def test_an_example_that_is_no_longer_published_is_not_shown(client: Client, small: Make) -> None:
    Topic.objects.filter(slug=small("sum", topic="sums").topic.slug).update(example=template("sum"))
    assert "Worked example" in look(client, "/topics/sums/")
    QuestionTemplate.objects.update(current=None)
    assert "Worked example" not in look(client, "/topics/sums/")


@pytest.mark.parametrize(("language", "said"), [("ja", "このアドレスには何もありません。"), ("en", "nothing at this")])
def test_an_unknown_topic_is_not_found_in_our_look(db: None, client: Client, language: str, said: str) -> None:
    response = client.get("/topics/nowhere/", headers={"accept-language": language})
    assert response.status_code == 404
    assert said in response.content.decode()


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("who", ["stranger", "learner"])
def test_a_page_takes_the_same_queries_whatever_there_is(
    client: Client, student: Client, learner: User, who: str
) -> None:
    browser = client if who == "stranger" else student
    counts = set()
    for slug in ("stride", "output-size", "networks", "stride"):
        look(browser, f"/topics/{slug}/")  # loads the versions, once per process
        with CaptureQueriesContext(connection) as captured:
            look(browser, f"/topics/{slug}/?seed=5")
        assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)
        counts.add(len(captured))
        ask_and_answer(learner.id, "stride-output-size", now=NOON)
    assert counts == {PAGE_QUERIES[who]}


@pytest.mark.usefixtures("bank")
def test_pages_are_only_looked_at(client: Client) -> None:
    for path in ("/topics/", "/topics/stride/"):
        assert client.post(path).status_code == 405
        assert "no-store" in client.get(path)["Cache-Control"]
