"""A change of the plan shows everywhere at once: Today, the clinic's calendar, its feed, what patients are written."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from patients.models import Patient
from schedules.actions.prepare_messages import prepare_for_clinic
from schedules.actions.send_messages import send_for_clinic
from schedules.clinic_calendar import squares
from schedules.models import Booking, Decision, Message
from tests.decisions.signing import GO_AHEAD, on_maintenance, sign
from tests.messages.people import AGREED_AT, Server
from tests.record.desk import Desk, address, typed, words

WEEK_BEFORE = dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC)
DAY_BEFORE = dt.datetime(2026, 3, 11, 9, tzinfo=dt.UTC)
OLD, NEW = dt.date(2026, 3, 12), dt.date(2026, 4, 13)  # NEW is due on Sunday the 12th


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(WEEK_BEFORE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def patient(desk: Desk, clock: time_machine.Traveller) -> Patient:
    """Every two months, next on OLD; told a week before, and the reminder of the day before waits."""
    patient = on_maintenance(
        desk,
        interval="2mo",
        last=dt.date(2026, 1, 12),
        given_name="Zelda",
        email="zelda@mail.example",
        email_consent=True,
        email_consent_at=AGREED_AT,
    )
    assert mails(desk) == [("visit_coming", OLD)]
    clock.move_to(DAY_BEFORE, tick=False)
    prepare_for_clinic(desk.clinic, now=DAY_BEFORE)
    assert message(desk, OLD, "1d").state == "queued"
    return patient


def mails(desk: Desk) -> list[tuple[str, dt.date]]:
    """What a run of both mail jobs sends to the patient now."""
    now, server = desk.clinic.now(), Server()
    prepare_for_clinic(desk.clinic, now=now)
    send_for_clinic(desk.clinic, outbox=server, clock=lambda: now)
    desk.look()
    sent = Message.objects.filter(patient__isnull=False, sent_at=now).order_by("pk")
    assert len(sent) == len([mail for mail in server.taken if mail.to == ["zelda@mail.example"]])
    return list(sent.values_list("kind", "announced_on"))


def message(desk: Desk, on: dt.date, step: str) -> Message:
    desk.look()
    return Message.objects.get(announced_on=on, step=step)


def feed_days(desk: Desk) -> set[dt.date]:
    page = desk.coordinator.post(address("renew_feed")).content.decode()
    [path] = re.findall(r'value="https?://[^/]+(/feed/[^"]+\.ics)"', page)
    calendar = Calendar.from_ical(Client().get(path).content)
    return {event["dtstart"].dt for event in calendar.walk("VEVENT")}


def seen(desk: Desk) -> dict[str, Any]:
    """On which day each page shows the visit."""
    today = words(desk.nurse.get(address("today")))
    lists = {
        day
        for day in (OLD, NEW)
        if "Zelda" in words(desk.nurse.get(address("calendar_day", None, day.isoformat())))
    }
    desk.look()
    counted = {cell.on for cell in squares(desk.clinic, [OLD, NEW], month=3) if cell.visits}
    return {
        "today's row": "Thu 12 Mar" in today and "Zelda" in today,
        "day's list": lists,
        "counts": counted,
        "feed": feed_days(desk),
    }


def shown_on(day: dt.date) -> dict[str, Any]:
    return {"today's row": day == OLD, "day's list": {day}, "counts": {day}, "feed": {day}}


def strike_out_last_decision(desk: Desk, patient: Patient) -> None:
    desk.look()
    decision = Decision.objects.filter(patient=patient).latest("pk")
    about = typed(reason="wrong_patient", note="Meant for her sister.")
    assert desk.physician.post(address("withdraw_decision", patient, decision.uid), about).status_code == 302


def test_another_interval_and_its_striking_out(
    desk: Desk, patient: Patient, clock: time_machine.Traveller
) -> None:
    assert seen(desk) == shown_on(OLD)
    clock.shift(dt.timedelta(minutes=1))
    sign(desk.physician, "decide_interval", patient, to="3mo", reasons=["patient_preference"])
    assert desk.schedule(patient).book_on == NEW
    assert seen(desk) == shown_on(NEW)
    assert mails(desk) == [("date_changed", NEW)]
    waited = message(desk, OLD, "1d")
    assert (waited.state, waited.why) == ("suppressed", "The visit has moved to Mon 13 Apr 2026.")
    clock.shift(dt.timedelta(minutes=1))
    assert mails(desk) == []

    clock.shift(dt.timedelta(minutes=1))
    strike_out_last_decision(desk, patient)
    assert seen(desk) == shown_on(OLD)
    assert mails(desk) == [("date_changed", OLD)]
    clock.shift(dt.timedelta(minutes=1))
    assert mails(desk) == []


def test_a_stop_and_its_striking_out_with_a_date_agreed(
    desk: Desk, patient: Patient, clock: time_machine.Traveller
) -> None:
    desk.coordinator.post(address("book", patient), typed(on=OLD.isoformat(), at="10:20"))
    assert seen(desk) == shown_on(OLD)
    sign(desk.physician, "decide_stop", patient, reason="levels_normal", **GO_AHEAD)
    nowhere = {"today's row": False, "day's list": set(), "counts": set(), "feed": set()}
    assert seen(desk) == nowhere
    clock.shift(dt.timedelta(minutes=1))
    assert mails(desk) == []
    assert message(desk, OLD, "1d").why == "No visit is planned any more."

    strike_out_last_decision(desk, patient)
    assert seen(desk) == shown_on(OLD)
    desk.look()
    assert Booking.objects.get(patient=patient).cancelled_at is None
    clock.shift(dt.timedelta(minutes=1))
    assert mails(desk) == [("visit_coming", OLD)]
