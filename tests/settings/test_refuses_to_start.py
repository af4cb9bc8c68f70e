"""Production settings: unsafe ones refuse to start, safe ones pass Django's own check without a warning."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAFE = {
    "DATABASE_URL": "postgres://b12_app:x@db.example/b12tracker",
    "DATABASE_ADMIN_URL": "postgres://b12_owner:x@db.example/b12tracker",
    "REDIS_URL": "redis://broker.example/0",
    "EMAIL_URL": "smtp+tls://user:x@mail.example:587",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "b12.example",
    "MAIL_FROM": "appointments@clinic.example",
}


def manage(*arguments: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    """`manage.py` in a process of its own, with production settings but for what is changed (None: unset)."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in SAFE and not name.startswith(("B12_", "DJANGO_"))
    }
    environment = clean | {name: value for name, value in (SAFE | changed).items() if value is not None}
    return subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_safe_settings_pass_the_deployment_check_without_a_warning() -> None:
    answer = manage("check", "--deploy", "--fail-level", "WARNING")
    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "django-insecure-" + "a1b2" * 15}, "SECRET_KEY is a default"),
        ({"SECRET_KEY": "short"}, "too short"),
        ({"DEBUG": "1"}, "DEBUG must be off"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS must name"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name"),
        ({"EMAIL_URL": None}, "EMAIL_URL must be set"),
        ({"REDIS_URL": None, "DATABASE_ADMIN_URL": None}, "DATABASE_ADMIN_URL, REDIS_URL must be set"),
    ],
)
def test_unsafe_settings_refuse_to_start(changed: dict[str, str | None], says: str) -> None:
    answer = manage("check", **changed)
    assert answer.returncode != 0
    assert says in answer.stderr
