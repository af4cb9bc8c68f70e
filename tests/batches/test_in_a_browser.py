"""Batches and letters in a real browser: told in one press, at both widths, with and without script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page
from pypdf import PdfReader
from pytest_django.live_server_helper import LiveServer

from patients.models import BatchNotice, Patient
from patients.scope import clinic_scope
from tests.batches.recall import NOW, Recall
from tests.patient.ruth import on_record
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
def recall(desk: Desk) -> Recall:
    with clinic_scope([desk.clinic.pk]):
        recall = Recall(desk)
        for name in ("Aldous", "Brandt", "Calloway"):
            recall.had(family_name=name)
        recall.had(batch_number="X 77", place="elsewhere")
        recall.died(recall.had(family_name="Dead"))
        return recall


@pytest.fixture
def ruth(desk: Desk) -> Patient:
    with clinic_scope([desk.clinic.pk]):
        return on_record(desk, record_number="RS-20417")


def sign_in(page: Page, live_server: LiveServer, desk: Desk, role: str) -> None:
    browser = getattr(desk, role)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": browser.cookies[name].value, "url": live_server.url}])


@pytest.fixture
def nurse(page: Page, live_server: LiveServer, desk: Desk) -> Iterator[Page]:
    """A page of the nurse's; whatever the policy or a script complains of fails the test."""
    complaints: list[str] = []
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, live_server, desk, "nurse")
    yield page
    assert complaints == []


def reads_well(page: Page) -> None:
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways == 0, page.url
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [360, 1440])
def test_pages_read_well(
    nurse: Page, live_server: LiveServer, recall: Recall, ruth: Patient, width: int
) -> None:
    nurse.set_viewport_size({"width": width, "height": 900})
    pages = [
        address("batch_list"), recall.url(), f"{recall.url()}?show=told", f"{address('typed_batch')}?number=x77",
        recall.url("batch_letters"), recall.url("batch_download"), address("letters", ruth),
        address("letter_summary", ruth), address("letter_own_record", ruth), address("letter_everything", ruth),
    ]  # fmt: skip
    for path in pages:
        nurse.goto(live_server.url + path)
        reads_well(nurse)


@pytest.mark.parametrize("width", [360, 1440])
def test_a_managers_pages_read_well(
    page: Page, live_server: LiveServer, desk: Desk, recall: Recall, width: int
) -> None:
    sign_in(page, live_server, desk, "manager")
    page.set_viewport_size({"width": width, "height": 900})
    for path in (address("batch_list"), recall.url(), address("clinic_products")):
        page.goto(live_server.url + path)
        reads_well(page)


def told(recall: Recall) -> list[str]:
    with clinic_scope([recall.desk.clinic.pk]):
        return list(BatchNotice.objects.valid().values_list("how", flat=True))


def test_told_in_one_press_even_if_pressed_twice_and_undone(
    nurse: Page, live_server: LiveServer, recall: Recall
) -> None:
    nurse.goto(live_server.url + recall.url())
    row = nurse.get_by_role("row").filter(has_text="Aldous")
    row.get_by_role("button", name="By phone").dblclick()
    row.get_by_text("Told", exact=True).wait_for()
    nurse.get_by_text("1 of 3 told").wait_for()
    assert told(recall) == ["phone"]
    undo = row.get_by_role("button", name="Undo")
    assert undo.evaluate("button => button === document.activeElement")
    undo.click()
    nurse.get_by_text("0 of 3 told").wait_for()
    assert told(recall) == []


def test_enter_in_a_note_presses_nothing_and_the_note_is_kept(
    nurse: Page, live_server: LiveServer, recall: Recall
) -> None:
    nurse.goto(live_server.url + recall.url())
    row = nurse.get_by_role("row").filter(has_text="Brandt")
    row.get_by_text("With a note").click()
    note = row.get_by_label("Note", exact=True)
    note.fill("Back on Friday")
    note.press("Enter")
    row.get_by_role("button", name="Not reached").click()
    row.get_by_text("Back on Friday").wait_for()
    assert told(recall) == ["not_reached"]
    assert row.get_by_role("button", name="By phone").is_visible()


def test_without_script(browser: Browser, live_server: LiveServer, desk: Desk, recall: Recall) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, live_server, desk, "nurse")
    page.goto(f"{live_server.url}{recall.url()}?show=left&order=name")
    page.get_by_role("button", name="By letter").first.click()
    assert page.url.endswith("?show=left&order=name")
    assert "1 of 3 told" in page.locator("main").inner_text()
    assert "Aldous" not in page.locator("main").inner_text()
    assert told(recall) == ["letter"]


def test_letters_are_typed_looked_at_printed_and_marked(
    nurse: Page, live_server: LiveServer, recall: Recall, tmp_path: Path
) -> None:
    nurse.goto(live_server.url + recall.url())
    nurse.get_by_role("link", name="Letters").click()
    nurse.get_by_label("What happened, in the clinic's words").fill("Particles were seen.")
    nurse.get_by_label("They need do nothing").check()
    nurse.get_by_role("button", name="Show a letter").click()
    assert "Particles were seen." in nurse.get_by_role("article").inner_text()
    for _ in range(2):  # a file may be made again
        with nurse.expect_download() as saved:
            nurse.get_by_role("button", name="Make the PDF, 3 letters").click()
    saved.value.save_as(tmp_path / "letters.pdf")
    assert len(PdfReader(tmp_path / "letters.pdf").pages) == 3
    nurse.reload()
    nurse.goto(live_server.url + recall.url("batch_letters"))
    nurse.get_by_role("button", name="mark 3 as told by letter").click()
    nurse.get_by_text("3 of 3 told").wait_for()
    assert told(recall) == ["letter"] * 3


def test_the_summary_changes_beside_what_is_chosen(
    nurse: Page, live_server: LiveServer, ruth: Patient, tmp_path: Path
) -> None:
    nurse.goto(live_server.url + address("patient", ruth))
    nurse.get_by_role("link", name="Letter…").click()
    nurse.get_by_role("link", name="Write").click()
    letter = nurse.get_by_role("article")
    letter.get_by_role("heading", name="Last doses").wait_for()
    nurse.get_by_role("checkbox", name="Last doses").uncheck()
    letter.get_by_role("heading", name="Last doses").wait_for(state="detached")
    nurse.get_by_label("In your own words").fill("Dear Dr Brown,")
    with nurse.expect_download() as saved:
        nurse.get_by_role("button", name="Make the PDF").click()
    assert saved.value.suggested_filename == "letter-rs-20417-2026-11-23.pdf"
    saved.value.save_as(tmp_path / "letter.pdf")
    said = "".join(page.extract_text() for page in PdfReader(tmp_path / "letter.pdf").pages)
    assert "Dear Dr Brown," in said
    assert "Last doses" not in said
