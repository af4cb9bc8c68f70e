"""The patient page, the flags and the guideline in a real browser: charts drawn, nothing blocked, at both widths."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from patients.models import Patient
from patients.scope import clinic_scope
from tests.patient.ruth import NOW, on_record
from tests.record.desk import Desk, address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def _autumn() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def desk(_autumn: None, db: None) -> Desk:
    return Desk()


@pytest.fixture
def ruth(desk: Desk) -> Patient:
    with clinic_scope([desk.clinic.pk]):
        return on_record(desk)


@pytest.fixture
def physician(page: Page, live_server: LiveServer, desk: Desk, ruth: Patient) -> Iterator[Page]:
    """A page of the physician's; whatever the policy or a script complains of fails the test."""
    complaints: list[str] = []
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            complaints.append(asked.url)
            if not asked.url.startswith((live_server.url, "data:", "blob:"))
            else None
        ),
    )
    _sign_in(page, live_server, desk, "physician")
    yield page
    assert complaints == []


def _sign_in(page: Page, live_server: LiveServer, desk: Desk, role: str) -> None:
    browser = getattr(desk, role)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": browser.cookies[name].value, "url": live_server.url}])


def _drawn(page: Page) -> None:
    page.wait_for_function(
        "() => document.querySelectorAll('.chart[data-drawn]').length === document.querySelectorAll('.chart').length"
    )


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("name", ["patient", "flags", "guideline"])
def test_pages_read_well(
    physician: Page, live_server: LiveServer, ruth: Patient, name: str, width: int
) -> None:
    physician.set_viewport_size({"width": width, "height": 900})
    physician.goto(live_server.url + (address(name, ruth) if name == "patient" else address(name)))
    _drawn(physician)
    sideways = physician.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert sideways == 0
    found = Axe().run(physician)
    assert found.violations_count == 0, found.generate_report()


def test_ranges_are_drawn_in_place_and_pngs_downloaded(
    physician: Page, live_server: LiveServer, ruth: Patient, tmp_path: Path
) -> None:
    physician.goto(live_server.url + address("patient", ruth))
    _drawn(physician)
    before = physician.evaluate("document.getElementById('course-chart').layout.xaxis.range[0]")
    with physician.expect_response("**/chart.json?range=3m"):
        physician.get_by_role("link", name="3 months").click()
    physician.wait_for_function(
        "before => document.getElementById('course-chart').layout.xaxis.range[0] > before", arg=before
    )
    assert physician.get_by_role("link", name="3 months").get_attribute("aria-current") == "true"
    assert "range=3m" in physician.url
    for button in ("PNG of the course", "PNG of the injection cycle"):
        with physician.expect_download() as saved:
            physician.get_by_role("button", name=button).click()
        kept = tmp_path / saved.value.suggested_filename
        saved.value.save_as(kept)
        assert kept.read_bytes().startswith(b"\x89PNG")


def test_a_narrow_window_is_laid_out_again(physician: Page, live_server: LiveServer, ruth: Patient) -> None:
    physician.set_viewport_size({"width": 1440, "height": 900})
    physician.goto(live_server.url + address("patient", ruth))
    _drawn(physician)
    margin = "document.getElementById('course-chart').layout.margin.r"
    wide = physician.evaluate(margin)
    physician.set_viewport_size({"width": 360, "height": 900})
    physician.wait_for_function(f"wide => {margin} < wide", arg=wide)


def test_the_timeline_opens_in_place(physician: Page, live_server: LiveServer, ruth: Patient) -> None:
    physician.goto(live_server.url + address("patient", ruth))
    shown = physician.locator("#timeline ol.timeline > li")
    before = shown.count()
    physician.get_by_role("link", name="Show older").click()
    physician.wait_for_function(
        f"() => document.querySelectorAll('#timeline ol.timeline > li').length > {before}"
    )
    physician.get_by_role("link", name="Who looked").click()
    physician.get_by_role("columnheader", name="Who").wait_for()


def test_without_script_the_same_numbers_and_every_link_lead_on(
    browser: Browser, live_server: LiveServer, desk: Desk, ruth: Patient
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    _sign_in(page, live_server, desk, "nurse")
    page.goto(live_server.url + address("patient", ruth))
    assert "The chart needs script" in page.locator("main").inner_text()
    assert "262" in page.get_by_role("region", name="Results, scrolls sideways").inner_text()
    page.get_by_role("link", name="Doses", exact=True).click()
    assert page.locator("#timeline ol.timeline > li").count() > 5
    page.get_by_role("button", name=re.compile("Seen.*Symptoms are back")).click()
    assert "Marked as seen for Ruth Calloway" in page.locator("body").inner_text()


def test_printed_with_chart_and_identity(physician: Page, live_server: LiveServer, ruth: Patient) -> None:
    physician.goto(live_server.url + address("patient", ruth))
    _drawn(physician)
    physician.emulate_media(media="print")
    assert physician.get_by_role("heading", name="Ruth Calloway").is_visible()
    assert physician.locator("#course-chart svg.main-svg").first.is_visible()
    assert not physician.get_by_role("link", name="Log injection").is_visible()
