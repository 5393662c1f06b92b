"""The catalogue of misconceptions in the admin: read, edited, merged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes import authoring, study
from quizzes.models import Belief, Misconception, Publication, QuestionTemplate, User
from tests.admin.conftest import Staff, signed_in
from tests.quizzes.answers import ask_and_answer
from tests.quizzes.sources import sum_source

Make = Callable[..., QuestionTemplate]
LIST = "/admin/quizzes/misconception/"
WORDS = {
    "title_ja": "和を忘れた", "title_en": "The sum was forgotten", "wrong_ja": "足していません。",
    "wrong_en": "Nothing was added.", "remedy_ja": "足しましょう。", "remedy_en": "Add it.",
}  # fmt: skip
BOTH = """
schema = 1
slug = "both"
topic = "sums"
level = 1
source = "the tests"
title = { ja = "和", en = "Sum" }
stem = { ja = "{{a}}に2を足すと？", en = "What is {{a}} + 2?" }
parameters = { a = { integers = [1, 500] } }
answers = [{ name = "s", type = "integer", value = "a + 2", label = { ja = "和", en = "Sum" } }]
misconceptions = [{ code = "forgot-one", value = "a + 1" }, { code = "forgot-two", value = "a" }]
solution = { text = { ja = "足します。", en = "Add." } }
"""


@pytest.fixture
def editor(staff: Staff) -> Client:
    return signed_in(staff("editor"))


@pytest.fixture
def author(staff: Staff) -> Client:
    return signed_in(staff("author"))


def rule(code: str = "forgot-one") -> Misconception:
    return Misconception.objects.get(code=code)


def url(name: str, code: str = "forgot-one") -> str:
    return reverse(f"admin:{name}", args=[rule(code).id])


def told(response: Any) -> str:
    assert response.status_code == 200, response
    return str(response.content.decode())


def merge(client: Client, old: str, new: str) -> Any:
    return client.post(url("merge_misconception", old), {"into": new}, follow=True)


ADDRESSES = ("quizzes_misconception_change", "quizzes_misconception_delete", "merge_misconception")


def test_who_gets_where(small: Make, staff: Staff, author: Client, editor: Client, learner: User) -> None:
    small("a")
    page = url("quizzes_misconception_change")
    for path in (LIST, page, f"{LIST}add/", reverse("admin:merge_beliefs")):
        for client in (Client(), signed_in(learner)):
            response = client.get(path)
            assert (response.status_code, "login" in response.headers.get("Location", "")) == (302, True), path
        assert signed_in(staff("administrator", email=f"{len(path)}@example.org")).get(path).status_code == 403
        assert editor.get(path).status_code == 200
    assert [author.get(path).status_code for path in (LIST, page, f"{LIST}add/")] == [200] * 3
    assert author.get(reverse("admin:merge_beliefs")).status_code == 403
    for name in ADDRESSES:
        assert author.post(url(name), WORDS | {"into": "forgot-two"}).status_code == 403
    assert "<textarea" not in told(author.get(page))
    assert rule().title_ja == "…"


def test_an_author_adds_one_and_a_template_can_name_it(small: Make, author: Client) -> None:
    small("a")
    taken = told(author.post(f"{LIST}add/", WORDS | {"code": "forgot-two"}))
    assert "There is a misconception of this code already." in taken
    assert WORDS["wrong_ja"] in taken  # nothing that was typed is lost
    for code in ("Not a code", "-x", "x\n"):
        assert "errornote" in told(author.post(f"{LIST}add/", WORDS | {"code": code + "_"}))
    missing = told(author.post(f"{LIST}add/", WORDS | {"code": "new-one", "remedy_en": "  \r\n "}))
    assert 'id="id_remedy_en_error"' in missing
    shown = told(author.post(f"{LIST}add/", WORDS | {"code": "new-one", "do": "preview"}))
    assert "Nothing was added. Add it." in shown
    assert not Misconception.objects.filter(code="new-one").exists()
    response = author.post(f"{LIST}add/", WORDS | {"code": "new-one"})
    assert response.headers["Location"] == url("quizzes_misconception_change", "new-one")
    assert {name: getattr(rule("new-one"), name) for name in WORDS} == WORDS
    authoring.publish(sum_source("b", code="new-one"))


def test_an_editor_edits_words_and_sees_what_the_bank_says(small: Make, editor: Client) -> None:
    small("a")
    Misconception.objects.filter(code="forgot-one").update(loaded=dict.fromkeys(WORDS, "…"))
    page = url("quizzes_misconception_change")
    assert "Edited here" not in told(editor.get(page))
    assert editor.post(page, WORDS | {"code": "another"}).status_code == 302
    assert {name: getattr(rule(), name) for name in WORDS} == WORDS
    shown = told(editor.get(page))
    assert "Edited here" in shown
    assert shown.count("The bank says:") == len(WORDS)
    assert editor.get(page.replace(str(rule().id), "0" * 8 + str(rule().id)[8:])).status_code == 404


def test_words_with_several_lines_stay_as_they_were_typed(small: Make, editor: Client) -> None:
    small("a")
    editor.post(url("quizzes_misconception_change"), WORDS | {"wrong_ja": "\r\n一行\r\n二行 <b>\r\n"})
    assert rule().wrong_ja == "\n一行\n二行 <b>\n"
    assert "&lt;b&gt;" in told(editor.get(url("quizzes_misconception_change")))


def test_the_list_searches_and_tells_who_uses_and_holds_it(small: Make, editor: Client, learner: User) -> None:
    small("a")
    Misconception.objects.filter(code="forgot-two").update(title_ja="二を忘れた")
    ask_and_answer(learner.id, "a", "forgot-one")
    rows = editor.get(LIST).context["rules"]
    assert [(row.code, row.used, held) for row, held in rows] == [("forgot-one", 1, 1), ("forgot-two", 0, 0)]

    def found(**query: str) -> list[str]:
        return [row.code for row, _ in editor.get(LIST, query).context["rules"]]

    assert found(q="二を") == ["forgot-two"]
    assert found(q="ONE") == ["forgot-one"]
    assert found(show="unused") == ["forgot-two"]
    assert found(show="held") == ["forgot-one"]
    assert found(show="nonsense") == ["forgot-one", "forgot-two"]
    assert "There is none of this kind." in told(editor.get(LIST, {"q": "%_'"}))


def test_where_it_is_used_stands_with_the_formula(small: Make, editor: Client) -> None:
    template = small("a")
    authoring.append(sum_source("a", words="A draft: "))
    page = told(editor.get(url("quizzes_misconception_change")))
    assert page.count('<code class="formula-text">s = a</code>') == 2  # published, and the newest
    assert reverse("admin:quizzes_questiontemplate_change", args=[template.id]) in page
    assert "No template names it at present." in told(editor.get(url("quizzes_misconception_change", "forgot-two")))


def test_only_what_was_never_used_is_deleted(small: Make, editor: Client) -> None:
    small("a")
    authoring.publish(sum_source("a", code="forgot-two"))  # an old version names the other still
    assert "Versions of templates name it" in told(editor.post(url("quizzes_misconception_delete"), follow=True))
    Misconception.objects.create(code="forgot", **WORDS)  # its code is a part of others'
    assert "was deleted" in told(editor.post(url("quizzes_misconception_delete", "forgot"), follow=True))
    assert not Misconception.objects.filter(code="forgot").exists()
    assert Misconception.objects.count() == 2


def test_a_merge_is_told_first_and_then_done(small: Make, editor: Client, learner: User) -> None:
    template = small("a")
    first = template.current
    assert first is not None
    first.proof = {"problems": [], "yields": {"forgot-one": 1.0}}
    first.save()
    ask_and_answer(learner.id, "a", "forgot-one")
    draft, _ = authoring.append(sum_source("a", words="A draft: "))
    plan = told(editor.get(url("merge_misconception"), {"into": "forgot-two"}))
    assert "A new version is published." in plan
    assert "becomes a new draft version" in plan
    assert rule().merged_into is None
    page = told(merge(editor, "forgot-one", "forgot-two"))
    assert rule().merged_into == rule("forgot-two")
    assert "Learners left: 1" in page
    assert "up to date" in told(editor.post(reverse("admin:merge_beliefs"), follow=True))
    assert Belief.objects.get(learner=learner, met=1).code == "forgot-two"
    template.refresh_from_db()
    published, newest = template.versions.filter(number__gt=draft.number).order_by("number")
    assert (template.current, newest.number) == (published, 4)
    assert published.source == first.source.replace("forgot-one", "forgot-two")
    assert newest.source == draft.source.replace("forgot-one", "forgot-two")
    assert published.proof == {"problems": [], "yields": {"forgot-two": 1.0}}
    assert newest.proof is None
    assert published.note == "forgot-one → forgot-two"
    assert Publication.objects.filter(version=published, by__email="editor@example.org").exists()
    assert [one.code for one in template.misconceptions.all()] == ["forgot-two"]
    assert "It was merged." in told(editor.get(url("quizzes_misconception_change")))


def test_what_stands_with_the_other_in_a_template_is_not_merged(small: Make, editor: Client) -> None:
    small("a")
    authoring.publish(BOTH)
    refused = told(merge(editor, "forgot-one", "forgot-two"))
    assert "Both stand in these templates: both." in refused
    assert rule().merged_into is None
    assert QuestionTemplate.objects.get(slug="a").versions.count() == 1  # all or nothing


def test_merges_follow_each_other_but_not_in_a_circle(small: Make, editor: Client, learner: User) -> None:
    small("a")
    Misconception.objects.create(code="forgot-three", **WORDS)
    ask_and_answer(learner.id, "a", "forgot-one")
    merge(editor, "forgot-one", "forgot-two")
    merge(editor, "forgot-two", "forgot-three")
    assert {one.merged_into for one in map(rule, ("forgot-one", "forgot-two"))} == {rule("forgot-three")}
    assert "was merged into forgot-three already" in told(merge(editor, "forgot-three", "forgot-one"))
    assert "was merged into forgot-three already" in told(merge(editor, "forgot-one", "forgot-three"))
    assert "cannot be merged into itself" in told(merge(editor, "forgot-three", "forgot-three"))
    assert rule("forgot-three").merged_into is None
    study.merge_beliefs()
    assert Belief.objects.get(learner=learner, met=1).code == "forgot-three"
    assert authoring.misconception_uses(rule("forgot-three"))[-1].endswith("forgot-one, forgot-two.")


def test_a_text_that_names_the_old_one_counts_for_the_other(small: Make, editor: Client) -> None:
    small("a")
    merge(editor, "forgot-one", "forgot-two")
    version, _ = authoring.publish(sum_source("b", code="forgot-one"))
    assert [one.code for one in version.template.misconceptions.all()] == ["forgot-two"]


@pytest.mark.usefixtures("bank")
def test_the_list_takes_as_many_queries_for_the_whole_bank(editor: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(9):
        editor.get(LIST)


def test_what_another_editor_has_saved_meanwhile_is_shown_first(editor: Client, small: Make) -> None:
    small("sum")
    page = url("quizzes_misconception_change")
    stood = editor.get(page).context["form"]["stood"].value()
    assert editor.post(page, {**WORDS, "title_en": "Theirs", "stood": stood}).status_code == 302
    answer = editor.post(page, {**WORDS, "title_en": "Mine", "stood": stood}, headers={"accept-language": "en"})
    assert "Save again to replace it" in told(answer)
    assert [text for _, text in answer.context["theirs"]] == ["Theirs"]
    assert rule().title_en == "Theirs"
    assert editor.post(page, {**WORDS, "title_en": "Mine", "stood": answer.context["form"]["stood"].value()})
    assert rule().title_en == "Mine"
