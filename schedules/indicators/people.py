"""Who stands behind a number: for physicians, one indicator and month, one outcome, a page at a time."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator

from patients.models import Clinic, Patient
from schedules.indicators.reasons import Indicator, Outcome, Why
from schedules.indicators.words import DAY_IS, WHY
from schedules.models import IndicatorCount
from schedules.plan_words import plan_words

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Behind:
    """One verdict: whose, why, and the day it speaks of."""

    patient: Patient
    why: str
    day_is: str
    on: dt.date | None
    plan: str


def verdict_keys(
    clinic: Clinic, indicator: Indicator, month: dt.date, outcome: Outcome, *, physician: Any = None
) -> list[tuple[int, Why, str | None]]:
    """Patient key, reason and ISO day of each verdict of an outcome, as counted. One query."""
    rows = IndicatorCount.objects.filter(clinic=clinic, indicator=indicator, month=month)
    if physician is not None:
        rows = rows.filter(physician=physician)
    return [
        (key, Why(code), day)
        for people in rows.values_list("people", flat=True)
        for code, found in people.items()
        if Why(code).outcome == outcome
        for key, day in found
    ]


def people_page(
    clinic: Clinic, keys: list[tuple[int, Why, str | None]], indicator: Indicator, *, number: Any
) -> tuple[Page[Any], list[Behind]]:
    """A page of the verdicts, by name and then by day, and its patients as the record has them now. Two queries."""
    wanted = {key for key, _why, _day in keys}
    order = dict(
        Patient.objects.filter(clinic=clinic, pk__in=wanted).values_list("pk", "name_key").order_by()
    )
    known = [verdict for verdict in keys if verdict[0] in order]
    known.sort(key=lambda verdict: (order[verdict[0]], verdict[0], verdict[2] or ""))
    page = Paginator(known, PER_PAGE).get_page(number)
    shown = Patient.objects.filter(pk__in={key for key, _why, _day in page}).select_related(
        "schedule", "physician"
    )
    patients = {patient.pk: patient for patient in shown}
    return page, [_behind(patients[key], why, day, indicator) for key, why, day in page]


def _behind(patient: Patient, why: Why, day: str | None, indicator: Indicator) -> Behind:
    schedule = getattr(patient, "schedule", None)
    return Behind(
        patient,
        str(WHY[why]),
        str(DAY_IS[indicator]),
        dt.date.fromisoformat(day) if day else None,
        plan_words(schedule.phase, schedule.protocol, schedule.interval) if schedule else "",
    )
