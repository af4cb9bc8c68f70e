"""Case files in: JSON to ``Case``, strictly. Every error is a ``BadCase`` with the path inside the case."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
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
    LongInterval,
    MedicationDrug,
    PregnancyStatus,
    Procedure,
    Regimen,
    Route,
    Sex,
    StopReason,
)
from schedules.rules.asked import (
    MICROGRAMS,
    ChangeInterval,
    FolicAcid,
    Prescribe,
    RecordInjection,
    RecordLab,
    Request,
    StartMaintenance,
    Stop,
)
from schedules.rules.defaults import STANDARD, Defaults
from schedules.rules.evaluate import HORIZON_DAYS
from schedules.rules.facts import (
    LOADING_PROTOCOLS,
    Assessment,
    Cause,
    Clinic,
    Decision,
    Facts,
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


@dataclass(frozen=True, slots=True)
class Case:
    """One case: records, the day of asking, requests, and what is expected of the result."""

    id: str
    as_of: date
    facts: Facts
    requests: tuple[Request, ...]
    horizon_days: int
    expect: dict[str, Any]
    title: str
    rules: tuple[str, ...]


def _in_order(codes: Iterable[str]) -> list[str]:
    return sorted(codes)


AN_INTERVAL = a_code(Interval)
DATE = Key(a_date)
NUMBER = Key(a_number)
REQUIRED_DATE = Key(a_date, required=True)
REQUIRED_NUMBER = Key(a_number, required=True)
IN_ERROR = {"entered_in_error": Key(a_flag)}


def _as_is(value: Any, path: str) -> Any:
    return value


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


def _patient(value: Any, path: str) -> Patient:
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


def _clinic(value: Any, path: str) -> tuple[Clinic, Defaults]:
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


def _of_kind(value: Any, path: str, key: str, kinds: dict[str, dict[str, Key]]) -> dict[str, Any]:
    """An object whose keys depend on the word under one of them."""
    if not isinstance(value, dict):
        raise BadCase(path, "an object")
    kind = a_code(kinds)(value.get(key), within(path, key))
    return kinds[kind]


def _decision(value: Any, path: str) -> Decision:
    row = read_object(value, path, _DECISION | _of_kind(value, path, "decision", _DECISION_KEYS))
    kind = row.pop("decision")
    return Decision(kind=kind, ref=path, **row)


_SCORES = {str(domain): Key(a_whole_number(0, 3)) for domain in Domain}
_ASSESSMENT = {
    "on": REQUIRED_DATE,
    "scores": Key(lambda value, path: read_object(value, path, _SCORES)),
    **IN_ERROR,
}


def _assessment(value: Any, path: str) -> Assessment:
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


def _injection(value: Any, path: str) -> Injection:
    return Injection(ref=path, **read_object(value, path, _INJECTION))


_RESULT = {
    "analyte": Key(a_code(Analyte), required=True),
    "value": REQUIRED_NUMBER,
    "unit": Key(a_text, required=True),
    "comparator": Key(a_code(Comparator)),
}
_LAB = {
    "drawn_on": REQUIRED_DATE,
    "drawn_at": Key(a_time),
    "before_dose": Key(a_flag),
    **_RESULT,
    **IN_ERROR,
}


def _lab(value: Any, path: str) -> Lab:
    row = read_object(value, path, _LAB)
    analyte = ANALYTES[row["analyte"]]
    unit = analyte.unit(row["unit"])
    if unit is None:
        raise BadCase(within(path, "unit"), f"one of {', '.join(unit.code for unit in analyte.units)}")
    return Lab(ref=path, **(row | {"unit": unit.code}))


_DOSE = {"dose": REQUIRED_NUMBER, "unit": Key(a_code(MICROGRAMS), required=True), "route": Key(a_code(Route))}
_REQUESTS: dict[str, tuple[type, dict[str, Key]]] = {
    "prescribe": (
        Prescribe,
        {
            "on": DATE,
            "drug": Key(a_code(B12Drug), required=True),
            "regimen": Key(a_code((*Regimen, *Interval)), required=True),
            **_DOSE,
        },
    ),
    "start_maintenance": (StartMaintenance, {"on": DATE}),
    "change_interval": (
        ChangeInterval,
        {
            "on": DATE,
            "to": Key(a_code((*Interval, *LongInterval)), required=True),
            "reasons": Key(a_list(a_code(IntervalReason))),
        },
    ),
    "stop": (Stop, {"on": DATE, "reason": Key(a_code(StopReason), required=True)}),
    "folic_acid": (FolicAcid, {"on": DATE, "dose_mg": REQUIRED_NUMBER}),
    "record_injection": (RecordInjection, {"on": DATE, "drug": Key(a_code(B12Drug)), **_DOSE}),
    "record_lab": (RecordLab, {"drawn_on": DATE, **_RESULT}),
}
_REQUEST_KEYS = {name: {"type": Key(a_text, required=True), **keys} for name, (_, keys) in _REQUESTS.items()}


def _request(value: Any, path: str) -> Request:
    row = read_object(value, path, _of_kind(value, path, "type", _REQUEST_KEYS))
    made, _ = _REQUESTS[row.pop("type")]
    if "drawn_on" in row:
        row["on"] = row.pop("drawn_on")
    request: Request = made(**row)
    return request


def _expectation(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadCase(path, "an object")
    return value


_CASE = {
    "id": Key(a_text, required=True),
    "as_of": REQUIRED_DATE,
    "title": Key(a_text),
    "rules": Key(a_list(a_text)),
    "horizon_days": Key(a_whole_number(0, LONGEST_HORIZON_DAYS)),
    "clinic": Key(_clinic),
    "patient": Key(_patient),
    "plan": Key(a_list(_decision)),
    "assessments": Key(a_list(_assessment)),
    "injections": Key(a_list(_injection)),
    "labs": Key(a_list(_lab)),
    "requests": Key(a_list(_request)),
    "expect": Key(_expectation),
}


def read_case(value: Any) -> Case:
    """A case from parsed JSON (decimals kept as ``Decimal``). Raises ``BadCase``."""
    row = read_object(value, "", _CASE)
    clinic, defaults = row.get("clinic", (Clinic(), STANDARD))
    facts = Facts(
        patient=row.get("patient", Patient()),
        clinic=clinic,
        decisions=row.get("plan", ()),
        assessments=row.get("assessments", ()),
        injections=row.get("injections", ()),
        labs=row.get("labs", ()),
        defaults=defaults,
    )
    return Case(
        row["id"],
        row["as_of"],
        facts,
        row.get("requests", ()),
        row.get("horizon_days", HORIZON_DAYS),
        row.get("expect", {}),
        row.get("title", ""),
        row.get("rules", ()),
    )


def parse_case(text: str) -> Case:
    """A case from JSON text. Raises ``BadCase``, also for text that is no JSON."""
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_object)
    except RecursionError:
        raise BadCase("", "JSON that is not nested so deeply") from None
    except json.JSONDecodeError as error:
        raise BadCase("", f"JSON ({error})") from None
    return read_case(value)


def _no_constant(name: str) -> Any:
    raise BadCase("", f"JSON numbers, not {name}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadCase("", f"each key once in an object, but {twice} is there twice")
    return found
