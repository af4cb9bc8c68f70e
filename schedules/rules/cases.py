"""Case files in: JSON to ``Case``, strictly. Every error is a ``BadCase`` with the path inside the case."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from patients.vocabulary import (
    B12Drug,
    Interval,
    IntervalReason,
    LongInterval,
    Regimen,
    Route,
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
from schedules.rules.case_rows import (
    DATE,
    LONGEST_HORIZON_DAYS,
    REQUIRED_DATE,
    REQUIRED_NUMBER,
    RESULT,
    a_clinic,
    a_decision,
    a_lab,
    a_patient,
    an_assessment,
    an_injection,
    keys_of_kind,
)
from schedules.rules.defaults import STANDARD
from schedules.rules.evaluate import HORIZON_DAYS
from schedules.rules.facts import (
    Clinic,
    Facts,
    Patient,
)
from schedules.rules.reading import (
    BadCase,
    Key,
    a_code,
    a_list,
    a_text,
    a_whole_number,
    read_object,
)


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
    "record_lab": (RecordLab, {"drawn_on": DATE, **RESULT}),
}
_REQUEST_KEYS = {name: {"type": Key(a_text, required=True), **keys} for name, (_, keys) in _REQUESTS.items()}


def _request(value: Any, path: str) -> Request:
    row = read_object(value, path, keys_of_kind(value, path, "type", _REQUEST_KEYS))
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
    "clinic": Key(a_clinic),
    "patient": Key(a_patient),
    "plan": Key(a_list(a_decision)),
    "assessments": Key(a_list(an_assessment)),
    "injections": Key(a_list(an_injection)),
    "labs": Key(a_list(a_lab)),
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
