"""Settings, all from the environment, with safe defaults for one machine. docs/operations.md lists the variables."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import drf_spectacular_sidecar
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from . import logs, state
from .secret import secret_key

env = environ.Env()

STATE_DIR = state.folder()
STATE_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key(STATE_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "studysite.static.StaticFiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "csp",
    "django_htmx",
    "quizzes",  # before allauth and the admin: our templates go first
    "django.contrib.admin.apps.SimpleAdminConfig",  # our own site: quizzes.admin
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
]

MIDDLEWARE = [
    "studysite.watching.watched",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "quizzes.web.locale.learners_language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "studysite.urls"
WSGI_APPLICATION = "studysite.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "quizzes.web.display.display",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    database: dict[str, Any] = env.db("DATABASE_URL", default=f"sqlite:///{STATE_DIR / 'study.sqlite3'}")
    database["CONN_MAX_AGE"] = 60
    database["CONN_HEALTH_CHECKS"] = True  # when the database is back, nobody meets a connection from before
    if database["ENGINE"] == "django.db.backends.postgresql":
        database["OPTIONS"] = {"connect_timeout": 5, **database.get("OPTIONS", {})}  # seconds; else it may be minutes
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # IMMEDIATE: a transaction that will write queues at its start, instead of failing half-way.
        # FULL: an acknowledged answer survives a power cut. WAL is switched on once, by a migration.
        # secure_delete: what is deleted is overwritten, so that nobody finds it in the file.
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON",
        }
        database["TEST"] = {"NAME": str(STATE_DIR / "test.sqlite3")}  # a file: WAL and locks as in earnest
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "quizzes.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

# Signing up never waits for a mail. In exchange anybody can sign up with any address, once more with a taken one:
# "strict" keeps it from being told apart, and whoever confirms an address gets it (quizzes.web.accounts).
ACCOUNT_ADAPTER = "quizzes.web.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa")
ACCOUNT_FORMS = {
    "login": "quizzes.web.accounts.forms.LoginForm",
    "signup": "quizzes.web.accounts.forms.SignUpForm",
    "add_email": "quizzes.web.accounts.forms.ChangeEmailForm",
    "change_password": "quizzes.web.accounts.forms.ChangePasswordForm",
    "reset_password": "quizzes.web.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "quizzes.web.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "quizzes.web.accounts.forms.ReauthenticateForm",
}
MFA_ADAPTER = "quizzes.web.accounts.adapter.TwoFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody can lock an owner out: a confirmed address leaves who had not confirmed it
MFA_TOTP_ISSUER = "CNN study"
MFA_TOTP_TOLERANCE = 1  # a code just typed too late counts, as RFC 6238 recommends
MFA_FORMS = {
    "authenticate": "quizzes.web.accounts.forms.CodeForm",
    "reauthenticate": "quizzes.web.accounts.forms.CodeAgainForm",
    "activate_totp": "quizzes.web.accounts.forms.ActivateForm",
}
HEADLESS_CLIENTS = ("app",)
HEADLESS_ADAPTER = "quizzes.api.accounts.HeadlessAdapter"
HEADLESS_TOKEN_STRATEGY = "quizzes.api.accounts.DeviceTokens"  # noqa: S105  # the name of a class, not a secret


def _cache() -> dict[str, Any]:
    """What limits the number of tries is counted here, so it must hold across workers: files, unless told otherwise."""
    cache: dict[str, Any] = env.cache("CACHE_URL", default=f"filecache://{STATE_DIR / 'cache'}")
    if cache["BACKEND"].endswith("FileBasedCache"):
        cache["BACKEND"] = "quizzes.cache.Files"
        cache["OPTIONS"] = {"MAX_ENTRIES": 20_000, **cache.get("OPTIONS", {})}
    return cache


def _counters() -> dict[str, Any]:
    """Where the API's requests are counted: in a file of our own, as Django's lose counts, or in the cache named."""
    if env.str("CACHE_URL", default=""):
        return _cache()
    return {"BACKEND": "quizzes.cache.Counts", "LOCATION": STATE_DIR / "cache" / "counts"}


CACHES = {"default": _cache(), "limits": _counters()}


def _limits() -> dict[str, tuple[int, int]]:
    """How many requests in how many seconds. ``API_LIMITS=guests=20/3600,sync=`` changes one and lifts another."""
    limits = {
        "address": "6000/60",  # whatever it is, by all who share an address: a whole school may
        "guests": "200/3600",  # new guests, of one address
        # Each of one learner:
        "answers": "300/60",  # questions asked, answered and rated
        "sync": "60/60",  # packs and batches
        "learner": "300/60",  # anything else
    }
    limits |= env.dict("API_LIMITS", default={})
    parted = {name: limit.partition("/") for name, limit in limits.items() if limit}
    return {name: (int(count), int(seconds)) for name, (count, _per, seconds) in parted.items()}


API_LIMITS = _limits()

globals().update(env.email("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="noreply@localhost")
EMAIL_TIMEOUT = 10

LANGUAGE_CODE = "en"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
TIME_ZONE = "UTC"
USE_TZ = True

# Where a learner's day begins and ends until the learner or the device says otherwise.
LEARNER_TIME_ZONE = ZoneInfo(env.str("LEARNER_TIME_ZONE", default="Asia/Tokyo")).key  # an unknown one ends it here

STATIC_URL = "static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [  # what the API's page is shown by
    (
        "swagger-ui",
        Path(drf_spectacular_sidecar.__file__).parent / "static/drf_spectacular_sidecar/swagger-ui-dist",
    )
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "studysite.static.Storage"},
}

HTTPS = env.bool("HTTPS", default=False)
SESSION_ENGINE = "quizzes.sessions"
SESSION_COOKIE_AGE = 365 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "studysite.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)  # limits per address count who asks, not the proxy
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

MIGRATION_MODULES = {"knox": None}  # its own table of tokens would stand unused beside ours
KNOX_TOKEN_MODEL = "quizzes.Device"  # noqa: S105  # the name of a model, not a secret
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=90),
    "AUTO_REFRESH": True,
    "MIN_REFRESH_INTERVAL": 24 * 3600,
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "quizzes.api.authentication.DeviceAuthentication",
        "quizzes.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "quizzes.api.schema.Schema",
    "EXCEPTION_HANDLER": "quizzes.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": int(BEHIND_PROXY),
    "URL_FORMAT_OVERRIDE": None,  # `format` is an ordinary parameter
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CNN study API",
    "DESCRIPTION": (
        "Generated questions on convolutional neural networks, graded, diagnosed and scheduled.\n\n"
        "Send `Authorization: Token …` (`POST /api/v1/guests/` gives one without an account), JSON in UTF-8 with "
        "`Content-Type: application/json` and a `Content-Length`, and `Accept-Language: ja` or `en`. Codes are never "
        "translated. Errors are problem documents (RFC 9457, `application/problem+json`). Addresses and learners may "
        "ask only so much in a minute: 429 says in `Retry-After` when to go on."
    ),
    "SERVERS": [{"url": "/", "description": "The site that serves this document."}],
    "LICENSE": {"name": "MIT"},
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,  # a PATCH takes what its shape takes: nothing becomes optional by the method
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_SUFFIX": "",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # it says every value twice
    "ENUM_NAME_OVERRIDES": {  # without them names follow from which fields happen to be called alike
        "CardAct": "quizzes.api.shapes.sync.ACTS",
        "ChangeType": "quizzes.api.shapes.sync.CHANGES",
        "EventStatus": "quizzes.api.shapes.sync.STATUSES",
        "EventVerdict": "quizzes.api.shapes.sync.VERDICTS",
        "FieldType": "quizzes.api.shapes.variants.FIELD_TYPES",
        "RatingName": "quizzes.api.shapes.sync.RATINGS",
        "TemplateKind": "quizzes.api.shapes.templates.KINDS",
        "TopicStatus": "quizzes.api.shapes.topics.STATUSES",
        "Verdict": "quizzes.api.shapes.attempts.VERDICTS",
    },
}

LOG_FORMAT = env.str("LOG_FORMAT", default="lines")
LOGGING = logs.configuration(LOG_FORMAT, env.str("LOG_LEVEL", default="INFO"))
ACCESS_LOG = env.bool("ACCESS_LOG", default=LOG_FORMAT == "json")

# Who asks for /metrics shows METRICS_TOKEN, or, without one, asks from this machine and not through a proxy.
METRICS = env.bool("METRICS", default=False)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS and BEHIND_PROXY and not METRICS_TOKEN:
    raise ImproperlyConfigured(
        "METRICS=on with BEHIND_PROXY=on needs a METRICS_TOKEN: all seems to come from the proxy."
    )
