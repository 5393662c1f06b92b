"""The progress page and what is exported from it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from quizzes import scheduling, study
from quizzes.models import Attempt, Belief, Misconception, QuestionTemplate, Topic, User
from quizzes.web import charts, written
from quizzes.web.heatmap import heat_map
from tests.quizzes.answers import ask_and_answer
from tests.quizzes.progress.histories import DAY, NOON, TODAY, answered, choose, learned
from tests.web.pages import check_languages, look, text

Make = Callable[..., QuestionTemplate]
NAMES = {"im2col", "Max", "GAP"}


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


def held(learner: User, code: str, **columns: Any) -> Belief:
    """A misconception that is open where nothing else is said."""
    return Belief.objects.create(
        **{"learner": learner, "code": code, "met": 1, "opened_at": NOON, "met_at": NOON} | columns
    )


# Those who have not begun


@pytest.mark.parametrize(("language", "word"), [("ja", "まだ何もありません"), ("en", "Nothing here yet")])
def test_a_stranger_is_invited_and_nothing_is_written(client: Client, bank: None, language: str, word: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = look(client, "/progress/", language)
    assert len(queries) == 0
    assert word in page
    assert 'href="/"' in page
    assert not User.objects.exists()


def test_a_learner_without_answers_is_invited_too(student: Client, bank: None) -> None:
    assert "Nothing here yet" in look(student, "/progress/")


def test_after_the_first_answer_the_page_says_what_it_cannot_say_yet(
    student: Client, learner: User, bank: None
) -> None:
    ask_and_answer(learner.id, "conv-output-size", now=NOON)
    said = text(look(student, "/progress/"))
    assert "A good start." in said
    assert "Not enough reviews yet to say how well you remember: 0 so far. Your target is 90%." in said
    assert "None has shown in your answers so far." in said
    assert "Days 1/7" in said


# What was done


def test_the_last_seven_days_are_added_up(student: Client, learner: User, small: Make) -> None:
    template = small()
    for days_ago, score in ((0, 1.0), (0, 0.0), (6, 1.0), (6, 1.0), (7, 1.0)):
        answered(learner, template, days_ago=days_ago, score=score, duration_ms=90_000)
    assert "Answers 4 Right 75% Minutes 6 Days 2/7" in text(look(student, "/progress/"))


def test_the_year_is_a_picture_and_a_table(student: Client, learner: User, small: Make) -> None:
    template = small()
    answered(learner, template, days_ago=364)
    for _ in range(5):
        answered(learner, template)
    page = look(student, "/progress/")
    said = text(page)
    assert "You answered on 2 of 365 days." in said
    assert page.count("<title>1 April: 5</title>") == page.count("<title>2 April: 1</title>") == 1
    assert 'class="heat-2"' in page
    table = page[page.index("Week from") :]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table)
    assert rows[0][0] == "30 March"  # the latest week first; 1 April 2026 was a Wednesday
    assert re.findall(r"<td>(.*?)</td>", rows[0][1]) == ["0", "0", "5", "", "", "", ""]
    assert re.findall(r"<td>(.*?)</td>", rows[52][1]) == ["", "", "1", "0", "0", "0", "0"]
    assert len([cell for _, row in rows[:53] for cell in re.findall(r"<td>(\d+)</td>", row)]) == 365


def test_a_square_grows_with_its_level_so_that_it_needs_no_colour() -> None:
    assert sorted(set(charts.SIZES)) == list(charts.SIZES)
    with translation.override("en"):
        drawn = heat_map([], TODAY)
    assert [words for _, words in drawn.key] == ["0", "1–4", "5–14", "15–29", "30+"]


@pytest.mark.parametrize("ahead", range(0, 400, 13))
def test_no_month_of_the_year_runs_into_the_next(ahead: int) -> None:
    with translation.override("en"):
        svg = heat_map([], TODAY + ahead).svg
    places = [int(x) for x in re.findall(r'<text x="(\d+)" y="11">', svg)]
    assert 11 <= len(places) <= 13
    assert all(second - first >= 3 * charts.PITCH for first, second in pairwise(places))
    width = re.search(r'width="(\d+)"', svg)
    assert width is not None
    assert places[-1] + 3 * charts.PITCH <= int(width[1])


# What is known


@pytest.mark.parametrize(
    ("recalled", "said"),
    [(20, "On target"), (10, "Below the target"), (19, "On target")],
)
def test_retention_is_held_against_the_target(
    student: Client, learner: User, small: Make, recalled: int, said: str
) -> None:
    template = small()
    for number in range(20):
        answered(learner, template, days_ago=number % 9, recall=0.88, score=float(number < recalled))
    page = text(look(student, "/progress/"))
    assert f"You remembered {written.percent(recalled / 20)} of 20 reviews" in page
    assert "The schedule had expected 88%" in page
    assert said in page


def test_one_review_too_few_says_nothing_of_retention(student: Client, learner: User, small: Make) -> None:
    template = small()
    for _ in range(19):
        answered(learner, template, recall=0.9)
    page = look(student, "/progress/")
    assert "19 so far" in text(page)
    assert 'id="retention-title"' not in page


def test_who_remembers_more_than_asked_for_is_told(student: Client, learner: User, small: Make) -> None:
    choose(learner, retention=0.8)
    template = small()
    for _ in range(40):
        answered(learner, template, recall=0.9)
    assert "Above the target" in text(look(student, "/progress/"))


def test_topics_have_their_recall_and_skill_in_numbers_and_bars(student: Client, learner: User, small: Make) -> None:
    learned(learner, small("a", topic="known"), skill=0.75)
    small("b", topic="unknown")
    Topic.objects.create(slug="bare", position=500, title_ja="空", title_en="Bare")
    page = look(student, "/progress/")
    assert "known 1 of 1 met 90% 75% unknown Not started" in text(page)
    assert "Bare" not in text(page)
    assert page.count('class="chart bar"') == 2
    assert 'href="/topics/known/"' in page


def test_misconceptions_are_named_counted_and_practised(student: Client, learner: User, bank: None) -> None:
    ask_and_answer(learner.id, "conv-output-size", now=NOON)
    held(learner, "forgot-plus-one", met=4, rights=1)
    held(learner, "pad-one-side", rights=5, met_at=NOON - DAY)
    held(learner, "stride-ignored", rights=3, closed_at=NOON)
    page = look(student, "/progress/")
    said = text(page)
    first = said.index("The final +1 was forgotten met 4 times · ●○○ 1 of 3 right Practise this")
    assert first < said.index("met 1 time · ●●● 3 of 3 right · one more on another day") < said.index("1 overcome")
    assert said.index("1 overcome") < said.index("The stride was ignored (met 1 time)")
    assert 'href="/misconceptions/forgot-plus-one/"' in page
    assert 'href="/misconceptions/stride-ignored/"' not in page
    assert "最後の「+1」を忘れた" in look(student, "/progress/", "ja")


def test_a_misconception_that_left_the_catalogue_has_no_practice(student: Client, learner: User, small: Make) -> None:
    learned(learner, small())
    held(learner, "of-old")
    page = look(student, "/progress/")
    assert "of-old" in text(page)
    assert "/misconceptions/" not in page


def test_all_overcome_is_said(student: Client, learner: User, small: Make) -> None:
    learned(learner, small())
    held(learner, "forgot-one", closed_at=NOON)
    assert "You have overcome all that showed." in look(student, "/progress/")


def test_names_are_escaped(student: Client, learner: User, small: Make) -> None:
    learned(learner, small())
    Topic.objects.update(title_en="<script>x</script>")
    Misconception.objects.filter(code="forgot-one").update(title_en="a <b>&")
    held(learner, "forgot-one")
    page = look(student, "/progress/")
    assert "&lt;script&gt;x" in page
    assert "a &lt;b&gt;&amp;" in page


def test_the_words_of_charts_are_escaped() -> None:
    caption = charts.Caption("it", "<i>", 'a & "b"')
    drawn = charts.heat_map([charts.Square(0, 0, 1, "<b>")], [(0, "<u>")], ["<s>"] * 7, caption)
    for tag in ("<i>", "<b>", "<u>", "<s>", "& "):
        assert tag not in drawn
        assert tag.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in drawn


# What lies ahead


def test_the_forecast_is_a_chart_and_a_table(student: Client, learner: User, small: Make) -> None:
    learned(learner, small("a"), days_ago=10)  # due today
    learned(learner, small("b"), days_ago=7)
    page = look(student, "/progress/")
    assert "If you learn nothing new," in text(page)
    table = page[page.index('<th scope="col">Reviews</th>') :]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(\d+)</td></tr>', table)[:30]
    assert (rows[0], rows[29][0]) == (("1 April", "1"), "30 April")
    assert page.count('<rect class="mark" x="') == sum(count != "0" for _, count in rows)


def test_without_cards_nothing_is_due(student: Client, learner: User, small: Make) -> None:
    answered(learner, small())
    assert "No reviews are due in the next 30 days." in look(student, "/progress/")


@pytest.mark.parametrize(
    ("exam", "daily", "said"),
    [
        (None, 20, "Is there an exam?"),
        (date(2026, 4, 1), 20, "The exam of 1 April 2026 is over."),
        (date(2027, 4, 3), 20, "The exam is on 3 April 2027. A year before it,"),
        (date(2026, 4, 2), 20, "2 April 2026, in 1 day."),
        (
            date(2026, 4, 11),
            20,
            "11 April 2026, in 10 days. Until then it takes about 1 minutes a day; you give it 20.",
        ),
        (date(2026, 4, 11), 20, "That is enough. If you keep to it, you will have met 1 of 1 kinds of question"),
    ],
)
def test_the_exam(student: Client, learner: User, small: Make, exam: date | None, daily: int, said: str) -> None:
    learned(learner, small())
    choose(learner, exam_date=exam, daily_minutes=daily)
    assert said in text(look(student, "/progress/")).replace("✓ ", "")


def test_too_little_time_for_the_exam_is_said(student: Client, learner: User, small: Make) -> None:
    for number in range(12):
        small(f"q{number}")
    template = small()
    for _ in range(5):
        answered(learner, template, duration_ms=500_000)
    choose(learner, exam_date=date(2026, 4, 6), daily_minutes=5)
    assert "That is not enough" in look(student, "/progress/")


# Languages, other learners, queries


def test_days_are_written_as_the_language_has_it() -> None:
    day = scheduling.day_of(date(2026, 11, 27))
    told = []
    for language in ("en", "ja"):
        with translation.override(language):
            told.append((written.day(day), written.full_day(day), written.month(day), written.weekday(day)))
    assert told == [("27 November", "27 November 2026", "Nov", "Fri"), ("11月27日", "2026年11月27日", "11月", "金")]


@pytest.mark.parametrize(("share", "said"), [(0, "0%"), (0.001, "1%"), (0.125, "12%"), (0.999, "99%"), (1, "100%")])
def test_nearly_all_is_not_all(share: float, said: str) -> None:
    assert written.percent(share) == said


def test_large_numbers_are_grouped() -> None:
    assert written.number(1234567) == "1,234,567"


def history(learner: User) -> None:
    """Something in every part of the page."""
    for number, slug in enumerate(("conv-output-size", "gap-vs-fc-parameters", "max-pool-matrix")):
        template = QuestionTemplate.objects.get(slug=slug)
        learned(learner, template)
        for days_ago in range(10):
            answered(learner, template, days_ago=days_ago, recall=0.9, score=float(days_ago != number))
    held(learner, "forgot-plus-one", met=2, rights=3)
    held(learner, "stride-ignored", closed_at=NOON)


@pytest.mark.parametrize("exam", [None, date(2026, 5, 1), date(2026, 1, 1), date(2028, 1, 1)])
def test_the_page_is_complete_in_both_languages(student: Client, learner: User, bank: None, exam: date | None) -> None:
    history(learner)
    choose(learner, exam_date=exam)
    check_languages(student, "/progress/", NAMES)


def test_the_invitation_is_complete_in_both_languages(client: Client) -> None:
    check_languages(client, "/progress/", NAMES)


def test_another_learners_data_is_nowhere(student: Client, learner: User, bank: None) -> None:
    device, _ = study.create_guest("other")
    learned(learner, QuestionTemplate.objects.get(slug="conv-output-size"))
    answered(learner, QuestionTemplate.objects.get(slug="conv-output-size"))
    before = {path: look(student, path) for path in ("/progress/", "/settings/", "/settings/delete/")}
    exported = b"".join(student.get("/progress/export.csv"))
    other = User.objects.get(id=device.user_id)
    history(other)
    choose(other, exam_date=date(2026, 5, 1), time_zone="Asia/Tokyo", daily_minutes=77)

    def without_token(page: str) -> str:
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)

    for path, page in before.items():
        assert without_token(look(student, path)) == without_token(page)
    assert b"".join(student.get("/progress/export.csv")) == exported


QUERIES = 10  # session, learner; six of the overview, whose learner is read again; two for names


def test_the_queries_do_not_grow_with_the_history(student: Client, learner: User, small: Make) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            look(student, "/progress/")
        assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)
        return len(captured)

    learned(learner, small())
    held(learner, "forgot-one")
    assert queries() == QUERIES
    for number in range(9):
        template = small(f"q{number}", topic=f"t{number % 4}")
        learned(learner, template)
        for days_ago in range(10):
            answered(learner, template, days_ago=days_ago, recall=0.9)
        held(learner, f"code-{number}")
    assert queries() == QUERIES


# Taking data along


@pytest.mark.parametrize(("ending", "kind"), [("json", "application/json"), ("csv", "text/csv; charset=utf-8")])
def test_an_export_is_a_private_download(student: Client, learner: User, small: Make, ending: str, kind: str) -> None:
    answered(learner, small())
    response: Any = student.get(f"/progress/export.{ending}")
    assert response.status_code == 200
    assert response["Content-Type"] == kind
    assert response["Content-Disposition"] == f'attachment; filename="cnn-study-2026-04-01.{ending}"'
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert response["X-Content-Type-Options"] == "nosniff"
    content = b"".join(response).decode()
    if ending == "json":
        assert json.loads(content)["profile"]["id"] == str(learner.id)
        assert len(json.loads(content)["attempts"]) == 1
    else:
        (row,) = csv.DictReader(content.removeprefix("\ufeff").splitlines())
        assert row["id"] == str(Attempt.objects.get().id)


@pytest.mark.parametrize("ending", ["json", "csv"])
def test_there_is_nothing_to_export_for_a_stranger(client: Client, db: None, ending: str) -> None:
    response = client.get(f"/progress/export.{ending}")
    assert (response.status_code, response["Location"]) == (302, "/progress/")


def test_progress_is_looked_at_and_not_posted(student: Client) -> None:
    for path in ("/progress/", "/progress/export.json", "/progress/export.csv"):
        assert student.post(path).status_code == 405
    assert "no-store" in student.get("/progress/")["Cache-Control"]


def test_the_learners_day_decides_what_today_is(
    student: Client, learner: User, small: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(learner, small())
    choose(learner, time_zone="Asia/Tokyo")
    monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(hours=15))  # 03:00 in Japan: still yesterday
    assert "<title>1 April: 1</title>" in look(student, "/progress/")
    assert "Days 1/7" in text(look(student, "/progress/"))
