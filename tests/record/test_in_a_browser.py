"""The record's and the decisions' pages in Chromium: narrow and wide, with nothing for axe to find."""

import datetime as dt
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from patients.models import Patient
from patients.scope import clinic_scope
from schedules.actions.refresh import refresh_patients
from tests.factories import (
    AssessmentFactory,
    DecisionFactory,
    InjectionFactory,
    LabResultFactory,
    OrderFactory,
)
from tests.record.desk import Desk, address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = [
    "edit_patient", "record_assessment", "background", "edit_allergies", "add_cause", "add_medication",
    "add_pregnancy", "record_results", "decide", "decide_interval", "order", "decide_stop", "decide_close",
    "decide_folic_acid",
]  # fmt: skip


@pytest.fixture
def _monday_at_ten() -> None:
    """The browser and the server keep the real time here."""


def kept(desk: Desk) -> Patient:
    """A patient in maintenance, with a cause, a symptom and a result."""
    today = desk.clinic.today()
    begun = today - dt.timedelta(200)
    with clinic_scope([desk.clinic.pk]):
        patient = desk.patient()
        patient.causes.create(clinic=desk.clinic, kind="pernicious_anaemia", recorded_by=desk.users["nurse"])
        AssessmentFactory(patient=patient, on=begun)
        AssessmentFactory(patient=patient, on=today - dt.timedelta(3), gait_ataxia=1)
        DecisionFactory(patient=patient, on=begun)
        OrderFactory(patient=patient, from_date=begun)
        for day in (0, 2, 4, 7, 9, 11, 102):
            InjectionFactory(patient=patient, on=begun + dt.timedelta(day))
        LabResultFactory(patient=patient, drawn_on=begun)
        refresh_patients([patient.pk], cause="test")
    return patient


def sign_in(page: Page, server: Any, browser: Client) -> None:
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": browser.cookies[name].value, "url": server.url}])


def found_by_axe(page: Page) -> list[str]:
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in Axe().run(page).response["violations"]
    ]


@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_fits_and_axe_finds_nothing(page: Page, live_server: Any, width: int) -> None:
    desk = Desk()
    patient = kept(desk)
    sign_in(page, live_server, desk.physician)
    page.set_viewport_size({"width": width, "height": 900})
    wrong = {}
    for where in [
        address("patient_search"),
        address("register_patient"),
        *(address(n, patient) for n in PAGES),
    ]:
        page.goto(live_server.url + where)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        said = found_by_axe(page) + (["wider than the screen"] if wider > 0 else [])
        if said:
            wrong[where] = said
    assert wrong == {}


def test_the_preview_follows_the_choice_and_what_is_typed_stays(page: Page, live_server: Any) -> None:
    desk = Desk()
    patient = kept(desk)
    sign_in(page, live_server, desk.physician)
    page.goto(live_server.url + address("decide_interval", patient))
    page.check("[name=to][value='1mo']")
    page.check("[name=reasons][value=b12_level]")
    page.get_by_text("Not by laboratory values alone").wait_for()
    assert found_by_axe(page) == []
    page.get_by_text("Go ahead for another reason").click()
    page.select_option("[name=override_reason]", "specialist_advice")
    page.fill("[name=override_note]", "Agreed with neurology.")
    page.press("[name=override_note]", "Tab")
    assert page.input_value("[name=override_note]") == "Agreed with neurology."
    page.check("[name=reasons][value=symptoms_returned]")
    page.get_by_text("Fits the guideline").wait_for()
    page.get_by_role("button", name="Sign as").click()
    page.wait_for_url(f"**{address('patient', patient)}")
    with clinic_scope([desk.clinic.pk]):
        assert desk.schedule(patient).interval == "1mo"


def test_a_slip_of_the_unit_is_said_while_typing(page: Page, live_server: Any) -> None:
    desk = Desk()
    patient = kept(desk)
    sign_in(page, live_server, desk.nurse)
    page.goto(live_server.url + address("record_results", patient))
    page.select_option("#hb-unit", "g/dL")
    page.fill("#hb-value", "120")
    page.press("#hb-value", "Tab")
    page.get_by_text("Is the unit g/L?").wait_for()
    assert (page.input_value("#hb-value"), page.input_value("#hb-unit")) == ("120", "g/dL")
    assert found_by_axe(page) == []
    page.select_option("#hb-unit", "g/L")
    page.get_by_text("Is the unit g/L?").wait_for(state="detached")
    page.get_by_role("button", name="Save results").click()
    page.wait_for_url(f"**{address('patient', patient)}")
    with clinic_scope([desk.clinic.pk]):
        assert patient.labresults.filter(analyte="hb", value=120, unit="g/L").exists()
