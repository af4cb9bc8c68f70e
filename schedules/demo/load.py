"""Put the demonstration into an empty database, or empty it first. The rows are written as the application's role,
inside the clinic's scope, as pages write them."""

import datetime as dt
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import holidays
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import connections, transaction
from django.utils import timezone

from patients.models import AccessLog, Batch, Clinic, ClinicRole, ClosedDate, Patient, Product
from patients.scope import set_local_scope
from schedules.actions.refresh import refresh_patients
from schedules.demo import harbour, riverside
from schedules.demo.clinics import BATCHES, CLINICS, DOMAIN, PASSWORD, PRODUCTS, STAFF, DemoClinic
from schedules.demo.daily import add_daily_work
from schedules.demo.rows import MODELS, Rows, Shelf, add_rows, patient_of, recorded_when_it_happened
from schedules.demo.walk import live
from schedules.models import Flag
from schedules.rules.facts import Clinic as OpenDays

STORIES = {"riverside": riverside.STORIES, "harbour": harbour.STORIES}
# The flags' own past: evaluated on some earlier days, so that they were raised, and closed, when they would have been.
EARLIER = (60, 30, 14, 6, 2, 1)
HOLIDAY_YEARS = range(-4, 3)


def is_empty() -> bool:
    """Whether nobody and nothing is in the database."""
    return not (Clinic.objects.exists() or get_user_model().objects.exists())


def is_loaded() -> bool:
    """Whether the demonstration is there."""
    return get_user_model().objects.filter(email=f"{STAFF[0].login}@{DOMAIN}").exists()


def empty(using: str = "owner") -> None:
    """Remove every row of every table, as the owner; the tables stay. Only for an embedded database."""
    kept = {"django_migrations", "django_content_type", "auth_permission"}
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        existing = set(connections[using].introspection.table_names(cursor))
        tables = {
            model._meta.db_table for model in apps.get_models(include_auto_created=True)
        } & existing - kept
        names = ", ".join(f'"{name}"' for name in sorted(tables))
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


def load(*, today: dt.date | None = None) -> dict[str, int]:
    """Load both clinics as they stand `today` (default: each clinic's own date); patients by clinic name.

    One transaction: all of it, or nothing.
    """
    counts = {}
    with transaction.atomic():
        users = _staff()
        for demo in CLINICS:
            clinic = _clinic(demo, users)
            set_local_scope([clinic.pk])
            counts[clinic.name] = _load_clinic(demo, clinic, users, today or clinic.today())
    return counts


def _staff() -> dict[str, Any]:
    """Everybody with the one demonstration password, hashed once."""
    password = make_password(PASSWORD)
    model = get_user_model()
    return {
        person.login: model.objects.create(
            email=f"{person.login}@{DOMAIN}", name=person.name, password=password
        )
        for person in STAFF
    }


def _clinic(demo: DemoClinic, users: Mapping[str, Any]) -> Clinic:
    clinic = Clinic.objects.create(
        name=demo.name,
        record_prefix=demo.record_prefix,
        time_zone=demo.time_zone,
        country=demo.country,
        region=demo.region,
        units=demo.units,
        open_weekdays=list(demo.open_weekdays),
        phone=demo.phone,
        address=demo.address,
        sender_name=demo.name,
    )
    ClinicRole.objects.bulk_create(
        ClinicRole(user=users[person.login], clinic=clinic, role=role)
        for person in STAFF
        for role in person.roles.get(demo.key, ())
    )
    return clinic


def _close_days(clinic: Clinic, today: dt.date) -> OpenDays:
    """Store the closed days of the years that matter; when the clinic is open, for the rules."""
    years = [today.year + offset for offset in HOLIDAY_YEARS]
    public = holidays.country_holidays(clinic.country, subdiv=clinic.region, years=years)
    days = {day: (name, ClosedDate.Source.PUBLIC) for day, name in sorted(public.items())}
    for year in years:
        days.setdefault(dt.date(year, 12, 27), ("Staff day", ClosedDate.Source.OWN))
    ClosedDate.objects.bulk_create(
        ClosedDate(clinic=clinic, date=day, name=name, source=source) for day, (name, source) in days.items()
    )
    return OpenDays(frozenset(clinic.open_weekdays), frozenset(days))


def _shelf(demo: DemoClinic, clinic: Clinic, users: Mapping[str, Any], today: dt.date) -> Shelf:
    products = {
        name: Product.objects.create(
            clinic=clinic, name=name, drug=drug, strength_ug=1000, manufacturer=maker
        )
        for name, drug, maker in PRODUCTS
    }
    batches = {}
    for row in BATCHES:
        gone = row.withdrawn_days_ago
        batches[row.number] = Batch.objects.create(
            clinic=clinic,
            product=products[row.product],
            number=row.number,
            expires_on=today + dt.timedelta(row.expires_in_days),
            withdrawn_at=None
            if gone is None
            else dt.datetime.combine(today - dt.timedelta(gone), dt.time(12), clinic.tz),
            withdrawn_reason=row.withdrawn_reason,
        )
    here = {
        role: users[person.login] for person in reversed(STAFF) for role in person.roles.get(demo.key, ())
    }
    return Shelf(
        clinic=clinic,
        nurse=here["nurse"],
        physician=here["physician"],
        coordinator=here["coordinator"],
        batch=batches["H4471B"],
        withdrawn=batches["H4390D"],
        other_drugs={"cyanocobalamin": batches["C2077"], "mecobalamin": batches["M0912"]},
    )


def _load_clinic(demo: DemoClinic, clinic: Clinic, users: Mapping[str, Any], today: dt.date) -> int:
    days = _close_days(clinic, today)
    shelf = _shelf(demo, clinic, users, today)
    lives = [
        live(story, today=today, clinic=days, molar=demo.units == "molar") for story in STORIES[demo.key]
    ]
    with recorded_when_it_happened(Patient, AccessLog, *MODELS):
        patients = Patient.objects.bulk_create(patient_of(life, shelf) for life in lives)
        rows = Rows(shelf)
        for life, patient in zip(lives, patients, strict=True):
            add_rows(rows, life, patient)
        for model in MODELS:
            # The order of keys is the order recorded.
            model._default_manager.bulk_create(sorted(rows.found[model], key=attrgetter("recorded_at")))
    _evaluate(clinic, [patient.pk for patient in patients], today)
    add_daily_work(shelf, list(zip(lives, patients, strict=True)), today=today)
    return len(patients)


def _evaluate(clinic: Clinic, ids: list[int], today: dt.date) -> None:
    for ago in EARLIER:
        refresh_patients(ids, cause="date", as_of=today - dt.timedelta(ago))
    refresh_patients(ids, cause="date", as_of=today)
    # Raised at the morning's sweep of their day.
    flags = list(Flag.objects.filter(clinic=clinic))
    for flag in flags:
        raised = dt.datetime.combine(flag.raised_on, clinic.morning_at, clinic.tz)
        flag.raised_at = min(raised, timezone.now())
    Flag.objects.bulk_update(flags, ["raised_at"])
