"""The only bridge from the record to the rules: rows become facts, in a fixed number of queries for any number
of patients. Rows entered in error stay out; rows of any date go in (the rules look at the day asked)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import QuerySet

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
from patients.vocabulary import Domain
from schedules.models import Decision
from schedules.rules import facts as rules
from schedules.rules.defaults import STANDARD, Defaults

_DOMAINS = tuple(domain.value for domain in Domain)


def _rows(queryset: QuerySet[Any], ids: Collection[int], *fields: str) -> dict[int, list[tuple[Any, ...]]]:
    """Field tuples by patient, in the order recorded (a date's order is kept by the rules themselves)."""
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    rows = queryset.filter(patient_id__in=ids, error_at__isnull=True).order_by("recorded_at", "pk")
    for patient_id, *values in rows.values_list("patient_id", *fields):
        found[patient_id].append(tuple(values))
    return found


def _causes(ids: Collection[int]) -> dict[int, tuple[rules.Cause, ...]]:
    fields = ("kind", "pk", "resolved_on", "intrinsic_factor_antibody", "procedure", "length_cm", "gene")
    return {
        patient: tuple(
            rules.Cause(
                kind, f"cause:{pk}", resolved, antibody or None, procedure or None, length, gene or None
            )
            for kind, pk, resolved, antibody, procedure, length, gene in rows
        )
        for patient, rows in _rows(Cause.objects.all(), ids, *fields).items()
    }


def _pregnancies(ids: Collection[int]) -> dict[int, tuple[rules.Pregnancy, ...]]:
    rows_by_patient = _rows(Pregnancy.objects.all(), ids, "status", "from_date", "ended_on", "pk")
    return {
        patient: tuple(
            rules.Pregnancy(status, start, end, f"pregnancy:{pk}") for status, start, end, pk in rows
        )
        for patient, rows in rows_by_patient.items()
    }


def _medications(ids: Collection[int]) -> dict[int, tuple[rules.Medication, ...]]:
    fields = ("drug", "started_on", "stopped_on", "dose_mg", "dose_ug", "pk")
    return {
        patient: tuple(
            rules.Medication(drug, start, stop, mg, ug, f"medication:{pk}")
            for drug, start, stop, mg, ug, pk in rows
        )
        for patient, rows in _rows(Medication.objects.all(), ids, *fields).items()
    }


def _decisions(ids: Collection[int]) -> dict[int, tuple[rules.Decision, ...]]:
    fields = (
        "on", "kind", "protocol", "maintenance_interval", "interval", "began_with", "reason", "reasons", "pk",
    )  # fmt: skip
    found = {}
    for patient, rows in _rows(Decision.objects.all(), ids, *fields).items():
        found[patient] = tuple(
            rules.Decision(
                on=on,
                kind=kind,
                protocol=protocol or None,
                maintenance_interval=maintenance or None,
                interval=None if kind == "change_interval" else interval or None,
                to=interval or None if kind == "change_interval" else None,
                began_with=began or None,
                reason=reason or None,
                reasons=tuple(reasons),
                ref=f"decision:{pk}",
            )
            for on, kind, protocol, maintenance, interval, began, reason, reasons, pk in rows
        )
    return found


def _assessments(ids: Collection[int]) -> dict[int, tuple[rules.Assessment, ...]]:
    return {
        patient: tuple(rules.Assessment(on, tuple(scores), f"assessment:{pk}") for on, pk, *scores in rows)
        for patient, rows in _rows(Assessment.objects.all(), ids, "on", "pk", *_DOMAINS).items()
    }


def _injections(ids: Collection[int]) -> dict[int, tuple[rules.Injection, ...]]:
    given = Injection.objects.filter(given=True)
    return {
        patient: tuple(
            rules.Injection(on, at, drug, dose, route, f"injection:{pk}")
            for on, at, drug, dose, route, pk in rows
        )
        for patient, rows in _rows(given, ids, "on", "at", "drug", "dose_ug", "route", "pk").items()
    }


def _labs(ids: Collection[int]) -> dict[int, tuple[rules.Lab, ...]]:
    fields = ("drawn_on", "analyte", "value", "unit", "comparator", "drawn_at", "before_dose", "pk")
    return {
        patient: tuple(
            rules.Lab(on, analyte, value.normalize(), unit, comparator or None, at, before, f"lab:{pk}")
            for on, analyte, value, unit, comparator, at, before, pk in rows
        )
        for patient, rows in _rows(LabResult.objects.all(), ids, *fields).items()
    }


def open_days(clinics: Iterable[Clinic]) -> dict[int, rules.Clinic]:
    """When each clinic is open (D2), one query."""
    clinics = list(clinics)
    closed: dict[int, set[date]] = defaultdict(set)
    rows = ClosedDate.objects.filter(clinic__in=clinics).values_list("clinic_id", "date")
    for clinic_id, day in rows:
        closed[clinic_id].add(day)
    return {
        clinic.pk: rules.Clinic(frozenset(clinic.open_weekdays), frozenset(closed[clinic.pk]))
        for clinic in clinics
    }


def defaults_from(values: dict[str, Any]) -> Defaults:
    """The standard defaults with some numbers changed, by their field names (schedules.rules.defaults)."""
    return replace(STANDARD, **{name: type(getattr(STANDARD, name))(value) for name, value in values.items()})


def defaults_in_force(clinics: Iterable[Clinic]) -> dict[int, Defaults]:
    """Each clinic's defaults: the newest changed version, else as specified. One query."""
    rows = ClinicDefaults.objects.filter(clinic__in=list(clinics)).order_by("version")
    changed = {row.clinic_id: row.values for row in rows}
    return {clinic_id: defaults_from(values) for clinic_id, values in changed.items()}


def facts_for(patients: Iterable[Patient]) -> dict[int, rules.Facts]:
    """The facts of each patient by primary key. `patients` come with their clinic (select_related)."""
    patients = list(patients)
    ids = [patient.pk for patient in patients]
    clinics = {patient.clinic_id: patient.clinic for patient in patients}.values()
    days, defaults = open_days(clinics), defaults_in_force(clinics)
    causes, pregnancies, medications = _causes(ids), _pregnancies(ids), _medications(ids)
    decisions, assessments = _decisions(ids), _assessments(ids)
    injections, labs = _injections(ids), _labs(ids)
    return {
        patient.pk: rules.Facts(
            patient=rules.Patient(
                birth_date=patient.birth_date,
                sex=patient.sex,
                diabetic_nephropathy=patient.diabetic_nephropathy,
                causes=causes.get(patient.pk, ()),
                pregnancies=pregnancies.get(patient.pk, ()),
                medications=medications.get(patient.pk, ()),
            ),
            clinic=days[patient.clinic_id],
            decisions=decisions.get(patient.pk, ()),
            assessments=assessments.get(patient.pk, ()),
            injections=injections.get(patient.pk, ()),
            labs=labs.get(patient.pk, ()),
            defaults=defaults.get(patient.clinic_id, STANDARD),
        )
        for patient in patients
    }
