"""From what is recorded to what is sent: the calendar is the engine's, the reminders follow it."""

import datetime as dt

import pytest
import time_machine

from patients.actions.records import ref, strike_out, tell_calendar
from patients.models import Clinic, Injection, Patient
from patients.scope import clinic_scope
from schedules.actions.prepare_messages import prepare_messages
from schedules.actions.send_messages import send_messages
from schedules.models import Message
from tests.factories import DecisionFactory, InjectionFactory, PatientFactory
from tests.messages.people import AGREED_AT, at, clinic_that_reminds

pytestmark = pytest.mark.django_db
FIRST = dt.date(2026, 3, 2)
SECOND = dt.date(2026, 4, 2)  # a month after the first


@pytest.fixture
def clinic() -> Clinic:
    return clinic_that_reminds()


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    """On prevention every month since 2 March, when the first dose was given."""
    with clinic_scope([clinic.pk]):
        patient = PatientFactory(
            clinic=clinic, email="ruth@mail.example", email_consent=True, email_consent_at=AGREED_AT
        )
        DecisionFactory(patient=patient, on=FIRST, kind="start_prophylaxis", interval="1mo")
        give(patient, FIRST)
    return patient


def give(patient: Patient, day: dt.date) -> Injection:
    with time_machine.travel(at(day, 10), tick=False), clinic_scope([patient.clinic_id]):
        injection = InjectionFactory(patient=patient, on=day)
        tell_calendar(patient, cause=ref(injection))
    return injection


def days(patient: Patient, first: dt.date, last: dt.date) -> list[tuple[str, dt.date, str]]:
    """Run the jobs each morning; every message sent so far."""
    for number in range((last - first).days + 1):
        now = at(first + dt.timedelta(number), 9)
        prepare_messages(now=now)
        send_messages(clock=lambda now=now: now)
    with clinic_scope([patient.clinic_id]):
        sent = Message.objects.filter(patient=patient, state="sent").order_by("sent_at")
        return list(sent.values_list("kind", "announced_on", "step"))


def test_each_visit_is_announced_and_the_next_one_after_the_dose(patient: Patient) -> None:
    expected = [("check_in", SECOND, "14d"), ("visit_coming", SECOND, "7d"), ("visit_coming", SECOND, "1d")]
    assert days(patient, FIRST, SECOND) == expected
    give(patient, SECOND)
    third = dt.date(2026, 5, 2)
    expected += [("check_in", third, "14d"), ("visit_coming", third, "7d"), ("visit_coming", third, "1d")]
    assert days(patient, SECOND, third) == expected


def test_a_dose_taken_back_makes_the_told_date_stand_again(patient: Patient) -> None:
    told = days(patient, FIRST, SECOND - dt.timedelta(5))
    mistake = give(patient, SECOND - dt.timedelta(5))
    with time_machine.travel(at(SECOND - dt.timedelta(5), 11), tick=False), clinic_scope([patient.clinic_id]):
        strike_out(mistake, reason="undone", note="", by=None)
        tell_calendar(patient, cause=ref(mistake))
    assert days(patient, SECOND - dt.timedelta(5), SECOND) == [*told, ("visit_coming", SECOND, "1d")]


def test_who_stays_away_is_written_to_once(patient: Patient) -> None:
    sent = days(patient, FIRST, SECOND + dt.timedelta(30))
    assert sent[3:] == [("visit_missed", SECOND, "missed")]


def test_who_stops_hears_no_more(patient: Patient) -> None:
    told = days(patient, FIRST, SECOND - dt.timedelta(7))
    stopped_on = SECOND - dt.timedelta(3)
    with time_machine.travel(at(stopped_on, 10), tick=False), clinic_scope([patient.clinic_id]):
        decision = DecisionFactory(patient=patient, on=stopped_on, kind="stop", reason="other")
        tell_calendar(patient, cause=ref(decision))
    assert days(patient, stopped_on, SECOND + dt.timedelta(20)) == told
