"""The indicators in Chromium: charts drawn under the policy, nothing for axe to find, all of it without script."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page

from tests.indicators.people import NOW, counted, filled
from tests.record.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(db: None) -> Iterator[Desk]:
    with time_machine.travel(NOW, tick=True):
        desk = Desk()
        filled(desk.clinic, physician=desk.users["physician"], many=2)
        counted(desk.clinic)
        yield desk


def sign_in(page: Page, live_server: Any, desk: Desk, role: str) -> None:
    name = settings.SESSION_COOKIE_NAME
    cookie = getattr(desk, role).cookies[name].value
    page.context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])


def wrong_with(page: Page) -> list[str]:
    found = [
        f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("scrolls sideways")
    return found


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("role", ["physician", "manager"])
def test_the_pages_read_well(page: Page, live_server: Any, desk: Desk, role: str, width: int) -> None:
    complaints: list[str] = []
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, live_server, desk, role)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url + reverse("indicators"))
    page.wait_for_function(
        "() => document.querySelectorAll('.chart[data-drawn]').length === document.querySelectorAll('.chart').length"
    )
    assert page.locator(".chart").count() == 4  # no check was due, nobody measured or assessed
    assert wrong_with(page) == []
    if width == 1440:  # the bar stays on one line
        assert page.locator(".topbar").bounding_box()["height"] < 70
    if role == "physician":
        page.get_by_role("link", name="Who").first.click()
        page.get_by_role("link", name="Ruth Quillfeather").first.wait_for()
        assert wrong_with(page) == []
    assert complaints == []


def test_choosing_a_month_shows_it(page: Page, live_server: Any, desk: Desk) -> None:
    sign_in(page, live_server, desk, "physician")
    page.goto(live_server.url + reverse("indicators"))
    page.get_by_label("Month", exact=True).select_option("Jul 2026")
    page.wait_for_url("**/indicators/?month=2026-07*")
    assert "Jul 2026" in page.locator(".page-head").inner_text()


def test_without_script_the_numbers_are_there(browser: Browser, live_server: Any, desk: Desk) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, desk, "manager")
    page.goto(live_server.url + reverse("indicators"))
    main = page.get_by_role("main")
    assert "2 of 4 patients" in main.inner_text()
    assert main.get_by_role("row", name="Sep 2026, so far").inner_text().split()[4:6] == ["2/4", "50"]
    page.get_by_label("Month", exact=True).select_option("Jul 2026")
    page.get_by_role("button", name="Show").click()
    assert "month=2026-07" in page.url
    page.get_by_role("button", name="Count again now").click()
    assert "are being counted again" in page.get_by_role("status").last.inner_text()
    context.close()
