"""How many presses a dose takes, counted by the page itself: what a nurse does twenty to sixty times a day.

The server's answers are measured and printed (`pytest -s`), with an estimate by the keystroke-level model: 1.1 s to
point, 0.1 s to tap or 0.2 s to click, 1.35 s to think before each press, 0.4 s to take the mouse, answers as measured.
"""

import datetime as dt
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from patients.models import Assessment, BloodDraw, Clinic, Injection, Patient
from patients.scope import clinic_scope
from schedules.models import Contact
from tests.factories import (
    ClinicFactory,
    DecisionFactory,
    InjectionFactory,
    OrderFactory,
    PatientFactory,
    member,
)
from tests.today.people import batch, maintained, refreshed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A press is a finger or button going down, or Enter; what only follows from one (a label's second click) is not.
COUNTS = """["pointerdown", "keydown"].forEach(kind => addEventListener(kind, event => {
  if (event.isTrusted && (kind === "pointerdown" || event.key === "Enter" || event.key === " ")) window.pressed();
}, true));"""
TABLET = {"viewport": {"width": 768, "height": 1024}, "has_touch": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
POINT, TAP, CLICK, THINK, HAND = 1.1, 0.1, 0.2, 1.35, 0.4


@pytest.fixture(autouse=True)
def clock() -> None:
    """The browser's clock is the real one, so the server's is, too."""


@pytest.fixture
def clinic(transactional_db: None) -> Clinic:
    clinic = ClinicFactory(open_weekdays=list(range(7)))
    with clinic_scope([clinic.pk]):
        batch(clinic)
    return clinic


@pytest.fixture
def edith(clinic: Clinic) -> Patient:
    """Due today; nothing else to do."""
    with clinic_scope([clinic.pk]):
        today = clinic.today()
        return maintained(clinic, due_on=today, as_of=today, given_name="Edith", family_name="Halloran")


@pytest.fixture
def ruth(clinic: Clinic) -> Patient:
    """A dose, the first blood test and, never having been assessed, the scores are due today."""
    with clinic_scope([clinic.pk]):
        today = clinic.today()
        patient = PatientFactory(clinic=clinic, given_name="Ruth", family_name="Calloway")
        start = today - dt.timedelta(91)
        DecisionFactory(patient=patient, kind="start_prophylaxis", interval="1mo", on=start)
        for days in (91, 61, 30):
            InjectionFactory(patient=patient, on=today - dt.timedelta(days))
        OrderFactory(patient=patient, regimen="1mo", from_date=start)
        return refreshed(patient, today)


class Nurse:
    """A nurse in front of Today. `press` taps or clicks; `presses` and `answers` (seconds) are the browser's count."""

    def __init__(self, page: Page, touch: bool) -> None:
        self.page, self.touch = page, touch
        self.presses, self.answers = 0, list[float]()
        page.on("response", self._answered)

    def pressed(self) -> None:
        self.presses += 1

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            response.finished()
            timing = response.request.timing
            self.answers.append((timing["responseStart"] - timing["requestStart"]) / 1000)

    def press(self, target: Locator) -> None:
        if self.touch:
            target.tap()
        else:
            target.click()

    @property
    def estimate(self) -> float:
        """Seconds for the presses counted, by the keystroke-level model."""
        each = POINT + (TAP if self.touch else CLICK) + THINK
        return self.presses * each + sum(self.answers) + (0 if self.touch else HAND)

    def report(self, what: str) -> None:
        where = "tablet" if self.touch else "desk"
        times = ", ".join(f"{seconds * 1000:.0f} ms" for seconds in self.answers)
        sys.stdout.write(
            f"\n{what}, {where}: {self.presses} presses, answers {times}, estimate {self.estimate:.1f} s\n"
        )


@pytest.fixture(params=["tablet", "desk"])
def nurse(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer, clinic: Clinic
) -> Iterator[Nurse]:
    touch = request.param == "tablet"
    context = browser.new_context(**(TABLET if touch else DESK))  # type: ignore[arg-type]
    client = Client()
    client.force_login(member(clinic, "nurse", name="Joy Mbeki"))
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    context.add_init_script(COUNTS)
    page = context.new_page()
    counting = Nurse(page, touch)
    page.expose_function("pressed", counting.pressed)
    page.goto(live_server.url + "/")
    counting.answers.clear()  # the list was open already
    yield counting
    context.close()


def saved(nurse: Nurse, words: str) -> None:
    expect(nurse.page.get_by_role("status")).to_contain_text(words)
    nurse.page.wait_for_load_state()


def test_a_routine_dose_takes_four_presses_without_scrolling(nurse: Nurse, edith: Patient) -> None:
    page = nurse.page
    page.reload()
    nurse.answers.clear()
    nurse.press(page.get_by_role("link", name="Log for Edith Halloran"))
    nurse.press(page.get_by_text("Patient says Edith Halloran"))
    nurse.press(page.get_by_text("No to all four"))
    assert page.evaluate("scrollY") == 0, "identity and questions are not in view together"
    nurse.press(page.get_by_role("button", name="Save injection"))
    saved(nurse, "Saved for Edith Halloran. Next: book")
    nurse.report("A routine dose")
    assert nurse.presses == 4
    with clinic_scope([edith.clinic_id]):
        dose = Injection.objects.filter(patient=edith).latest("pk")
    assert dose.on == edith.clinic.today()
    assert dose.identity_checked
    assert dose.screening_clear
    assert dose.batch_id is not None


def test_a_dose_with_blood_and_scores_takes_ten(nurse: Nurse, ruth: Patient) -> None:
    page = nurse.page
    page.reload()
    nurse.answers.clear()
    nurse.press(page.get_by_role("link", name="Log for Ruth Calloway"))
    nurse.press(page.get_by_text("Patient says Ruth Calloway"))
    nurse.press(page.get_by_text("Taken, before the dose"))
    nurse.press(page.get_by_text("No to all four"))
    for row in page.locator(".score").all():
        nurse.press(row.get_by_text("none"))
    nurse.press(page.get_by_role("button", name="Save injection"))
    saved(nurse, "Saved for Ruth Calloway.")
    nurse.report("With blood and scores")
    assert nurse.presses == 10
    with clinic_scope([ruth.clinic_id]):
        assert Assessment.objects.get(patient=ruth).total == 0
        assert BloodDraw.objects.get(patient=ruth).before_dose


def test_given_elsewhere_takes_three(nurse: Nurse, edith: Patient) -> None:
    page = nurse.page
    page.reload()
    nurse.answers.clear()
    nurse.press(page.get_by_role("link", name="Log for Edith Halloran"))
    nurse.press(page.get_by_role("link", name="Given elsewhere"))
    nurse.press(page.get_by_role("button", name="The patient says so"))
    saved(nurse, "Saved for Edith Halloran.")
    nurse.report("Given elsewhere")
    assert nurse.presses == 3
    with clinic_scope([edith.clinic_id]):
        assert Injection.objects.filter(patient=edith).latest("pk").place == "elsewhere"


def test_not_given_takes_one_press_and_a_reason(nurse: Nurse, edith: Patient) -> None:
    page = nurse.page
    page.goto(page.url + f"patients/{edith.uid}/log/")
    nurse.answers.clear()
    nurse.press(page.get_by_role("link", name="Not given"))
    nurse.press(page.get_by_role("button", name="Unwell"))
    saved(nurse, "Not given, noted for Edith Halloran.")
    nurse.report("Not given")
    assert nurse.presses == 2


def test_the_same_by_keyboard_alone(nurse: Nurse, edith: Patient) -> None:
    """Enter and Space press; Tab leads from one to the next in reading order, through no trap."""
    page = nurse.page
    page.reload()
    page.get_by_role("link", name="Log for Edith Halloran").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Log injection")).to_be_visible()
    for name in ("Patient says Edith Halloran, 3 Mar 1961", "No to all four"):
        tab_to(page, page.get_by_role("checkbox", name=name))
        page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Save injection"))
    page.keyboard.press("Enter")
    saved(nurse, "Saved for Edith Halloran.")
    assert nurse.presses == 4


def tab_to(page: Page, target: Locator) -> None:
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab does not lead there")


def test_enter_in_a_note_presses_no_reason(nurse: Nurse, edith: Patient) -> None:
    """Each button of these forms says something else, so none of them is what Enter means."""
    page, start = nurse.page, nurse.page.url
    for path, field in (
        ("log/not-given/", "#id_note"),
        ("log/elsewhere/", "#id_on"),
        ("contact/", "#contact-note"),
    ):
        page.goto(f"{start}patients/{edith.uid}/{path}")
        if field != "#id_on":
            page.locator(field).fill("rang twice")
        page.locator(field).press("Enter")
        expect(page.get_by_text("Not saved yet: press")).to_be_visible()
        expect(page.locator(field)).not_to_have_value("")
    with clinic_scope([edith.clinic_id]):
        assert Injection.objects.filter(patient=edith).count() == 1  # the one of the past
        assert not Contact.objects.exists()
