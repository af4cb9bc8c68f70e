"""Mails to staff, without patient data: urgent flags within minutes, and the counts of the morning."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from patients.models import Clinic, ClinicRole
from patients.permissions import ALLOWED, Action, Role
from patients.scope import clinic_scope
from schedules.messages.rendering import Rendered, render_staff
from schedules.models import Booking, Flag, Message, PatientSchedule
from schedules.queries import active_flags, urgent_flag_count

State, Kind = Message.State, Message.Kind
MORNING = "morning"
# How long the morning mail goes on counting a message that did not arrive.
UNDELIVERED_FOR = dt.timedelta(14)


def prepare_staff_messages(clinic: Clinic, *, now: dt.datetime) -> int:
    """Write the rows of both kinds; each once. Returns how many were wanted."""
    with clinic_scope([clinic.pk]):
        rows = [*_urgent(clinic, now=now), *_digest(clinic, now=now)]
        Message.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def reason_against_staff(message: Message, *, today: dt.date) -> str:
    """Why a mail to staff is not wanted any more; empty when it is."""
    addresses = members(message.clinic, ALLOWED[Action.SEE_LISTS]).values_list("user__email", flat=True)
    if message.to not in set(addresses):
        return _("This person does not work here any more.")
    if message.kind == Kind.URGENT_FLAG and urgent_flag_count(message.clinic) == 0:
        return _("The flag was looked at before it could be sent.")
    if message.kind == Kind.DIGEST and message.announced_on != today:
        return _("The morning had passed before it could be sent.")
    return ""


def members(clinic: Clinic, roles: Iterable[Role]) -> QuerySet[ClinicRole]:
    """Who works in the clinic in one of the roles."""
    return ClinicRole.objects.filter(clinic=clinic, active=True, user__is_active=True, role__in=list(roles))


def _urgent(clinic: Clinic, *, now: dt.datetime) -> list[Message]:
    """One mail a person for all urgent flags nobody was told of yet: to the responsible physician where there is
    one who still works here, else to all physicians of the clinic. Marks the flags as told."""
    flags = active_flags().filter(
        clinic=clinic, severity="urgent", acknowledged_at__isnull=True, alerted_at__isnull=True
    )
    found = list(flags.select_for_update(of=("self",)).values_list("pk", "patient__physician_id"))
    if not found:
        return []
    physicians = dict(members(clinic, [Role.PHYSICIAN]).values_list("user_id", "user__email"))
    by_address: dict[str, list[int]] = {}
    for pk, responsible in found:
        told = [physicians[responsible]] if responsible in physicians else list(physicians.values())
        for address in told:
            by_address.setdefault(address, []).append(pk)
    if physicians:
        Flag.objects.filter(pk__in=[pk for pk, _responsible in found]).update(alerted_at=now)
    return [
        _row(
            clinic,
            Kind.URGENT_FLAG,
            to=address,
            step=f"flag-{max(pks)}",
            rendered=render_staff(Kind.URGENT_FLAG, clinic, path=reverse("flags"), count=len(pks)),
            now=now,
        )
        for address, pks in by_address.items()
    ]


def _digest(clinic: Clinic, *, now: dt.datetime) -> list[Message]:
    """The counts of today for everyone who works with the list, once the sending hours of an open day have begun."""
    local = now.astimezone(clinic.tz)
    today = local.date()
    if not clinic.reminders_on or not clinic.send_from <= local.time() < clinic.send_until:
        return []
    if today.weekday() not in clinic.open_weekdays or clinic.closed_dates.filter(date=today).exists():
        return []
    if Message.objects.filter(clinic=clinic, kind=Kind.DIGEST, announced_on=today, step=MORNING).exists():
        return []
    addresses = set(members(clinic, ALLOWED[Action.SEE_LISTS]).values_list("user__email", flat=True))
    if not addresses:
        return []
    counts = counts_of(clinic, today=today)
    rendered = render_staff(
        Kind.DIGEST, clinic, path=reverse("today"), day=date_format(today, "D j M Y"), counts=counts
    )
    return [
        _row(clinic, Kind.DIGEST, to=to, step=MORNING, rendered=rendered, now=now) for to in set(addresses)
    ]


def counts_of(clinic: Clinic, *, today: dt.date) -> list[tuple[str, int]]:
    """What the morning mail says, in the words of the front page."""
    plans = PatientSchedule.objects.filter(clinic=clinic, due_on__isnull=False)
    booked = Booking.objects.filter(clinic=clinic, on=today, cancelled_at__isnull=True)
    late = plans.filter(missed_on__gt=today, due_on__lt=today, book_on__lt=today)
    since = dt.datetime.combine(today, dt.time(0), clinic.tz) - UNDELIVERED_FOR
    return [
        (_("Booked today"), booked.filter(_not_seen_since()).count()),
        (_("Due today"), plans.filter(Q(due_on=today) | Q(due_on__lt=today, book_on__gte=today)).count()),
        (_("Late"), late.count()),
        (_("Missed"), plans.filter(missed_on__lte=today).count()),
        (_("Urgent flags"), urgent_flag_count(clinic)),
        (_("E-mails not delivered"), undelivered(clinic, since=since).count()),
    ]


def undelivered(clinic: Clinic, *, since: dt.datetime) -> QuerySet[Message]:
    """Messages that did not arrive and were not sent again with success."""
    arrived = Message.objects.filter(
        patient=OuterRef("patient"), announced_on=OuterRef("announced_on"), state=State.SENT
    )
    failed = Message.objects.filter(
        clinic=clinic, state__in=[State.FAILED, State.BOUNCED], created_at__gte=since
    )
    return failed.exclude(Exists(arrived))


def _not_seen_since() -> Q:
    """A booking stands while the last visit is still the one known when it was agreed."""
    last = F("patient__schedule__last_dose_on")
    return Q(after_dose_on=last) | Q(after_dose_on__isnull=True, patient__schedule__last_dose_on__isnull=True)


def _row(clinic: Clinic, kind: str, *, to: str, step: str, rendered: Rendered, now: dt.datetime) -> Message:
    return Message(
        clinic=clinic,
        kind=kind,
        announced_on=now.astimezone(clinic.tz).date(),
        step=step,
        to=to,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        next_attempt_at=now,
    )
