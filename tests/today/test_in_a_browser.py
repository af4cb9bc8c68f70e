"""A nurse's morning in real Chromium: four presses for a dose, one to take it back; contact in place; both widths."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from patients.models import Clinic, Patient
from patients.scope import clinic_scope
from schedules.messages.words import clinical_words
from schedules.models import Contact, Flag
from tests.factories import ClinicFactory, member
from tests.today.people import batch, blood_due, days, maintained

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (360, 1440)


@pytest.fixture(autouse=True)
def clock() -> None:
    """The browser's clock is the real one, so the server's is, too."""


@pytest.fixture
def clinic(transactional_db: None) -> Clinic:
    return ClinicFactory(open_weekdays=list(range(7)))


@pytest.fixture
def late(clinic: Clinic) -> Patient:
    """Someone who missed the last injection."""
    with clinic_scope([clinic.pk]):
        batch(clinic)
        return maintained(
            clinic,
            due_on=clinic.today() - days(5),
            as_of=clinic.today(),
            given_name="Edith",
            family_name="Halloran",
            phone="07700 900142",
        )


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complained about: scripts, the policy. Nothing is expected."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield found
    assert found == []


def sign_in(target: Any, live_server: LiveServer, clinic: Clinic) -> None:
    client = Client()
    client.force_login(member(clinic, "nurse", name="Joy Mbeki"))
    name = settings.SESSION_COOKIE_NAME
    target.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])


def codes(patient: Patient) -> set[str]:
    with clinic_scope([patient.clinic_id]):
        return set(
            Flag.objects.filter(patient=patient, cleared_on__isnull=True).values_list("code", flat=True)
        )


def check(page: Page) -> None:
    """Both widths: nothing to find for axe, nothing to scroll sideways."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        sideways = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert sideways == 0, f"{page.url} scrolls sideways at {width}"
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_four_presses_log_a_dose_and_one_takes_it_back(
    page: Page, live_server: LiveServer, clinic: Clinic, late: Patient, complaints: list[str]
) -> None:
    sign_in(page.context, live_server, clinic)
    page.goto(live_server.url + "/")
    group = page.locator("tbody", has_text="Late, not booked")
    expect(group.get_by_role("link", name="Edith Halloran", exact=True)).to_be_visible()
    assert "MISSED_INJECTION" in codes(late)

    page.get_by_role("link", name="Log for Edith Halloran").click()
    page.get_by_label("Patient says Edith Halloran").check()
    page.get_by_label("No to all four").check()
    page.get_by_role("button", name="Save injection").click()

    next_on = clinic.today() + days(7)
    notice = page.get_by_role("status")
    expect(notice).to_contain_text("Saved for Edith Halloran. Next: book")
    expect(notice).to_contain_text(f"{next_on.day} {next_on:%b} {next_on.year}")
    expect(page.get_by_text("Late, not booked")).to_have_count(0)
    assert "MISSED_INJECTION" not in codes(late)

    notice.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Taken back for Edith Halloran")
    expect(group.get_by_role("link", name="Edith Halloran", exact=True)).to_be_visible()
    assert "MISSED_INJECTION" in codes(late)


def test_a_contact_opens_in_place_by_keyboard_and_closing_gives_the_focus_back(
    page: Page, live_server: LiveServer, clinic: Clinic, late: Patient, complaints: list[str]
) -> None:
    sign_in(page.context, live_server, clinic)
    page.goto(live_server.url + "/")
    opener = page.get_by_role("link", name="Contact with Edith Halloran")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="07700 900142")).to_be_focused()
    check(page)
    page.keyboard.press("Escape")
    expect(page.locator("tr.inline")).to_have_count(0)
    expect(opener).to_be_focused()

    opener.click()
    page.get_by_role("button", name="Call later").click()
    expect(page.get_by_label("Call again on")).to_be_focused()
    page.locator("tr.inline").get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Noted: call Edith Halloran on")
    expect(page.get_by_text("Arranged for a later day")).to_be_visible()
    with clinic_scope([clinic.pk]):
        assert Contact.objects.get(patient=late).call_on == clinic.today() + dt.timedelta(1)


def test_a_yes_opens_its_question_and_takes_no_to_all_back(
    page: Page, live_server: LiveServer, clinic: Clinic, late: Patient, complaints: list[str]
) -> None:
    sign_in(page.context, live_server, clinic)
    page.goto(f"{live_server.url}/patients/{late.uid}/log/")
    check(page)
    told = page.get_by_label("What happened, and when")
    expect(told).to_be_hidden()
    page.get_by_label("No to all four").check()
    page.locator("#yes_reaction").check()
    expect(told).to_be_visible()
    expect(page.get_by_label("No to all four")).not_to_be_checked()
    check(page)
    page.get_by_text("Change site, batch or time").click()
    page.get_by_label("Where").select_option("thigh_left")
    expect(page.locator("[data-said=site]")).to_have_text("left thigh")
    scan = page.get_by_label("Scan vial")
    scan.fill("01076123456789001729083110SCANNED1")
    scan.press("Enter")  # The scanner's own Enter reads the vial, it does not save.
    expect(page.get_by_label("Another batch number")).to_have_value("SCANNED1")
    expect(page.get_by_label("Where")).to_have_value("thigh_left")
    check(page)


def test_without_script_everything_is_there(
    browser: Browser, live_server: LiveServer, clinic: Clinic, late: Patient
) -> None:
    with clinic_scope([clinic.pk]):
        blood_due(clinic, as_of=clinic.today())
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, live_server, clinic)
    page = context.new_page()
    page.goto(live_server.url + "/")
    page.get_by_role("link", name="Contact with Edith Halloran").click()
    page.get_by_role("button", name="No answer").click()
    expect(page.get_by_role("status")).to_contain_text("Noted for Edith Halloran: no answer.")
    page.get_by_role("link", name="Book for Edith Halloran").click()
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("status")).to_contain_text("Booked for Edith Halloran")
    page.get_by_role("link", name="Log for Edith Halloran").click()
    page.get_by_label("Patient says Edith Halloran").check()
    page.get_by_label("No to all four").check()
    page.get_by_role("button", name="Save injection").click()
    expect(page.get_by_role("status")).to_contain_text("Saved for Edith Halloran")
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "?show=phone",
        "today/download/",
        "today/phone-list/",
        "today/cards/",
        "log/elsewhere/",
        "log/not-given/",
        "book/",
        "contact/",
        "card/",
    ],
)
def test_pages_read_well_at_both_widths(
    page: Page, live_server: LiveServer, clinic: Clinic, late: Patient, path: str, complaints: list[str]
) -> None:
    sign_in(page.context, live_server, clinic)
    own = path.startswith(("today/", "?")) or not path
    page.goto(f"{live_server.url}/{path}" if own else f"{live_server.url}/patients/{late.uid}/{path}")
    check(page)


def test_on_paper_there_are_four_cards_a_sheet_and_nothing_that_tells(
    page: Page, live_server: LiveServer, clinic: Clinic, complaints: list[str]
) -> None:
    with clinic_scope([clinic.pk]):
        for number in range(5):
            maintained(clinic, due_on=clinic.today() + days(number), as_of=clinic.today())
    sign_in(page.context, live_server, clinic)
    page.emulate_media(media="print")
    for path in ("today/cards/", "today/phone-list/"):
        page.goto(f"{live_server.url}/{path}")
        assert clinical_words(page.title() + page.locator("body").inner_text()) == set()
    page.goto(f"{live_server.url}/today/cards/")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
    page.emulate_media(media="screen")
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")
