"""Merging, separating and moving in Chromium: narrow and wide, with and without script, nothing for axe to find."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from patients.models import Injection, Patient
from patients.scope import clinic_scope
from tests.factories import InjectionFactory
from tests.people.two_records import merge, two
from tests.record.desk import Desk, address
from tests.record.test_in_a_browser import found_by_axe, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def _monday_at_ten() -> None:
    """The browser and the server keep the real time here."""


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return Desk()


def fits(page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found_by_axe(page) + (["wider than the screen"] if wider > 0 else [])


@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_fits_and_axe_finds_nothing(page: Page, live_server: Any, desk: Desk, width: int) -> None:
    with clinic_scope([desk.clinic.pk]):
        kept, merged = two(desk)
        third, fourth = two_more(desk)
        given = Injection.objects.valid().filter(patient=kept).latest("pk")
    sign_in(page, live_server, desk.physician)
    page.set_viewport_size({"width": width, "height": 900})
    move = ["injection", given.uid]
    wheres = [
        address("merge_choose", kept), f"{address('merge_choose', kept)}?q=Cal",
        address("merge", kept, merged.uid), address("correct_record", kept, *move),
        address("amend_injection", kept, given.uid),
        address("move_find", kept, *move), f"{address('move_find', kept, *move)}?q=Cal",
        address("move", kept, *move, merged.uid), address("patient", fourth), address("separate", fourth),
        address("patient", third), f"{address('patient_search')}?q=Second",
    ]  # fmt: skip
    wrong = {}
    for where in wheres:
        page.goto(live_server.url + where)
        if said := fits(page):
            wrong[where] = said
    assert wrong == {}


def two_more(desk: Desk) -> tuple[Patient, Patient]:
    """Two records that are merged."""
    third, fourth = desk.patient(family_name="Second"), desk.patient(family_name="Second")
    merge(desk, third, fourth)
    return third, fourth


def test_register_is_asked_then_merged_and_separated(page: Page, live_server: Any, desk: Desk) -> None:
    with clinic_scope([desk.clinic.pk]):
        kept, merged = two(desk)
    sign_in(page, live_server, desk.coordinator)
    page.goto(live_server.url + address("patient", merged))
    page.get_by_text("Same person as another record").click()
    page.get_by_role("link", name="Choose Ruth Calloway, RS-1").click()
    page.get_by_role("button", name="Merge into RS-1").click()
    page.get_by_text("This field is required").wait_for()
    assert fits(page) == []
    page.get_by_label("How do you know").fill("Same card")
    page.get_by_role("button", name="Merge into RS-1").click()
    page.get_by_text("everything of RS-2 is now in this record").wait_for()
    page.goto(live_server.url + address("patient", merged))
    page.get_by_role("link", name="Separate again").click()
    page.get_by_role("button", name="Separate again").click()
    page.get_by_text("RS-2 is a record of its own").wait_for()
    assert page.url == live_server.url + address("patient", merged)


@pytest.mark.parametrize("script", [True, False])
def test_a_dose_moves_to_the_right_patient(
    browser: Browser, live_server: Any, desk: Desk, script: bool
) -> None:
    with clinic_scope([desk.clinic.pk]):
        kept, merged = two(desk)
        today = desk.clinic.today()
        given = InjectionFactory(patient=kept, on=today, recorded_by=desk.users["nurse"])
        InjectionFactory(patient=merged, on=today)
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    sign_in(page, live_server, desk.physician)
    page.goto(live_server.url + address("correct_record", kept, "injection", given.uid))
    offer = page.get_by_role("link", name="Move it to the right patient")
    assert not offer.is_visible()
    plain = page.get_by_role("button", name="Strike out", exact=True)
    assert plain.is_visible()
    page.check("[name=reason][value=wrong_patient]")
    assert not plain.is_visible()
    assert "btn-primary" in (offer.get_attribute("class") or "")
    assert page.get_by_role("button", name="Only strike out").is_visible()
    offer.click()
    page.locator("main [name=q]").fill("RS-2")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Choose Ruth Caloway, RS-2").click()
    page.get_by_text("A dose is already recorded").wait_for()
    page.get_by_label("How did it happen").fill("Wrong row tapped")
    page.select_option("[name=reason]", "other")
    page.fill("[name=sentence]", "Two were given.")
    page.get_by_role("button", name="Move to RS-2").click()
    page.get_by_text("Moved here from RS-1, and struck out there").wait_for()
    context.close()
    with clinic_scope([desk.clinic.pk]):
        assert Injection.objects.valid().get(amends=given).patient == merged


def test_registering_and_merging_without_script(browser: Browser, live_server: Any, desk: Desk) -> None:
    with clinic_scope([desk.clinic.pk]):
        kept, _merged = two(desk)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    sign_in(page, live_server, desk.coordinator)
    page.goto(live_server.url + address("register_patient"))
    for name, value in {
        "given_name": "Ruth", "family_name": "Kalloway", "birth_date": "1961-03-03", "record_number": "RS-7",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.check("[name=sex][value=female]")
    page.get_by_text("Other numbers").click()
    page.fill("[name=kind_0]", "Hospital number")
    page.fill("[name=number_0]", "H-9")
    page.get_by_role("button", name="Register").click()
    page.get_by_text("Is this the same person?").wait_for()
    page.check("[name=someone_else]")
    page.get_by_role("button", name="Register").click()
    page.get_by_text("Hospital number H-9").wait_for()
    page.get_by_text("Same person as another record").click()
    page.get_by_role("link", name="Choose Ruth Calloway, RS-1").click()
    page.get_by_role("link", name="Keep this one RS-7").click()
    page.get_by_label("How do you know").fill("Same card")
    page.get_by_role("button", name="Merge into RS-7").click()
    page.get_by_text("everything of RS-1 is now in this record").wait_for()
    context.close()
    with clinic_scope([desk.clinic.pk]):
        assert Patient.objects.get(pk=kept.pk).current_record.record_number == "RS-7"
