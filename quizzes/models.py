"""The tables. Content (topics, templates, misconceptions) is shared; everything of a learner is keyed by learner first.

No logic lives here: :mod:`quizzes.study` and :mod:`quizzes.authoring` write, :mod:`quizzes.progress` reads.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from knox.models import AbstractAuthToken, AuthTokenManager
from uuid_utils.compat import uuid7 as _uuid7


def uuid7() -> UUID:
    """A new time-ordered key."""
    return _uuid7()


class UserManager(BaseUserManager["User"]):
    """Accounts with a password; guests are made by :mod:`quizzes.study`."""

    def create_user(self, email: str, password: str, **fields: Any) -> User:
        """An account that signs in with an e-mail address."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> User:
        """An account that may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]  # knox ships no types
    """A learner. A guest is a user who has not chosen a password yet."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True, null=True, blank=True)  # unique, and guests have none
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.email or f"guest {self.id}"

    @property
    def is_guest(self) -> bool:
        """Whether no password was chosen yet."""
        return not self.has_usable_password()


class Device(AbstractAuthToken):  # type: ignore[misc]  # knox ships no types
    """One token of one device; only its hash is kept."""

    name = models.CharField(max_length=100, blank=True)

    objects: ClassVar[AuthTokenManager] = AuthTokenManager()

    def __str__(self) -> str:
        return self.name or "device"


class Topic(models.Model):
    """A syllabus heading."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    position = models.PositiveIntegerField()
    title_ja = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    requires: models.ManyToManyField[Topic, Any] = models.ManyToManyField("self", symmetrical=False, blank=True)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.slug


class Misconception(models.Model):
    """A named wrong rule with a stable code, shared by templates."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(max_length=60, unique=True)
    title_ja = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    wrong_ja = models.TextField()
    wrong_en = models.TextField()
    remedy_ja = models.TextField()
    remedy_en = models.TextField()

    def __str__(self) -> str:
        return self.code


class QuestionTemplate(models.Model):
    """What an author writes; ``current`` points at the published version."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="templates")
    kind = models.CharField(max_length=10, choices=[("question", "question"), ("flashcard", "flashcard")])
    level = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(4)])
    current = models.OneToOneField(
        "TemplateVersion", models.PROTECT, null=True, blank=True, related_name="published_for"
    )

    def __str__(self) -> str:
        return self.slug


class TemplateVersion(models.Model):
    """One immutable source text of a template."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.ForeignKey(QuestionTemplate, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["template", "number"], name="version_number"),)

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class Card(models.Model):
    """One learner's memory of one template: the columns are :class:`quizzes.scheduling.CardState`."""

    pk = models.CompositePrimaryKey("learner_id", "template_id")
    learner = models.ForeignKey(User, models.CASCADE, related_name="cards", db_index=False)
    template = models.ForeignKey(QuestionTemplate, models.PROTECT, related_name="cards")
    due_day = models.IntegerField(null=True)
    stability = models.FloatField(null=True)
    difficulty = models.FloatField(null=True)
    day = models.IntegerField(null=True)
    rating = models.PositiveSmallIntegerField(null=True)
    second_chance = models.BooleanField(default=False)
    settled_stability = models.FloatField(null=True)
    settled_difficulty = models.FloatField(null=True)
    settled_day = models.IntegerField(null=True)
    reviews = models.PositiveIntegerField(default=0)
    lapses = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    latest_at = models.DateTimeField(null=True)
    latest_id = models.UUIDField(null=True)

    class Meta:
        indexes = (models.Index(fields=["learner", "due_day"], name="card_due"),)

    def __str__(self) -> str:
        return f"{self.learner_id}/{self.template_id}"


class Attempt(models.Model):
    """One graded response. Rows are only ever added: the cards can be rebuilt from them."""

    pk = models.CompositePrimaryKey("learner_id", "id")
    learner = models.ForeignKey(User, models.CASCADE, related_name="attempts", db_index=False)
    id = models.UUIDField(editable=False)  # chosen by the client, so that a repeated request is recognised
    template = models.ForeignKey(QuestionTemplate, models.PROTECT, related_name="attempts")
    version = models.ForeignKey(TemplateVersion, models.PROTECT, related_name="attempts")
    seed = models.BigIntegerField()
    format = models.CharField(max_length=6)
    parameters = models.JSONField()
    request_digest = models.CharField(max_length=64)
    response = models.JSONField(null=True)
    self_rating = models.PositiveSmallIntegerField(null=True)
    verdict = models.CharField(max_length=9)
    score = models.FloatField()
    misconceptions = models.JSONField(default=list)
    hints_used = models.PositiveSmallIntegerField(default=0)
    gave_up = models.BooleanField(default=False)
    purpose = models.CharField(max_length=8)
    duration_ms = models.PositiveIntegerField(null=True)
    issued_at = models.DateTimeField()
    answered_at = models.DateTimeField()
    received_at = models.DateTimeField()
    utc_offset_minutes = models.SmallIntegerField()
    day = models.IntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["learner", "version", "seed"], name="variant_answered_once"),)
        indexes = (models.Index(fields=["learner", "template", "answered_at"], name="attempt_history"),)

    def __str__(self) -> str:
        return f"{self.learner_id}/{self.id}"
