"""Mails to staff, without patient data: urgent flags within minutes, to a manager those nobody looked at for a working
day, and the counts of the morning."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from patients.models import Clinic, ClinicRole
from patients.permissions import ALLOWED, Action, Role
from patients.scope import clinic_scope
from schedules.messages.rendering import Rendered, render_staff
from schedules.messages.words import without_clinical_words
from schedules.messages.working_day import working_day_after
from schedules.models import Booking, Flag, Message, PatientSchedule
from schedules.queries import unseen_urgent_flags, urgent_flag_count

State, Kind = Message.State, Message.Kind
MORNING = "morning"
# How long the morning mail goes on counting a message that did not arrive.
UNDELIVERED_FOR = dt.timedelta(14)
# Across the change of the clocks in spring.
_SHORTEST_WORKING_DAY = dt.timedelta(hours=23)
_ESCALATED_TO = frozenset({Role.MANAGER, Role.PHYSICIAN})


def prepare_staff_messages(clinic: Clinic, *, now: dt.datetime) -> int:
    """Write the rows of every kind; each once. Returns how many were wanted."""
    with clinic_scope([clinic.pk]):
        rows = [*_urgent(clinic, now=now), *_escalated(clinic, now=now), *_digest(clinic, now=now)]
        Message.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def reason_against_staff(message: Message, *, today: dt.date) -> str:
    """Why a mail to staff is not wanted any more; empty when it is."""
    roles = _ESCALATED_TO if message.kind == Kind.ESCALATION else ALLOWED[Action.SEE_LISTS]
    addresses = members(message.clinic, roles).values_list("user__email", flat=True)
    if message.to not in set(addresses):
        return _("This person does not work here any more.")
    unseen = unseen_urgent_flags(message.clinic)
    if message.kind == Kind.ESCALATION:
        unseen = unseen.filter(escalated_at__isnull=False)
    if message.kind in {Kind.URGENT_FLAG, Kind.ESCALATION} and not unseen.exists():
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
    flags = unseen_urgent_flags(clinic).filter(alerted_at__isnull=True)
    found = list(flags.select_for_update(of=("self",)).values_list("pk", "patient__physician_id"))
    if not found:
        return []
    physicians = _by_user(members(clinic, [Role.PHYSICIAN]))
    by_address: dict[str, list[int]] = {}
    for pk, responsible in found:
        for user in _answerable(responsible, physicians):
            by_address.setdefault(user.email, []).append(pk)
    if physicians:
        Flag.objects.filter(pk__in=[pk for pk, _responsible in found]).update(alerted_at=now)
    return [
        _row(
            clinic,
            Kind.URGENT_FLAG,
            to=address,
            step=_step(pks, now),
            rendered=render_staff(Kind.URGENT_FLAG, clinic, path=reverse("flags"), count=len(pks)),
            now=now,
        )
        for address, pks in by_address.items()
    ]


def _escalated(clinic: Clinic, *, now: dt.datetime) -> list[Message]:
    """One mail a manager for all urgent flags that nobody acknowledged within a working day. A manager cannot open
    flags: the mail names whom to ask. Without a manager the physicians are told again. Marks the flags."""
    found = _unseen_for_a_working_day(clinic, now=now)
    if not found:
        return []
    physicians = _by_user(members(clinic, [Role.PHYSICIAN]))
    told = _by_user(members(clinic, [Role.MANAGER])) or physicians
    pks = [pk for pk, _responsible in found]
    if told:
        Flag.objects.filter(pk__in=pks).update(escalated_at=now)
    ask = {user.pk: user for _pk, whose in found for user in _answerable(whose, physicians)}
    may_open = set(members(clinic, ALLOWED[Action.SEE_CLINICAL]).values_list("user_id", flat=True))
    return [
        _row(
            clinic,
            Kind.ESCALATION,
            to=user.email,
            step=_step(pks, now),
            rendered=render_staff(
                Kind.ESCALATION,
                clinic,
                path=reverse("flags" if user.pk in may_open else "clinic_people"),
                count=len(pks),
                may_open=user.pk in may_open,
                ask=[_name_and_address(each) for each in ask.values()],
            ),
            now=now,
        )
        for user in told.values()
    ]


def _unseen_for_a_working_day(clinic: Clinic, *, now: dt.datetime) -> list[tuple[int, int | None]]:
    """Flag and responsible physician, locked. The day counts from the mail to the physicians; from the raising where
    there was no physician to tell."""
    flags = (
        unseen_urgent_flags(clinic)
        .filter(escalated_at__isnull=True)
        .annotate(since=Coalesce("alerted_at", "raised_at"))
        .filter(since__lte=now - _SHORTEST_WORKING_DAY)
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    found = list(flags.values_list("pk", "patient__physician_id", "since"))
    if not found:
        return []
    closed = set(clinic.closed_dates.values_list("date", flat=True))
    tz, weekdays = clinic.tz, clinic.open_weekdays
    return [
        (pk, responsible)
        for pk, responsible, since in found
        if working_day_after(since, tz=tz, open_weekdays=weekdays, closed=closed) <= now
    ]


def _by_user(rows: QuerySet[ClinicRole]) -> dict[int, Any]:
    """The people behind the roles, by name."""
    return {row.user_id: row.user for row in rows.select_related("user").order_by("user__name", "user_id")}


def _answerable(responsible: int | None, physicians: dict[int, Any]) -> list[Any]:
    """The responsible physician, if one still works here, else all physicians."""
    return [physicians[responsible]] if responsible in physicians else list(physicians.values())


def _name_and_address(user: Any) -> str:
    """As much of it as may stand in a mail."""
    return next(iter(without_clinical_words([f"{user.name}, {user.email}", user.name])), "")


def _step(pks: list[int], now: dt.datetime) -> str:
    """A flag with newer facts is told again, on the same day too."""
    return f"{max(pks)}-{now:%H%M%S}"


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
        (_("Booked today"), booked.filter(_not_seen_since(), _still_to_come()).count()),
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


def _still_to_come() -> Q:
    """A dose is agreed for while one is due; a test or review alone while none is (stopped, closed: nothing)."""
    no_dose_due = Q(patient__schedule__due_on__isnull=True)
    return Q(kind="injection") & ~no_dose_due | ~Q(kind="injection") & no_dose_due


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
