"""Settings: read from the environment; in embedded mode from the file that `manage.py up` writes.

Production needs DATABASE_URL, DATABASE_ADMIN_URL, REDIS_URL, EMAIL_URL, SECRET_KEY and ALLOWED_HOSTS;
what is missing or unsafe refuses to start (b12tracker/checks at the end of this file), see README.
"""

import os
import sys
from pathlib import Path

import environ
import plotly
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("B12_VAR", BASE_DIR / "var"))

env = environ.Env()
if "DATABASE_URL" not in os.environ:
    environ.Env.read_env(VAR_DIR / "embedded.env")

EMBEDDED = env.bool("B12_EMBEDDED", default=False)
TESTING = "pytest" in sys.modules
DEBUG = env.bool("DEBUG", default=False)

# Commands that need neither database nor secrets: the engine on the command line, set-up, static files.
_COMMAND = (
    sys.argv[1] if len(sys.argv) > 1 and Path(sys.argv[0]).name in {"manage.py", "django-admin"} else ""
)
_STANDALONE = _COMMAND in {"up", "evaluate_case", "makemigrations", "collectstatic", "help", ""} and (
    "DATABASE_URL" not in os.environ
)

SECRET_KEY = env("SECRET_KEY", default="")
if not SECRET_KEY:
    if not (_STANDALONE or EMBEDDED):
        raise ImproperlyConfigured("SECRET_KEY is not set. Set it to at least 50 random characters.")
    SECRET_KEY = "embedded-" + os.urandom(32).hex()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if EMBEDDED else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

if not EMBEDDED and not _STANDALONE:
    if len(SECRET_KEY) < 50 or SECRET_KEY.startswith(("django-insecure", "embedded-", "change")):
        raise ImproperlyConfigured("SECRET_KEY is a default or too short. Use at least 50 random characters.")
    if DEBUG:
        raise ImproperlyConfigured("DEBUG must be off where patients are real. Unset DEBUG.")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of this site, separated by commas.")
    if missing := [
        name for name in ("DATABASE_ADMIN_URL", "REDIS_URL", "EMAIL_URL") if name not in os.environ
    ]:
        raise ImproperlyConfigured(
            f"{', '.join(missing)} must be set too: see README, On servers of your own."
        )

INSTALLED_APPS = [
    "b12tracker.accounts",
    "b12tracker.embedded",
    "schedules",
    "patients",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # allauth's page of security keys uses it
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_filters",
    "django_tables2",
    "pgtrigger",
    "pghistory",
    "csp",
    "bootstrap",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Last: runs every view in one transaction that begins with the local clinic scope (row-level security).
    "patients.middleware.ClinicScopeMiddleware",
]

ROOT_URLCONF = "b12tracker.urls"
WSGI_APPLICATION = "b12tracker.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "b12tracker.context.shell",
            ],
            "builtins": ["patients.templatetags.clinic_words"],
        },
    }
]

# One engine, two roles: "default" is the application's (owns nothing), "owner" migrates and backs up.
_STANDALONE_URL = "postgres://nobody@127.0.0.1:1/none"
DATABASES = {
    "default": env.db_url("DATABASE_URL", default=_STANDALONE_URL if _STANDALONE else environ.Env.NOTSET),
    "owner": env.db_url("DATABASE_ADMIN_URL", default=env("DATABASE_URL", default=_STANDALONE_URL)),
}
# The pool belongs to the web processes only (gunicorn sets B12_WEB); workers and commands hold one connection.
if env.bool("B12_WEB", default=False):
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["owner"].setdefault("TEST", {})["MIRROR"] = None
DATABASE_ROUTERS = ["b12tracker.routers.OwnerOnlyMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in keeps working when Redis is down: sessions and cache are in PostgreSQL, Redis carries jobs only.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 12
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "b12tracker_cache"}
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "b12tracker.accounts.adapter.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/ip,5/5m/key", "login": "120/m/ip"}
_PLAIN = "b12tracker.accounts.plain_forms"
ACCOUNT_FORMS = {
    "change_password": f"{_PLAIN}.ChangePasswordForm",
    "set_password": f"{_PLAIN}.SetPasswordForm",
    "reset_password": f"{_PLAIN}.ResetPasswordForm",
    "reset_password_from_key": f"{_PLAIN}.ResetPasswordKeyForm",
    "reauthenticate": f"{_PLAIN}.ConfirmPasswordForm",
}
MFA_FORMS = {
    "authenticate": f"{_PLAIN}.AuthenticateForm",
    "reauthenticate": f"{_PLAIN}.ReauthenticateForm",
    "activate_totp": f"{_PLAIN}.ActivateTOTPForm",
    "add_webauthn": f"{_PLAIN}.AddWebAuthnForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if not EMBEDDED:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        # Plotly writes inline styles; Bootstrap's icons and Plotly's PNG download are data: and blob: images.
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "b12tracker" / "static",
    ("plotly", Path(plotly.__file__ or "").parent / "package_data"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Mail. In the embedded default it is kept in the Message rows and readable in the app, nothing leaves.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="dummymail://")
vars().update(EMAIL_CONFIG)
MAIL_IS_KEPT = EMAIL_CONFIG["EMAIL_BACKEND"].endswith("dummy.EmailBackend")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default="appointments@localhost")
MAIL_DOMAIN = DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
PUBLIC_URL = env("PUBLIC_URL", default="http://localhost:8000").rstrip("/")

REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:1/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "global_keyprefix": env("B12_KEY_PREFIX", default="b12:"),
    # A request must not hang when the broker is gone: the rows know, the next beat picks the work up.
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # Every clinic has its own morning: each tick does what is due somewhere, and nothing twice.
    "sweep": {"task": "schedules.tasks.sweep_due_clinics", "schedule": 300.0},
    "rebuild": {"task": "schedules.tasks.rebuild_wanted_clinics", "schedule": 300.0},
    "count_indicators": {"task": "schedules.tasks.count_due_clinics", "schedule": 300.0},
    "prepare_messages": {"task": "schedules.tasks.prepare_messages", "schedule": 300.0},
    "send_messages": {"task": "schedules.tasks.send_messages", "schedule": 60.0},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "b12tracker": {"level": "INFO"},
        "schedules": {"level": "INFO"},
        "patients": {"level": "INFO"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
PGHISTORY_ADMIN_ALL_EVENTS = False
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = True
TEST_RUNNER = "django.test.runner.DiscoverRunner"
