"""Rows of case files in: patient, clinic, decisions, assessments, injections, results, each read strictly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from patients.analytes import ANALYTES
from patients.vocabulary import (
    Analyte,
    Antibody,
    B12Drug,
    BeganWith,
    CauseKind,
    CloseReason,
    Comparator,
    DecisionKind,
    Domain,
    Gene,
    Interval,
    IntervalReason,
    MedicationDrug,
    PregnancyStatus,
    Procedure,
    Route,
    Sex,
    StopReason,
)
from schedules.rules.defaults import STANDARD, Defaults
from schedules.rules.facts import (
    LOADING_PROTOCOLS,
    Assessment,
    Cause,
    Clinic,
    Decision,
    Injection,
    Lab,
    Medication,
    Patient,
    Pregnancy,
)
from schedules.rules.reading import (
    BadCase,
    Key,
    Reader,
    a_code,
    a_date,
    a_flag,
    a_list,
    a_number,
    a_text,
    a_time,
    a_whole_number,
    read_object,
    within,
)

LONGEST_HORIZON_DAYS = 4000
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _in_order(codes: Iterable[str]) -> list[str]:
    return sorted(codes)


AN_INTERVAL = a_code(Interval)
DATE = Key(a_date)
NUMBER = Key(a_number)
REQUIRED_DATE = Key(a_date, required=True)
REQUIRED_NUMBER = Key(a_number, required=True)
IN_ERROR = {"entered_in_error": Key(a_flag)}


_CAUSE_KEYS = {
    "intrinsic_factor_antibody": (Key(a_code(Antibody)), {CauseKind.PERNICIOUS_ANAEMIA}),
    "procedure": (Key(a_code(Procedure)), {CauseKind.BARIATRIC_SURGERY}),
    "length_cm": (NUMBER, {CauseKind.ILEAL_RESECTION, CauseKind.CROHNS_ILEAL}),
    "gene": (Key(a_code(Gene)), {CauseKind.INHERITED_COBALAMIN_DISORDER}),
}
_CAUSE = {
    "kind": Key(a_code(CauseKind), required=True),
    "resolved_on": DATE,
    **{name: key for name, (key, _) in _CAUSE_KEYS.items()},
}


def _cause(value: Any, path: str) -> Cause:
    row = read_object(value, path, _CAUSE)
    for name, (_, kinds) in _CAUSE_KEYS.items():
        if name in row and row["kind"] not in kinds:
            raise BadCase(within(path, name), f"this key with {', '.join(_in_order(kinds))} only")
    return Cause(ref=path, **row)


def _pregnancy(value: Any, path: str) -> Pregnancy:
    keys = {"status": Key(a_code(PregnancyStatus), required=True), "from": REQUIRED_DATE, "ended_on": DATE}
    row = read_object(value, path, keys)
    return Pregnancy(row["status"], row["from"], row.get("ended_on"), path)


_MEDICATION = {
    "drug": Key(a_code(MedicationDrug), required=True),
    "started_on": REQUIRED_DATE,
    "stopped_on": DATE,
    "dose_mg": NUMBER,
    "dose_ug": NUMBER,
}


def _medication(value: Any, path: str) -> Medication:
    return Medication(ref=path, **read_object(value, path, _MEDICATION))


_PATIENT = {
    "birth_date": DATE,
    "sex": Key(a_code(Sex)),
    "diabetic_nephropathy": Key(a_flag),
    "causes": Key(a_list(_cause)),
    "pregnancies": Key(a_list(_pregnancy)),
    "medications": Key(a_list(_medication)),
}


def a_patient(value: Any, path: str) -> Patient:
    """The patient with causes, pregnancies and medicines; each row is named by its path."""
    return Patient(**read_object(value, path, _PATIENT))


def _default_readers() -> dict[str, Key]:
    """The keys of ``clinic.defaults``: the fields of ``Defaults`` with a capital D."""
    readers: dict[str, Key] = {}
    for field in fields(Defaults):
        standard = getattr(STANDARD, field.name)
        if isinstance(standard, int):
            read: Reader = a_whole_number(0, LONGEST_HORIZON_DAYS)
        else:
            read = a_number if isinstance(standard, Decimal) else a_code((Interval.M2, Interval.M3))
        readers[f"D{field.name[1:]}"] = Key(read)
    return readers


_DEFAULTS = _default_readers()


def _defaults(value: Any, path: str) -> Defaults:
    read = read_object(value, path, _DEFAULTS)
    return replace(STANDARD, **{f"d{name[1:]}": number for name, number in read.items()})


_CLINIC = {
    "open_weekdays": Key(a_list(a_code(WEEKDAYS))),
    "closed_dates": Key(a_list(a_date)),
    "defaults": Key(_defaults),
}


def a_clinic(value: Any, path: str) -> tuple[Clinic, Defaults]:
    """Open days, and the numbers of the defaults (``clinic.defaults`` overrides the standard ones)."""
    row = read_object(value, path, _CLINIC)
    weekdays = row.get("open_weekdays", WEEKDAYS)
    if not weekdays:
        raise BadCase(within(path, "open_weekdays"), "at least one open weekday")
    clinic = Clinic(frozenset(map(WEEKDAYS.index, weekdays)), frozenset(row.get("closed_dates", ())))
    return clinic, row.get("defaults", STANDARD)


_DECISION = {"on": REQUIRED_DATE, "decision": Key(a_code(DecisionKind), required=True), **IN_ERROR}
_DECISION_KEYS: dict[str, dict[str, Key]] = {
    DecisionKind.START_TREATMENT: {
        "protocol": Key(a_code(_in_order(LOADING_PROTOCOLS)), required=True),
        "maintenance_interval": Key(a_code((Interval.M2, Interval.M3))),
    },
    DecisionKind.START_PROPHYLAXIS: {"interval": Key(AN_INTERVAL)},
    DecisionKind.TAKE_OVER: {
        "interval": Key(AN_INTERVAL, required=True),
        "began_with": Key(a_code(BeganWith)),
    },
    DecisionKind.PLATEAU_CONFIRMED: {},
    DecisionKind.CHANGE_INTERVAL: {
        "to": Key(AN_INTERVAL, required=True),
        "reasons": Key(a_list(a_code(IntervalReason))),
    },
    DecisionKind.STOP: {"reason": Key(a_code(StopReason))},
    DecisionKind.CLOSE: {"reason": Key(a_code(CloseReason))},
}


def keys_of_kind(value: Any, path: str, key: str, kinds: dict[str, dict[str, Key]]) -> dict[str, Any]:
    """An object whose keys depend on the word under one of them."""
    if not isinstance(value, dict):
        raise BadCase(path, "an object")
    kind = a_code(kinds)(value.get(key), within(path, key))
    return kinds[kind]


def a_decision(value: Any, path: str) -> Decision:
    """A decision with the keys of its kind only."""
    row = read_object(value, path, _DECISION | keys_of_kind(value, path, "decision", _DECISION_KEYS))
    kind = row.pop("decision")
    return Decision(kind=kind, ref=path, **row)


_SCORES = {str(domain): Key(a_whole_number(0, 3)) for domain in Domain}
_ASSESSMENT = {
    "on": REQUIRED_DATE,
    "scores": Key(lambda value, path: read_object(value, path, _SCORES)),
    **IN_ERROR,
}


def an_assessment(value: Any, path: str) -> Assessment:
    """An assessment; a domain left out is not assessed (R2)."""
    row = read_object(value, path, _ASSESSMENT)
    made = Assessment.of(row["on"], row.get("scores", {}), ref=path)
    return replace(made, entered_in_error=row.get("entered_in_error", False))


_INJECTION = {
    "on": REQUIRED_DATE,
    "at": Key(a_time),
    "drug": Key(a_code(B12Drug)),
    "dose_ug": NUMBER,
    "route": Key(a_code(Route)),
    **IN_ERROR,
}


def an_injection(value: Any, path: str) -> Injection:
    """An injection of a B12 drug; 1000 micrograms of hydroxocobalamin into the muscle unless said."""
    return Injection(ref=path, **read_object(value, path, _INJECTION))


RESULT = {
    "analyte": Key(a_code(Analyte), required=True),
    "value": REQUIRED_NUMBER,
    "unit": Key(a_text, required=True),
    "comparator": Key(a_code(Comparator)),
}
_LAB = {
    "drawn_on": REQUIRED_DATE,
    "drawn_at": Key(a_time),
    "before_dose": Key(a_flag),
    **RESULT,
    **IN_ERROR,
}


def a_lab(value: Any, path: str) -> Lab:
    """A result; its unit may be written in a usual other way and is kept in UCUM spelling."""
    row = read_object(value, path, _LAB)
    analyte = ANALYTES[row["analyte"]]
    unit = analyte.unit(row["unit"])
    if unit is None:
        raise BadCase(within(path, "unit"), f"one of {', '.join(unit.code for unit in analyte.units)}")
    return Lab(ref=path, **(row | {"unit": unit.code}))
