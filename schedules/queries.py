"""Questions to the calendar in the clinic's words."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import OuterRef, QuerySet

from patients.models import CheckIn, Clinic, Patient
from schedules.models import Decision, Flag


def active_flags() -> QuerySet[Flag]:
    """Flags whose condition holds and that no physician has resolved."""
    return Flag.objects.filter(cleared_on__isnull=True, resolved_at__isnull=True)


def unseen_urgent_flags(clinic: Clinic) -> QuerySet[Flag]:
    """Urgent flags of the clinic that nobody has acknowledged."""
    return active_flags().filter(clinic=clinic, severity="urgent", acknowledged_at__isnull=True)


def urgent_flag_count(clinic: Clinic) -> int:
    """How many urgent flags of the clinic nobody has acknowledged."""
    return unseen_urgent_flags(clinic).count()


def close_reasons(patients: Iterable[int]) -> dict[int, str]:
    """Why the record of each of these patients was closed last, as coded; one query."""
    closed = Decision.objects.valid().filter(patient__in=patients, kind="close").order_by("on", "pk")
    return dict(closed.values_list("patient", "reason"))


def answered_check_ins(patient: Patient | OuterRef, *, until: dt.date) -> QuerySet[CheckIn]:
    """What the patient answered by link up to that day, oldest first."""
    return CheckIn.objects.valid().filter(patient=patient, on__lte=until).order_by("answered_at")
