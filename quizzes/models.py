"""The tables. Content (topics, templates, misconceptions) is shared; what is a learner's is keyed by learner first.

No logic lives here: :mod:`quizzes.study` and :mod:`quizzes.authoring` write, :mod:`quizzes.progress` reads.
Attempts and card actions are the log; cards and beliefs follow from it and can be rebuilt.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager
from uuid_utils.compat import uuid7 as _uuid7

from .scheduling import ACTS, DEFAULTS
from .scheduling.preferences import DAILY_MINUTES, DAY_START_HOURS, NEW_PER_DAY, RETENTIONS

ORIGINS = ("admin", "bank", "import")  # where the text of a version came from
PUBLICATIONS = ("publish", "archive", "void")


def uuid7() -> UUID:
    """A new time-ordered key."""
    return _uuid7()


def validate_time_zone(name: str) -> None:
    """Refuse what is no zone of the IANA database."""
    if name not in available_timezones():
        raise ValidationError(_("There is no time zone of this name."), code="unknown-time-zone")


def _between(bounds: tuple[float, float]) -> list[MinValueValidator | MaxValueValidator]:
    return [MinValueValidator(bounds[0]), MaxValueValidator(bounds[1])]


class UserManager(BaseUserManager["User"]):
    """Accounts with a password; guests are made by :mod:`quizzes.study`."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """The address as everything compares it: in small letters."""
        return super().normalize_email(email).lower()

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

    retention = models.FloatField(default=DEFAULTS.retention, validators=_between(RETENTIONS))
    new_per_day = models.PositiveSmallIntegerField(default=DEFAULTS.new_per_day, validators=_between(NEW_PER_DAY))
    daily_minutes = models.PositiveSmallIntegerField(default=DEFAULTS.daily_minutes, validators=_between(DAILY_MINUTES))
    day_start_hour = models.PositiveSmallIntegerField(
        default=DEFAULTS.day_start_hour, validators=_between(DAY_START_HOURS)
    )
    exam_date = models.DateField(null=True, blank=True)
    # Empty: that of the device that answered last.
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_time_zone])
    # Empty: what the browser asks for.
    language = models.CharField(max_length=2, blank=True, choices=settings.LANGUAGES)
    utc_offset_minutes = models.SmallIntegerField(null=True)  # of the device that answered last
    # The feed of changes: the number of the last one, and of the last one to what is chosen above.
    changes = models.BigIntegerField(default=0, editable=False)
    preferences_change = models.BigIntegerField(default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"

    class Meta:
        verbose_name, verbose_name_plural = _("account"), _("accounts")

    def __str__(self) -> str:
        return self.email or f"guest {self.id}"

    @property
    def is_guest(self) -> bool:
        """Whether no password was chosen yet."""
        return not self.has_usable_password()

    @property
    def password_digest(self) -> str:
        """What a device's token is bound to: another password, however it was set, is another digest."""
        return sha256(self.password.encode()).hexdigest()

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is the password. Django may hash it anew, by a better method, which is no new password."""
        before = self.password_digest
        right = super().check_password(raw_password)
        if self.password_digest != before:
            Device.objects.filter(user=self, password_digest=before).update(password_digest=self.password_digest)
        return right


class Device(AbstractAuthToken):  # type: ignore[misc]  # knox ships no types
    """One token of one device; only its hash is kept. ``id`` is what is told of it, the key is the hash."""

    id = models.UUIDField(default=uuid7, editable=False)
    name = models.CharField(max_length=100, blank=True)
    signed_in_at = models.DateTimeField(default=timezone.now)  # the learner was last there in person
    last_used_at = models.DateTimeField(default=timezone.now)  # to within the interval at which tokens are renewed
    password_digest = models.CharField(max_length=64)  # of the learner's password; once that is another, the token ends

    objects: ClassVar[AuthTokenManager] = AuthTokenManager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "id"], name="device_id"),)

    def __str__(self) -> str:
        return self.name or "device"

    @property
    def is_open(self) -> bool:
        """Whether the learner still has the password with which the token was given."""
        return bool(self.password_digest == self.user.password_digest)


class ClosedToken(models.Model):
    """The hash of a token whose account was deleted: its device is told so. It refers to nobody."""

    digest = models.CharField(max_length=128, primary_key=True)
    closed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"closed {self.closed_at:%Y-%m-%d}"


class Session(AbstractBaseSession):
    """A browser's session; it goes with its learner."""

    learner = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")


class Topic(models.Model):
    """A syllabus heading."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    position = models.PositiveIntegerField()
    title_ja = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    # Markdown as in templates, without placeholders; LaTeX. Empty: there is none.
    text_ja = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    formula_ja = models.TextField(blank=True)
    formula_en = models.TextField(blank=True)
    example = models.ForeignKey("QuestionTemplate", models.SET_NULL, null=True, blank=True, related_name="example_of")
    requires: models.ManyToManyField[Topic, Any] = models.ManyToManyField(
        "self", symmetrical=False, related_name="required_by", blank=True
    )
    # The entry of the bank as it was loaded last: what differs from it was written in the admin. None: never loaded.
    loaded = models.JSONField(null=True, editable=False)

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
    loaded = models.JSONField(null=True, editable=False)  # as for topics
    # The rule that this one turned out to be: answers keep the old code, everything that follows from them has the new.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")

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
    archived_at = models.DateTimeField(null=True, editable=False)  # not asked any more; its history stays
    # Of the published version:
    calculates = models.BooleanField(default=True)  # new numbers every time, not only words
    misconceptions: models.ManyToManyField[Misconception, Any] = models.ManyToManyField(
        Misconception, related_name="templates", blank=True
    )

    class Meta:
        verbose_name, verbose_name_plural = _("template"), _("templates")
        permissions = (("publish_questiontemplate", "Can publish, archive, roll back and void"),)

    def __str__(self) -> str:
        return self.slug


class TemplateVersion(models.Model):
    """One immutable source text of a template."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.ForeignKey(QuestionTemplate, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="versions")
    origin = models.CharField(max_length=6, choices=[(one, one) for one in ORIGINS], default="admin")
    note = models.CharField(max_length=200, blank=True)  # why, in the author's words
    proof = models.JSONField(null=True, editable=False)  # what the lint found; None: not looked at yet
    voided_at = models.DateTimeField(null=True, editable=False)  # it was wrong: its attempts do not count

    class Meta:
        constraints = (models.UniqueConstraint(fields=["template", "number"], name="version_number"),)

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class Publication(models.Model):
    """What was done with a template, when and by whom. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.ForeignKey(QuestionTemplate, models.CASCADE, related_name="publications")
    version = models.ForeignKey(TemplateVersion, models.CASCADE, null=True, related_name="publications")
    act = models.CharField(max_length=7, choices=[(act, act) for act in PUBLICATIONS])
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="publications")  # None: a command
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["template", "at"], name="publication_history"),)

    def __str__(self) -> str:
        return f"{self.template_id} {self.act}"


class Draft(models.Model):
    """A text that an author is writing, kept with every pause; saving makes a version of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    author = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    template = models.ForeignKey(QuestionTemplate, models.CASCADE, null=True, related_name="drafts")  # None: a new one
    base = models.PositiveIntegerField(default=0)  # the newest version that the author has seen
    source = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["author", "template"], name="one_draft_of_a_template"),)

    def __str__(self) -> str:
        return f"draft {self.id}"


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
    first_day = models.IntegerField(null=True)
    first_right_day = models.IntegerField(null=True)
    right_day = models.IntegerField(null=True)
    skill = models.FloatField(null=True)
    suspended = models.BooleanField(default=False)
    buried_day = models.IntegerField(null=True)
    revision = models.PositiveIntegerField(default=0)
    latest_at = models.DateTimeField(null=True)
    latest_id = models.UUIDField(null=True)
    change = models.BigIntegerField(default=0)  # the learner's change that made it so

    class Meta:
        indexes = (
            models.Index(fields=["learner", "due_day"], name="card_due"),
            models.Index(fields=["learner", "change"], name="card_changes"),
        )

    def __str__(self) -> str:
        return f"{self.learner_id}/{self.template_id}"


class Attempt(models.Model):
    """One graded response. Rows are only ever added: the cards can be rebuilt from them."""

    pk = models.CompositePrimaryKey("learner_id", "id")
    learner = models.ForeignKey(User, models.CASCADE, related_name="attempts", db_index=False)
    id = models.UUIDField(editable=False)  # chosen by the client, so that a repeated request is recognised
    template = models.ForeignKey(QuestionTemplate, models.PROTECT, related_name="attempts", db_index=False)
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
    exposes = models.JSONField(default=list)  # codes of all misconceptions that are wrong on this variant
    recall = models.FloatField(null=True)  # predicted, where the answer was the first of the day on a known card
    hints_used = models.PositiveSmallIntegerField(default=0)
    gave_up = models.BooleanField(default=False)
    purpose = models.CharField(max_length=8)
    duration_ms = models.PositiveIntegerField(null=True)
    issued_at = models.DateTimeField()
    answered_at = models.DateTimeField()
    received_at = models.DateTimeField()
    # On the device's clock, which may be wrong: when it was answered, and when it was sent.
    device_answered_at = models.DateTimeField(null=True)
    device_sent_at = models.DateTimeField(null=True)
    utc_offset_minutes = models.SmallIntegerField()
    day = models.IntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["learner", "version", "seed"], name="variant_answered_once"),)
        indexes = (
            models.Index(fields=["learner", "template", "answered_at"], name="attempt_history"),
            models.Index(fields=["learner", "day", "answered_at"], name="attempt_days"),
            models.Index(fields=["template", "answered_at"], name="attempt_template"),  # for authors' statistics
        )

    def __str__(self) -> str:
        return f"{self.learner_id}/{self.id}"


class CardAction(models.Model):
    """What a learner did with a card, other than answering. Rows are only ever added."""

    pk = models.CompositePrimaryKey("learner_id", "id")
    learner = models.ForeignKey(User, models.CASCADE, related_name="card_actions", db_index=False)
    id = models.UUIDField(editable=False)
    template = models.ForeignKey(QuestionTemplate, models.PROTECT, related_name="card_actions")
    act = models.CharField(max_length=7, choices=[(act, act) for act in ACTS])
    voids = models.UUIDField(null=True)  # the id of the attempt that does not count
    at = models.DateTimeField()
    device_at = models.DateTimeField(null=True)  # as for attempts
    device_sent_at = models.DateTimeField(null=True)
    utc_offset_minutes = models.SmallIntegerField()
    day = models.IntegerField()

    class Meta:
        indexes = (models.Index(fields=["learner", "act"], name="card_action_acts"),)

    def __str__(self) -> str:
        return f"{self.learner_id}/{self.template_id} {self.act}"


class Belief(models.Model):
    """How one learner stands to one misconception: the columns are :class:`quizzes.scheduling.Belief`."""

    pk = models.CompositePrimaryKey("learner_id", "code")
    learner = models.ForeignKey(User, models.CASCADE, related_name="beliefs", db_index=False)
    code = models.SlugField(max_length=60, db_index=False)  # attempts store codes, which outlive the catalogue
    met = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    rights = models.PositiveIntegerField(default=0)
    first_right_day = models.IntegerField(null=True)
    right_day = models.IntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    change = models.BigIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=["learner", "change"], name="belief_changes"),)

    def __str__(self) -> str:
        return f"{self.learner_id}/{self.code}"
