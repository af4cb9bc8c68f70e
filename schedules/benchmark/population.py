"""N synthetic patients: some prototypes lived along the engine's own calendar, then copied by set-based statements.

Runs as the owner's role in a database of its own; the triggers of history are off while copying (the copies'
history is not measured).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections
from django.db.models import Model

from patients.models import (
    Assessment,
    Batch,
    Clinic,
    ClinicRole,
    Injection,
    LabResult,
    Patient,
    Product,
)
from patients.scope import clinic_scope
from schedules.actions.refresh import refresh_patients
from schedules.models import Decision, Flag, Forecast, OpenEvent, Order, PatientSchedule

PROTOTYPES = 40
DOSES = 12
SMALL_CLINIC = 1_000
COPIED: tuple[type[Model], ...] = (
    Assessment,
    Decision,
    Injection,
    LabResult,
    Order,
    PatientSchedule,
    OpenEvent,
    Forecast,
    Flag,
)
PASSWORD = "benchmark only, never a person"  # noqa: S105 (a database that is dropped at the end)


def people_and_clinics(patients: int) -> tuple[list[Clinic], Any]:
    """One clinic of 1,000 patients and as many large ones as it takes; a nurse and physician of the small one."""
    large = max(1, min(9, patients // 10_000))
    clinics = [Clinic.objects.create(name=f"Clinic {n}", time_zone="UTC") for n in range(large + 1)]
    user = get_user_model().objects.create_user("nurse@benchmark.example", PASSWORD, name="Nurse")
    for role in ("nurse", "physician"):
        ClinicRole.objects.create(user=user, clinic=clinics[0], role=role)
    return clinics, user


def make_prototypes(clinic: Clinic, by: Any) -> list[int]:
    """Patients in maintenance, about 12 doses and 12 results each, due from three weeks ago to five weeks ahead."""
    today = clinic.today()
    with clinic_scope([clinic.pk]):
        product = Product.objects.create(
            clinic=clinic, name="Hydroxocobalamin", drug="hydroxocobalamin", strength_ug=1000
        )
        Batch.objects.create(
            clinic=clinic, product=product, number="B1", expires_on=today + dt.timedelta(700)
        )
        made = [_prototype(clinic, number, today, by) for number in range(PROTOTYPES)]
        refresh_patients(made, cause="benchmark")
    return made


def _prototype(clinic: Clinic, number: int, today: dt.date, by: Any) -> int:
    patient = Patient.objects.create(
        clinic=clinic,
        record_number=f"P{number}",
        given_name="Invented",
        family_name=f"Person {number}",
        birth_date=dt.date(1940 + number, 1 + number % 12, 1 + number % 28),
        sex="female" if number % 2 else "male",
    )
    own = {"clinic": clinic, "patient": patient, "recorded_by": by}
    last = today - dt.timedelta(30 + 20 - number * 55 // PROTOTYPES)
    given = [last - dt.timedelta(30 * back) for back in range(DOSES - 6)][::-1]
    start = given[0] - dt.timedelta(45)
    loading = [start + dt.timedelta(days) for days in (0, 2, 4, 7, 9, 11)]
    Assessment.objects.create(
        **own,
        on=start,
        **dict.fromkeys(("peripheral_neuropathy", "gait_ataxia", "cognitive", "glossitis", "visual"), 0),
    )
    Decision.objects.create(
        **own, on=start, kind="start_treatment", protocol="three_times_weekly", maintenance_interval="2mo"
    )
    Decision.objects.create(
        **own, on=given[0], kind="change_interval", interval="1mo", reasons=["symptoms_persist"]
    )
    Order.objects.create(**own, regimen="1mo", from_date=given[0], ordered_by=by)
    Injection.objects.bulk_create(
        Injection(**own, on=day, at=dt.time(10), site="deltoid_left") for day in (*loading, *given)
    )
    _results(own, start)
    return patient.pk


def _results(own: dict[str, Any], start: dt.date) -> None:
    values = {"b12": ("420", "pmol/L"), "mma": ("210", "nmol/L"), "homocysteine": ("9", "umol/L")}
    values |= {"hb": ("135", "g/L"), "mcv": ("92", "fL"), "ferritin": ("80", "ug/L")}
    LabResult.objects.bulk_create(
        LabResult(
            **own,
            analyte=analyte,
            value=value,
            value_text=value,
            canonical_value=value,
            unit=unit,
            drawn_on=day,
        )
        for day in (start + dt.timedelta(92), start + dt.timedelta(170))
        for analyte, (value, unit) in values.items()
    )


def copy_prototypes(made: Sequence[int], clinics: Sequence[Clinic], patients: int) -> None:
    """Copy the prototypes until there are `patients`; the first clinic gets a thousand, the others the rest."""
    copies = max(0, patients // PROTOTYPES - 1)
    first, step = min(made), PROTOTYPES
    ids = [clinic.pk for clinic in clinics]
    in_small = min(SMALL_CLINIC, patients) // PROTOTYPES - 1
    large = f"(ARRAY[{','.join(map(str, ids[1:]))}])[1 + n % {len(ids) - 1}]"
    clinic_of = f"CASE WHEN n <= {in_small} THEN {ids[0]} ELSE {large} END"
    same = {"uid": "gen_random_uuid()", "clinic_id": clinic_of}
    _copy(
        Patient,
        same | {"id": f"id + n * {step}", "record_number": "record_number || '-' || n"},
        copies,
        first,
    )
    _execute(
        "SELECT setval(pg_get_serial_sequence('patients_patient', 'id'), (SELECT max(id) FROM patients_patient))"
    )
    for model in COPIED:
        changed = same | {"patient_id": f"patient_id + n * {step}", "decision_id": "NULL", "id": None}
        _copy(model, changed, copies, first)


def _execute(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def _copy(model: type[Model], changed: Mapping[str, str | None], copies: int, first: int) -> None:
    """Copy every prototype row `copies` times; `changed` gives columns other values (None: their default)."""
    columns = [str(f.column) for f in model._meta.concrete_fields]
    columns = [name for name in columns if changed.get(name, "") is not None]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(str(changed.get(name, f'"{name}"')) for name in columns)
    key = "id" if model is Patient else "patient_id"
    table = model._meta.db_table
    _execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    _execute(
        f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}", generate_series(1, {copies}) AS n '  # noqa: S608 (own tables)
        f'WHERE "{key}" BETWEEN {first} AND {first + PROTOTYPES - 1}'
    )
    _execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
    _execute(f'ANALYZE "{table}"')
