"""The syllabus in the admin: read, edited, put in order, merged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes import authoring
from quizzes.models import QuestionTemplate, Topic, User
from tests.admin.conftest import Staff, signed_in
from tests.quizzes.sources import sum_source

Make = Callable[..., QuestionTemplate]
LIST = "/admin/quizzes/topic/"
WORDS = {
    "title_ja": "和", "title_en": "Sums", "text_ja": "**足し算**です。$a + b$\r\n", "text_en": "Adding *up*.\r\n",
    "formula_ja": r"\frac{a}{b}", "formula_en": r"\frac{a}{b}",
}  # fmt: skip


@pytest.fixture
def editor(staff: Staff) -> Client:
    return signed_in(staff("editor"))


@pytest.fixture
def author(staff: Staff) -> Client:
    return signed_in(staff("author"))


@pytest.fixture
def three(small: Make) -> None:
    """Three topics in this order; ``products`` needs ``sums``."""
    for slug, of_topic in (("a", "sums"), ("b", "products"), ("c", "powers")):
        small(slug, topic=of_topic)
    topic("products").requires.add(topic("sums"))


def topic(slug: str = "sums") -> Topic:
    return Topic.objects.get(slug=slug)


def url(name: str, slug: str = "sums") -> str:
    return reverse(f"admin:{name}", args=[topic(slug).id])


def order() -> list[str]:
    return list(Topic.objects.order_by("position").values_list("slug", flat=True))


def told(response: Any) -> str:
    assert response.status_code == 200, response
    return str(response.content.decode())


def move(client: Client, slug: str, place: str) -> str:
    return told(client.post(url("move_topic", slug), {"place": place}, follow=True))


def merge(client: Client, old: str, new: str) -> str:
    return told(client.post(url("merge_topic", old), {"into": new}, follow=True))


@pytest.mark.usefixtures("three")
def test_who_gets_where(staff: Staff, author: Client, editor: Client, learner: User) -> None:
    page = url("quizzes_topic_change")
    for path in (LIST, page, f"{LIST}add/"):
        for client in (Client(), signed_in(learner)):
            response = client.get(path)
            assert (response.status_code, "login" in response.headers.get("Location", "")) == (302, True), path
        assert signed_in(staff("administrator", email=f"{len(path)}@example.org")).get(path).status_code == 403
        assert editor.get(path).status_code == 200
    assert [author.get(path).status_code for path in (LIST, page, f"{LIST}add/")] == [200, 200, 403]
    assert author.post(f"{LIST}add/", WORDS | {"slug": "x"}).status_code == 403
    for name in ("quizzes_topic_change", "move_topic", "quizzes_topic_delete", "merge_topic"):
        assert author.post(url(name), WORDS | {"place": "down", "into": "powers"}).status_code == 403
    assert "<textarea" not in told(author.get(page))
    assert order() == ["sums", "products", "powers"]


@pytest.mark.usefixtures("three")
def test_the_list_has_the_order_what_is_published_and_what_is_needed(editor: Client) -> None:
    authoring.append(sum_source("new", topic="sums"))
    rows = editor.get(LIST).context["topics"]
    found = [
        (row.slug, row.published, row.templates_in_all, [one.slug for one in row.requires.all()]) for row in rows
    ]  # fmt: skip
    assert found == [("sums", 1, 2, []), ("products", 1, 1, ["sums"]), ("powers", 1, 1, [])]


@pytest.mark.usefixtures("three")
def test_an_editor_writes_a_topic_and_sees_it_as_learners_will(editor: Client) -> None:
    page = url("quizzes_topic_change", "products")
    filled = WORDS | {"requires": [str(topic("sums").id)], "example": str(QuestionTemplate.objects.get(slug="b").id)}
    shown = told(editor.post(page, filled | {"do": "preview"}))
    assert "<strong>足し算</strong>" in shown
    assert "<mfrac>" in shown
    assert topic("products").text_ja == ""
    assert editor.post(page, filled).headers["Location"] == page
    row = topic("products")
    assert (row.text_ja, row.title_en, row.formula_ja) == ("**足し算**です。$a + b$\n", "Sums", r"\frac{a}{b}")
    assert row.example == QuestionTemplate.objects.get(slug="b")
    assert [one.slug for one in row.requires.all()] == ["sums"]
    assert "<strong>足し算</strong>" in told(Client().get("/topics/products/", headers={"Accept-Language": "ja"}))


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title_ja", " ", "required"),
        ("title_en", "x" * 121, "at most 120"),
        ("text_ja", "  \r\n", "required"),
        ("text_en", "There is {{a}} here", "a topic has no values"),
        ("text_en", "$\\nonsense$", ""),
        ("formula_ja", "\\nonsense", ""),
        ("formula_en", "", "The formula stands in both languages, or in none."),
    ],
)
def test_what_cannot_be_shown_is_refused_at_its_field(editor: Client, field: str, value: str, message: str) -> None:
    page = url("quizzes_topic_change")
    response = told(editor.post(page, WORDS | {field: value}))
    assert f'id="id_{field}_error"' in response
    assert message in response
    assert "Adding *up*" in response or field == "text_en"  # nothing that was typed is lost
    assert topic().title_en == "sums"
    assert "<mfrac>" not in told(editor.post(page, WORDS | {field: value, "do": "preview"})) or "formula" in message


@pytest.mark.usefixtures("three")
def test_what_stands_later_or_belongs_elsewhere_is_refused(editor: Client) -> None:
    page = url("quizzes_topic_change")
    later = told(editor.post(page, WORDS | {"requires": [str(topic("products").id)]}))
    assert "It would stand before what it needs: products." in later
    itself = editor.post(page, WORDS | {"requires": [str(topic().id)]})
    assert itself.context["form"].errors.keys() == {"requires"}
    elsewhere = editor.post(page, WORDS | {"example": str(QuestionTemplate.objects.get(slug="b").id)})
    assert elsewhere.context["form"].errors.keys() == {"example"}
    unknown = editor.post(page, WORDS | {"requires": ["nonsense"], "example": "nonsense"})
    assert unknown.context["form"].errors.keys() == {"requires", "example"}
    assert not topic().requires.exists()
    assert topic().title_en == "sums"


@pytest.mark.usefixtures("three")
def test_a_new_topic_comes_last(editor: Client) -> None:
    taken = told(editor.post(f"{LIST}add/", WORDS | {"slug": "powers"}))
    assert "There is a topic of this name already." in taken
    assert "Adding *up*" in taken
    assert "errornote" in told(editor.post(f"{LIST}add/", WORDS | {"slug": "No Slug"}))
    assert "<mfrac>" in told(editor.post(f"{LIST}add/", WORDS | {"slug": "roots", "do": "preview"}))
    assert order() == ["sums", "products", "powers"]
    response = editor.post(f"{LIST}add/", WORDS | {"slug": "roots", "requires": [str(topic("powers").id)]})
    assert response.headers["Location"] == url("quizzes_topic_change", "roots")
    assert order() == ["sums", "products", "powers", "roots"]
    assert topic("roots").loaded is None


@pytest.mark.usefixtures("three")
def test_topics_move_as_far_as_what_they_need_allows(editor: Client) -> None:
    assert "powers was moved." in move(editor, "powers", "1")
    assert order() == ["powers", "sums", "products"]
    move(editor, "powers", "down")
    assert order() == ["sums", "powers", "products"]
    for slug, place in (("products", "1"), ("sums", "3")):
        assert "products would stand before what it needs: sums." in move(editor, slug, place)
    move(editor, "sums", "up")
    move(editor, "products", "down")
    move(editor, "powers", "nonsense")
    move(editor, "powers", "99999999999")
    assert order() == ["sums", "powers", "products"]
    move(editor, "powers", "99999")
    assert order() == ["sums", "products", "powers"]


@pytest.mark.usefixtures("three")
def test_only_what_nothing_uses_is_deleted(editor: Client) -> None:
    refused = told(editor.post(url("quizzes_topic_delete"), follow=True))
    assert "Templates are in this topic: a." in refused
    assert "Topics need it: products." in refused
    editor.post(f"{LIST}add/", WORDS | {"slug": "roots"})
    authoring.append(sum_source("a", topic="roots"))  # a draft only
    assert "Templates are in this topic: a." in told(editor.post(url("quizzes_topic_delete", "roots"), follow=True))
    authoring.append(sum_source("a", topic="sums", words="x"))
    assert "was deleted" in told(editor.post(url("quizzes_topic_delete", "roots"), follow=True))
    assert order() == ["sums", "products", "powers"]


@pytest.mark.usefixtures("three")
def test_a_merge_is_told_first_and_then_done(editor: Client) -> None:
    old = QuestionTemplate.objects.get(slug="a")
    first = old.current
    assert first is not None
    first.proof = {"problems": []}
    first.save()
    draft, _ = authoring.append(sum_source("a", topic="sums", words="A draft: "))
    elsewhere, _ = authoring.append(sum_source("c", topic="powers", words="A draft in another topic: "))
    plan = told(editor.get(url("merge_topic"), {"into": "powers"}))
    assert "It would have to stand after" not in plan
    assert "becomes a new draft version" in plan
    assert order() == ["sums", "products", "powers"]
    assert "was merged into powers" in merge(editor, "sums", "powers")
    assert order() == ["powers", "products"]  # no later than what needs it
    assert [one.slug for one in topic("products").requires.all()] == ["powers"]
    old.refresh_from_db()
    published, newest = old.versions.filter(number__gt=draft.number).order_by("number")
    assert (old.topic, old.current) == (topic("powers"), published)
    assert published.source == first.source.replace('"sums"', '"powers"')
    assert newest.source == draft.source.replace('"sums"', '"powers"')
    assert published.proof == {"problems": []}
    assert QuestionTemplate.objects.get(slug="c").versions.latest("number") == elsewhere
    assert Client().get("/topics/powers/").status_code == 200


@pytest.mark.usefixtures("three")
def test_topics_are_not_merged_where_they_would_need_each_other(editor: Client) -> None:
    topic("powers").requires.add(topic("products"))
    assert "It would have to stand after" in merge(editor, "powers", "sums")
    assert "cannot be merged into itself" in merge(editor, "sums", "sums")
    assert order() == ["sums", "products", "powers"]
    assert editor.post(url("merge_topic"), {"into": "nothing"}).status_code == 404
    merge(editor, "products", "sums")  # which it needs itself
    assert order() == ["sums", "powers"]
    assert [one.slug for one in topic("powers").requires.all()] == ["sums"]


@pytest.mark.usefixtures("three")
def test_a_published_text_moves_and_a_newer_draft_of_another_topic_stays_the_newest(editor: Client) -> None:
    draft, _ = authoring.append(sum_source("a", topic="powers"))
    merge(editor, "sums", "powers")
    row = QuestionTemplate.objects.get(slug="a")
    assert row.current is not None
    assert row.current.source == sum_source("a", topic="powers")
    assert row.versions.latest("number").source == draft.source


@pytest.mark.usefixtures("three")
def test_archived_templates_and_drafts_come_along(editor: Client) -> None:
    authoring.archive(QuestionTemplate.objects.get(slug="a"))
    authoring.append(sum_source("only-a-draft", topic="sums"))
    merge(editor, "sums", "powers")
    rows = QuestionTemplate.objects.filter(slug__in=["a", "only-a-draft"])
    assert {(row.topic.slug, row.current) for row in rows} == {("powers", None)}


@pytest.mark.usefixtures("bank")
def test_the_bank_is_unedited_until_somebody_edits_it(editor: Client, django_assert_max_num_queries: Any) -> None:
    page = url("quizzes_topic_change", "stride")
    assert "Edited here" not in told(editor.get(page))
    form = editor.get(page).context["form"]
    filled = {name: form.initial[name] for name in WORDS}
    filled = {name: text.replace("\n", "\r\n") for name, text in filled.items()}
    filled |= {"requires": [str(one.id) for one in form.initial["requires"]]}
    filled |= {"example": str(form.initial["example"].id)}
    editor.post(page, filled)
    assert "Edited here" not in told(editor.get(page))  # saved as it was
    editor.post(page, filled | {"title_ja": "歩幅", "requires": []})
    shown = told(editor.get(page))
    assert shown.count("The bank says:") == 2
    assert "ストライド" in shown
    with django_assert_max_num_queries(9):
        editor.get(LIST)


@pytest.mark.usefixtures("bank")
def test_topics_of_the_bank_merge(editor: Client) -> None:
    names = set(topic("gap").templates.values_list("slug", flat=True))
    plan = told(editor.get(url("merge_topic", "gap"), {"into": "max-mean"}))
    assert all(name in plan for name in names)
    assert "was merged into max-mean" in merge(editor, "gap", "max-mean")
    assert names <= set(topic("max-mean").templates.filter(current__isnull=False).values_list("slug", flat=True))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_another_editor_has_saved_meanwhile_is_shown_first(editor: Client, small: Make, language: str) -> None:
    for slug, of_topic in (("a", "sums"), ("b", "products")):
        small(slug, topic=of_topic)
    page, spoken = url("quizzes_topic_change", "products"), {"accept-language": language}
    stood = editor.get(page).context["form"]["stood"].value()
    mine = {**WORDS, "title_en": "Mine", "requires": str(topic("sums").id)}
    example = QuestionTemplate.objects.get(slug="b")
    theirs = {**WORDS, "title_en": "Theirs", "example": str(example.id)}
    assert editor.post(page, {**theirs, "stood": stood}).status_code == 302
    answer = editor.post(page, {**mine, "stood": stood}, headers=spoken)
    shown = told(answer)
    assert topic("products").title_en == "Theirs"
    assert ("もう一度保存すると" if language == "ja" else "Save again to replace it") in shown
    assert [text for _, text in answer.context["theirs"]] == ["Theirs", "", "b"]
    form = answer.context["form"]  # nothing that was typed is lost
    assert (form["title_en"].value(), form["requires"].value()) == ("Mine", [str(topic("sums").id)])
    assert editor.post(page, {**mine, "stood": form["stood"].value()}).status_code == 302
    assert (topic("products").title_en, topic("products").example) == ("Mine", None)


def test_a_topic_that_was_only_moved_or_not_changed_is_no_conflict(editor: Client, small: Make) -> None:
    for slug in ("sums", "products"):
        small(slug, topic=slug)
    page = url("quizzes_topic_change")
    stood = editor.get(page).context["form"]["stood"].value()
    move(editor, "products", "up")
    assert editor.post(page, {**WORDS, "stood": stood}).status_code == 302
    again = editor.get(page).context["form"]["stood"].value()
    assert editor.post(page, {**WORDS, "stood": again}).status_code == 302
    assert editor.post(page, {**WORDS, "stood": again}).status_code == 302


def test_a_topic_is_headed_by_its_title_in_the_readers_language(editor: Client, small: Make) -> None:
    small("sum")
    Topic.objects.update(title_ja="和", title_en="Sums")
    for language, title, other in (("en", "Sums", "ja"), ("ja", "和", "en")):
        answer = editor.get(url("quizzes_topic_change"), headers={"accept-language": language})
        assert answer.context["title"] == title
        assert f'<span lang="{other}">' in told(answer)
