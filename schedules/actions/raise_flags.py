"""Bring the standing flags to what was found; resolved ones stay resolved while nothing is new."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q

from patients.models import Patient
from schedules.models import Flag
from schedules.rules.results import Finding

_CONTENT = ["severity", "rules", "facts", "reason", "next_step"]
_LIFE = [
    "acknowledged_at", "acknowledged_by", "snoozed_until", "snoozed_by", "snooze_reason", "alerted_at", "escalated_at",
]  # fmt: skip


class Found(NamedTuple):
    """What holds for a patient on the clinic's civil date."""

    patient: Patient
    today: dt.date
    findings: tuple[Finding, ...]


def reconcile_flags(found: Sequence[Found], *, cause: str) -> None:
    """Make the stored flags those that were found; `cause` is the record that closes what is gone."""
    kept = _stored(found)
    new: list[Flag] = []
    changed: list[Flag] = []
    for patient, today, held in found:
        flags = kept[patient.pk]
        findings = {finding.code: finding for finding in held}
        standing = {flag.code: flag for flag in flags if flag.cleared_on is None}
        changed += [_close(flag, today, cause) for code, flag in standing.items() if code not in findings]
        for code, finding in findings.items():
            flag = standing.get(code)
            if flag is None:
                reopened = _closed_today(flags, finding, today)
                if reopened is not None:
                    reopened.cleared_on, reopened.cleared_by = None, ""
                    changed.append(reopened)
                else:
                    new.append(_raise(patient, finding, today))
            elif not _same(flag, finding):
                if flag.resolved_at is not None:
                    changed.append(_close(flag, today, cause))
                    new.append(_raise(patient, finding, today))
                else:
                    changed.append(_renew(flag, finding))
    if changed:
        Flag.objects.bulk_update(changed, [*_CONTENT, *_LIFE, "cleared_on", "cleared_by"])
    if new:
        Flag.objects.bulk_create(new)


def _stored(found: Sequence[Found]) -> dict[int, list[Flag]]:
    """Standing flags, and those closed today, which an undo brings back. Newest first."""
    days = {each.today for each in found}
    rows = Flag.objects.filter(patient__in=[each.patient.pk for each in found]).filter(
        Q(cleared_on__isnull=True) | Q(cleared_on__in=days)
    )
    by_patient: dict[int, list[Flag]] = defaultdict(list)
    for flag in rows.order_by("-pk"):
        by_patient[flag.patient_id].append(flag)
    return by_patient


def _same(flag: Flag, finding: Finding) -> bool:
    return (
        flag.facts == finding.facts
        and flag.severity == finding.severity
        and flag.reason == finding.reason
        and tuple(flag.rules) == finding.rules
    )


def _closed_today(flags: list[Flag], finding: Finding, today: dt.date) -> Flag | None:
    """The same flag, closed earlier today: what closed it was taken back."""
    for flag in flags:
        if flag.code == finding.code and flag.cleared_on == today and _same(flag, finding):
            return flag
    return None


def _raise(patient: Patient, finding: Finding, today: dt.date) -> Flag:
    return Flag(
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        code=finding.code,
        severity=finding.severity,
        rules=list(finding.rules),
        facts=finding.facts,
        reason=finding.reason,
        next_step=finding.next_step,
        raised_on=today,
    )


def _close(flag: Flag, today: dt.date, cause: str) -> Flag:
    flag.cleared_on, flag.cleared_by = max(today, flag.raised_on), cause
    return flag


def _renew(flag: Flag, finding: Finding) -> Flag:
    """New facts are news: nobody has seen them yet."""
    flag.severity, flag.rules, flag.facts = finding.severity, list(finding.rules), finding.facts
    flag.reason, flag.next_step = finding.reason, finding.next_step
    flag.acknowledged_at = flag.acknowledged_by = None
    flag.snoozed_until = flag.snoozed_by = flag.alerted_at = flag.escalated_at = None
    flag.snooze_reason = ""
    return flag
