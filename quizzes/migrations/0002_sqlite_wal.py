"""Switch SQLite to write-ahead logging, once: the mode stays in the file. Readers then never wait for a writer."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def switch_on(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Outside a transaction, because SQLite changes the mode only there."""
    if schema_editor.connection.vendor == "sqlite":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")


class Migration(migrations.Migration):
    """Nothing to do on PostgreSQL."""

    atomic = False
    dependencies = (("quizzes", "0001_initial"),)
    operations = (migrations.RunPython(switch_on, migrations.RunPython.noop),)
