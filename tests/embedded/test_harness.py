"""The tests stand on throw-away servers and the application's role; these say so."""

import os

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection, connections


@pytest.mark.django_db
def test_the_tests_run_as_the_role_that_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("b12_app", False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        assert cursor.fetchone() == (0,)


def test_each_test_process_has_a_database_and_broker_keys_of_its_own(django_db_setup: None) -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    assert connections["default"].settings_dict["NAME"] == f"test_{worker}"
    assert connections["owner"].settings_dict["NAME"] == f"test_{worker}"
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] == f"test-{worker}:"


def test_no_connection_without_the_password() -> None:
    address = os.environ["DATABASE_URL"]
    with_wrong_password = address.replace(psycopg.conninfo.conninfo_to_dict(address)["password"], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(with_wrong_password.replace("/b12tracker?", "/postgres?"))


def test_the_broker_asks_for_its_password() -> None:
    address, _, number = settings.REDIS_URL.rpartition("@")
    with redis.Redis.from_url(f"redis://{number}") as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    assert address.startswith("redis://:")
