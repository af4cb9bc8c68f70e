"""Synthetic patients by the hundred thousand: fifty are lived through as in the demonstration and stored as pages
store them, the others are copies of these, made by the database itself."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections, transaction
from django.db.models import Model

from patients.models import (
    Assessment,
    Batch,
    Cause,
    Clinic,
    ClinicRole,
    Injection,
    LabResult,
    Patient,
    Product,
)
from patients.permissions import Role
from patients.scope import set_local_scope
from schedules.actions.refresh import refresh_patients
from schedules.demo.rows import MODELS, Rows, Shelf, add_rows, patient_of, recorded_when_it_happened
from schedules.demo.stories import Story
from schedules.demo.walk import live
from schedules.models import Decision, Flag, Forecast, OpenEvent, Order, PatientSchedule
from schedules.rules.facts import Clinic as OpenDays

TEMPLATES = 50
MEASURED = 1000  # patients of the clinic that the pages are measured in
OTHERS = 5000  # patients of each other clinic
WEEKDAYS = [0, 1, 2, 3, 4]
# Beyond so many patients only the read model is copied for the other clinics.
FULL_RECORD_UP_TO = 200_000
READ_MODEL: tuple[type[Model], ...] = (PatientSchedule, OpenEvent, Forecast, Flag)
RECORD: tuple[type[Model], ...] = (Cause, Assessment, Injection, LabResult, Decision, Order)
COPIED: tuple[type[Model], ...] = (Patient, *RECORD, *READ_MODEL)
# Columns that would point from a copy to the row it was copied from, or to another clinic's shelf.
_NOT_COPIED = {"batch_id", "decision_id", "amends_id"}


@dataclass(frozen=True, slots=True)
class Population:
    """The clinic that is measured, who signs in there, and all clinics."""

    clinic: Clinic
    user: Any
    clinic_ids: list[int]
    today: dt.date


def _story(number: int) -> Story:
    """About twelve injections and twelve results; due from late to the coming two months."""
    kinds = (
        ("three_times_weekly", "2mo"),
        ("three_times_weekly", "3mo"),
        ("prophylaxis", "1mo"),
        ("alternate_day", "2mo"),
    )
    protocol, interval = kinds[number % len(kinds)]
    loading = {"three_times_weekly": 12, "alternate_day": 16}.get(protocol, 0)
    return Story(
        f"BM-{number:03}", f"Test Person{number}", dt.date(1940 + number, 1 + number % 12, 1 + number % 28),
        "female" if number % 2 else "male", ({"kind": "dietary"},), protocol, interval,
        doses=12 if protocol == "prophylaxis" else 6, loading_days=loading, due=number % 40 - 6,
        blood_until=200 if number % 5 == 0 else 0, mail="yes" if number % 3 else "", bleeding="",
    )  # fmt: skip


def populate(patients: int, *, today: dt.date) -> Population:
    """Fill an empty database: one clinic of 1,000, the others of 5,000, up to `patients` in all."""
    user, shelf, template_ids = _templates(today)
    clinics = [shelf.clinic, *_more_clinics(patients, user)]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor, _unguarded(cursor):
        _map(cursor, template_ids, [clinic.pk for clinic in clinics], patients)
        _copy_patients(cursor)
        for model in READ_MODEL:
            _copy(cursor, model, "true")
        everywhere = "true" if patients <= FULL_RECORD_UP_TO else f"copies.clinic_id = {shelf.clinic.pk}"
        for model in RECORD:
            _copy(cursor, model, everywhere)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Population(shelf.clinic, user, [clinic.pk for clinic in clinics], today)


@contextmanager
def _unguarded(cursor: Any) -> Iterator[None]:
    """Without history, and foreign keys checked once at the end instead of row by row."""
    tables = [model._meta.db_table for model in COPIED]
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])",
        [tables],
    )
    keys = cursor.fetchall()
    for table in tables:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    for table, name, _ in keys:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    yield
    for table, name, definition in keys:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for table in tables:
        cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def _templates(today: dt.date) -> tuple[Any, Shelf, list[int]]:
    with transaction.atomic():
        user = get_user_model().objects.create(
            email="benchmark@demo.example", name="Bench Mark", password="!"
        )
        clinic = Clinic.objects.create(name="Measured clinic", time_zone="UTC", open_weekdays=WEEKDAYS)
        ClinicRole.objects.bulk_create(ClinicRole(user=user, clinic=clinic, role=role) for role in Role)
        set_local_scope([clinic.pk])
        product = Product.objects.create(
            clinic=clinic, name="Hydroxo", drug="hydroxocobalamin", strength_ug=1000
        )
        batch = Batch.objects.create(
            clinic=clinic, product=product, number="BENCH1", expires_on=today + dt.timedelta(300)
        )
        shelf = Shelf(clinic, user, user, user, batch, batch, {})
        days = OpenDays(frozenset(WEEKDAYS))
        lives = [live(_story(number), today=today, clinic=days, molar=True) for number in range(TEMPLATES)]
        rows = Rows(shelf)
        with recorded_when_it_happened(Patient, *MODELS):
            patients = Patient.objects.bulk_create(patient_of(life, shelf) for life in lives)
            for life, patient in zip(lives, patients, strict=True):
                add_rows(rows, life, patient)
            for model in MODELS:
                model._default_manager.bulk_create(rows.found[model])
        ids = [patient.pk for patient in patients]
        refresh_patients(ids, cause="benchmark", as_of=today)
    return user, shelf, ids


def _more_clinics(patients: int, user: Any) -> list[Clinic]:
    count = max(0, -(-(patients - MEASURED) // OTHERS))
    return Clinic.objects.bulk_create(
        Clinic(name=f"Clinic {number}", time_zone="UTC", open_weekdays=WEEKDAYS) for number in range(count)
    )


def _map(cursor: Any, template_ids: list[int], clinic_ids: list[int], patients: int) -> None:
    """Which copy of which patient stands in which clinic, under which number."""
    first, others = clinic_ids[0], clinic_ids[1:]
    cursor.execute(
        "CREATE TEMPORARY TABLE copies (old_id bigint, new_id bigint, clinic_id bigint, copy int) ON COMMIT DROP"
    )
    wanted = max(min(patients, MEASURED) - len(template_ids), 0)
    place = "n + %(templates)s - 1"
    cursor.execute(
        f"""
        INSERT INTO copies
        SELECT (%(ids)s::bigint[])[1 + (n - 1) %% %(templates)s], nextval('patients_patient_id_seq'),
               CASE WHEN n <= %(wanted)s THEN %(first)s
                    ELSE (%(others)s::bigint[])[1 + ({place} - %(measured)s) / %(each)s] END, n
        FROM generate_series(1, %(total)s) AS n
        """,  # noqa: S608 (constant text)
        {
            "ids": template_ids, "templates": len(template_ids), "wanted": wanted, "first": first,
            "others": others or [first], "measured": MEASURED, "each": OTHERS,
            "total": max(patients - len(template_ids), 0),
        },
    )  # fmt: skip
    cursor.execute("CREATE INDEX ON copies (old_id)")
    cursor.execute("ANALYZE copies")


def _copy_patients(cursor: Any) -> None:
    own = {
        "id": "copies.new_id",
        "uid": "gen_random_uuid()",
        "clinic_id": "copies.clinic_id",
        "record_number": "t.record_number || '-' || copies.copy",
        "family_name": "t.family_name || 'x' || copies.copy",
        "name_key": "t.name_key || 'x' || copies.copy",
    }
    _insert(cursor, Patient, own, "t.id", "true")


def _copy(cursor: Any, model: type[Model], condition: str) -> None:
    own = {"patient_id": "copies.new_id", "clinic_id": "copies.clinic_id", "uid": "gen_random_uuid()"}
    _insert(cursor, model, own | dict.fromkeys(_NOT_COPIED, "NULL"), "t.patient_id", condition)


def _insert(cursor: Any, model: type[Model], own: dict[str, str], key: str, condition: str) -> None:
    """Copy the templates' rows; `own` are the columns that differ in a copy."""
    generated = "id" if model is not Patient else ""
    columns = [str(field.column) for field in model._meta.concrete_fields if field.column != generated]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(own.get(column, f't."{column}"') for column in columns)
    table = model._meta.db_table
    cursor.execute(
        f'INSERT INTO "{table}" ({names}) SELECT {values} FROM copies JOIN "{table}" t ON {key} = copies.old_id '  # noqa: S608
        f"WHERE {condition}"
    )
