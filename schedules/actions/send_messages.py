"""Sends what waits, one message at a time: claimed under a lease, asked again whether it is wanted, handed over, and
the answer written down. A worker that dies leaves its message to whoever comes after the lease; the Message-ID stays.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable

from django.conf import settings
from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from patients.models import Clinic
from patients.scope import clinic_scope
from schedules.actions.invite import note_sending
from schedules.actions.job_runs import note_run
from schedules.actions.staff_messages import prepare_staff_messages, reason_against_staff
from schedules.messages.mail import Outbox, is_final, is_unreachable, mail_of, words_for
from schedules.messages.rendering import render_reminder
from schedules.messages.visits import Reminder, reason_against, visits_of
from schedules.models import Message

log = logging.getLogger(__name__)
State = Message.State
Clock = Callable[[], dt.datetime]
# Longer than a mail server may take for one message (each of its six answers within EMAIL_TIMEOUT).
LEASE = dt.timedelta(minutes=5)
# Minutes until the next attempt, after the first, second … failed one; after the last the message has failed.
BACK_OFF = (1, 5, 15, 60, 120, 240)
# Then a run leaves the rest to the next one. Shorter than the beat's step: each run tells staff first, so an urgent
# flag waits for one run at most, however many reminders wait.
RUN_FOR = dt.timedelta(seconds=50)


def send_messages(*, clock: Clock) -> dict[str, int]:
    """Send what waits: to staff of every clinic first, then to patients, until nothing waits or RUN_FOR has passed.
    A clinic that fails does not stop the others. Returns how many by state.

    `clock` gives the present moment: a batch may take minutes, and a lease is counted from when it is taken.
    """
    total: Counter[str] = Counter()
    end = clock() + RUN_FOR
    clinics = list(Clinic.objects.order_by("pk"))
    with Outbox() as outbox:
        for send in (_send_to_staff, _send_what_waits):
            for clinic in _longest_waiting_first(clinics):
                if clock() > end:
                    break
                try:
                    total += send(clinic, outbox=outbox, clock=clock, end=end)
                except Exception as error:  # noqa: BLE001 (the row says why, the front page shows it)
                    log.error("sending messages failed for clinic %s: %s", clinic.pk, type(error).__name__)
                    note_run(clinic.pk, "sending", now=clock(), counts={}, error=type(error).__name__)
    return dict(total)


def send_for_clinic(clinic: Clinic, *, outbox: Outbox, clock: Clock) -> Counter[str]:
    """The same for one clinic alone."""
    end = clock() + RUN_FOR
    told = _send_to_staff(clinic, outbox=outbox, clock=clock, end=end)
    return told + _send_what_waits(clinic, outbox=outbox, clock=clock, end=end)


def _longest_waiting_first(clinics: list[Clinic]) -> list[Clinic]:
    """A run may end before every clinic had its turn: next time it is the first."""
    with clinic_scope([clinic.pk for clinic in clinics]):
        unsent = Message.objects.filter(state__in=[State.QUEUED, State.SENDING])
        since = dict(unsent.values_list("clinic").annotate(Min("next_attempt_at")))
    never = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(clinics, key=lambda clinic: since.get(clinic.pk) or never)


def _send_to_staff(clinic: Clinic, *, outbox: Outbox, clock: Clock, end: dt.datetime) -> Counter[str]:
    """Prepare the mails to staff and send them."""
    _prepare_staff(clinic, now=clock())
    counts, _error = _send(clinic, Q(patient__isnull=True), outbox=outbox, clock=clock, end=end)
    return counts


def _send_what_waits(clinic: Clinic, *, outbox: Outbox, clock: Clock, end: dt.datetime) -> Counter[str]:
    """Send to patients, and note what became of the run."""
    counts, error = _send(clinic, Q(), outbox=outbox, clock=clock, end=end)
    note_run(clinic.pk, "sending", now=clock(), counts=dict(counts), error=error)
    return counts


def _send(
    clinic: Clinic, which: Q, *, outbox: Outbox, clock: Clock, end: dt.datetime
) -> tuple[Counter[str], str]:
    """Send until nothing waits, the server is away (the words say so) or `end` has come."""
    counts: Counter[str] = Counter()
    error = ""
    while not error and clock() <= end:
        with clinic_scope([clinic.pk]):
            message = _claim(clinic, which, now=clock())
        if message is None:
            break
        if message.state == State.SENDING:
            problem = _hand_over(message, outbox=outbox, clock=clock)
            if problem is not None and is_unreachable(problem):
                error = words_for(problem)
        counts[message.state] += 1
    return counts, error


def _prepare_staff(clinic: Clinic, *, now: dt.datetime) -> None:
    """Mails to staff that cannot be written do not hold up those to patients; the front page says so."""
    try:
        wanted, error = prepare_staff_messages(clinic, now=now), ""
    except Exception as problem:  # noqa: BLE001
        wanted, error = 0, type(problem).__name__
        log.error("mails to staff not written for clinic %s: %s", clinic.pk, error)
    note_run(clinic.pk, "staff", now=now, counts={"prepared": wanted}, error=error)


def is_open(clinic: Clinic, *, now: dt.datetime) -> bool:
    """Whether patients may be written to at this hour of the clinic's wall clock."""
    return clinic.send_from <= now.astimezone(clinic.tz).time() < clinic.send_until


def waiting(clinic: Clinic, *, now: dt.datetime) -> QuerySet[Message]:
    """What may be sent now: queued and due for an attempt, or left by a worker that died. Outside the clinic's
    hours only what a person sent again, and mails to staff."""
    found = Message.objects.filter(clinic=clinic).filter(
        Q(state=State.QUEUED, next_attempt_at__lte=now) | Q(state=State.SENDING, lease_until__lt=now)
    )
    if not is_open(clinic, now=now):
        found = found.filter(Q(patient__isnull=True) | Q(step__startswith="resend-"))
    return found.order_by("next_attempt_at", "pk")


def _claim(clinic: Clinic, which: Q, *, now: dt.datetime) -> Message | None:
    """The next message, leased to us and written afresh; or ended, when it is no longer wanted. None: nothing waits.

    Rows that another worker holds at this moment are passed over.
    """
    found = waiting(clinic, now=now).filter(which)
    message = found.select_for_update(skip_locked=True, of=("self",)).first()
    if message is None:
        return None
    message.clinic = clinic
    today = now.astimezone(clinic.tz).date()
    if why := _reason_against(message, today=today, now=now):
        message.state, message.why, message.lease_until = State.SUPPRESSED, why, None
    elif message.attempts > len(BACK_OFF):
        message.state, message.why = State.FAILED, _("Given up: it was being sent when the program stopped.")
    else:
        message.state, message.lease_until = State.SENDING, now + LEASE
        message.attempts += 1
    message.save()
    return message


def _reason_against(message: Message, *, today: dt.date, now: dt.datetime) -> str:
    """Asked just before sending. A reminder that is still wanted is written afresh: the time may have changed."""
    if message.patient_id is None:
        return reason_against_staff(message, today=today)
    reminder = Reminder(message.kind, message.announced_on, message.step)
    visit = visits_of([message.patient_id]).get(message.patient_id)
    why = reason_against(reminder, visit, today=today)
    if why or visit is None:
        return why
    if message.kind == Message.Kind.CHECK_IN:
        visit = note_sending(visit, today=today)
        if visit.invitation is None:
            return _("The visit has taken place or moved.")
    told = Message.objects.filter(patient=message.patient_id, state=State.SENT).count()
    rendered = render_reminder(reminder, visit, version=told, now=now)
    message.patient, message.to = visit.patient, visit.patient.email
    message.subject, message.text = rendered.subject, rendered.text
    message.html, message.calendar = rendered.html, rendered.calendar
    return ""


def _hand_over(message: Message, *, outbox: Outbox, clock: Clock) -> Exception | None:
    """Give a claimed message to the mail server, or keep it where there is none; write down the answer."""
    lease = message.lease_until
    problem: Exception | None = None
    today = clock().astimezone(message.clinic.tz).date()
    try:
        mail = mail_of(message, today=today)
        if not settings.MAIL_IS_KEPT:
            outbox.send(mail)
    except Exception as error:  # noqa: BLE001 (whatever goes wrong with one message is written in its row)
        problem = error
        log.warning("message %s was not sent: %s", message.pk, type(error).__name__)
    _note_answer(message, problem, now=clock())
    with clinic_scope([message.clinic_id]):
        # Only while the lease is ours: who took the message over after it writes the end himself.
        Message.objects.filter(pk=message.pk, state=State.SENDING, lease_until=lease).update(
            state=message.state,
            why=message.why,
            sent_at=message.sent_at,
            next_attempt_at=message.next_attempt_at,
            lease_until=None,
        )
    return problem


def _note_answer(message: Message, problem: Exception | None, *, now: dt.datetime) -> None:
    if problem is None:
        message.state, message.sent_at = State.SENT, now
        message.why = _("No mail server is set.") if settings.MAIL_IS_KEPT else ""
    elif is_final(problem) or message.attempts > len(BACK_OFF):
        message.state, message.why = State.FAILED, words_for(problem)
    else:
        message.state, message.why = State.QUEUED, words_for(problem)
        message.next_attempt_at = now + dt.timedelta(minutes=BACK_OFF[message.attempts - 1])
