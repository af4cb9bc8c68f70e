"""Writes the rows of the reminders that today asks for. Safe to run at any time and any number of times: the row's
key (patient, kind, date announced, step) makes each message once."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from patients.models import Clinic, Patient
from patients.scope import clinic_scope
from schedules.actions.invite import invite
from schedules.actions.job_runs import note_run
from schedules.messages.rendering import render_reminder
from schedules.messages.visits import ASK_BEFORE, MISSED_FOR, Reminder, Visit, visits_of, wanted
from schedules.models import Booking, Message, PatientSchedule

log = logging.getLogger(__name__)
State = Message.State
BATCH = 500


def prepare_messages(*, now: dt.datetime) -> dict[str, int]:
    """Prepare every clinic's reminders; one clinic that fails does not stop the others. Returns counts."""
    total: dict[str, int] = defaultdict(int)
    for clinic in Clinic.objects.order_by("pk"):
        try:
            counts = prepare_for_clinic(clinic, now=now)
        except Exception as error:  # noqa: BLE001 (the row says why, the front page shows it)
            log.error("preparing messages failed for clinic %s: %s", clinic.pk, type(error).__name__)
            note_run(clinic.pk, "preparing", now=now, counts={}, error=type(error).__name__)
            continue
        for word, number in counts.items():
            total[word] += number
    return dict(total)


def prepare_for_clinic(clinic: Clinic, *, now: dt.datetime) -> dict[str, int]:
    """Write the rows that the clinic's civil date asks for; those it already has stay as they are."""
    counts = {"prepared": 0, "again": 0, "unprepared": 0}
    if clinic.reminders_on:
        today = now.astimezone(clinic.tz).date()
        with clinic_scope([clinic.pk]):
            ids = _patients_in_question(clinic, today)
        for start in range(0, len(ids), BATCH):
            with clinic_scope([clinic.pk]):
                for word, number in _prepare_batch(ids[start : start + BATCH], today=today, now=now).items():
                    counts[word] += number
    failed = counts["unprepared"]
    error = f"{failed} patients' messages could not be written" if failed else ""
    note_run(clinic.pk, "preparing", now=now, counts=counts, error=error)
    return counts


def _patients_in_question(clinic: Clinic, today: dt.date) -> list[int]:
    """Reachable patients with a visit in the coming two weeks, a missed one, or a coming date they were told."""
    soon = (today, today + ASK_BEFORE)
    told = Message.objects.filter(clinic=clinic, patient__isnull=False, announced_on__gte=today)
    booked = Booking.objects.filter(clinic=clinic, cancelled_at__isnull=True, on__range=soon)
    reachable = Patient.objects.filter(
        clinic=clinic, email_consent=True, unsubscribed_at__isnull=True
    ).exclude(email="")
    open_visits = PatientSchedule.objects.filter(clinic=clinic, patient__in=reachable, due_on__isnull=False)
    return list(
        open_visits.filter(
            Q(book_on__range=soon)
            | Q(missed_on__range=(today - MISSED_FOR, today))
            | Q(patient__in=booked.values("patient"))
            | Q(patient__in=told.values("patient"))
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _prepare_batch(patient_ids: list[int], *, today: dt.date, now: dt.datetime) -> dict[str, int]:
    past: dict[int, list[Message]] = defaultdict(list)
    for message in Message.objects.filter(patient_id__in=patient_ids).defer("text", "html", "calendar"):
        past[message.patient_id or 0].append(message)
    rows, again, unprepared = [], [], 0
    visits = visits_of(patient_ids)
    reminders = {pk: wanted(visit, past[pk], today=today) for pk, visit in visits.items()}
    visits |= invite(
        visits[pk] for pk, found in reminders.items() if any(r.kind == Message.Kind.CHECK_IN for r in found)
    )
    for patient_id, visit in visits.items():
        messages = past[patient_id]
        known = {Reminder(m.kind, m.announced_on, m.step): m for m in messages}
        for reminder in reminders[patient_id]:
            row = known.get(reminder)
            if row is None:
                try:
                    rows.append(_row(reminder, visit, messages, now=now))
                except Exception as error:  # noqa: BLE001 (one bad patient does not stop the others)
                    log.error("message for patient %s not written: %s", patient_id, type(error).__name__)
                    unprepared += 1
            elif row.state == State.SUPPRESSED:
                again.append(row.pk)
    before = Message.objects.filter(patient_id__in=patient_ids).count() if rows else 0
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    after = Message.objects.filter(patient_id__in=patient_ids).count() if rows else 0
    return {"prepared": after - before, "again": _queue_again(again, now), "unprepared": unprepared}


def _row(reminder: Reminder, visit: Visit, past: Iterable[Message], *, now: dt.datetime) -> Message:
    version = sum(m.state == State.SENT for m in past)
    rendered = render_reminder(reminder, visit, version=version, now=now)
    return Message(
        clinic_id=visit.patient.clinic_id,
        patient_id=visit.patient.pk,
        **reminder._asdict(),
        to=visit.patient.email,
        language=visit.patient.language,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        calendar=rendered.calendar,
        next_attempt_at=now,
    )


def _queue_again(ids: list[int], now: dt.datetime) -> int:
    """What was not sent because it was not wanted, and is wanted again (the date moved back, consent returned)."""
    return Message.objects.filter(pk__in=ids, state=State.SUPPRESSED).update(
        state=State.QUEUED, why="", attempts=0, next_attempt_at=now, lease_until=None
    )
