"""Every word of the pages can be translated: said in brackets, none is left outside.

What the rules say of a patient (why a date, why a flag, what to do next) is stored in English and is data here.
"""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import available_timezones

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from patients.actions.clinic import public_holidays
from patients.analytes import ANALYTES
from patients.models import Patient
from patients.vocabulary import Gene
from schedules.facts import facts_for
from schedules.flag_words import in_words
from schedules.models import Booking, Flag, Message
from schedules.rules.evaluate import evaluate
from schedules.rules.sources import DEFAULTS, GUIDELINE_VERSION, RULES
from schedules.units import B12_UNIT, UNIT_WORDS, unit_words
from tests.factories import BatchFactory, ProductFactory
from tests.patient.ruth import NOW, on_record
from tests.record.desk import Desk, address
from tests.words.pseudo import spoken, untranslated

# What is the same in every language.
SAME = {
    "b12tracker", "PNG", "CSV", "B12", "MMA", "MCV", "Hb", "eGFR", "GB", "ENG", "UTC", "Europe", "London",
    "visit.ics",
    *RULES, *DEFAULTS, *B12_UNIT.values(), *UNIT_WORDS.values(), *(gene.value for gene in Gene),
    *(unit_words(unit.code) for row in ANALYTES.values() for unit in row.units),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _autumn() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


@pytest.fixture
def ruth(desk: Desk) -> Patient:
    patient = on_record(desk, phone="07700 900100", email="ruth@mail.example")
    product = ProductFactory(clinic=desk.clinic)
    BatchFactory(product=product, clinic=desk.clinic)
    last = patient.schedule.last_dose_on
    Booking.objects.create(
        clinic=desk.clinic,
        patient=patient,
        on=NOW.date() + dt.timedelta(2),
        at=dt.time(9),
        after_dose_on=last,
    )
    Message.objects.create(
        clinic=desk.clinic, patient=patient, kind="visit_coming", announced_on=NOW.date(), step="1d",
        to=patient.email, subject="—", text="—", next_attempt_at=NOW,
    )  # fmt: skip
    return patient


# What the rules say of a decision that is only looked at: data, like their other sentences.
OF_THE_RULES = {
    "Choose at least one reason for the new interval.",
    "No serum folate of the 90 days up to 23 Nov 2026 shows a deficiency.",
}
ZONES = {zone.replace("_", " ") for zone in available_timezones()}


def data_of(desk: Desk, patient: Patient) -> set[str]:
    """What stands on the pages because it was written down, not because we say it."""
    desk.look()
    flags = Flag.objects.filter(patient=patient)
    now = evaluate(facts_for([patient])[patient.pk], as_of=NOW.date())
    said = {in_words(flag.reason) for flag in flags} | {flag.next_step for flag in flags}
    people = {user.name for user in desk.users.values()} | {user.email for user in desk.users.values()}
    holidays = set(public_holidays(desk.clinic, NOW.year).values())
    due = {event.reason for event in now.events}
    return SAME | OF_THE_RULES | ZONES | holidays | said | people | due | {
        patient.name, patient.given_name, patient.family_name, patient.record_number, patient.email,
        desk.clinic.name, desk.clinic.address, "H4471B", "Hydroxocobalamin 1 mg/mL", GUIDELINE_VERSION,
    }  # fmt: skip


def left_on(browser: Client, where: str, data: set[str]) -> list[str]:
    with spoken():
        answer = browser.get(where)
    assert answer.status_code == 200, where
    return sorted(untranslated(answer.content.decode(), data=data))


PATIENT_PAGES = [
    "patient", "decide", "decide_interval", "order", "decide_folic_acid", "decide_stop", "decide_close",
    "log_injection", "record_results", "record_assessment", "book", "contact", "background",
]  # fmt: skip
PAGES = [
    "today",
    "patient_search",
    "flags",
    "guideline",
    "calendar",
    "messages",
    "account",
    "register_patient",
]
MANAGERS = [
    "clinic", "clinic_closed_days", "clinic_people", "clinic_invite", "clinic_products", "clinic_permissions",
    "clinic_access_log", "clinic_defaults",
]  # fmt: skip


@pytest.mark.parametrize("name", PATIENT_PAGES)
def test_pages_about_a_patient(desk: Desk, ruth: Patient, name: str) -> None:
    left = left_on(desk.physician, address(name, ruth), data_of(desk, ruth))
    assert not left, "\n".join(left)


@pytest.mark.parametrize("name", PAGES)
def test_lists(desk: Desk, ruth: Patient, name: str) -> None:
    left = left_on(desk.physician, reverse(name), data_of(desk, ruth))
    assert not left, "\n".join(left)


@pytest.mark.parametrize("name", MANAGERS)
def test_the_managers_pages(desk: Desk, ruth: Patient, name: str) -> None:
    left = left_on(desk.manager, reverse(name), data_of(desk, ruth))
    assert not left, "\n".join(left)


@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_before_sign_in(db: None, name: str) -> None:
    left = left_on(Client(), reverse(name), SAME)
    assert not left, "\n".join(left)
