"""The browser stands on the same legs: the live server, the process's database, the Chromium that was found."""

from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from b12tracker.embedded.browser import find_chromium
from b12tracker.embedded.errors import EmbeddedError


@pytest.mark.browser
def test_chromium_reads_a_page_and_the_test_reads_the_database(live_server: LiveServer, page: Page) -> None:
    get_user_model().objects.create(email="nurse@clinic.example", name="Invented Nurse")
    page.goto(f"{live_server.url}/health")
    assert page.inner_text("body") == "ok"
    assert get_user_model().objects.count() == 1


@pytest.mark.browser
def test_what_a_browser_test_wrote_is_gone(live_server: LiveServer) -> None:
    assert get_user_model().objects.count() == 0


def test_a_named_browser_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("B12_CHROMIUM", str(tmp_path / "no-browser"))
    with pytest.raises(EmbeddedError, match="no program that can be run"):
        find_chromium()
