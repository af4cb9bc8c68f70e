"""Booking and contact from the list: in place with script, on a page of its own without."""

import pytest
from django.test import Client

from patients.models import Clinic
from schedules.models import Booking, Contact, OpenEvent, PatientSchedule
from tests.factories import MONDAY
from tests.today.people import days, filled_in, maintained, token

IN_PLACE = {"HX-Request": "true"}


def test_booking_keeps_the_date_and_closes_nothing(as_coordinator: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(3))
    address = f"/patients/{patient.uid}/book/"
    assert as_coordinator.get(address).status_code == 200
    data = {"token": token(), "on": "2026-03-04", "at": "09:40", "note": "brings a friend"}
    assert as_coordinator.post(address, data).url == "/"
    booking = Booking.objects.get(patient=patient)
    assert (booking.kind, booking.for_due_on, booking.note) == (
        "injection", MONDAY - days(3), "brings a friend",
    )  # fmt: skip
    assert OpenEvent.objects.filter(patient=patient, kind="injection").exists()
    page = as_coordinator.get("/").content.decode()
    assert "Wed 4 Mar 2026, 09:40" in page
    assert "booked Wed 4 Mar" in page
    as_coordinator.post(f"/patients/{patient.uid}/book/cancel/")
    assert not Booking.objects.filter(cancelled_at__isnull=True).exists()


def test_another_date_ends_the_first_and_the_same_form_books_once(
    as_coordinator: Client, clinic: Clinic
) -> None:
    patient = maintained(clinic, due_on=MONDAY)
    address, same = f"/patients/{patient.uid}/book/", token()
    for on in ("2026-03-04", "2026-03-05"):
        as_coordinator.post(address, {"token": same, "on": on})
    assert Booking.objects.filter(patient=patient).count() == 1
    as_coordinator.post(address, {"token": token(), "on": "2026-03-06"})
    assert Booking.objects.get(patient=patient, cancelled_at__isnull=True).on == MONDAY + days(4)


def test_a_day_that_is_over_is_refused_and_a_closed_one_is_said(
    as_coordinator: Client, clinic: Clinic
) -> None:
    patient = maintained(clinic, due_on=MONDAY)
    address = f"/patients/{patient.uid}/book/"
    past = as_coordinator.post(address, {"token": token(), "on": "2026-03-01"})
    assert past.status_code == 422
    assert "This day is over." in past.content.decode()
    as_coordinator.post(address, {"token": token(), "on": "2026-03-07"})
    assert "The clinic is closed that day." in as_coordinator.get("/").content.decode()


def test_one_press_logs_a_contact_in_place(as_coordinator: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(9), phone="07700 900142")
    address = f"/patients/{patient.uid}/contact/?next=/%3Fshow%3Dmissed"
    row = as_coordinator.get(address, headers=IN_PLACE).content.decode()
    assert row.startswith('<tr role="row" class="inline">')
    assert "07700 900142" in row
    answer = as_coordinator.post(
        address, {"token": token(), "outcome": "no_answer", "note": "rang twice"}, headers=IN_PLACE
    )
    assert answer["HX-Redirect"] == "/?show=missed"
    contact = Contact.objects.get(patient=patient)
    assert (contact.outcome, contact.note) == ("no_answer", "rang twice")
    assert "No answer" in as_coordinator.get("/").content.decode()


def test_call_later_and_agreed_a_date_ask_for_the_day_next(as_coordinator: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(9))
    address = f"/patients/{patient.uid}/contact/"
    step = as_coordinator.post(address, {"token": token(), "outcome": "call_later", "note": "at work"})
    assert 'name="call_on"' in step.content.decode()
    assert 'value="at work"' in step.content.decode()
    assert not Contact.objects.exists()
    as_coordinator.post(address, {"token": token(), "outcome": "call_later", "call_on": "2026-03-05"})
    assert Contact.objects.get().call_on == MONDAY + days(3)
    as_coordinator.post(
        address, {"token": token(), "outcome": "agreed_date", "on": "2026-03-06", "at": "10:00"}
    )
    assert Contact.objects.filter(outcome="agreed_date").count() == 1
    assert Booking.objects.get(patient=patient).on == MONDAY + days(4)
    assert PatientSchedule.objects.get(patient=patient).due_on == MONDAY - days(9)


def test_died_leads_to_closing_the_record(as_coordinator: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY)
    answer = as_coordinator.post(
        f"/patients/{patient.uid}/contact/", {"token": token(), "outcome": "died", "note": "daughter rang"}
    )
    assert answer.url == f"/patients/{patient.uid}/decide/close/"


@pytest.mark.parametrize(
    ("outcome", "reason", "words"),
    [
        ("died", "died", "Closed: died"),
        ("moved_away", "transferred", "Closed: moved to another clinic"),
        ("declined", "declined", "Closed: declines treatment"),
    ],
)
def test_who_died_moved_or_declines_leaves_the_list_with_a_reason_and_is_found(
    as_coordinator: Client, clinic: Clinic, outcome: str, reason: str, words: str
) -> None:
    name = {"given_name": "Edith", "family_name": "Halloran"}
    patient = maintained(clinic, due_on=MONDAY - days(9), phone="07700 900142", **name)
    data = {"token": token(), "outcome": outcome, "note": "Her daughter, by phone"}
    close = as_coordinator.post(f"/patients/{patient.uid}/contact/", data).url
    shown = as_coordinator.get(close)
    asked = filled_in(shown)
    assert (asked["reason"], asked["source"]) == (reason, "Her daughter, by phone")
    label = "Date of death" if reason == "died" else "Since"
    assert f'<span id="day-label">{label}</span>' in shown.content.decode()
    assert "Fits the guideline" not in shown.content.decode()
    signed = as_coordinator.post(close, asked | {"sign": "1"}, follow=True).content.decode()
    assert "is closed. Nobody is phoned or written to." in signed
    assert "The calendar is up to date" not in signed
    assert f"/patients/{patient.uid}/" not in as_coordinator.get("/").content.decode()
    found = as_coordinator.get("/patients/?q=hallo").content.decode()
    assert "Edith Halloran" in found
    assert words in found
    page = as_coordinator.get(f"/patients/{patient.uid}/").content.decode()
    assert words in page
    title = words.removeprefix("Closed: ")
    assert f"<b>Record closed: {title}, said by Her daughter, by phone</b>" in page
    assert "none: the record is closed" in page
    assert ("tel:" in page) == (reason != "died")
    for button in ("book", "contact", "log"):
        assert f"/patients/{patient.uid}/{button}/" not in page


def test_a_declined_call_alone_closes_nothing(as_coordinator: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(9), given_name="Edith", family_name="Halloran")
    as_coordinator.post(f"/patients/{patient.uid}/contact/", {"token": token(), "outcome": "declined"})
    page = as_coordinator.get("/").content.decode()
    assert "Edith Halloran" in page
    assert f'href="/patients/{patient.uid}/contact/"' in page


def test_an_answer_without_what_happened_keeps_the_note(as_coordinator: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(9))
    address = f"/patients/{patient.uid}/contact/"
    row = as_coordinator.post(address, {"token": token(), "note": "rang twice"}, headers=IN_PLACE)
    assert "Not saved yet: press what happened." in row.content.decode()
    assert 'value="rang twice"' in row.content.decode()


def test_the_way_back_is_ours_only(as_coordinator: Client, clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY)
    for strange in ("https://elsewhere.example/", "//elsewhere.example/"):
        answer = as_coordinator.post(
            f"/patients/{patient.uid}/contact/?next={strange}", {"token": token(), "outcome": "no_answer"}
        )
        assert answer.url == "/"
