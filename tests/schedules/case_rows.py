"""Puts a case file's history into the database, so that what the rules say of the case can be compared with
what the stored read model says of the patient."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from patients.models import (
    Assessment,
    Cause,
    Clinic,
    ClosedDate,
    Injection,
    LabResult,
    Medication,
    Patient,
    Pregnancy,
)
from patients.vocabulary import Domain
from schedules.models import Decision

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Row = dict[str, Any]


def clinic_of(case: Row) -> Clinic:
    """A clinic with the case's open days."""
    opening = case.get("clinic") or {}
    days = [WEEKDAYS.index(name) for name in opening.get("open_weekdays") or WEEKDAYS]
    clinic = Clinic.objects.create(name=f"Clinic of {case['id']}", open_weekdays=days, time_zone="UTC")
    ClosedDate.objects.bulk_create(
        ClosedDate(clinic=clinic, date=day) for day in set(opening.get("closed_dates") or [])
    )
    return clinic


def patient_of(case: Row, clinic: Clinic) -> Patient:
    """The case's patient with every row of its history; call inside the clinic's scope."""
    about = case.get("patient") or {}
    patient = Patient.objects.create(
        clinic=clinic,
        record_number=case["id"],
        given_name="Case",
        family_name=case["id"],
        birth_date=day(about.get("birth_date") or "1990-01-01"),
        sex=about.get("sex") or "unknown",
        diabetic_nephropathy=bool(about.get("diabetic_nephropathy")),
    )
    own = {"clinic": clinic, "patient": patient}
    for row in about.get("causes") or []:
        Cause.objects.create(**own, **_kept(row))
    for row in about.get("pregnancies") or []:
        Pregnancy.objects.create(
            **own, status=row["status"], from_date=row["from"], ended_on=row.get("ended_on")
        )
    for row in about.get("medications") or []:
        Medication.objects.create(**own, **_kept(row))
    for row in case.get("plan") or []:
        Decision.objects.create(**own, **_decision(row), **_error(row))
    for row in case.get("assessments") or []:
        scores = {domain.value: row.get("scores", {}).get(domain.value) for domain in Domain}
        Assessment.objects.create(**own, on=row["on"], **scores, **_error(row))
    for row in case.get("injections") or []:
        Injection.objects.create(**own, **_kept(row, "entered_in_error"), **_error(row))
    for row in case.get("labs") or []:
        kept = _kept(row, "entered_in_error")
        LabResult.objects.create(
            **own,
            **(kept | {"value": Decimal(str(row["value"])), "value_text": str(row["value"])}),
            **_error(row),
        )
    return patient


def _kept(row: Row, *without: str) -> Row:
    return {key: value for key, value in row.items() if value is not None and key not in without}


def _decision(row: Row) -> Row:
    kept = _kept(row, "decision", "to", "entered_in_error")
    if row["decision"] in {"stop", "close"}:
        kept.setdefault("reason", "other")  # A case may leave it out; the record may not.
    return kept | {"kind": row["decision"], **({"interval": row["to"]} if row.get("to") else {})}


def _error(row: Row) -> Row:
    if not row.get("entered_in_error"):
        return {}
    return {"error_at": timezone.now(), "error_reason": "not_done"}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
