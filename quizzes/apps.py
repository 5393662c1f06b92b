"""The one Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    """Questions, attempts, cards."""

    name = "quizzes"
    verbose_name = _("CNN study")
    default_auto_field = "django.db.models.BigAutoField"
