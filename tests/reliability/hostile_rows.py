"""Rows full of scripts, as if every check of a text on its way in had failed: run inside of ``manage.py shell``."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from quizzes import authoring, study
from quizzes.models import Draft, Misconception, QuestionTemplate, Topic, User, uuid7
from quizzes.questions import generate, load
from quizzes.questions.markup import MarkupError, compile_prose
from tests.quizzes.answers import ask_and_answer
from tests.reliability.texts import SCRIPTS

HEAD = 'schema = 1\nslug = "{slug}"\ntopic = "{topic}"\nlevel = 1\nsmall = true\nsource = {text}\n'
TOPIC = "xss-00"


def readable(texts: list[str]) -> list[str]:
    """Those that prose of a template may hold."""
    found = []
    for text in texts:
        try:
            if not compile_prose(text).names and "\0" not in text:
                found.append(text)
        except MarkupError:
            continue
    return found


def question(slug: str, texts: list[str], *, choice: bool) -> str:
    """A question that says nothing else; the first of the texts is its title."""
    words = json.dumps(texts[0])
    prose = json.dumps("\n\n".join(texts)[:3800])
    both = f"{{ ja = {words}, en = {words} }}"
    kind = 'type = "choice"\nvalue = "\'k0\'"' if choice else 'type = "integer"\nvalue = "a + 1"'
    options = "".join(f'[[answers.choices]]\nkey = "k{n}"\nlabel = {both.replace("{ ja", "{ ja")}\n' for n in range(3))
    return (
        HEAD.format(slug=slug, topic=TOPIC, text=words)
        + f"title = {both}\n[parameters]\na = {{ integers = [1, 300] }}\n"
        + f'[stem]\nja = {prose[:-1]} {{{{a}}}}"\nen = {prose[:-1]} {{{{a}}}}"\n'
        + f'[[answers]]\nname = "T"\n{kind}\nlabel = {both}\n'
        + (options if choice else '[[misconceptions]]\ncode = "xss-00"\nvalue = "a"\n')
        + f"[[hints]]\nja = {prose}\nen = {prose}\n[solution.text]\nja = {prose}\nen = {prose}\n"
    )


def plant() -> dict[str, Any]:
    """Everything that somebody could have written, with a script in it; where it is shown, and a session to see it."""
    user = User.objects.create_superuser(f"{uuid7().hex}@example.org", "a password of theirs")
    texts = list(SCRIPTS.values())
    for number, text in enumerate(texts):
        short, kept = text.replace("\0", "")[:120], text.replace("\0", "")
        named = {"title_ja": short, "title_en": short}
        Topic.objects.create(slug=f"xss-{number:02}", position=9000 + number, **named)
        said = {f"{name}_{language}": kept for name in ("wrong", "remedy") for language in ("ja", "en")}
        Misconception.objects.create(code=f"xss-{number:02}", **named, **said)
        study.add_device(user, kept[:100])
    prose = readable(texts)
    Topic.objects.filter(slug=TOPIC).update(**{f"text_{one}": "\n\n".join(prose)[:3900] for one in ("ja", "en")})
    found: dict[str, Any] = {"templates": [], "attempts": [], "questions": []}
    for number in range(4):
        ours = prose[number * 9 :] + prose[: number * 9]
        source = question(f"xss-{number}", ours, choice=number == 3)
        generate(load(source), 1)
        version, _ = authoring.publish(source, by=user)
        version.note = texts[number][:200].replace("\0", "")
        version.save()
        authoring.append(source.replace("300", "301"), by=user, note=version.note)
        found["templates"].append(str(version.template_id))
        asked = study.next_question(user.id, template=f"xss-{number}")
        found["questions"].append(asked.token)
        if number < 3:
            done = ask_and_answer(user.id, f"xss-{number}", "xss-00")
            found["attempts"].append(str(done.attempt.id))
    broken = "\n".join(f"{json.dumps(text)} = {json.dumps(text)}" for text in prose)
    found["drafts"] = [
        str(Draft.objects.create(author=user, source=source.replace("\0", "")).id)
        for source in (broken, question("xss-new", prose, choice=False), "\n".join(texts))
    ]
    found["upload"] = broken
    found["topic"] = str(Topic.objects.get(slug=TOPIC).id)
    found["misconception"] = str(Misconception.objects.get(code=TOPIC).id)
    found["user"] = str(user.id)
    found["number"] = QuestionTemplate.objects.count()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    found["session"] = client.cookies["sessionid"].value
    User.objects.filter(id=user.id).update(email=f"{texts[3]}@example.org")
    return found
