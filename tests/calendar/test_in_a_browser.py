"""The manager's and the calendar's pages in Chromium: narrow and wide, with nothing for axe to find."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from tests.calendar.test_calendar import clinic_with_visits
from tests.factories import member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = [
    "calendar", "clinic", "clinic_closed_days", "clinic_defaults", "clinic_people", "clinic_products",
    "clinic_access_log", "clinic_permissions", "account", "guideline",
]  # fmt: skip


@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_fits_and_axe_finds_nothing(page: Page, live_server: Any, width: int) -> None:
    clinic = clinic_with_visits(2)
    browser = Client()
    browser.force_login(
        member(clinic, "manager", "nurse"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": browser.cookies[name].value, "url": live_server.url}])
    page.set_viewport_size({"width": width, "height": 900})
    paths = [reverse(each) for each in NAMES]
    paths.append(reverse("calendar_day", args=[clinic.today().isoformat()]))
    paths.append(reverse("change_clinic_default", args=["d12_1mo_days"]))
    wrong = {}
    for path in paths:
        page.goto(live_server.url + path)
        found = [
            f"{each['id']}: {each['nodes'][0]['html'][:120]}"
            for each in Axe().run(page).response["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append("scrolls sideways")
        if found:
            wrong[path] = found
    assert wrong == {}
