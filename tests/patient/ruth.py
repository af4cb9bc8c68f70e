"""Ruth Calloway, invented: loading with numbness, then maintenance, and symptoms that come back late in the cycle."""

import datetime as dt
from decimal import Decimal
from typing import Any

from patients.models import Patient
from schedules.actions.refresh import refresh_patients
from schedules.rules import facts as rules
from tests.factories import (
    AssessmentFactory,
    DecisionFactory,
    InjectionFactory,
    LabResultFactory,
    OrderFactory,
)
from tests.record.desk import Desk

NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)  # a Monday
TODAY = NOW.date()
START = dt.date(2026, 1, 12)
PLATEAU = dt.date(2026, 3, 16)
KEPT = [dt.date(2026, 5, 15), dt.date(2026, 7, 16), dt.date(2026, 9, 16)]
DOMAINS = ("peripheral_neuropathy", "gait_ataxia", "cognitive", "glossitis", "visual")


def loading_days() -> list[dt.date]:
    """Open days from the start to the plateau, two days apart at least."""
    days, day = [START], START
    while day < PLATEAU:
        day += dt.timedelta(2)
        while day.weekday() > 4:
            day += dt.timedelta(1)
        days.append(day)
    return [day for day in days if day <= PLATEAU]


DOSES = [*loading_days(), *KEPT]
# Date, scores of the five domains.
SCORES: list[tuple[dt.date, tuple[int | None, ...]]] = [
    (dt.date(2026, 1, 9), (3, 2, 1, 1, 0)),
    (dt.date(2026, 2, 2), (2, 1, 0, 0, 0)),
    (dt.date(2026, 3, 2), (1, 1, 0, 0, 0)),
    (dt.date(2026, 3, 16), (1, 1, 0, 0, 0)),
    (dt.date(2026, 4, 1), (1, 1, 0, None, 0)),
    (dt.date(2026, 7, 30), (1, 1, 0, 0, 0)),
    (dt.date(2026, 9, 1), (2, 1, 0, 0, 0)),
    (dt.date(2026, 9, 30), (1, 1, 0, 0, 0)),
    (dt.date(2026, 11, 2), (2, 1, 1, 0, 0)),
]
# Date, analyte, value, unit, before the dose of that day.
RESULTS: list[tuple[dt.date, str, str, str, bool | None]] = [
    (dt.date(2026, 1, 9), "b12", "86", "pmol/L", None),
    (dt.date(2026, 1, 9), "mma", "1240", "nmol/L", None),
    (dt.date(2026, 1, 9), "hb", "102", "g/L", None),
    (dt.date(2026, 1, 9), "mcv", "117", "fL", None),
    (dt.date(2026, 4, 13), "b12", "1180", "pmol/L", None),
    (dt.date(2026, 5, 15), "b12", "440", "pg/mL", True),
    (dt.date(2026, 7, 16), "b12", "262", "pmol/L", True),
    (dt.date(2026, 7, 16), "mma", "312", "nmol/L", True),
    (dt.date(2026, 7, 16), "homocysteine", "9.6", "umol/L", True),
    (dt.date(2026, 7, 16), "ferritin", "25", "ug/L", True),
]


def facts(**changes: Any) -> rules.Facts:
    """Ruth for the rules alone."""
    given: dict[str, Any] = {
        "patient": rules.Patient(
            birth_date=dt.date(1961, 3, 3), sex="female", causes=(rules.Cause("pernicious_anaemia"),)
        ),
        "clinic": rules.Clinic(frozenset(range(5))),
        "decisions": (
            rules.Decision(START, "start_treatment", protocol="alternate_day"),
            rules.Decision(PLATEAU, "plateau_confirmed"),
        ),
        "injections": tuple(rules.Injection(day, ref=f"injection:{day}") for day in DOSES),
        "assessments": tuple(rules.Assessment(on, scores) for on, scores in SCORES),
        "labs": tuple(
            lab(on, analyte, value, unit, before=before) for on, analyte, value, unit, before in RESULTS
        ),
    }
    return rules.Facts(**(given | changes))


def lab(
    on: dt.date,
    analyte: str,
    value: str,
    unit: str,
    *,
    comparator: str | None = None,
    before: bool | None = None,
) -> rules.Lab:
    return rules.Lab(on, analyte, Decimal(value), unit, comparator, before_dose=before)


def on_record(desk: Desk, *, doses: list[dt.date] | None = None, **fields: Any) -> Patient:
    """Ruth in the database, written by the clinic's people."""
    nurse, physician = desk.users["nurse"], desk.users["physician"]
    patient = desk.patient(
        **({"given_name": "Ruth", "family_name": "Calloway", "physician": physician} | fields)
    )
    DecisionFactory(patient=patient, on=START, protocol="alternate_day", recorded_by=physician)
    DecisionFactory(patient=patient, on=PLATEAU, kind="plateau_confirmed", recorded_by=physician)
    OrderFactory(
        patient=patient, from_date=PLATEAU, regimen="2mo", ordered_by=physician, recorded_by=physician
    )
    for day in DOSES if doses is None else doses:
        InjectionFactory(patient=patient, on=day, recorded_by=nurse, given_by=nurse)
    for on, scores in SCORES:
        AssessmentFactory(
            patient=patient, on=on, recorded_by=nurse, **dict(zip(DOMAINS, scores, strict=True))
        )
    for on, analyte, value, unit, before in RESULTS:
        LabResultFactory(
            patient=patient, drawn_on=on, analyte=analyte, value=value, value_text=value, unit=unit,
            before_dose=before, recorded_by=nurse,
        )  # fmt: skip
    refresh_patients([patient.pk], cause="test")
    return patient
