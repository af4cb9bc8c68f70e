"""Merge two records of one person into one, and separate them again: what moved then moves back, row by row."""

import datetime as dt
import uuid
from functools import cache
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from patients.actions.once import claim_form
from patients.actions.records import lock_both
from patients.models import BatchNotice, Patient, PatientIdentifier
from patients.models.patient import EARLIER_NUMBER
from patients.vocabulary import DecisionKind, ToldHow
from patients.walls import OWN_APPS, is_history
from schedules.actions.refresh import refresh_patients
from schedules.merging import bookings_of_both, consent_taken, order_to_end, standing_bookings_of, taken_over
from schedules.models import Decision, Flag, Merge, Message, Order

# What is about a patient and does not move: derived rows, and the history of who was told, asked and shown what.
STAYS = frozenset(
    {
        "patients.AccessLog",
        "patients.CheckInInvitation",
        "schedules.Flag",
        "schedules.Message",
        "schedules.PatientSchedule",
        "schedules.OpenEvent",
        "schedules.Forecast",
    }
)


class AlreadyMergedError(Exception):
    """One of the two is merged into another record already; nothing was written."""


class NotMergedError(Exception):
    """The record stands on its own (again)."""


class LaterMergeError(Exception):
    """A later merge rests on this one and must be undone first: `later`."""

    def __init__(self, later: Merge) -> None:
        super().__init__("A later merge must be undone first.")
        self.later = later


@cache
def moving_models() -> tuple[type[Model], ...]:
    """Every table of a patient's own rows. A new one moves, too, unless it is named in STAYS."""
    return tuple(
        model
        for model in apps.get_models()
        if model._meta.app_label in OWN_APPS
        and not is_history(model)
        and model._meta.label not in STAYS
        and any(field.name == "patient" for field in model._meta.concrete_fields)
    )


@transaction.atomic
def merge_records(
    *, kept: Patient, merged: Patient, reason: str, today: dt.date, token: uuid.UUID, by: Any
) -> Merge:
    """Move everything of `merged` to `kept`; both calendars are right at once.

    Of two orders in force the older ends, of two bookings of a kind one is cancelled; allergies and risks of both hold,
    and what the kept record lacks (phone, address, physician) it takes over. Reminders waiting for the merged record
    are not sent. Raises AlreadyMergedError, or AlreadySubmittedError for a form recorded before.
    """
    claimed = claim_form(token=token, by=by)
    kept, merged = lock_both(kept, merged)
    if kept.pk == merged.pk or kept.clinic_id != merged.clinic_id:
        raise ValueError("two records of one clinic are merged")
    if kept.merged_into_id is not None or merged.merged_into_id is not None:
        raise AlreadyMergedError
    merge = Merge(clinic_id=kept.clinic_id, kept=kept, merged=merged, at=timezone.now(), by=by, reason=reason)
    merge.save()
    standing = standing_bookings_of(kept, merged, today=today)
    _end_older_order(merge)
    _cancel_second_bookings(merge, now=merge.at, by=by)
    for model in moving_models():
        rows = model._default_manager.filter(patient=merged)
        if model is BatchNotice:
            rows = rows.exclude(pk__in=_told_both(kept, merged))
        merge.moved[model._meta.label_lower] = sorted(rows.values_list("pk", flat=True))
        rows.update(patient=kept)
    _take_over(merge)
    _keep_number(merge)
    _withhold_messages(merge)
    merged.merged_into = kept
    for patient in (kept, merged):
        patient.version += 1
        patient.save(update_fields=["version", "merged_into"])
    answers = refresh_patients([kept.pk, merged.pk], cause=f"merge:{merge.pk}", as_of=today)
    last_dose = next(a.evaluation.last_dose_on for a in answers if a.patient.pk == kept.pk)
    for booking in standing:
        booking.refresh_from_db()
        if booking.cancelled_at is None:
            _change(merge, booking, after_dose_on=last_dose)
    merge.save(update_fields=["moved", "added", "changed"])
    claimed.result = str(kept.uid)
    claimed.save(update_fields=["result"])
    return merge


@transaction.atomic
def separate_records(*, merged: Patient, today: dt.date, token: uuid.UUID, by: Any) -> Merge:
    """Undo the merge: the rows it moved and that are still with the kept record move back, and what had to give way
    is as before unless somebody changed it since. What was written after the merge stays with the kept record.

    Raises NotMergedError, LaterMergeError, or AlreadySubmittedError for a form recorded before.
    """
    claim_form(token=token, by=by)
    merge = standing_merge(merged)
    if merge is None:
        raise NotMergedError
    kept, merged = lock_both(merge.kept, merge.merged)
    merge = standing_merge(merged)
    if merge is None:
        raise NotMergedError
    if later := later_merge(merge):
        raise LaterMergeError(later)
    for model in moving_models():
        keys = merge.moved.get(model._meta.label_lower, [])
        model._default_manager.filter(pk__in=keys, patient=kept).update(patient=merged)
    PatientIdentifier.objects.filter(pk__in=merge.added).update(removed_at=timezone.now())
    for entry in reversed(merge.changed):
        _change_back(entry, since=merge.at)
    for patient in (kept, merged):
        patient.refresh_from_db()
        patient.version += 1
        patient.save(update_fields=["version"])
    Patient.objects.filter(pk=merged.pk).update(merged_into=None)
    _reopen_flags(merge)
    merge.undone_at, merge.undone_by = timezone.now(), by
    merge.save(update_fields=["undone_at", "undone_by"])
    refresh_patients([kept.pk, merged.pk], cause=f"merge:{merge.pk}", as_of=today)
    return merge


def _told_both(kept: Patient, merged: Patient) -> list[int]:
    """Notices of the merged record about a batch of which the kept one was told, too: once is enough for one person
    (told_once), so these stay where they were given."""
    told = BatchNotice.objects.valid().exclude(how=ToldHow.NOT_REACHED)
    known = set(told.filter(patient=kept).values_list("number_key", "batch"))
    rows = told.filter(patient=merged).values_list("pk", "number_key", "batch")
    return [pk for pk, number, batch in rows if (number, batch) in known]


def standing_merge(merged: Patient) -> Merge | None:
    """The merge by which this record went into another one, if it stands."""
    rows = Merge.objects.filter(merged=merged, undone_at__isnull=True)
    return rows.select_related("kept__clinic", "merged__clinic", "by").first()


def later_merge(merge: Merge) -> Merge | None:
    """The newest merge that rests on this one: of the kept record with others, or into another, since."""
    later = Merge.objects.filter(Q(kept=merge.kept) | Q(merged=merge.kept), undone_at__isnull=True)
    return later.filter(pk__gt=merge.pk).select_related("kept", "merged").order_by("-pk").first()


def _plain(value: Any) -> Any:
    """A field's value as it is kept in the merge's row."""
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value


def _change(merge: Merge, row: Model, **values: Any) -> None:
    """Change fields of a row, and remember in the merge what they were; all of them are changed back, or none."""
    names = [name for name, value in values.items() if getattr(row, name) != value]
    if not names:
        return
    fields = {name: row._meta.get_field(name) for name in names}
    before = {name: _plain(getattr(row, field.attname)) for name, field in fields.items()}  # type: ignore[union-attr]
    for name in names:
        setattr(row, name, values[name])
    row.save(update_fields=names)
    after = {name: _plain(getattr(row, field.attname)) for name, field in fields.items()}  # type: ignore[union-attr]
    merge.changed.append({"table": row._meta.label_lower, "key": row.pk, "before": before, "after": after})


def _change_back(entry: dict[str, Any], *, since: dt.datetime) -> None:
    """Put a row's fields back as they were, if they still are as the merge left them and nothing newer has taken the
    place (another order in force, another booking, an end of the treatment)."""
    model = apps.get_model(entry["table"])
    row = model._default_manager.get(pk=entry["key"])
    fields = {name: model._meta.get_field(name) for name in entry["before"]}
    if any(_plain(getattr(row, field.attname)) != entry["after"][name] for name, field in fields.items()):
        return
    if isinstance(row, Order) and _treatment_ended(row.patient, since=since):
        return
    for name, field in fields.items():
        setattr(row, field.attname, field.to_python(entry["before"][name]))
    try:
        with transaction.atomic():
            row.save(update_fields=list(fields))
    except IntegrityError:
        return


def _treatment_ended(patient: Patient, *, since: dt.datetime) -> bool:
    ends = [DecisionKind.STOP.value, DecisionKind.CLOSE.value]
    return Decision.objects.valid().filter(patient=patient, kind__in=ends, recorded_at__gt=since).exists()


def _end_older_order(merge: Merge) -> None:
    """One order is in force: the newer. The older ends when that one began."""
    found = order_to_end(merge.kept, merge.merged)
    if found is not None:
        older, newer = found
        _change(merge, older, ended_on=newer.from_date)


def _cancel_second_bookings(merge: Merge, *, now: dt.datetime, by: Any) -> None:
    """One booking a kind."""
    for _stays, goes in bookings_of_both(merge.kept, merge.merged):
        _change(merge, goes, cancelled_at=now, cancelled_by=by)


def _take_over(merge: Merge) -> None:
    """Allergies and risks of both; contact data that the kept record lacks; a no to e-mails that is newer."""
    for name, value in taken_over(merge.kept, merge.merged).items():
        _change(merge, merge.kept, **{name: value})
    _change(merge, merge.kept, **consent_taken(merge.kept, merge.merged))


def _keep_number(merge: Merge) -> None:
    """The merged record's number finds the kept one."""
    number = merge.merged.record_number
    known = PatientIdentifier.objects.current().filter(
        clinic_id=merge.clinic_id, system=EARLIER_NUMBER, value__iexact=number
    )
    if not known.exists():
        row = PatientIdentifier.objects.create(
            clinic_id=merge.clinic_id, patient=merge.kept, system=EARLIER_NUMBER, value=number
        )
        merge.added.append(row.pk)


def _withhold_messages(merge: Merge) -> None:
    """What waits for the merged record is not sent; the kept one has reminders of its own."""
    waiting = Message.objects.filter(patient=merge.merged, state=Message.State.QUEUED)
    why = _("The record was merged into %(number)s.") % {"number": merge.kept.record_number}
    waiting.update(state=Message.State.SUPPRESSED, why=why, next_attempt_at=None, lease_until=None)


def _reopen_flags(merge: Merge) -> None:
    """Flags that the merge closed stand again with their whole life (seen, put off, resolved); what the rules say of
    both records then decides which of them hold."""
    for patient in (merge.kept, merge.merged):
        standing = Flag.objects.filter(patient=patient, cleared_on__isnull=True).values_list(
            "code", flat=True
        )
        closed = Flag.objects.filter(patient=patient, cleared_by=f"merge:{merge.pk}")
        closed.exclude(code__in=list(standing)).update(cleared_on=None, cleared_by="")
