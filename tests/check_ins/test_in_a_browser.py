"""The page on a phone: large, accessible, by keyboard, without script."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from patients.models import CheckInInvitation
from patients.scope import clinic_scope
from tests.check_ins.asked import link_to, recorded
from tests.factories import ClinicFactory, InvitationFactory, PatientFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def invitation() -> CheckInInvitation:
    clinic = ClinicFactory()
    with clinic_scope([clinic.pk]):
        return InvitationFactory(patient=PatientFactory(clinic=clinic), sent_on=timezone.now().date())


def looked_at(page: Page) -> None:
    """No sideways scrolling, nothing for axe, nothing too small for a thumb."""
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    small = page.eval_on_selector_all(
        ".tick, button, input.form-control", "all => all.filter(each => each.offsetHeight < 44).length"
    )
    assert small == 0


@pytest.mark.parametrize("width", [360, 1440])
def test_from_the_birth_year_to_thanks_with_the_keyboard(
    page: Page, live_server: LiveServer, invitation: CheckInInvitation, width: int
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 780})
    page.goto(live_server.url + link_to(invitation))
    looked_at(page)
    page.keyboard.press("Tab")
    page.keyboard.type("1960")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    looked_at(page)
    page.get_by_label("In which year were you born?").fill("1961")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="How have you been").wait_for()
    looked_at(page)
    page.keyboard.press("Tab")  # The clinic's phone number.
    for presses in range(1, 5):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        for _press in range(presses - 1):
            page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Tired")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you").wait_for()
    looked_at(page)
    (check_in,) = recorded(invitation.patient)
    assert list(check_in.scores.values()) == [0, 1, 2, 3, None]
    assert check_in.note == "Tired"
    # The wrong year was answered with a page that says so; the policy blocked nothing.
    assert [text for text in complaints if "422" not in text] == []


def test_without_script_and_a_double_press(
    browser: Browser, live_server: LiveServer, invitation: CheckInInvitation
) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780}).new_page()
    page.goto(live_server.url + link_to(invitation))
    page.get_by_label("In which year were you born?").fill("1961")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("A little").nth(1).check()
    page.get_by_role("button", name="Send my answers").dblclick()
    page.get_by_role("heading", name="Thank you").wait_for()
    (check_in,) = recorded(invitation.patient)
    assert (check_in.gait_ataxia, check_in.visual) == (1, None)


def test_a_link_that_cannot_be_used(page: Page, live_server: LiveServer) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(live_server.url + "/q/1-2-3-4/")
    looked_at(page)
    assert "please phone" in page.locator("main").inner_text()
