"""The messages pages in a real browser: readable on a phone and a desk, accessible, nothing blocked by the policy."""

import datetime as dt
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from patients.models import Clinic, Patient
from patients.scope import clinic_scope
from schedules.actions.prepare_messages import prepare_messages
from schedules.messages.links import Recipient, unsubscribe_token
from schedules.models import Message
from tests.factories import member
from tests.messages.people import book, clinic_that_reminds, patient_with_visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Look = Callable[[str], None]


@pytest.fixture
def patient() -> Patient:
    """One of several who were written to: sent, tried in vain, refused, not wanted."""
    clinic = clinic_that_reminds(address="12 Mill Lane\nOtley", time_zone="Europe/London")
    ends = [
        {"state": "sent", "sent_at": timezone.now()},
        {"why": "The mail server could not be reached.", "attempts": 2},
        {
            "state": "failed",
            "why": "The mail server refused the address: 550 5.1.1 No such user",
            "attempts": 1,
        },
        {"state": "suppressed", "why": "The visit has moved to Tue 2 Feb 2027."},
        {},
    ]
    names = [
        ("Ruth", "Calloway"),
        ("Daniel", "Osei"),
        ("Priya", "Raman"),
        ("Henry", "Blackwood"),
        ("Leila", "Haddad"),
    ]
    with clinic_scope([clinic.pk]):
        visit = clinic.today() + dt.timedelta(6)
        people = [
            patient_with_visit(
                clinic, on=visit, given_name=given, family_name=family, email=f"{given.lower()}@mail.example"
            )
            for given, family in names
        ]
        book(people[0], on=visit)
    prepare_messages(now=timezone.now())
    with clinic_scope([clinic.pk]):
        for person, end in zip(people, ends, strict=True):
            Message.objects.filter(patient=person).update(**end)
    return people[0]


@pytest.fixture
def look(page: Page, live_server: LiveServer) -> Look:
    """Open an address at both widths: no message of the policy or of a script, no sideways scrolling, axe content."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def open_and_look(address: str) -> None:
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(live_server.url + address)
            sideways = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert sideways == 0, f"{address} scrolls sideways at {width}"
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        assert complaints == []

    return open_and_look


def sign_in(page: Page, live_server: LiveServer, clinic: Clinic) -> None:
    client = Client()
    client.force_login(member(clinic, "nurse", name="Joy Mbeki"))
    cookie = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
    }
    page.context.add_cookies([{**cookie, "url": live_server.url}])


def test_list_and_message_read_well_at_both_widths(
    page: Page, live_server: LiveServer, patient: Patient, look: Look
) -> None:
    sign_in(page, live_server, patient.clinic)
    look(reverse("messages"))
    with clinic_scope([patient.clinic_id]):
        uids = list(Message.objects.values_list("uid", flat=True))
    look(reverse("message", args=[uids[0]]))
    look(reverse("messages") + "?state=failed&q=nobody")


def test_sending_again_from_the_page(page: Page, live_server: LiveServer, patient: Patient) -> None:
    sign_in(page, live_server, patient.clinic)
    page.goto(live_server.url + reverse("messages") + "?state=failed")
    page.get_by_role("link", name="Visit is coming").click()
    page.get_by_role("button", name="Send again").click()
    assert "Waiting to be sent" in page.locator("main").inner_text()
    with clinic_scope([patient.clinic_id]):
        assert Message.objects.filter(step="resend-1", state="queued").count() == 1


def test_a_patient_stops_the_e_mails_without_script(
    browser: Browser, live_server: LiveServer, patient: Patient, look: Look
) -> None:
    today = timezone.now().date()
    token = unsubscribe_token(Recipient(patient.clinic_id, patient.uid), today=today)
    address = reverse("unsubscribe", args=[token])
    look(address)
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(live_server.url + address)
    page.get_by_role("button", name="Stop the e-mails").click()
    assert "no more e-mails" in page.locator("main").inner_text()
    with clinic_scope([patient.clinic_id]):
        patient.refresh_from_db()
    assert patient.unsubscribed_at is not None
