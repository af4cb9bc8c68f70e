"""When a patient is expected next, and which reminders that asks for. Deciding is pure; the rows are read here once
for any number of patients."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import F, Q
from django.utils.translation import gettext as _

from patients.models import CheckInInvitation, Patient
from patients.templatetags.clinic_words import day
from patients.vocabulary import Interval, Phase
from schedules.models import Booking, Message, PatientSchedule
from schedules.said_gone import WHY_NOT_WRITE, said_gone

Kind, State = Message.Kind, Message.State
WEEK_BEFORE, DAY_BEFORE, MISSED, ASKED = "7d", "1d", "missed", "14d"
# A reminder a week before is noise where the visits are days apart.
_TOO_FREQUENT = frozenset({Interval.TWICE_WEEKLY, Interval.W1})
# How they are is asked where there is time to feel worse between two doses, so many days before the next one.
_TIME_TO_ASK = frozenset({Interval.M1, Interval.M2, Interval.M3})
ASK_BEFORE, _WEEK = dt.timedelta(14), dt.timedelta(7)
# How long after the day on which a visit counts as missed it still makes sense to write.
MISSED_FOR = dt.timedelta(14)
_ANNOUNCES = frozenset({Kind.VISIT_COMING, Kind.DATE_CHANGED})


class Reminder(NamedTuple):
    """One message that is wanted; with the patient it is the unique key of its row."""

    kind: str
    announced_on: dt.date
    step: str


@dataclass(frozen=True, slots=True)
class Visit:
    """The patient's next visit for the open injection: on the date agreed with a person, else the day to book."""

    patient: Patient
    on: dt.date
    at: dt.time | None
    booked: bool
    due_on: dt.date
    missed_on: dt.date
    last_dose_on: dt.date | None
    weekly_or_more: bool
    monthly_or_less: bool
    ten_minutes_more: bool
    invitation: CheckInInvitation | None
    said_gone: str


def visits_of(patient_ids: Collection[int]) -> dict[int, Visit]:
    """The next visit of each patient who has an open injection event. Four queries for any number of patients."""
    schedules = PatientSchedule.objects.filter(patient_id__in=patient_ids, due_on__isnull=False)
    bookings = {
        booking.patient_id: booking
        for booking in Booking.objects.filter(
            patient_id__in=patient_ids, kind="injection", cancelled_at__isnull=True
        )
    }
    invitations = invitations_of(patient_ids)
    gone = said_gone(patient_ids)
    found = {}
    for schedule in schedules.select_related("patient__clinic"):
        pk = schedule.patient_id
        visit = _visit(schedule, bookings.get(pk), invitations.get(pk), gone.get(pk, ""))
        if visit is not None:
            found[pk] = visit
    return found


def invitations_of(patient_ids: Collection[int]) -> dict[int, CheckInInvitation]:
    """The invitation that asks each patient how they are before the coming dose, where there is one. One query."""
    last = F("patient__schedule__last_dose_on")
    before_this_dose = Q(after_dose_on=last) | Q(
        after_dose_on__isnull=True, patient__schedule__last_dose_on__isnull=True
    )
    rows = CheckInInvitation.objects.filter(before_this_dose, patient_id__in=patient_ids)
    return {row.patient_id: row for row in rows}


def _visit(
    schedule: PatientSchedule,
    booking: Booking | None,
    invitation: CheckInInvitation | None,
    gone: str,
) -> Visit | None:
    if schedule.due_on is None or schedule.book_on is None or schedule.missed_on is None:
        return None
    if booking is not None and booking.after_dose_on != schedule.last_dose_on:
        booking = None  # Agreed for a visit that has taken place since.
    on = booking.on if booking else schedule.book_on
    return Visit(
        patient=schedule.patient,
        on=on,
        at=booking.at if booking else None,
        booked=booking is not None,
        due_on=schedule.due_on,
        missed_on=schedule.missed_on,
        last_dose_on=schedule.last_dose_on,
        weekly_or_more=schedule.phase == Phase.LOADING or schedule.interval in _TOO_FREQUENT,
        monthly_or_less=schedule.phase != Phase.LOADING and schedule.interval in _TIME_TO_ASK,
        ten_minutes_more=schedule.blood_from is not None and schedule.blood_from <= on,
        invitation=invitation,
        said_gone=gone,
    )


def wanted(visit: Visit, past: Iterable[Message], *, today: dt.date) -> list[Reminder]:
    """The reminders that `today` asks for; `past` are the patient's messages so far, in any order.

    A date that moved after it was told is told as a change; one that did not move is told a week and a day before.
    """
    messages = list(past)
    told = told_on(visit, messages)
    found = []
    change = Reminder(Kind.DATE_CHANGED, visit.on, _change_step(visit, messages))
    moved = told is not None and told != visit.on and told >= today and visit.on > today
    if moved and not _could_not_be_told(change, messages):
        found.append(change)
    else:
        known = any(
            m.kind in _ANNOUNCES and m.announced_on == visit.on and _standing(m, visit) for m in messages
        )
        if not known:
            found.append(Reminder(Kind.VISIT_COMING, visit.on, WEEK_BEFORE))
        if not (told == visit.on and _told_at(visit, messages) == today):
            found.append(Reminder(Kind.VISIT_COMING, visit.on, DAY_BEFORE))
    found.append(Reminder(Kind.VISIT_MISSED, visit.due_on, MISSED))
    # Once a dose: a date that moved since is no reason to ask again.
    if not any(m.kind == Kind.CHECK_IN and _standing(m, visit) for m in messages):
        found.append(Reminder(Kind.CHECK_IN, visit.due_on, ASKED))
    return [reminder for reminder in found if not reason_against(reminder, visit, today=today)]


def told_on(visit: Visit, past: Iterable[Message]) -> dt.date | None:
    """The date the patient was last told for this very visit, if any."""
    told = _last_told(visit, past)
    return told.announced_on if told else None


def _told_at(visit: Visit, past: Iterable[Message]) -> dt.date | None:
    told = _last_told(visit, past)
    return _sent_on(told, visit) if told else None


def _last_told(visit: Visit, past: Iterable[Message]) -> Message | None:
    sent = [m for m in past if m.kind in _ANNOUNCES and m.state == State.SENT and _standing(m, visit)]
    return max(sent, key=lambda m: m.sent_at or m.created_at, default=None)


def _sent_on(message: Message, visit: Visit) -> dt.date:
    return (message.sent_at or message.created_at).astimezone(visit.patient.clinic.tz).date()


def _standing(message: Message, visit: Visit) -> bool:
    """Whether the message was about this visit: no dose was given since. (Taken back, it is about it again.)"""
    if message.state in {State.SUPPRESSED, State.FAILED, State.BOUNCED}:
        return False
    return visit.last_dose_on is None or visit.last_dose_on < _sent_on(message, visit)


def _change_step(visit: Visit, past: Iterable[Message]) -> str:
    """change-1; change-2 when the date moved away and back: told again, since it is news again."""
    before = sum(
        m.kind == Kind.DATE_CHANGED and m.announced_on == visit.on and m.state == State.SENT for m in past
    )
    return f"change-{before + 1}"


def _could_not_be_told(change: Reminder, past: Iterable[Message]) -> bool:
    """Whether the message of the change itself failed: the usual reminders of the new date must then still go."""
    failed = {State.FAILED, State.BOUNCED}
    return any((m.kind, m.announced_on, m.step) == change and m.state in failed for m in past)


def reason_against(reminder: Reminder, visit: Visit | None, *, today: dt.date) -> str:
    """Why a reminder is not wanted on `today`, in words for the messages page; empty when it is.

    Asked when it is prepared and again just before it is sent. A step of its own ("resend-1") has no day of its own.
    """
    if visit is None:
        return _("No visit is planned any more.")
    if visit.said_gone:
        return str(WHY_NOT_WRITE[visit.said_gone])
    patient = visit.patient
    if not patient.clinic.reminders_on:
        return _("Reminders are switched off for this clinic.")
    if not patient.can_be_mailed:
        return _("There is no e-mail address, or no agreement to reminders.")
    if reminder.kind == Kind.VISIT_MISSED:
        return _reason_against_missed(reminder, visit, today)
    if reminder.kind == Kind.CHECK_IN:
        return _reason_against_asking(reminder, visit, today)
    if visit.on != reminder.announced_on:
        return _("The visit has moved to %(day)s.") % {"day": day(visit.on)}
    return _reason_against_coming(reminder, visit, today)


def _reason_against_coming(reminder: Reminder, visit: Visit, today: dt.date) -> str:
    ahead = (visit.on - today).days
    if ahead <= 0:
        return _("The day of the visit had come before it could be sent.")
    if reminder.step == WEEK_BEFORE:
        if visit.weekly_or_more:
            return _("Visits are too close together for a reminder a week before.")
        if ahead < 2:
            return _("It was too late for a reminder a week before.")
        if ahead > 7:
            return _("The visit is more than a week away.")
    if reminder.step == DAY_BEFORE and ahead != 1:
        return _("The visit is not tomorrow.")
    return ""


def _reason_against_asking(reminder: Reminder, visit: Visit, today: dt.date) -> str:
    """Of asking how they are. Its date is the due date, which a booking does not move."""
    invitation = visit.invitation
    if visit.due_on != reminder.announced_on:
        return _("The visit has taken place or moved.")
    if not visit.monthly_or_less:
        return _("Visits are too close together to ask in between.")
    if invitation is not None and invitation.answered_at is not None:
        return _("The patient has answered.")
    if invitation is not None and invitation.is_locked:
        return _("The birth year was wrong too often, so the link is locked. Please ask by phone.")
    ahead = visit.on - today
    if ahead > ASK_BEFORE:
        return _("The visit is more than two weeks away.")
    if ahead <= dt.timedelta(0):
        return _("The day of the visit had come before it could be sent.")
    if reminder.step == ASKED and ahead <= _WEEK:
        # The reminder of the visit goes out then: two mails at once are one too many.
        return _("It was too late to ask before the visit.")
    return ""


def _reason_against_missed(reminder: Reminder, visit: Visit, today: dt.date) -> str:
    if visit.due_on != reminder.announced_on:
        return _("The visit has taken place or moved.")
    if visit.on >= today:
        return _("Another date was agreed: %(day)s.") % {"day": day(visit.on)}
    if today < visit.missed_on:
        return _("The visit is not missed.")
    if today > visit.missed_on + MISSED_FOR:
        return _("The visit was missed too long ago to write about it.")
    return ""
