"""Everything about a patient in one list, newest first, read in one query however much there is.

Each table is one branch of a union; what differs between them travels as JSON. Entries that were struck out stay,
with who, when and why.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib.postgres.aggregates import JSONBAgg
from django.db import connection
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Coalesce, JSONObject, TruncDate

from patients.models import (
    AccessLog,
    Assessment,
    BatchNotice,
    Cause,
    CheckIn,
    Clinic,
    Injection,
    LabResult,
    Medication,
    Patient,
    Pregnancy,
)
from patients.vocabulary import DecisionKind
from schedules.models import Booking, Contact, Decision, Flag, Merge, Message, Order

COLUMNS = (
    "e_kind", "e_day", "e_moment", "e_uid", "e_by", "e_by_id", "e_error_at", "e_error_by", "e_error_reason",
    "e_error_note", "e_amends", "e_details",
)  # fmt: skip
FIRST_SHOWN, STEP, AT_MOST = 12, 24, 1000
EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class Struck:
    """Who struck an entry out, when, and why."""

    by: str
    on: dt.date
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; `details` are the fields of its table by name."""

    kind: str
    day: dt.date
    moment: dt.datetime
    uid: str
    by: str
    by_id: int | None
    struck: Struck | None
    amends: bool
    details: dict[str, Any]


def _record(
    rows: QuerySet[Any], kind: str, day: str, details: dict[str, Any], *, group: bool = False
) -> QuerySet[Any]:
    """A branch for a table of the clinical record."""
    if group:
        rows = rows.values(
            day,
            "recorded_by",
            "error_at",
            "error_by",
            "error_reason",
            "error_note",
            "amends__patient",
            "amended_by__patient",
        ).annotate(  # fmt: skip
            e_moment=Max("recorded_at"), e_details=JSONBAgg(JSONObject(**details))
        )
        uid: Any = Cast(Value(""), CharField())
        amends: Any = Value(False, BooleanField())
    else:
        rows = rows.annotate(e_moment=F("recorded_at"), e_details=JSONObject(**details))
        uid, amends = Cast("uid", CharField()), ExpressionWrapper(Q(amends__isnull=False), BooleanField())
    return rows.annotate(
        e_kind=Value(kind, CharField()),
        e_day=F(day),
        e_uid=uid,
        e_by=Coalesce("recorded_by__name", Value("")),
        e_by_id=Cast("recorded_by_id", IntegerField()),
        e_error_at=F("error_at"),
        e_error_by=Coalesce("error_by__name", Value("")),
        e_error_reason=F("error_reason"),
        e_error_note=F("error_note"),
        e_amends=amends,
    )


def _plain(
    rows: QuerySet[Any], kind: str, day: Any, moment: str, details: dict[str, Any], *, by: str = ""
) -> QuerySet[Any]:
    """A branch for a table that is never struck out."""
    return rows.annotate(
        e_kind=Value(kind, CharField()),
        e_day=day,
        e_moment=F(moment),
        e_uid=Cast("uid", CharField()) if kind == "message" else Cast(Value(""), CharField()),
        e_by=Coalesce(f"{by}__name", Value("")) if by else Cast(Value(""), CharField()),
        e_by_id=Cast(f"{by}_id" if by else Value(None), IntegerField()),
        e_error_at=Cast(Value(None), DateTimeField()),
        e_error_by=Cast(Value(""), CharField()),
        e_error_reason=Cast(Value(""), CharField()),
        e_error_note=Cast(Value(""), CharField()),
        e_amends=Value(False, BooleanField()),
        e_details=JSONObject(**details),
    )


def _fields(*names: str, **more: Any) -> dict[str, Any]:
    return {name: F(name) for name in names} | more


def _moved() -> dict[str, Any]:
    """From which patient an entry was moved here, and to which it was moved (`schedules.actions.move_entry`)."""
    return {
        "from_number": F("amends__patient__record_number"),
        "from_uid": Cast("amends__patient__uid", CharField()),
        "to_number": F("amended_by__patient__record_number"),
        "to_uid": Cast("amended_by__patient__uid", CharField()),
    }


def _injections(patient: Patient) -> QuerySet[Any]:
    details = _fields(
        "given", "not_given_reason", "drug", "dose_ug", "route", "site", "place", "place_source",
        "batch_number", "batch_id", "reaction", "note", number=F("batch__number"), **_moved(),
    )  # fmt: skip
    return _record(Injection.objects.filter(patient=patient), "injection", "on", details)


def _labs(patient: Patient) -> QuerySet[Any]:
    details = _fields("analyte", "value_text", "comparator", "unit", uid=Cast("uid", CharField()), **_moved())
    return _record(LabResult.objects.filter(patient=patient), "results", "drawn_on", details, group=True)


def _assessments(patient: Patient) -> QuerySet[Any]:
    details = _fields(
        "peripheral_neuropathy", "gait_ataxia", "cognitive", "glossitis", "visual", "note", "same_as_last",
        **_moved(),
    )  # fmt: skip
    return _record(Assessment.objects.filter(patient=patient), "assessment", "on", details)


def _check_ins(patient: Patient) -> QuerySet[Any]:
    details = _fields("peripheral_neuropathy", "gait_ataxia", "cognitive", "glossitis", "visual", "note")
    return _record(CheckIn.objects.filter(patient=patient), "check_in", "on", details)


def _decisions(patient: Patient) -> QuerySet[Any]:
    details = _fields(
        "kind", "protocol", "maintenance_interval", "interval", "reasons", "reason", "source", "note",
        "overrides",
    )  # fmt: skip
    return _record(Decision.objects.filter(patient=patient), "decision", "on", details)


def _closings(patient: Patient) -> QuerySet[Any]:
    return _decisions(patient).filter(kind=DecisionKind.CLOSE)


def _orders(patient: Patient) -> QuerySet[Any]:
    details = _fields(
        "drug",
        "dose_ug",
        "route",
        "regimen",
        "until",
        "ended_on",
        "note",
        "overrides",
        decision=F("decision_id"),
    )
    return _record(Order.objects.filter(patient=patient), "order", "from_date", details)


def _causes(patient: Patient) -> QuerySet[Any]:
    details = _fields("kind", "resolved_on", "note")
    rows = Cause.objects.filter(patient=patient).annotate(
        day=TruncDate("recorded_at", tzinfo=patient.clinic.tz)
    )
    return _record(rows, "cause", "day", details)


def _medicines(patient: Patient) -> QuerySet[Any]:
    details = _fields("drug", "dose_mg", "dose_ug", "stopped_on")
    return _record(Medication.objects.filter(patient=patient), "medicine", "started_on", details)


def _pregnancies(patient: Patient) -> QuerySet[Any]:
    return _record(
        Pregnancy.objects.filter(patient=patient), "pregnancy", "from_date", _fields("status", "ended_on")
    )


def _notices(patient: Patient) -> QuerySet[Any]:
    details = _fields("how", "note", "number", "batch_id")
    return _record(BatchNotice.objects.filter(patient=patient), "notice", "on", details)


def _flags(patient: Patient) -> QuerySet[Any]:
    versions = (
        apps.get_model("schedules", "FlagEvent")
        .objects.filter(pgh_obj=OuterRef("pk"))
        .exclude(reason=OuterRef("reason"))
    )
    details = _fields(
        "code", "severity", "reason", "cleared_on", "resolve_reason",
        resolver=F("resolved_by__name"), renewed=Exists(versions),
    )  # fmt: skip
    return _plain(Flag.objects.filter(patient=patient), "flag", F("raised_on"), "raised_at", details)


def _contacts(patient: Patient) -> QuerySet[Any]:
    day = TruncDate("at", tzinfo=patient.clinic.tz)
    details = _fields("outcome", "call_on", "note")
    return _plain(Contact.objects.filter(patient=patient), "contact", day, "at", details, by="by")


def _messages(patient: Patient) -> QuerySet[Any]:
    day = TruncDate("created_at", tzinfo=patient.clinic.tz)
    details = _fields("kind", "announced_on", "state", "why")
    return _plain(Message.objects.filter(patient=patient), "message", day, "created_at", details)


def _bookings(patient: Patient) -> QuerySet[Any]:
    day = TruncDate("made_at", tzinfo=patient.clinic.tz)
    details = _fields("kind", "on", "at", "note", cancelled=F("cancelled_at"))
    return _plain(Booking.objects.filter(patient=patient), "booking", day, "made_at", details, by="made_by")


def _merges(patient: Patient) -> QuerySet[Any]:
    day = TruncDate("at", tzinfo=patient.clinic.tz)
    details = {
        "reason": F("reason"),
        "undone_on": TruncDate("undone_at", tzinfo=patient.clinic.tz),
        "undone_by": F("undone_by__name"),
        "kept_number": F("kept__record_number"),
        "kept_uid": Cast("kept__uid", CharField()),
        "merged_number": F("merged__record_number"),
        "merged_uid": Cast("merged__uid", CharField()),
    }
    rows = Merge.objects.filter(Q(kept=patient) | Q(merged=patient))
    return _plain(rows, "merge", day, "at", details, by="by")


_ALL: dict[str, Callable[[Patient], QuerySet[Any]]] = {
    "injection": _injections,
    "results": _labs,
    "assessment": _assessments,
    "check_in": _check_ins,
    "decision": _decisions,
    "order": _orders,
    "cause": _causes,
    "medicine": _medicines,
    "pregnancy": _pregnancies,
    "notice": _notices,
    "flag": _flags,
    "contact": _contacts,
    "message": _messages,
    "booking": _bookings,
    "merge": _merges,
}
# What a coordinator may see: dates of doses, what was arranged with the patient, and that the record was closed.
_FOR_ALL = ("injection", "contact", "message", "booking", "merge", "decision")
SHOWS = {
    EVERYTHING: tuple(_ALL),
    "doses": ("injection",),
    "messages": ("message", "contact", "booking", "notice"),
    "plan": ("decision", "order"),
}


def entries(patient: Patient, *, show: str, clinical: bool, limit: int) -> tuple[list[Entry], bool]:
    """The newest `limit` entries of a segment, and whether there are older ones. One query.

    Without `clinical` only what a coordinator may see.
    """
    sql, params = _statement(show, clinical, patient.clinic.time_zone)
    with connection.cursor() as cursor:
        cursor.execute(sql, [patient.pk if each == _ANYBODY else each for each in params] + [limit + 1])
        rows = cursor.fetchall()
    return [_entry(row, patient) for row in rows[:limit]], len(rows) > limit


# Stands for the patient in the compiled statement; no key is negative.
_ANYBODY = -1


@lru_cache(maxsize=256)
def _statement(show: str, clinical: bool, time_zone: str) -> tuple[str, tuple[Any, ...]]:
    """The union as SQL. Compiling thirteen branches takes longer than answering them, so it is done once."""
    anybody = Patient(pk=_ANYBODY, clinic=Clinic(time_zone=time_zone))
    kinds = [kind for kind in SHOWS[show] if clinical or kind in _FOR_ALL]
    made = [(_ALL[kind] if clinical or kind != "decision" else _closings)(anybody) for kind in kinds]
    branches = [each.order_by().values_list(*COLUMNS) for each in made]
    found = branches[0].union(*branches[1:], all=True) if len(branches) > 1 else branches[0]
    sql, params = found.order_by("-e_day", "-e_moment").query.sql_with_params()
    return f"{sql} LIMIT %s", params


def _entry(row: Iterable[Any], patient: Patient) -> Entry:
    kind, day, moment, uid, by, by_id, error_at, error_by, reason, note, amends, packed = row
    struck = None
    if error_at is not None:
        struck = Struck(error_by, error_at.astimezone(patient.clinic.tz).date(), reason, note)
    details = json.loads(packed)
    if isinstance(details, list):
        details = {"results": details}
    return Entry(kind, day, moment, uid, by, by_id, struck, amends, details)


@dataclass(frozen=True, slots=True)
class Look:
    """One time somebody opened the patient's page, or took data out."""

    at: dt.datetime
    by: str
    what: str


def who_looked(patient: Patient, *, limit: int) -> tuple[list[Look], bool]:
    """The newest reads of the patient, and whether there are older ones. One query."""
    rows = AccessLog.objects.filter(patient=patient).order_by("-at", "-pk")
    found = list(rows.values_list("at", "user__name", "what")[: limit + 1])
    tz = patient.clinic.tz
    return [Look(at.astimezone(tz), by, what) for at, by, what in found[:limit]], len(found) > limit
