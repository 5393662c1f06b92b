"""Banks go out and come in again, and nothing is written that nobody wanted."""

from __future__ import annotations

import io
import json
import re
import struct
import tomllib
import warnings
import zipfile
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from quizzes.authoring import append, archive, importing, load_bank, publish, uploads
from quizzes.authoring.exporting import MANIFEST, export_bank, pack
from quizzes.authoring.uploads import UploadError, unpack
from quizzes.models import Draft, Misconception, Publication, QuestionTemplate, TemplateVersion, Topic, User
from quizzes.questions import split
from quizzes.questions.catalogue import MisconceptionEntry, TopicEntry, read_bank, read_misconceptions, read_topics
from quizzes.questions.writing import flashcard_files, misconceptions_file, string, topics_file
from tests.admin.conftest import Staff, signed_in
from tests.quizzes.sources import card_source, sum_source

Make = Callable[..., QuestionTemplate]

IMPORT, EXPORT, ZIP = "/admin/quizzes/import/", "/admin/quizzes/export/", "/admin/quizzes/export/bank.zip"
REPORT, CONFIRM, CONTINUE = f"{IMPORT}report/", f"{IMPORT}confirm/", f"{IMPORT}continue/"


@pytest.fixture(autouse=True)
def state(settings: Any, tmp_path: Path) -> Path:
    """Uploads are kept in a folder of the test."""
    settings.STATE_DIR = tmp_path
    return tmp_path


def written() -> list[Any]:
    """All content but for how it was loaded."""
    tables = (Topic, Misconception, QuestionTemplate, TemplateVersion, Publication, Draft, Topic.requires.through)
    rows = [list(table.objects.order_by("pk").values()) for table in tables]
    for row in rows[0] + rows[1]:
        row.pop("loaded")
    return rows


def unpacked(data: bytes, folder: Path) -> Path:
    zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
    return folder


def clean(slug: str, **others: Any) -> str:
    """A question in which the lint finds no error."""
    source = sum_source(slug, value="b", **others)
    source = source.replace("parameters =", 'derived = { b = "a + 1" }\nparameters =')
    return source.replace("足します。", "足して{{b}}です。").replace("Add 1 to {{a}}.", "Add 1 to {{a}}: {{b}}.")


def files(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive_:
        return {name: archive_.read(name).decode() for name in archive_.namelist()}


# Writing files


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=30) | st.sampled_from(
    ["'''", "a\n'''b", "ends with '\n'", "\\frac{1}{2}", 'say "x"', "two\nlines\n", "\n\nlate", "\t", "\x00\x7f"]
)
WORDS = TEXT.map(lambda text: f"x{text}")
BOTH = st.fixed_dictionaries({"ja": WORDS, "en": WORDS})


@given(text=TEXT)
def test_every_string_comes_back(text: str) -> None:
    assert tomllib.loads(f"a = {string(text)}\n") == {"a": text}


@given(title=BOTH, wrong=BOTH, remedy=BOTH)
def test_misconceptions_come_back(title: Any, wrong: Any, remedy: Any) -> None:
    entries = (MisconceptionEntry("one", title, wrong, remedy), MisconceptionEntry("two", wrong, title, remedy))
    assert read_misconceptions(misconceptions_file(entries)) == entries
    assert read_misconceptions(misconceptions_file([])) == ()


def test_topics_come_back() -> None:
    words: Any = {"ja": "文\n章\n", "en": "Text\nmore"}
    none: Any = {"ja": "", "en": ""}
    formula: Any = {"ja": r"\frac{1}{2}", "en": "x"}
    entries = (TopicEntry("one", words, (), none, none, ""), TopicEntry("two", words, ("one",), words, formula, "sum"))
    assert read_topics(topics_file(entries)) == entries
    assert read_topics(topics_file([])) == ()


def test_flashcards_go_into_one_file_and_come_back_to_the_letter() -> None:
    (loose,) = split(card_source("loose"))
    head = 'schema = 1\ntopic = "sums"\n\n'
    words = 'front = {{ ja = "表", en = "Front" }}\nback = {{ ja = "裏", en = "b" }}\n'
    body = '[[flashcards]]\nslug = "{}"\nsource = "s"\n' + words
    cards = [head + body.format("one"), head + body.format("two"), loose, (head + body.format("own")).rstrip()]
    inline = head.strip() + '\nflashcards = [{ slug = "in", source = "s", front = { ja = "a", en = "b" } }]\n'
    held = flashcard_files([*cards, inline])
    assert len(held) == 4
    assert sorted(part for file in held for part in split(file)) == sorted([*cards, inline])


# Out


@pytest.mark.usefixtures("bank")
def test_the_real_bank_goes_out_as_it_came_in(tmp_path: Path) -> None:
    data = export_bank()
    assert data == export_bank()
    bank, again = read_bank(), read_bank(unpacked(data, tmp_path))
    assert again.topics == bank.topics
    assert sorted(again.misconceptions, key=str) == sorted(bank.misconceptions, key=str)
    assert sorted(source for _, source in again.sources) == sorted(source for _, source in bank.sources)
    before = written()
    report = load_bank(again)
    assert (report.created, report.updated, report.diverged) == ([], [], [])
    assert written() == before


def edited(small: Make) -> None:
    """A database in which much was done since it was loaded."""
    small("plain")
    small("card", kind="flashcard")
    small("edited", topic="others")
    publish(sum_source("edited", topic="others", words="mine: "))
    small("moved")
    publish(sum_source("moved", topic="others"))
    small("gone")
    archive(QuestionTemplate.objects.get(slug="gone"))
    small("begun")
    append(sum_source("begun", words="later: "))
    append(sum_source("draft", code="forgot-two"))
    Topic.objects.filter(slug="sums").update(
        text_ja="文\n", text_en="Text", example=QuestionTemplate.objects.get(slug="gone")
    )
    Topic.objects.filter(slug="others").update(example=QuestionTemplate.objects.get(slug="edited"))
    Topic.objects.get(slug="others").requires.set([Topic.objects.get(slug="sums")])
    Misconception.objects.filter(code="forgot-two").update(
        merged_into=Misconception.objects.get(code="forgot-one"), title_ja="''' \\"
    )


@pytest.mark.parametrize("which", ["published", "newest"])
def test_what_goes_out_and_is_loaded_again_changes_nothing(small: Make, which: Any, tmp_path: Path) -> None:
    edited(small)
    before = written()
    bank = read_bank(unpacked(export_bank(which), tmp_path))
    for _ in range(2):
        report = load_bank(bank)
        assert (report.created, report.updated) == ([], [])
        assert written() == before


def content() -> tuple[Any, ...]:
    topics = [
        (row.slug, row.title_ja, row.text_ja, row.text_en, row.formula_ja, {one.slug for one in row.requires.all()})
        for row in Topic.objects.all()
    ]
    published = {row.slug: row.current.source for row in QuestionTemplate.objects.all() if row.current}
    rules = {row.code: (row.title_ja, row.wrong_en) for row in Misconception.objects.filter(merged_into=None)}
    return topics, published, rules


def test_an_empty_database_becomes_the_same(small: Make, tmp_path: Path) -> None:
    edited(small)
    held, bank = content(), read_bank(unpacked(export_bank(), tmp_path))
    Topic.objects.update(example=None)
    QuestionTemplate.objects.update(current=None)
    QuestionTemplate.objects.all().delete()
    Topic.objects.all().delete()
    Misconception.objects.filter(merged_into__isnull=False).delete()
    Misconception.objects.all().delete()
    load_bank(bank)
    assert content() == held
    example = Topic.objects.select_related("example").get(slug="others").example
    assert example is not None
    assert example.slug == "edited"


def test_a_choice_brings_along_what_it_needs(small: Make, staff: Staff, tmp_path: Path) -> None:
    edited(small)
    browser = signed_in(staff("author"))
    moved = QuestionTemplate.objects.get(slug="moved")
    answered = browser.get(ZIP, {"template": str(moved.id)})
    assert answered["Content-Disposition"] == 'attachment; filename="bank.zip"'
    bank = read_bank(unpacked(answered.content, tmp_path))
    assert [topic.slug for topic in bank.topics] == ["sums", "others"]
    assert [rule.code for rule in bank.misconceptions] == ["forgot-one"]
    assert sorted(where for where, _ in bank.sources) == ["questions/edited.toml", "questions/moved.toml"]
    names = files(browser.get(ZIP, {"topic": "others", "versions": "newest"}).content)
    assert {"questions/edited.toml", "questions/moved.toml"} <= set(names)
    names = files(browser.get(ZIP, {"versions": "newest"}).content)
    assert "later: " in names["questions/begun.toml"]
    assert "questions/draft.toml" in names
    assert "questions/gone.toml" not in names
    assert browser.get(ZIP, {"template": "nonsense"}).status_code == 404


def test_one_template_goes_out_as_a_file(small: Make, staff: Staff) -> None:
    template = small("sum")
    append(sum_source(words="later: "))
    browser = signed_in(staff("author"))
    address = reverse("admin:export_template", args=[template.id])
    answered = browser.get(address)
    assert answered.content.decode() == sum_source()
    assert answered["Content-Disposition"] == 'attachment; filename="sum.toml"'
    assert browser.get(address, {"version": "2"}).content.decode() == sum_source(words="later: ")
    for version in ("3", "x", "9" * 30):
        assert browser.get(address, {"version": version}).status_code == 404
    page = browser.get(EXPORT).content.decode()
    assert address in page


# In


def upload(browser: Client, *held: tuple[str, bytes | str]) -> Any:
    given_ = [SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data) for name, data in held]
    return browser.post(IMPORT, {"files": given_})


def report(browser: Client, *held: tuple[str, bytes | str]) -> tuple[str, dict[str, str], dict[tuple[str, str], str]]:
    """The report on these files: its page, what its form sends, and the outcome of each thing."""
    answered = upload(browser, *held)
    assert answered.status_code == 302, answered.content.decode()
    shown: Any = browser.get(answered["Location"])
    page = shown.content.decode()
    form = dict(re.findall(r'name="(upload|seal)" value="([^"]+)"', page))
    rows = [*shown.context["shown"], *shown.context["quiet"]]
    return page, form, {(row["where"], row["name"]): row["outcome"] for row in rows}


@pytest.mark.parametrize("role", ["author", "editor"])
def test_a_dry_run_writes_nothing_and_tells_everything(small: Make, staff: Staff, role: str) -> None:
    small("same")
    small("edited")
    small("behind")
    append(sum_source("behind", words="not published: "))
    archive(small("gone"))
    small("old")
    publish(sum_source("old", words="newer: "))
    before = written()
    page, _, told = report(
        signed_in(staff("author", role)),
        ("same.toml", sum_source("same")),
        ("edited.toml", sum_source("edited", words="again: ")),
        ("behind.toml", sum_source("behind", words="again: ")),
        ("gone.toml", sum_source("gone", words="again: ")),
        ("old.toml", sum_source("old")),
        ("new.toml", sum_source("new")),
        ("cards.toml", card_source("one") + card_source("two").partition("[[")[2].join(["[[", ""])),
        ("bad.toml", sum_source("bad", value="b + 1")),
        ("nowhere.toml", sum_source("nowhere", topic="nowhere", code="unheard-of")),
        ("twice.toml", sum_source("new", words="twice: ")),
        ("broken.toml", "schema = \n"),
        ("misconceptions.toml", misconceptions_file([])),
    )
    assert told == {
        ("same.toml", "same"): "unchanged",
        ("edited.toml", "edited"): "changed",
        ("behind.toml", "behind"): "diverged",
        ("gone.toml", "gone"): "diverged",
        ("old.toml", "old"): "older",
        ("new.toml", "new"): "new",
        ("cards.toml", "one"): "new",
        ("cards.toml", "two"): "new",
        ("bad.toml", "bad"): "error",
        ("nowhere.toml", "nowhere"): "error",
        ("twice.toml", "new"): "error",
        ("broken.toml", ""): "error",
    }
    for part in ("[unknown-topic]", "[unknown-misconception]", "[duplicate-slug]", "Line 1: not TOML"):
        assert part in page
    assert re.search(r"Line 10: <code>answers\S+</code>", page)
    assert written() == before


def test_an_author_saves_drafts_and_an_editor_may_publish(small: Make, staff: Staff) -> None:
    small("sum")
    held = ("sum.toml", sum_source(words="again: ")), ("new.toml", sum_source("new"))
    author = staff("author")
    browser = signed_in(author)
    _, form, _ = report(browser, *held)
    answered: Any = browser.post(CONFIRM, {**form, "publish": "1"}, follow=True)
    assert sorted(one["slug"] for one in answered.context["saved"]) == ["new", "sum"]
    version = TemplateVersion.objects.get(template__slug="sum", number=2)
    assert (version.origin, version.author, version.source) == ("import", author, sum_source(words="again: "))
    assert QuestionTemplate.objects.get(slug="new").current is None
    assert QuestionTemplate.objects.select_related("current").get(slug="sum").current.number == 1  # type: ignore[union-attr]
    browser = signed_in(staff("author", "editor"))
    _, form, told = report(
        browser, ("sum.toml", clean("sum", words="once more: ")), ("few.toml", sum_source("few", high=3))
    )
    assert told == {("few.toml", "few"): "new", ("sum.toml", "sum"): "diverged"}
    answered = browser.post(CONFIRM, {**form, "publish": "1", "diverged": "1"}, follow=True)
    assert [(one["slug"], one["published"]) for one in answered.context["saved"]] == [("few", False), ("sum", True)]
    assert "its proof found errors" in answered.content.decode()
    row = QuestionTemplate.objects.select_related("current").get(slug="sum")
    assert row.current is not None
    assert (row.current.source, row.current.proof is not None) == (clean("sum", words="once more: "), True)


def test_what_was_changed_on_both_sides_is_left_out_unless_it_is_wanted(small: Make, staff: Staff) -> None:
    small("sum")
    browser = signed_in(staff("author"))
    out = files(export_bank())
    publish(sum_source(words="mine: "))
    out["questions/sum.toml"] = sum_source(words="theirs: ")
    _, form, told = report(browser, ("bank.zip", pack(out)))
    assert told["questions/sum.toml", "sum"] == "diverged"
    browser.post(CONFIRM, form)
    assert TemplateVersion.objects.count() == 2
    out["questions/sum.toml"] = sum_source()
    _, _, told = report(browser, ("bank.zip", pack(out)))
    assert told["questions/sum.toml", "sum"] == "older"


def test_what_is_changed_between_report_and_decision_is_told(small: Make, staff: Staff) -> None:
    small("sum")
    browser = signed_in(staff("author"))
    _, form, _ = report(browser, ("sum.toml", sum_source(words="theirs: ")))
    append(sum_source(words="mine: "))
    answered = browser.post(CONFIRM, form, follow=True)
    assert "Something was changed here meanwhile" in answered.content.decode()
    assert TemplateVersion.objects.count() == 2


def catalogue(small: Make) -> dict[str, str]:
    """Files with a new topic, a changed one, one changed on both sides, and the same of misconceptions."""
    small("sum")
    small("other", topic="others")
    out = files(export_bank())
    Topic.objects.filter(slug="others").update(title_en="mine")
    out["topics.toml"] = (
        out["topics.toml"].replace('en = "others"', 'en = "theirs"').replace('en = "sums"', 'en = "Sums"')
        + '\n[[topics]]\nslug = "fresh"\nrequires = ["sums"]\ntitle = { ja = "新", en = "Fresh" }\nexample = "new"\n'
    )
    out["misconceptions.toml"] = out["misconceptions.toml"].replace('en = "…" }', 'en = "Words" }', 1) + (
        '\n[[misconceptions]]\ncode = "fresh-one"\ntitle = { ja = "新", en = "N" }\n'
        'wrong = { ja = "新", en = "N" }\nremedy = { ja = "新", en = "N" }\n'
    )
    out["questions/new.toml"] = clean("new", topic="fresh", code="fresh-one")
    return out


def test_topics_and_misconceptions_are_written_by_editors_only(small: Make, staff: Staff) -> None:
    out = catalogue(small)
    browser = signed_in(staff("author"))
    before = written()
    _, form, told = report(browser, ("bank.zip", pack(out)))
    assert told["topics.toml", "fresh"] == told["misconceptions.toml", "forgot-one"] == "refused"
    assert told["questions/new.toml", "new"] == "error"
    browser.post(CONFIRM, {**form, "diverged": "1"})
    assert written() == before
    browser = signed_in(staff("author", "editor"))
    _, form, told = report(browser, ("bank.zip", pack(out)))
    assert {slug: told["topics.toml", slug] for slug in ("fresh", "sums", "others")} == {
        "fresh": "new", "sums": "changed", "others": "diverged",
    }  # fmt: skip
    assert (told["misconceptions.toml", "forgot-one"], told["misconceptions.toml", "fresh-one"]) == ("changed", "new")
    browser.post(CONFIRM, {**form, "publish": "1"})
    row = Topic.objects.select_related("example").get(slug="fresh")
    assert [one.slug for one in row.requires.all()] == ["sums"]
    assert row.example is not None
    assert [one.slug for one in Topic.objects.all()] == ["sums", "others", "fresh"]
    assert Topic.objects.get(slug="sums").title_en == "Sums"
    assert Topic.objects.get(slug="others").title_en == "mine"
    assert Misconception.objects.get(code="forgot-one").title_en == "Words"
    assert QuestionTemplate.objects.get(slug="new").current is not None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("topics.toml", "topics = 1"),
        ("topics.toml", "topics = [1]"),
        ("topics.toml", '[[topics]]\nslug = "A b"\nrequires = []\ntitle = { ja = "a", en = "a" }'),
        ("topics.toml", '[[topics]]\nslug = "a"\nrequires = "x"\ntitle = { ja = "a", en = "a" }'),
        ("topics.toml", '[[topics]]\nslug = "a"\nrequires = ["x"]\ntitle = { ja = "a", en = "a" }'),
        ("topics.toml", f'[[topics]]\nslug = "a"\nrequires = []\ntitle = {{ ja = "a", en = "{"a" * 121}" }}'),
        ("misconceptions.toml", "[" * 5000),
        ("misconceptions.toml", ".".join("a" * 5000) + " = 1"),
        ("a.toml", ".".join("a" * 5000) + " = 1"),
        ("a.toml", "a = " + "[" * 30000),
    ],
)
def test_hostile_files_are_errors_of_the_report(staff: Staff, name: str, text: str) -> None:
    _, _, told = report(signed_in(staff("editor", "author")), (name, text))
    assert "error" in told.values()


def test_the_report_tells_problems_in_the_language_of_the_reader(small: Make, staff: Staff) -> None:
    small("sum")
    browser = signed_in(staff("editor", "author"))
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "ja"
    topic = '[[topics]]\nslug = "a"\nrequires = ["x"]\n'
    page, _, _ = report(
        browser,
        ("topics.toml", f'{topic}title = {{ ja = "a", en = "{"a" * 121}" }}'),
        ("one.toml", sum_source("new", topic="nowhere")),
        ("two.toml", sum_source("new").replace('"a + 1"', '"a + c"')),
        ("three.toml", "a = = 1"),
        ("four.toml", sum_source("other")),
        ("five.toml", sum_source("other")),
        ("six.toml", card_source("sum")),
    )
    page = unescape(page)
    for told in (
        "'nowhere' というトピックはありません。",
        "'c' という名前はありません（使える名前：a）。",
        "TOMLとして読めません：",
        "other はすでに five.toml にあります。",
        "sum という名前の問題がすでにあります。",
        "'x' というトピックはありません。",
        "120",
    ):
        assert told in page, told
    assert "Ensure this value" not in page
    assert "already" not in page


def test_it_goes_on_step_by_step(small: Make, staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    small("sum")
    monkeypatch.setattr(importing, "STEP_SECONDS", 0.0)
    monkeypatch.setattr(importing.take_step, "__kwdefaults__", {"seconds": 0.0})
    browser = signed_in(staff("author", "editor"))
    _, form, _ = report(browser, *((f"s{n}.toml", clean(f"s{n}")) for n in range(3)))
    answered: Any = browser.post(CONFIRM, {**form, "publish": "1"}, follow=True)
    for count in (1, 2, 3):
        assert answered.context["finished"] == count
        assert QuestionTemplate.objects.filter(slug__startswith="s", current__isnull=False).count() == count + 1
        assert ("Continue" in answered.content.decode()) == (count < 3)
        answered = browser.post(CONTINUE, {"upload": form["upload"]}, follow=True)
    before = written()
    browser.post(CONFIRM, form)
    browser.post(CONTINUE, {"upload": form["upload"]})
    assert written() == before


def test_an_upload_is_its_owners_alone(small: Make, staff: Staff) -> None:
    small("sum")
    _, form, _ = report(signed_in(staff("author")), ("new.toml", sum_source("new")))
    other = signed_in(staff("editor", "author"))
    assert other.get(REPORT, {"upload": form["upload"]}).status_code == 404
    for address in (CONFIRM, CONTINUE):
        assert other.post(address, form).status_code == 404
    for name in ("", "../../etc/passwd", "0" * 65):
        assert other.get(REPORT, {"upload": name}).status_code == 404
    assert not QuestionTemplate.objects.filter(slug="new").exists()


@pytest.mark.django_db
def test_few_uploads_are_kept(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    users = [User.objects.create_user(f"{n}@example.org", "x") for n in range(2)]
    names = [uploads.keep_upload(users[0].id, {"a.toml": ""}) for _ in range(7)]
    assert sum(uploads.kept_upload(users[0].id, name) is not None for name in names) == 5
    assert uploads.kept_upload(users[0].id, names[-1]) == {"a.toml": ""}
    monkeypatch.setattr(uploads, "KEPT_OF_ALL", 5)
    with pytest.raises(UploadError, match="full"):
        uploads.keep_upload(users[1].id, {"a.toml": ""})
    assert {file.suffix for file in (state / "uploads").iterdir()} == {".zip"}


# What is not taken


def zipped(*held: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive_:
        warnings.simplefilter("ignore")
        for name, data in held:
            archive_.writestr(name, data)
    return buffer.getvalue()


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("questions/a.toml")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def lying(size: int) -> bytes:
    """A zip whose headers say that the file is of another size."""
    data = bytearray(zipped(("a.toml", b"x" * 5000)))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + offset, size)
    return bytes(data)


def flagged(flag: int, name: str = "a.toml") -> bytes:
    data = bytearray(zipped((name, b"x = 1")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", data, data.index(signature) + offset, flag)
    return bytes(data)


BIG = b"x" * 1_000_000
HOSTILE: Mapping[str, tuple[list[tuple[str, bytes]], str]] = {
    "a bomb": ([("z.zip", zipped(("a.toml", b"x" * 9_000_000)))], "unpacked-too-large"),
    "many bombs": ([("z.zip", zipped(*((f"{n}/topics.toml", BIG) for n in range(9))))], "unpacked-too-large"),
    "a large file": ([("z.zip", zipped(("a.toml", b"x" * 65_537)))], "file-too-large"),
    "a large loose file": ([("a.toml", b"x" * 65_537)], "file-too-large"),
    "too many files": ([("z.zip", zipped(*((f"{n}.toml", b"") for n in range(1001)))) ], "too-many"),
    "a header that says less": ([("z.zip", lying(10))], "broken"),
    "a header that says more": ([("z.zip", lying(60_000))], "broken"),
    "a header that says nothing": ([("z.zip", lying(0))], "broken"),
    "an absolute path": ([("z.zip", zipped(("/etc/a.toml", b"x = 1")))], "path"),
    "a path upwards": ([("z.zip", zipped(("questions/../../a.toml", b"x = 1")))], "path"),
    "a drive": ([("z.zip", zipped(("C:a.toml", b"x = 1")))], "path"),
    "a backslash": ([("z.zip", zipped(("..\\a.toml", b"x = 1")))], "path"),
    "a control sign": ([("z.zip", zipped(("a\n.toml", b"x = 1")))], "path"),
    "a long path": ([("z.zip", zipped(("a" * 300 + ".toml", b"x = 1")))], "path"),
    "a link": ([("z.zip", zipped((link(), b"/etc/passwd")))], "link"),
    "encrypted": ([("z.zip", flagged(0x801))], "encrypted"),
    "an old code page": ([("z.zip", flagged(0, "é.toml"))], "name"),
    "another compression": ([("z.zip", zipped(("a.toml", b"x = 1"), method=zipfile.ZIP_LZMA))], "compression"),
    "the same name twice": ([("z.zip", zipped(("a.toml", b"x = 1"), ("a.toml", b"x = 2")))], "twice"),
    "the same name in two zips": ([("z.zip", zipped(("a.toml", b""))), ("y.zip", zipped(("a.toml", b"")))], "twice"),
    "a zip in a zip": ([("z.zip", zipped(("a.zip", zipped(("a.toml", b"")))))], "nested"),
    "no zip": ([("z.zip", b"PK\x03\x04 nothing")], "broken"),
    "half a zip": ([("z.zip", zipped(("a.toml", b"x" * 5000))[:100])], "broken"),
    "nothing in it": ([("z.zip", zipped(("README.md", b"x")))], "nothing"),
    "not UTF-8": ([("a.toml", "é".encode("latin-1"))], "encoding"),
    "another file": ([("a.exe", b"MZ")], "name"),
    "too much": ([("a.toml", b"x" * 60_000)] * 75, "too-large"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_plainly_a_bank_is_refused(name: str) -> None:
    held, code = HOSTILE[name]
    with pytest.raises(UploadError) as refused:
        unpack(held)
    assert refused.value.code == code


@given(data=st.data())
def test_a_damaged_zip_is_taken_or_refused_and_nothing_else(data: st.DataObject) -> None:
    whole = bytearray(zipped(("topics.toml", b"topics = []" * 20), ("questions/a.toml", b"x = 1")))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        texts = unpack([("z.zip", bytes(whole))])
    except UploadError:
        return
    assert all(".." not in path and not path.startswith("/") for path in texts)


def test_other_files_in_a_zip_are_passed_over_and_line_ends_are_ours() -> None:
    data = zipped(("bank/", b""), ("bank/a.toml", b"x = 1\r\ny = 2\r\n"), ("README.md", b"\xff"), ("日本.toml", b""))
    assert unpack([("z.zip", data)]) == {"bank/a.toml": "x = 1\ny = 2\n", "日本.toml": ""}


def test_a_refused_file_is_told_in_words_and_nothing_is_kept(staff: Staff, state: Path) -> None:
    browser = signed_in(staff("author"))
    answered = upload(browser, ("z.zip", zipped(("../a.toml", b""))))
    page = answered.content.decode()
    assert answered.status_code == 400
    assert "../a.toml: This path leads out of the folder" in page
    assert 'aria-invalid="true"' in page
    assert "Choose at least one file." in browser.post(IMPORT).content.decode()
    assert not list(state.glob("uploads/*"))


def test_a_body_that_is_too_large_is_not_even_read(staff: Staff) -> None:
    browser = signed_in(staff("author"))
    answered = browser.post(IMPORT, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="5000000")
    assert answered.status_code == 413
    assert "larger than 4 MB" in answered.content.decode()


def test_a_form_of_another_site_is_refused(staff: Staff) -> None:
    user = staff("author")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    held = {"files": SimpleUploadedFile("new.toml", sum_source("new").encode())}
    assert browser.post(IMPORT, held).status_code == 403


@pytest.mark.parametrize("address", [IMPORT, EXPORT, ZIP, REPORT, f"{IMPORT}progress/"])
@pytest.mark.parametrize("who", ["nobody", "learner", "administrator", "author"])
def test_who_gets_in(staff: Staff, address: str, who: str, learner: User) -> None:
    browser = Client() if who == "nobody" else signed_in(learner if who == "learner" else staff(who))
    status = browser.get(address).status_code
    allowed = {IMPORT: 200, EXPORT: 200, ZIP: 200}.get(address, 404)
    assert status == {"nobody": 302, "learner": 302, "administrator": 403, "author": allowed}[who]


@pytest.mark.usefixtures("bank")
def test_without_an_export_words_are_compared_with_the_bank_as_it_was_loaded(staff: Staff) -> None:
    browser = signed_in(staff("author", "editor"))
    Topic.objects.filter(slug__in=["stride", "padding"]).update(title_en="mine")
    text = topics_file(read_bank().topics).replace('en = "CNN overview"', 'en = "At a glance"')
    _, _, told = report(browser, ("topics.toml", text.replace('en = "Padding"', 'en = "Borders"')))
    outcomes = {name: told["topics.toml", name] for name in ("overview", "stride", "padding", "dilation")}
    assert outcomes == {"overview": "changed", "stride": "older", "padding": "diverged", "dilation": "unchanged"}


def test_what_an_export_says_of_itself_is_not_trusted(small: Make, staff: Staff) -> None:
    small("sum")
    browser = signed_in(staff("author"))
    for said in ("[", "[]", '{"templates": 1}', json.dumps({"templates": {"sum": 1}})):
        out = {MANIFEST: said, "questions/sum.toml": sum_source(words="x")}
        _, _, told = report(browser, ("bank.zip", pack(out)))
        assert told["questions/sum.toml", "sum"] in ("changed", "diverged")
