"""Django's settings: everything that differs between installations comes from the environment."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict

HERE = Path(__file__).resolve().parent

DEMO = os.environ.get("EUTHYMIA_DEMO") == "1"
DATA = Path(os.environ.get("EUTHYMIA_DATA", "var"))
DEBUG = False
SECRET_KEY = os.environ.get("EUTHYMIA_SECRET_KEY", "only-for-checks-and-tests-" + "x" * 32)
ALLOWED_HOSTS = os.environ.get("EUTHYMIA_HOSTS", "127.0.0.1,localhost,testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("EUTHYMIA_ORIGINS", "").split(",") if o]
BEHIND_TLS = os.environ.get("EUTHYMIA_TLS") == "1"


# A page asks the same few questions each time: PostgreSQL plans each once a connection.
PREPARED = {"server_side_binding": True, "prepare_threshold": 3}


def database(url: str) -> dict[str, Any]:
    """Turn a PostgreSQL URL into Django's settings for it: each thread keeps its connection."""
    parts = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    return {
        "ENGINE": "euthymia.postgres",
        "NAME": parts.pop("dbname", "euthymia"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "CONN_MAX_AGE": None,
        # After a crash of PostgreSQL the connections are dead: each is looked at before it is used.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**parts, **PREPARED},
    }


# The program works as a role that owns nothing; migrations run as the owner of the tables.
DB_ROLE = os.environ.get("EUTHYMIA_DB_ROLE", "app")
APP_URL = os.environ.get("EUTHYMIA_APP_URL", "postgresql://euthymia_app@/euthymia")
OWNER_URL = os.environ.get("EUTHYMIA_OWNER_URL", "postgresql://euthymia_owner@/euthymia")
DATABASES = {
    "default": database(OWNER_URL if DB_ROLE == "owner" else APP_URL),
}

FOUNDATION = ["audit", "practice", "people", "schedule", "billing", "stock", "messages", "forecasts"]
JOURNEY = ["consults", "outcomes", "screening", "plans", "infusions", "boosters"]
FACES = ["website", "desk", "portal", "reports", "exchange"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "euthymia.clinic.look",
    *(f"euthymia.clinic.foundation.{app}" for app in FOUNDATION),
    *(f"euthymia.clinic.journey.{app}" for app in JOURNEY),
    *(f"euthymia.clinic.faces.{app}" for app in FACES),
    "euthymia.clinic.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "euthymia.clinic.foundation.practice.middleware.IdleTimeout",
    "euthymia.clinic.foundation.practice.middleware.WhoIsAsking",
    "euthymia.clinic.foundation.practice.middleware.NotYours",
]

ROOT_URLCONF = "euthymia.urls"
ASGI_APPLICATION = "euthymia.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "clinic" / "look" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "euthymia.clinic.foundation.practice.page_context.practice_on_page",
            ],
        },
    }
]

FORM_RENDERER = "euthymia.clinic.look.controls.Controls"

# --- Signing in -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "practice.Account"
AUTHENTICATION_BACKENDS = ["euthymia.clinic.foundation.practice.sign_in.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "euthymia.clinic.foundation.practice.sign_in.StaffOnly"
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key", "login": "60/m/ip"}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Euthymia"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
IDLE_MINUTES = 20
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "program_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# --- Headers --------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0

# --- Files, language, time ------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600

# --- Mail: a file a message in the demo, SMTP where the environment names a host ------------------------
EMAIL_HOST = os.environ.get("EUTHYMIA_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("EUTHYMIA_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EUTHYMIA_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EUTHYMIA_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EUTHYMIA_SMTP_TLS", "1") == "1"
EMAIL_TIMEOUT = 20
EMAIL_FILE_PATH = str(DATA / "mail")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
)

# Nothing that a page was asked for goes into a log: no URL with a link's secret, no form, no SQL values.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_patient_data": {"()": "euthymia.clinic.foundation.audit.logs.OnlyWhatHappened"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["no_patient_data"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"euthymia": {"level": "INFO"}, "django": {"handlers": [], "propagate": True}},
}

# Where the practice is found from outside: what links in letters begin with.
PUBLIC_URL = os.environ.get("EUTHYMIA_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
