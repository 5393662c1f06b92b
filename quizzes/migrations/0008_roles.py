"""The groups of those who write, and what each may do; the bank's content is told apart from what the admin wrote."""

from typing import Any

from django.db import migrations

ROLES = {
    "author": (
        "view_questiontemplate", "change_questiontemplate", "add_questiontemplate", "view_templateversion",
        "view_topic", "view_misconception", "add_misconception",
    ),
    "editor": (
        "view_questiontemplate", "change_questiontemplate", "add_questiontemplate", "view_templateversion",
        "publish_questiontemplate",
        "view_topic", "add_topic", "change_topic", "delete_topic",
        "view_misconception", "add_misconception", "change_misconception", "delete_misconception",
    ),
    "administrator": ("view_user", "change_user"),
}  # fmt: skip


def make_groups(apps: Any, schema_editor: Any) -> None:
    """Permissions are made here too: Django makes them only after all migrations."""
    group_table, permission_table = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    content_types = apps.get_model("contenttypes", "ContentType")
    for name, codes in ROLES.items():
        group, _ = group_table.objects.get_or_create(name=name)
        for code in codes:
            content_type, _ = content_types.objects.get_or_create(app_label="quizzes", model=code.partition("_")[2])
            permission, _ = permission_table.objects.get_or_create(
                codename=code, content_type=content_type, defaults={"name": code.replace("_", " ").capitalize()}
            )
            group.permissions.add(permission)


def mark_bank(apps: Any, schema_editor: Any) -> None:
    """Until now everything came from a bank."""
    apps.get_model("quizzes", "TemplateVersion").objects.update(origin="bank")
    for topic in apps.get_model("quizzes", "Topic").objects.prefetch_related("requires").select_related("example"):
        columns = ("position", *(f"{name}_{lang}" for name in ("title", "text", "formula") for lang in ("ja", "en")))
        topic.loaded = {column: getattr(topic, column) for column in columns} | {
            "requires": sorted(one.slug for one in topic.requires.all()),
            "example": topic.example.slug if topic.example else "",
        }
        topic.save(update_fields=["loaded"])
    for rule in apps.get_model("quizzes", "Misconception").objects.all():
        columns = tuple(f"{name}_{lang}" for name in ("title", "wrong", "remedy") for lang in ("ja", "en"))
        rule.loaded = {column: getattr(rule, column) for column in columns}
        rule.save(update_fields=["loaded"])


def tell_publications(apps: Any, schema_editor: Any) -> None:
    """What is published now was published once: there a voided version goes back to."""
    templates = apps.get_model("quizzes", "QuestionTemplate").objects.filter(current__isnull=False)
    publications = apps.get_model("quizzes", "Publication").objects
    for template in templates.select_related("current"):
        row = publications.create(template=template, version=template.current, act="publish")
        publications.filter(id=row.id).update(at=template.current.created_at)


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0007_authoring"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(make_groups, migrations.RunPython.noop),
        migrations.RunPython(mark_bank, migrations.RunPython.noop),
        migrations.RunPython(tell_publications, migrations.RunPython.noop),
    ]
