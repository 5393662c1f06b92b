"""The one Django app."""

from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    """Questions, attempts, cards."""

    name = "quizzes"
    default_auto_field = "django.db.models.BigAutoField"
