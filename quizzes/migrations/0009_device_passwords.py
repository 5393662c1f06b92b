"""Tokens of devices are bound to the password; those that are there already, to the one of today."""

from hashlib import sha256
from typing import Any

from django.db import migrations, models

BATCH = 1000


def bind(apps: Any, schema_editor: Any) -> None:
    """Who is signed in stays so."""
    table = apps.get_model("quizzes", "Device")
    waiting = []
    for device in table.objects.select_related("user").only("digest", "user__password").iterator(BATCH):
        device.password_digest = sha256(device.user.password.encode()).hexdigest()
        waiting.append(device)
        if len(waiting) == BATCH:
            table.objects.bulk_update(waiting, ["password_digest"])
            waiting.clear()
    table.objects.bulk_update(waiting, ["password_digest"])


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0008_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="device",
            name="password_digest",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(bind, migrations.RunPython.noop),
    ]
