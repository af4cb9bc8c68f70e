"""Who stands on the worklist, where, and what the counts say."""

import csv
import datetime as dt
import html
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import AccessLog, Cause, Clinic, Pregnancy
from schedules.models import Booking, Contact, Flag, JobRun, Message
from schedules.worklist import Asked, tallies, worklist
from tests.factories import MONDAY, DecisionFactory, PatientFactory
from tests.today.people import NOW, blood_due, days, maintained, refreshed


def listed(clinic: Clinic, **asked: Any) -> list[tuple[str, int]]:
    lines = worklist(clinic.pk, Asked(**asked), now=NOW, with_flags=True)
    return [(line.family_name, line.list_group) for line in lines]


def booked(patient: Any, on: dt.date, at: dt.time | None = None, **fields: Any) -> Booking:
    last = patient.schedule.last_dose_on
    return Booking.objects.create(
        clinic=patient.clinic, patient=patient, on=on, at=at, after_dose_on=last, **fields
    )


def call_later(patient: Any, on: dt.date) -> None:
    Contact.objects.create(clinic=patient.clinic, patient=patient, outcome="call_later", call_on=on)


def test_the_order_is_booked_by_time_then_missed_then_late_then_coming(clinic: Clinic) -> None:
    maintained(clinic, due_on=MONDAY + days(6), family_name="Coming")
    maintained(clinic, due_on=MONDAY, family_name="Due")
    maintained(clinic, due_on=MONDAY - days(1), family_name="Sunday")  # Booked on Monday: not late.
    maintained(clinic, due_on=MONDAY - days(3), interval="2wk", family_name="Late")
    maintained(clinic, due_on=MONDAY - days(9), family_name="Missed")
    maintained(clinic, due_on=MONDAY + days(8), family_name="Far")
    booked(maintained(clinic, due_on=MONDAY, family_name="Noon"), MONDAY, dt.time(12))
    booked(maintained(clinic, due_on=MONDAY, family_name="Nine"), MONDAY, dt.time(9))
    assert listed(clinic) == [
        ("Nine", 1), ("Noon", 1), ("Missed", 2), ("Late", 2), ("Sunday", 3), ("Due", 3), ("Coming", 3),
    ]  # fmt: skip


def test_a_coming_booking_or_call_moves_a_late_patient_and_hides_nobody(clinic: Clinic) -> None:
    booked(maintained(clinic, due_on=MONDAY - days(9), family_name="Booked"), MONDAY + days(3))
    call_later(maintained(clinic, due_on=MONDAY - days(9), family_name="Called"), MONDAY + days(2))
    call_later(maintained(clinic, due_on=MONDAY - days(9), family_name="Again"), MONDAY)
    booked(maintained(clinic, due_on=MONDAY - days(9), family_name="Stayedaway"), MONDAY - days(1))
    assert listed(clinic) == [("Again", 2), ("Stayedaway", 2), ("Called", 5), ("Booked", 5)]
    assert {name for name, _ in listed(clinic, show="missed")} == {"Again", "Stayedaway", "Called", "Booked"}


def test_a_booking_made_before_the_last_dose_no_longer_stands(clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(3), interval="2wk", family_name="Late")
    booked(patient, MONDAY)
    Booking.objects.update(after_dose_on=dt.date(2026, 1, 1))
    assert listed(clinic) == [("Late", 2)]


def test_blood_that_is_due_without_an_injection_is_listed(clinic: Clinic) -> None:
    patient = PatientFactory(clinic=clinic, family_name="Pregnant")
    Cause.objects.create(clinic=clinic, patient=patient, kind="bariatric_surgery")
    Pregnancy.objects.create(clinic=clinic, patient=patient, status="pregnant", from_date=MONDAY - days(30))
    refreshed(patient)
    assert listed(clinic) == [("Pregnant", 4)]
    assert listed(clinic, show="blood") == [("Pregnant", 4)]


def test_dead_transferred_and_declined_leave_the_list_and_stay_in_the_download(clinic: Clinic) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(9), family_name="Gone")
    DecisionFactory(patient=patient, kind="close", reason="transferred", on=MONDAY)
    refreshed(patient)
    assert listed(clinic) == []
    (line,) = worklist(clinic.pk, Asked(show="everyone"), now=NOW, with_flags=False)
    assert (line.phase, line.closed_because) == ("closed", "transferred")


def test_the_tallies_name_what_is_stuck(clinic: Clinic) -> None:
    maintained(clinic, due_on=MONDAY - days(9), email="a@example.org")
    late = maintained(clinic, due_on=MONDAY - days(3), interval="2wk", email="b@example.org")
    late.email_consent, late.email_consent_at = True, timezone.now()
    late.save()
    booked(maintained(clinic, due_on=MONDAY), MONDAY)
    blood_due(clinic)
    Message.objects.create(
        clinic=clinic, patient=late, kind="visit_coming", announced_on=MONDAY, step="1d", to="b@example.org",
        subject="x", text="x", state="bounced", why="no such person",
    )  # fmt: skip
    Flag.objects.create(
        clinic=clinic, patient=late, code="NEURO_WORSENING", severity="urgent", reason="x", next_step="x",
        raised_on=MONDAY,
    )  # fmt: skip
    stuck = maintained(clinic, due_on=MONDAY)
    type(stuck.schedule).objects.filter(patient=stuck).update(due_on=None, book_on=None, missed_on=None)
    found = tallies(clinic.pk, now=NOW)
    assert (found.due, found.late, found.missed, found.blood) == (2, 1, 1, 1)
    assert (found.urgent_flags, found.mail_failed, found.no_date) == (1, 1, 1)
    assert (
        found.phone == 4
    )  # All with a next date: the one who agreed to e-mails, too, since the last came back.
    assert found.still_booked == 1


def test_each_tally_opens_as_many_as_it_counts(as_nurse: Client, clinic: Clinic) -> None:
    """Each address is taken from the page, as a person would press it."""
    for number, late in enumerate((0, 0, 3, 3, 9, 9, 9)):
        maintained(
            clinic, due_on=MONDAY - days(late), interval="2wk" if late == 3 else "1wk", phone=f"{number}"
        )
    blood_due(clinic)
    stuck = maintained(clinic, due_on=MONDAY)
    type(stuck.schedule).objects.filter(patient=stuck).update(due_on=None, book_on=None, missed_on=None)
    for number, (state, ago) in enumerate((("bounced", 0), ("failed", 1), ("failed", 20), ("sent", 0))):
        message = Message.objects.create(
            clinic=clinic, patient=stuck, kind="visit_coming", announced_on=MONDAY + days(number), step="1d",
            to="a@mail.example", subject="x", text="x", state=state, why="x", sent_at=NOW if state == "sent" else None,
        )  # fmt: skip
        Message.objects.filter(pk=message.pk).update(created_at=NOW - days(ago))
    for code, seen in (("NEURO_WORSENING", None), ("LOW_POTASSIUM", NOW)):
        Flag.objects.create(
            clinic=clinic, patient=stuck, code=code, severity="urgent", reason="x", next_step="x", raised_on=MONDAY,
            acknowledged_at=seen,
        )  # fmt: skip
    page = as_nurse.get("/").content.decode()
    pressed = re.findall(
        r'class="tally[^"]*" href="([^"]+)"><b>(?:<svg.*?</svg>)?(\d+)</b>([^<]+)', page, re.S
    )
    assert len(pressed) == 8
    shown = {}
    for address, count, words in pressed:
        address = html.unescape(address)
        listed = as_nurse.get(f"/{address}" if address.startswith("?") else address).content.decode()
        shown[words] = (int(count), len(re.findall(r'class="who"|class="flag flag-', listed)))
    assert {words: counts for words, counts in shown.items() if counts[0] != counts[1]} == {}
    assert {words: counts[0] for words, counts in shown.items()} == {
        "Due today": 3, "Late": 2, "Missed": 3, "Blood first": 1, "Urgent flags": 1, "Mail failed": 2, "To phone": 8,
        "No next date": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("?q=hallo", ["Halloran"]),
        ("?q=RS-777", ["Öberg"]),
        ("?q=oberg", ["Öberg"]),
        ("?q=%25", []),
        ("?phase=loading", []),
        ("?phase=prophylaxis&show=late", ["Öberg"]),
        ("?show=nonsense&page=x", ["Halloran", "Öberg"]),
    ],
)
def test_filters_stand_in_the_address(
    as_nurse: Client, clinic: Clinic, address: str, names: list[str]
) -> None:
    maintained(clinic, due_on=MONDAY - days(9), given_name="Edith", family_name="Halloran")
    late = {"due_on": MONDAY - days(3), "interval": "2wk"}
    maintained(clinic, **late, given_name="Ann", family_name="Öberg", record_number="RS-777")
    page = as_nurse.get(f"/{address}").content.decode()
    assert [name for name in ("Halloran", "Öberg") if f" {name}</a>" in page] == names


def test_a_coordinator_sees_dates_and_contact_but_nothing_clinical(
    as_coordinator: Client, as_nurse: Client, clinic: Clinic
) -> None:
    patient = maintained(clinic, due_on=MONDAY - days(9), bleeding_risk="Apixaban")
    Flag.objects.create(
        clinic=clinic, patient=patient, code="NEURO_WORSENING", severity="urgent", reason="x", next_step="x",
        raised_on=MONDAY,
    )  # fmt: skip
    seen = as_nurse.get("/").content.decode()
    hidden = as_coordinator.get("/").content.decode()
    for words in ("Symptoms are worse", "Apixaban", "Urgent flags", f"/patients/{patient.uid}/log/"):
        assert words in seen
        assert words not in hidden
    assert "Missed, 9 days late" in hidden
    assert f"/patients/{patient.uid}/contact/" in hidden


def test_the_page_needs_as_many_queries_for_fifty_rows_as_for_one(as_nurse: Client, clinic: Clinic) -> None:
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as found:
            assert as_nurse.get("/").status_code == 200
        return [query["sql"] for query in found if "SAVEPOINT" not in query["sql"]]

    maintained(clinic, due_on=MONDAY)
    one = asked()
    for number in range(54):
        maintained(clinic, due_on=MONDAY - days(number % 9))
    fifty = asked()
    assert len(one) == len(fifty) <= 12, "\n".join(sql[:120] for sql in fifty)
    page = as_nurse.get("/").content.decode()
    assert page.count('class="who"') == 50
    assert "Page 1 of 2" in page
    assert as_nurse.get("/?page=2").content.decode().count('class="who"') == 5


@pytest.mark.parametrize(
    ("ran_for", "words"),
    [(MONDAY, None), (MONDAY - days(1), "8 hours late"), (None, "8 hours late")],
)
def test_a_late_sweep_is_said_with_its_hours(
    as_nurse: Client, clinic: Clinic, ran_for: dt.date | None, words: str | None
) -> None:
    if ran_for:
        JobRun.objects.create(clinic=clinic, job="sweep", ran_for=ran_for, finished_at=NOW - days(1))
    JobRun.objects.create(clinic=clinic, job="messages", finished_at=NOW - dt.timedelta(minutes=5))
    page = as_nurse.get("/").content.decode()
    assert (words in page) if words else ("late</span>" not in page)


def download(client: Client, why: str = "phone") -> list[list[str]]:
    answer = client.post("/today/download/", {"why": why})
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_download_has_everyone_with_a_status_and_is_logged(
    as_coordinator: Client, clinic: Clinic
) -> None:
    late = maintained(
        clinic, due_on=MONDAY - days(3), interval="2wk", family_name="Late", given_name="=cmd|x"
    )
    call_later(late, MONDAY + days(2))
    refreshed(PatientFactory(clinic=clinic, family_name="New", phone="+44 7700 900000"))
    head, *rows = download(as_coordinator)
    by_name = {row[2]: dict(zip(head, row, strict=True)) for row in rows}
    assert by_name["Late"]["Status"] == "Late"
    assert by_name["Late"]["Reason"] == "call again on 2026-03-04"
    assert by_name["Late"]["First name"] == "'=cmd|x"
    assert by_name["New"]["Status"] == "No plan yet"
    assert by_name["New"]["Phone"] == "'+44 7700 900000"
    assert AccessLog.objects.get(what="worklist as CSV").purpose == "To phone patients"


def test_the_download_asks_what_it_is_for(as_nurse: Client, clinic: Clinic) -> None:
    assert as_nurse.post("/today/download/", {}).status_code == 422
    assert as_nurse.post("/today/download/", {"why": "other", "other": ""}).status_code == 422
    assert not AccessLog.objects.filter(what="worklist as CSV").exists()
