"""The only bridge from the record to the rules: rows become facts, in one query for any number of patients.

Rows entered in error stay out; rows of any date go in (the rules look at the day asked). Within a table rows
come in the order recorded, which is the order of their keys.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject

from patients.models import (
    Assessment,
    Cause,
    Clinic,
    ClinicDefaults,
    ClosedDate,
    Injection,
    LabResult,
    Medication,
    Patient,
    Pregnancy,
)
from patients.vocabulary import DecisionKind, Domain
from schedules.models import Decision
from schedules.rules import facts as rules
from schedules.rules.defaults import STANDARD, Defaults

_DOMAINS = tuple(domain.value for domain in Domain)
Row = dict[str, Any]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _number(text: str | None) -> Decimal | None:
    """Numbers travel as text, so that every digit arrives."""
    return Decimal(text) if text is not None else None


def _cause(row: Row, pk: int) -> rules.Cause:
    return rules.Cause(
        kind=row["kind"],
        ref=f"cause:{pk}",
        resolved_on=_day(row["resolved_on"]),
        intrinsic_factor_antibody=row["intrinsic_factor_antibody"] or None,
        procedure=row["procedure"] or None,
        length_cm=_number(row["length_cm"]),
        gene=row["gene"] or None,
    )


def _pregnancy(row: Row, pk: int) -> rules.Pregnancy:
    began = date.fromisoformat(row["from_date"])
    return rules.Pregnancy(row["status"], began, _day(row["ended_on"]), f"pregnancy:{pk}")


def _medication(row: Row, pk: int) -> rules.Medication:
    return rules.Medication(
        drug=row["drug"],
        started_on=date.fromisoformat(row["started_on"]),
        stopped_on=_day(row["stopped_on"]),
        dose_mg=_number(row["dose_mg"]),
        dose_ug=_number(row["dose_ug"]),
        ref=f"medication:{pk}",
    )


def _decision(row: Row, pk: int) -> rules.Decision:
    changes = row["kind"] == DecisionKind.CHANGE_INTERVAL
    interval = row["interval"] or None
    return rules.Decision(
        on=date.fromisoformat(row["on"]),
        kind=row["kind"],
        protocol=row["protocol"] or None,
        maintenance_interval=row["maintenance_interval"] or None,
        interval=None if changes else interval,
        to=interval if changes else None,
        began_with=row["began_with"] or None,
        reason=row["reason"] or None,
        reasons=tuple(row["reasons"]),
        ref=f"decision:{pk}",
    )


def _assessment(row: Row, pk: int) -> rules.Assessment:
    scores = tuple(row[domain] for domain in _DOMAINS)
    return rules.Assessment(date.fromisoformat(row["on"]), scores, f"assessment:{pk}")


def _injection(row: Row, pk: int) -> rules.Injection:
    return rules.Injection(
        on=date.fromisoformat(row["on"]),
        at=_time(row["at"]),
        drug=row["drug"],
        dose_ug=Decimal(row["dose_ug"]),
        route=row["route"],
        ref=f"injection:{pk}",
    )


def _lab(row: Row, pk: int) -> rules.Lab:
    return rules.Lab(
        drawn_on=date.fromisoformat(row["drawn_on"]),
        analyte=row["analyte"],
        value=Decimal(f"{Decimal(row['value']).normalize():f}"),  # 100, neither 100.00000 nor 1E+2
        unit=row["unit"],
        comparator=row["comparator"] or None,
        drawn_at=_time(row["drawn_at"]),
        before_dose=row["before_dose"],
        ref=f"lab:{pk}",
    )


# Table of facts: the rows to read, their fields (numbers apart, which travel as text), and what a row becomes.
_TABLES: dict[str, tuple[QuerySet[Any], tuple[str, ...], tuple[str, ...], Callable[[Row, int], Any]]] = {
    "causes": (
        Cause.objects.all(),
        ("kind", "resolved_on", "intrinsic_factor_antibody", "procedure", "gene"),
        ("length_cm",),
        _cause,
    ),
    "pregnancies": (Pregnancy.objects.all(), ("status", "from_date", "ended_on"), (), _pregnancy),
    "medications": (
        Medication.objects.all(),
        ("drug", "started_on", "stopped_on"),
        ("dose_mg", "dose_ug"),
        _medication,
    ),
    "decisions": (
        Decision.objects.all(),
        ("on", "kind", "protocol", "maintenance_interval", "interval", "began_with", "reason", "reasons"),
        (),
        _decision,
    ),
    "assessments": (Assessment.objects.all(), ("on", *_DOMAINS), (), _assessment),
    "injections": (
        Injection.objects.filter(given=True),
        ("on", "at", "drug", "route"),
        ("dose_ug",),
        _injection,
    ),
    "labs": (
        LabResult.objects.all(),
        ("drawn_on", "analyte", "unit", "comparator", "drawn_at", "before_dose"),
        ("value",),
        _lab,
    ),
}
_OF_PATIENT = ("causes", "pregnancies", "medications")


def _as_rows(rows: QuerySet[Any], what: str, owner: str, content: JSONObject) -> QuerySet[Any, Any]:
    """The rows in the one shape in which all tables can be read together: what, whose, key, content."""
    shaped = rows.order_by().annotate(what=Value(what), owner=F(owner), key=F("pk"), content=content)
    return shaped.values_list("what", "owner", "key", "content")


def _query(patient_ids: list[int], clinic_ids: list[int]) -> QuerySet[Any, Any]:
    """Every row about the patients and their clinics in one statement, in the order recorded."""
    parts = [
        _as_rows(
            ClosedDate.objects.filter(clinic__in=clinic_ids), "closed", "clinic_id", JSONObject(on=F("date"))
        ),
        _as_rows(
            ClinicDefaults.objects.filter(clinic__in=clinic_ids),
            "defaults",
            "clinic_id",
            JSONObject(values=F("values")),
        ),
    ]
    for what, (rows, fields, numbers, _) in _TABLES.items():
        content: dict[str, Any] = {name: F(name) for name in fields}
        content |= {name: Cast(name, TextField()) for name in numbers}
        valid = rows.filter(patient__in=patient_ids, error_at__isnull=True)
        parts.append(_as_rows(valid, what, "patient_id", JSONObject(**content)))
    return parts[0].union(*parts[1:], all=True).order_by("key")


# Stand for one patient and their clinic in the compiled statement; no key is negative.
_SOME_PATIENT, _SOME_CLINIC = -1, -2


@cache
def _statement_for_one() -> tuple[str, tuple[Any, ...]]:
    """The query for one patient as SQL: compiling it takes ten times as long as answering it, and every page about
    a patient and every write asks it."""
    sql, params = _query([_SOME_PATIENT], [_SOME_CLINIC]).query.sql_with_params()
    return sql, tuple(params)


def _read(patient_ids: list[int], clinic_ids: list[int]) -> Iterable[tuple[str, int, int, Row]]:
    """What, whose, key and content of every row, in the order recorded. One query."""
    if len(patient_ids) != 1:
        return _query(patient_ids, clinic_ids)
    sql, params = _statement_for_one()
    meant = {_SOME_PATIENT: patient_ids[0], _SOME_CLINIC: clinic_ids[0]}
    with connection.cursor() as cursor:
        cursor.execute(sql, [meant.get(each, each) if isinstance(each, int) else each for each in params])
        return [(what, owner, key, json.loads(content)) for what, owner, key, content in cursor.fetchall()]


def open_days(clinics: Iterable[Clinic]) -> dict[int, rules.Clinic]:
    """When each clinic is open (D2), for questions that need no more than that; one query."""
    clinics = list(clinics)
    closed: dict[int, set[date]] = defaultdict(set)
    for pk, day in ClosedDate.objects.filter(clinic__in=clinics).values_list("clinic_id", "date"):
        closed[pk].add(day)
    return {clinic.pk: _open_days(clinic, closed) for clinic in clinics}


def _open_days(clinic: Clinic, closed: dict[int, set[date]]) -> rules.Clinic:
    return rules.Clinic(frozenset(clinic.open_weekdays), frozenset(closed[clinic.pk]))


def defaults_from(values: dict[str, Any]) -> Defaults:
    """The standard defaults with some numbers changed, by their field names (schedules.rules.defaults)."""
    return replace(STANDARD, **{name: type(getattr(STANDARD, name))(value) for name, value in values.items()})


def facts_for(patients: Iterable[Patient]) -> dict[int, rules.Facts]:
    """The facts of each patient by primary key. `patients` come with their clinic (select_related). One query."""
    patients = list(patients)
    clinics: dict[int, Clinic] = {patient.clinic_id: patient.clinic for patient in patients}
    found: dict[str, dict[int, list[Any]]] = {what: defaultdict(list) for what in _TABLES}
    closed: dict[int, set[date]] = defaultdict(set)
    defaults: dict[int, Defaults] = {}
    for what, owner, key, content in _read([patient.pk for patient in patients], list(clinics)):
        if what == "closed":
            closed[owner].add(date.fromisoformat(content["on"]))
        elif what == "defaults":
            defaults[owner] = defaults_from(content["values"])  # The newest version comes last.
        else:
            found[what][owner].append(_TABLES[what][3](content, key))
    return {
        patient.pk: rules.Facts(
            patient=rules.Patient(
                birth_date=patient.birth_date,
                sex=patient.sex,
                diabetic_nephropathy=patient.diabetic_nephropathy,
                **{what: tuple(found[what][patient.pk]) for what in _OF_PATIENT},
            ),
            clinic=_open_days(patient.clinic, closed),
            defaults=defaults.get(patient.clinic_id, STANDARD),
            **{what: tuple(found[what][patient.pk]) for what in _TABLES if what not in _OF_PATIENT},
        )
        for patient in patients
    }
