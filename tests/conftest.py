"""What every test stands on: its process's database, broker keys and browser."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from b12tracker.embedded.browser import find_chromium, runs_sandboxed
from tests import databases

if databases.DIRECTORY not in os.environ:
    raise pytest.UsageError("Tests need servers of their own: run `make test`, or `make pytest ARGS=…`.")

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

# One broker for all test processes, so each has keys of its own; the variable is for programs a test starts.
os.environ["B12_KEY_PREFIX"] = f"test-{WORKER}:"
settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = os.environ["B12_KEY_PREFIX"]


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """This process's database, used as the application's role. It also replaces the flush after a
    transactional test, which that role may not do, by a fresh copy of the migrated template."""
    name = f"test_{WORKER}"
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        template = databases.make_template()
        databases.make_copy(name, template)
        databases.use(name)
        patch.setattr(
            TransactionTestCase, "_fixture_teardown", lambda self: databases.make_copy(name, template)
        )
        yield
        databases.drop(name)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium as found by `make test`, quiet towards the network.

    Playwright keeps an event loop open in this thread from its start to the end of the session, which
    Django takes for asynchronous code wherever the database is used: from here on it is told otherwise.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-gpu",
        "--disable-quic",
    ]
    chromium = find_chromium()
    if not runs_sandboxed(chromium):
        arguments.append("--no-sandbox")  # it opens nothing but our own pages
    return browser_type_launch_args | {"executable_path": str(chromium), "args": arguments}
