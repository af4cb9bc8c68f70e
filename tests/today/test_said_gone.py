"""Who was said to have died, moved away or declined is neither phoned nor written to; the record waits to be closed."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from patients.models import Clinic, Patient
from schedules.models import Contact
from schedules.worklist import SAID, tallies
from tests.factories import MONDAY, DecisionFactory, InjectionFactory
from tests.today.people import NOW, days, maintained, refreshed, token
from tests.today.test_worklist import booked, download, listed

GONE = ("died", "moved_away", "declined")


def said(patient: Patient, outcome: str) -> Contact:
    return Contact.objects.create(clinic=patient.clinic, patient=patient, outcome=outcome, note="Daughter")


@pytest.mark.parametrize("outcome", GONE)
def test_who_is_said_to_be_gone_leaves_every_other_group_and_count(clinic: Clinic, outcome: str) -> None:
    missed = maintained(clinic, due_on=MONDAY - days(9), family_name="Missed")
    coming = maintained(clinic, due_on=MONDAY, family_name="Coming")
    booked(coming, MONDAY)
    before = tallies(clinic.pk, now=NOW)
    assert (before.missed, before.phone, before.still_booked, before.to_close) == (1, 2, 1, 0)
    for patient in (missed, coming):
        said(patient, outcome)
    found = tallies(clinic.pk, now=NOW)
    assert (found.due, found.late, found.missed, found.phone, found.still_booked) == (0, 0, 0, 0, 0)
    assert found.to_close == 2
    assert sorted(listed(clinic)) == [("Coming", SAID), ("Missed", SAID)]
    assert sorted(listed(clinic, show="said")) == [("Coming", SAID), ("Missed", SAID)]
    for show in ("due", "late", "missed", "phone", "blood", "nodate"):
        assert listed(clinic, show=show) == []


@pytest.mark.parametrize("what", ["contact", "dose", "booking", "decision"])
def test_what_comes_after_takes_it_back(clinic: Clinic, what: str) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(9), family_name="Back")
    said(patient, "died")
    assert listed(clinic) == [("Back", SAID)]
    after = {
        "contact": lambda: said(patient, "wrong_number"),
        "dose": lambda: InjectionFactory(patient=patient, on=MONDAY),
        "booking": lambda: booked(patient, MONDAY + days(2)),
        "decision": lambda: DecisionFactory(
            patient=patient, kind="change_interval", interval="2wk", on=MONDAY
        ),
    }
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        after[what]()
    assert SAID not in [group for _name, group in listed(clinic, show="everyone")]


def test_a_dose_of_before_that_is_only_written_down_later_takes_nothing_back(clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(9), family_name="Gone")
    said(patient, "died")
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        InjectionFactory(patient=patient, on=MONDAY - days(3))
    assert listed(clinic) == [("Gone", SAID)]


def test_a_closed_record_waits_for_nothing(clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(9))
    said(patient, "died")
    DecisionFactory(patient=patient, kind="close", reason="died", on=MONDAY)
    refreshed(patient)
    assert (listed(clinic), tallies(clinic.pk, now=NOW).to_close) == ([], 0)


def test_the_row_offers_to_close_and_no_call_to_the_dead(as_coordinator: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(9), phone="07700 900142")
    as_coordinator.post(f"/patients/{patient.uid}/contact/", {"token": token(), "outcome": "died"})
    page = as_coordinator.get("/").content.decode()
    assert "Said to have died, moved away or declined: close the record" in page
    assert "1 record to close" in page
    assert f'href="/patients/{patient.uid}/decide/close/"' in page
    for words in (f"/patients/{patient.uid}/contact/", f"/patients/{patient.uid}/book/", "07700 900142"):
        assert words not in page
    rows = {row[0]: row for row in download(as_coordinator)}
    assert "Said to have died, record not closed" in rows[patient.record_number]


def test_the_patient_page_says_so_and_offers_to_close(as_nurse: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(9), phone="07700 900142")
    said(patient, "died")
    page = as_nurse.get(f"/patients/{patient.uid}/").content.decode()
    assert "Said to have died" in page
    assert "Close the record…" in page
    assert "tel:" not in page


def test_another_reason_brings_the_other_words_for_the_date(as_coordinator: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY)
    answer = as_coordinator.post(
        f"/patients/{patient.uid}/decide/close/", {"reason": "died"}, headers={"HX-Request": "true"}
    )
    assert '<span id="day-label" hx-swap-oob="true">Date of death</span>' in answer.content.decode()


def test_neither_phone_list_nor_cards_name_who_is_gone(as_coordinator: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(9), given_name="Edith", phone="07700 900142")
    assert "07700 900142" in as_coordinator.get("/today/phone-list/").content.decode()
    said(patient, "died")
    assert "07700 900142" not in as_coordinator.get("/today/phone-list/").content.decode()
    assert "Edith" not in as_coordinator.get("/today/cards/").content.decode()
