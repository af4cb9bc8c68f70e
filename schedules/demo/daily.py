"""What people did around the calendar: bookings, calls, messages, flags seen, pages opened, last night's jobs."""

import datetime as dt
from typing import Any

from patients.models import AccessLog, BatchNotice, CheckInInvitation, Injection, Patient
from patients.models.product import batch_key
from patients.scope import set_local_scope
from patients.vocabulary import ToldHow
from schedules.actions.count_indicators import count_clinic
from schedules.actions.prepare_messages import prepare_for_clinic
from schedules.demo.rows import Shelf, recorded_when_it_happened
from schedules.demo.walk import Life
from schedules.indicators.dues import doses_due
from schedules.messages.rendering import render_reminder
from schedules.messages.visits import DAY_BEFORE, Reminder, visits_of
from schedules.models import Booking, Contact, Flag, JobRun, Message, PatientSchedule
from schedules.rules.situation import Situation

Lives = list[tuple[Life, Patient]]


def add_daily_work(shelf: Shelf, lives: Lives, *, today: dt.date) -> None:
    """Everything beside the record of this clinic; the calendar has been built."""
    schedules = {row.patient_id: row for row in PatientSchedule.objects.filter(clinic=shelf.clinic)}
    with recorded_when_it_happened(Booking, Contact, AccessLog):
        _book(shelf, lives, schedules, today)
        _call(shelf, lives)
        _call_earlier(shelf, lives, today)
        _tell_of_withdrawn(shelf, lives, today)
        _look(shelf, lives)
    _send(shelf, lives, today)
    _see_flags(shelf, today)
    _run_jobs(shelf, today)
    count_clinic(shelf.clinic, today=today, now=_at(shelf, today, 2, 15))
    set_local_scope([shelf.clinic.pk])  # the job has ended its own


def _at(shelf: Shelf, day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    at = shelf.not_ahead(day, dt.time(hour, minute)) or dt.time(hour, minute)
    return dt.datetime.combine(day, at, shelf.clinic.tz)


def _book(shelf: Shelf, lives: Lives, schedules: dict[int, PatientSchedule], today: dt.date) -> None:
    rows = []
    for life, patient in lives:
        schedule = schedules[patient.pk]
        if not life.story.booked_at or schedule.due_on is None:
            continue
        made = _at(shelf, today - dt.timedelta(3), 12, 15)
        rows.append(
            Booking(
                clinic=shelf.clinic,
                patient=patient,
                kind="injection",
                for_due_on=schedule.due_on,
                on=life.clinic.first_open(today + dt.timedelta(life.story.booked_in)),
                at=dt.time.fromisoformat(life.story.booked_at),
                after_dose_on=schedule.last_dose_on,
                made_at=made,
                made_by=shelf.coordinator,
            )  # fmt: skip
        )
    Booking.objects.bulk_create(rows)


def _call(shelf: Shelf, lives: Lives) -> None:
    Contact.objects.bulk_create(
        Contact(
            clinic=shelf.clinic, patient=patient, outcome=call.outcome, note=call.note,
            call_on=None if call.again_in is None else life.today + dt.timedelta(call.again_in),
            at=_at(shelf, life.ago(call.ago), 16, 40), by=shelf.coordinator,
        )
        for life, patient in lives
        for call in life.story.calls
    )  # fmt: skip


OUTCOMES = ("agreed_date", "agreed_date", "agreed_date", "told_in_person", "no_answer", "call_later")


def _call_earlier(shelf: Shelf, lives: Lives, today: dt.date) -> None:
    """Calls of the year before: about every dose that was missed, and now and then about one that was not."""
    rows = []
    for life, patient in lives:
        for due in doses_due(Situation(life.facts, until=today, on=today)):
            chance = life.chance(f"call {due.due_on}")
            on = life.clinic.first_open(due.missed_on if due.is_missed(today) else due.due_on)
            if 40 < (today - on).days < 400 and (due.is_missed(today) or chance.random() < 0.1):
                outcome = chance.choice(OUTCOMES)
                rows.append(
                    Contact(
                        clinic=shelf.clinic, patient=patient, outcome=outcome, by=shelf.coordinator,
                        call_on=on + dt.timedelta(3) if outcome == "call_later" else None,
                        at=_at(shelf, on, 11, 20),
                    )
                )  # fmt: skip
    Contact.objects.bulk_create(rows)


def _tell_of_withdrawn(shelf: Shelf, lives: Lives, today: dt.date) -> None:
    """Some of those who had the withdrawn batch have been told."""
    had = set(Injection.objects.filter(batch=shelf.withdrawn).values_list("patient_id", flat=True))
    listed = [patient for _life, patient in lives if patient.pk in had]
    ways = (
        ToldHow.PHONE,
        ToldHow.PHONE,
        ToldHow.IN_PERSON,
        ToldHow.NOT_REACHED,
        ToldHow.PHONE,
        ToldHow.NOT_REACHED,
    )
    with recorded_when_it_happened(BatchNotice):
        BatchNotice.objects.bulk_create(
            BatchNotice(
                clinic=shelf.clinic, patient=patient, batch=shelf.withdrawn, number=shelf.withdrawn.number,
                number_key=batch_key(shelf.withdrawn.number), how=how, on=today - dt.timedelta(2),
                note="Feels well" if how == ToldHow.PHONE else "",
                recorded_by=shelf.nurse, recorded_at=_at(shelf, today - dt.timedelta(2), 15, position),
            )
            for position, (patient, how) in enumerate(zip(listed, ways, strict=False))
        )  # fmt: skip


def _look(shelf: Shelf, lives: Lives) -> None:
    """Who opened a page lately."""
    rows = []
    for position, (life, patient) in enumerate(lives):
        for user, ago, what in (
            (shelf.nurse, 1 + position % 5, "patient page"),
            (shelf.physician, 2 + position % 9, "patient page"),
        ):
            rows.append(
                AccessLog(
                    clinic=shelf.clinic,
                    patient=patient,
                    user=user,
                    what=what,
                    address="192.0.2.14",
                    at=_at(shelf, life.ago(ago), 9 + position % 8, (position * 7) % 60),
                )  # fmt: skip
            )
    AccessLog.objects.bulk_create(rows)


# How some mails ended, by the word in the patient's story.
ENDS = {
    "bounced": (Message.State.BOUNCED, "The mailbox does not exist."),
    "failed": (Message.State.FAILED, "The mail server refused the address."),
}


def _send(shelf: Shelf, lives: Lives, today: dt.date) -> None:
    """This morning's reminders, written as the job writes them, and what became of them."""
    morning = _at(shelf, today, 8)
    prepare_for_clinic(shelf.clinic, now=morning)
    set_local_scope([shelf.clinic.pk])  # the job has ended its own
    _send_earlier(shelf, lives, today)
    ended = {patient.pk: ENDS[life.story.mail] for life, patient in lives if life.story.mail in ENDS}
    messages = list(Message.objects.filter(clinic=shelf.clinic).order_by("pk"))
    for message in messages:
        message.created_at = morning
        message.state, message.why = ended.get(message.patient_id or 0, (Message.State.SENT, ""))
        message.attempts, message.next_attempt_at = 1, None
        message.sent_at = morning + dt.timedelta(minutes=1) if message.state == Message.State.SENT else None
    Message.objects.bulk_update(
        messages, ["created_at", "state", "why", "attempts", "next_attempt_at", "sent_at"]
    )
    CheckInInvitation.objects.filter(clinic=shelf.clinic, sent_on__isnull=True).update(sent_on=today)


def _send_earlier(shelf: Shelf, lives: Lives, today: dt.date) -> None:
    """The reminder of a visit that is past, for those whose mail failed and who get none this morning."""
    told = set(Message.objects.filter(clinic=shelf.clinic).values_list("patient_id", flat=True))
    wanted = [patient.pk for life, patient in lives if life.story.mail in ENDS and patient.pk not in told]
    for visit in visits_of(wanted).values():
        reminder = Reminder(Message.Kind.VISIT_COMING, visit.on, DAY_BEFORE)
        rendered = render_reminder(reminder, visit, version=0, now=_at(shelf, today, 8))
        Message.objects.create(
            clinic=shelf.clinic, patient=visit.patient, **reminder._asdict(), to=visit.patient.email,
            subject=rendered.subject, text=rendered.text, html=rendered.html, calendar=rendered.calendar,
        )  # fmt: skip


def _see_flags(shelf: Shelf, today: dt.date) -> None:
    """Some flags have been seen, snoozed, resolved."""
    standing = Flag.objects.filter(clinic=shelf.clinic, cleared_on__isnull=True).order_by("pk")
    seen: dict[str, Any] = {
        "acknowledged_at": _at(shelf, today - dt.timedelta(1), 12, 30),
        "acknowledged_by": shelf.physician,
    }
    for flag in standing.filter(
        code__in=["SUGGEST_MONTHLY", "IRON_DEFICIENCY_MAY_BLUNT_RESPONSE", "EARLY_DOSE"]
    ):
        Flag.objects.filter(pk=flag.pk).update(**seen)
    for flag in standing.filter(code="VITAMIN_D_BELOW_TARGET"):
        Flag.objects.filter(pk=flag.pk).update(
            snoozed_until=today + dt.timedelta(21), snoozed_by=shelf.physician,
            snooze_reason="Taking vitamin D since last month; measured again with the next panel",
        )  # fmt: skip
    for flag in standing.filter(code="CROHNS_30_60_CONFIRM"):
        Flag.objects.filter(pk=flag.pk).update(
            resolved_at=_at(shelf, today - dt.timedelta(1), 12, 40), resolved_by=shelf.physician,
            resolve_reason="Discussed; B12 is measured once a year instead",
        )  # fmt: skip


def _run_jobs(shelf: Shelf, today: dt.date) -> None:
    """Last night's sweep and this morning's mails ended well."""
    morning = shelf.clinic.morning_at
    JobRun.objects.update_or_create(
        clinic=shelf.clinic,
        job="sweep",
        defaults={
            "ran_for": today,
            "finished_at": _at(shelf, today, morning.hour, morning.minute),
            "counts": {},
        },
    )
    now = shelf.clinic.now()
    mails = now if now.date() == today else _at(shelf, today, 8, 1)
    JobRun.objects.update_or_create(clinic=shelf.clinic, job="messages", defaults={"finished_at": mails})
