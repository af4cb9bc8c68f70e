"""Which reminders a day asks for: a week and a day before, a change, a missed visit; each once."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Clinic, Patient
from patients.scope import clinic_scope
from schedules.actions import prepare_messages as preparing
from schedules.actions.prepare_messages import prepare_messages
from schedules.actions.send_messages import send_for_clinic
from schedules.models import Contact, Message, PatientSchedule
from tests.messages.people import (
    VISIT,
    Server,
    at,
    book,
    clinic_that_reminds,
    days_before,
    patient_with_visit,
    plan,
    rows,
)

pytestmark = pytest.mark.django_db
COMING, CHANGED, GONE = "visit_coming", "date_changed", "visit_missed"


@pytest.fixture
def clinic() -> Clinic:
    return clinic_that_reminds()


def day_of_mail(clinic: Clinic, now: dt.datetime) -> list[str]:
    """Prepare and send as the jobs do at `now`; the addresses written to (staff left out)."""
    prepare_messages(now=now)
    server = Server()
    send_for_clinic(clinic, outbox=server, clock=lambda: now)
    return [mail.to[0] for mail in server.taken if not mail.to[0].endswith("clinic.example")]


def live(clinic: Clinic, first: dt.datetime, last: dt.datetime) -> dict[dt.date, list[tuple]]:
    """Run the jobs at nine and at three each day from `first` to `last`; what was sent on each day."""
    now, sent = first, {}
    while now <= last:
        day_of_mail(clinic, now)
        day_of_mail(clinic, now + dt.timedelta(hours=6))
        now += dt.timedelta(1)
    with clinic_scope([clinic.pk]):
        for message in Message.objects.filter(state="sent", patient__isnull=False):
            sent.setdefault(message.sent_at.date(), []).append(
                (message.kind, message.announced_on, message.step)
            )
    return sent


def make(clinic: Clinic, **fields: object) -> Patient:
    with clinic_scope([clinic.pk]):
        return patient_with_visit(clinic, **fields)


def test_a_week_before_and_a_day_before_each_once_and_nothing_else_for_a_month(clinic: Clinic) -> None:
    make(clinic)
    sent = live(clinic, days_before(20), days_before(-10))
    assert sent == {
        VISIT - dt.timedelta(7): [(COMING, VISIT, "7d")],
        VISIT - dt.timedelta(1): [(COMING, VISIT, "1d")],
    }


def test_missed_is_told_once_on_the_day_it_counts_as_missed(clinic: Clinic) -> None:
    make(clinic)
    sent = live(clinic, days_before(-10), days_before(-40))
    assert sent == {VISIT + dt.timedelta(15): [(GONE, VISIT, "missed")]}


def test_who_has_agreed_another_date_is_not_told_of_a_missed_one(clinic: Clinic) -> None:
    patient = make(clinic)
    with clinic_scope([clinic.pk]):
        book(patient, on=VISIT + dt.timedelta(40))
    assert live(clinic, days_before(-14), days_before(-30)) == {}


@pytest.mark.parametrize(
    "where",
    [{"phase": "loading", "interval": ""}, {"interval": "twice_weekly"}, {"interval": "1wk"}],
    ids=["loading", "twice weekly", "weekly"],
)
def test_no_reminder_a_week_before_where_visits_are_days_apart(clinic: Clinic, where: dict) -> None:
    patient = make(clinic)
    with clinic_scope([clinic.pk]):
        plan(patient, on=VISIT, **where)
    assert live(clinic, days_before(9), days_before(0)) == {VISIT - dt.timedelta(1): [(COMING, VISIT, "1d")]}


def test_every_two_weeks_is_reminded_a_week_before(clinic: Clinic) -> None:
    patient = make(clinic)
    with clinic_scope([clinic.pk]):
        plan(patient, on=VISIT, interval="2wk", last_dose_on=VISIT - dt.timedelta(14))
    assert (COMING, VISIT, "7d") in live(clinic, days_before(9), days_before(0))[VISIT - dt.timedelta(7)]


@pytest.mark.parametrize(
    "change",
    [
        {"email_consent": False, "email_consent_at": None},
        {"email": ""},
        {"unsubscribed_at": days_before(30)},
    ],
    ids=["no consent", "no address", "unsubscribed"],
)
def test_who_may_not_be_written_to_is_not(clinic: Clinic, change: dict) -> None:
    make(clinic, **change)
    assert live(clinic, days_before(8), days_before(-20)) == {}


def test_a_clinic_that_does_not_remind_does_not(clinic: Clinic) -> None:
    make(clinic)
    Clinic.objects.filter(pk=clinic.pk).update(reminders_on=False)
    assert live(clinic, days_before(8), days_before(0)) == {}


def test_after_stopping_nothing_is_written(clinic: Clinic) -> None:
    patient = make(clinic)
    with clinic_scope([clinic.pk]):
        plan(patient, on=None, phase="stopped")
    assert live(clinic, days_before(8), days_before(-20)) == {}


def test_the_agreed_date_and_time_win_over_the_day_to_book(clinic: Clinic) -> None:
    patient = make(clinic)
    agreed = VISIT + dt.timedelta(3)
    with clinic_scope([clinic.pk]):
        book(patient, on=agreed)
    sent = live(clinic, days_before(8), days_before(-6))
    assert sent == {
        agreed - dt.timedelta(7): [(COMING, agreed, "7d")],
        agreed - dt.timedelta(1): [(COMING, agreed, "1d")],
    }
    with clinic_scope([clinic.pk]):
        assert "Sat 21 Mar 2026 at 10:20" in Message.objects.get(step="7d").text


def test_a_booking_from_before_the_last_dose_counts_no_more(clinic: Clinic) -> None:
    patient = make(clinic)
    with clinic_scope([clinic.pk]):
        book(patient, on=VISIT - dt.timedelta(4))
        PatientSchedule.objects.update(last_dose_on=VISIT - dt.timedelta(30))
    assert list(live(clinic, days_before(9), days_before(5))) == [VISIT - dt.timedelta(7)]


def test_a_date_that_moved_after_it_was_told_is_told_again_as_a_change(clinic: Clinic) -> None:
    patient = make(clinic)
    live(clinic, days_before(7), days_before(6))
    moved = VISIT + dt.timedelta(12)
    with clinic_scope([clinic.pk]):
        book(patient, on=moved)
    sent = live(clinic, days_before(5), at(moved))
    assert sent == {
        VISIT - dt.timedelta(7): [(COMING, VISIT, "7d")],
        VISIT - dt.timedelta(5): [(CHANGED, moved, "change-1")],
        moved - dt.timedelta(1): [(COMING, moved, "1d")],
    }


def test_a_date_that_moved_before_it_was_told_is_no_change(clinic: Clinic) -> None:
    patient = make(clinic)
    live(clinic, days_before(12), days_before(9))
    with clinic_scope([clinic.pk]):
        book(patient, on=VISIT + dt.timedelta(2))
    sent = live(clinic, days_before(8), days_before(-1))
    assert [kind for day in sent.values() for kind, _on, _step in day] == [COMING, COMING]


def test_a_date_that_moves_away_and_back_is_told_each_time(clinic: Clinic) -> None:
    patient = make(clinic)
    other = VISIT + dt.timedelta(9)
    live(clinic, days_before(7), days_before(7))
    for number, date in enumerate([other, VISIT, other, VISIT]):
        with clinic_scope([clinic.pk]):
            book(patient, on=date)
        now = days_before(6, hour=9 + 2 * number)
        assert day_of_mail(clinic, now) == ["ruth@mail.example"]
        assert day_of_mail(clinic, now + dt.timedelta(minutes=5)) == []
    with clinic_scope([clinic.pk]):
        assert [row[:3] for row in rows()[1:]] == [
            (CHANGED, other, "change-1"),
            (CHANGED, VISIT, "change-1"),
            (CHANGED, other, "change-2"),
            (CHANGED, VISIT, "change-2"),
        ]


def test_a_dose_given_early_is_no_moved_date(clinic: Clinic) -> None:
    patient = make(clinic)
    live(clinic, days_before(7), days_before(6))
    with clinic_scope([clinic.pk]):
        early = VISIT - dt.timedelta(5)
        plan(patient, on=early + dt.timedelta(60), last_dose_on=early)
    assert len(live(clinic, days_before(4), days_before(-20))) == 1


def test_a_moved_date_that_could_not_be_told_is_reminded_of_in_the_usual_way(clinic: Clinic) -> None:
    patient = make(clinic)
    live(clinic, days_before(7), days_before(6))
    moved = VISIT + dt.timedelta(12)
    with clinic_scope([clinic.pk]):
        book(patient, on=moved)
    prepare_messages(now=days_before(5))
    with clinic_scope([clinic.pk]):
        Message.objects.filter(kind=CHANGED).update(state="failed", why="Refused")
    sent = live(clinic, days_before(4), at(moved))
    assert sent[moved - dt.timedelta(7)] == [(COMING, moved, "7d")]
    assert sent[moved - dt.timedelta(1)] == [(COMING, moved, "1d")]


def test_days_without_running_are_caught_up_but_nothing_stale_is_sent(clinic: Clinic) -> None:
    make(clinic)
    assert live(clinic, days_before(4), days_before(4)) == {VISIT - dt.timedelta(4): [(COMING, VISIT, "7d")]}
    assert day_of_mail(clinic, days_before(0)) == []


def test_what_was_written_but_could_not_be_sent_in_time_is_not_sent_late(clinic: Clinic) -> None:
    make(clinic)
    prepare_messages(now=days_before(7, hour=1))
    prepare_messages(now=days_before(1, hour=1))
    assert day_of_mail(clinic, days_before(0)) == []
    with clinic_scope([clinic.pk]):
        assert [row[2:] for row in rows()] == [("7d", "suppressed"), ("1d", "suppressed")]
        assert all(Message.objects.values_list("why", flat=True))


def test_a_date_that_moved_away_unsent_and_back_is_told_after_all(clinic: Clinic) -> None:
    patient = make(clinic)
    prepare_messages(now=days_before(7, hour=1))
    with clinic_scope([clinic.pk]):
        booking = book(patient, on=VISIT + dt.timedelta(30))
    assert day_of_mail(clinic, days_before(7)) == []
    with clinic_scope([clinic.pk]):
        assert rows() == [(COMING, VISIT, "7d", "suppressed")]
        booking.cancelled_at = days_before(7)
        booking.save()
    assert day_of_mail(clinic, days_before(7, hour=12)) == ["ruth@mail.example"]


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        ("died", "The clinic was told that the patient has died."),
        ("moved_away", "The clinic was told that the patient has moved away."),
        ("declined", "The patient has declined."),
    ],
)
def test_nothing_is_sent_once_somebody_said_that_the_patient_is_gone(
    clinic: Clinic, outcome: str, why: str
) -> None:
    patient = make(clinic)
    prepare_messages(now=days_before(7, hour=1))
    with clinic_scope([clinic.pk]):
        Contact.objects.create(clinic=clinic, patient=patient, outcome=outcome)
    assert day_of_mail(clinic, days_before(7, hour=10)) == []
    assert day_of_mail(clinic, days_before(1)) == []
    with clinic_scope([clinic.pk]):
        message = Message.objects.get(patient=patient)
    assert (message.state, message.why) == ("suppressed", why)


def test_consent_taken_back_after_writing_is_asked_again_before_sending(clinic: Clinic) -> None:
    make(clinic)
    prepare_messages(now=days_before(7, hour=1))
    with clinic_scope([clinic.pk]):
        Patient.objects.update(unsubscribed_at=days_before(7, hour=2))
    assert day_of_mail(clinic, days_before(7)) == []


@pytest.mark.parametrize(
    ("zone", "changes_on"),
    [
        ("Europe/London", dt.date(2026, 3, 29)),
        ("Europe/London", dt.date(2026, 10, 25)),
        ("America/New_York", dt.date(2026, 3, 8)),
        ("Pacific/Auckland", dt.date(2026, 4, 5)),
    ],
)
def test_across_a_clock_change_nothing_is_sent_twice_or_skipped(zone: str, changes_on: dt.date) -> None:
    clinic = clinic_that_reminds(time_zone=zone)
    visit = changes_on + dt.timedelta(1)
    make(clinic, on=visit)
    now, sent = at(visit - dt.timedelta(9)), []
    while now < at(visit + dt.timedelta(1)):
        sent += day_of_mail(clinic, now)
        now += dt.timedelta(hours=2)
    assert len(sent) == 2
    with clinic_scope([clinic.pk]):
        for message in Message.objects.filter(patient__isnull=False):
            assert clinic.send_from <= message.sent_at.astimezone(clinic.tz).time() < clinic.send_until


def test_one_patient_who_cannot_be_written_to_does_not_stop_the_others(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(clinic, given_name="Broken", email="broken@mail.example")
    make(clinic)
    render = preparing.render_reminder

    def break_for_one(reminder: object, visit: object, **more: object) -> object:
        if visit.patient.given_name == "Broken":
            raise RuntimeError
        return render(reminder, visit, **more)

    monkeypatch.setattr(preparing, "render_reminder", break_for_one)
    assert prepare_messages(now=days_before(7)) == {"prepared": 1, "again": 0, "unprepared": 1}


def test_writing_the_rows_costs_the_same_for_one_patient_and_for_thirty(clinic: Clinic) -> None:
    def queries(now: dt.datetime) -> int:
        with CaptureQueriesContext(connection) as captured:
            prepare_messages(now=now)
        return len(captured)

    make(clinic)
    one = queries(days_before(7))
    for number in range(30):
        make(clinic, email=f"p{number}@mail.example")
    assert queries(days_before(7)) == one
