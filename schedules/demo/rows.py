"""A life becomes rows of the record, each recorded when it happened."""

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from patients.actions.labs import Reported
from patients.models import (
    Assessment,
    Batch,
    Cause,
    CheckIn,
    CheckInInvitation,
    Clinic,
    Injection,
    LabResult,
    Medication,
    Patient,
    Pregnancy,
)
from patients.models.patient import fold
from patients.vocabulary import BodySite, Domain, ErrorReason
from schedules.demo.walk import Life
from schedules.models import Decision, Order
from schedules.rules.dates import add_months

# The rows, in the order in which they may be stored.
MODELS: tuple[type[Model], ...] = (
    Cause, Pregnancy, Medication, Assessment, CheckIn, Injection, LabResult, Decision, Order,
)  # fmt: skip
PHONE = "07700 900"  # a range kept free for invented people
ELSEWHERE = "NV-3310"  # typed from what the patient brought along
ARMS = (BodySite.DELTOID_LEFT, BodySite.DELTOID_RIGHT)


@contextmanager
def recorded_when_it_happened(*models: type[Model]) -> Iterator[None]:
    """Within it rows keep the time of recording that they are given, instead of the present one."""
    fields = [f for model in models for f in model._meta.concrete_fields if getattr(f, "auto_now_add", False)]
    for each in fields:
        each.auto_now_add = False  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for each in fields:
            each.auto_now_add = True  # type: ignore[attr-defined]


@dataclass
class Shelf:
    """What a clinic's people and batches are, for those who record."""

    clinic: Clinic
    nurse: Any
    physician: Any
    coordinator: Any
    batch: Batch
    withdrawn: Batch
    other_drugs: dict[str, Batch]

    def not_ahead(self, on: dt.date, at: dt.time | None) -> dt.time | None:
        """`at`, or the present time where that would be later today: nothing has happened yet that is to come."""
        now = self.clinic.now()
        return min(at, now.time().replace(microsecond=0)) if at and on == now.date() else at


@dataclass
class Rows:
    """The rows of all lives of a clinic, by model."""

    shelf: Shelf
    found: dict[type[Model], list[Any]] = field(default_factory=lambda: {model: [] for model in MODELS})

    def add(self, model: type[Model], life: Life, patient: Patient, day: dt.date, /, **fields: Any) -> Any:
        """One row of the patient, recorded on the day it is about."""
        at = fields.get("at") or fields.get("drawn_at") or dt.time(11, 40)
        recorded = dt.datetime.combine(
            min(max(day, life.started_on or day), life.today), at, self.shelf.clinic.tz
        )
        row = model(
            uid=stable_uid(life, f"{model.__name__} {len(self.found[model])}"),
            clinic=self.shelf.clinic,
            patient=patient,
            recorded_at=recorded,
            **({"recorded_by": self.shelf.nurse} | fields),
        )
        self.found[model].append(row)
        return row


def stable_uid(life: Life, about: str) -> uuid.UUID:
    """The same address in every demonstration."""
    return uuid.UUID(int=random.Random(f"uid {life.story.number} {about}").getrandbits(128), version=4)


def patient_of(life: Life, shelf: Shelf) -> Patient:
    """The person, as registered some days before the plan began."""
    story, number = life.story, int(life.story.number[3:])
    since = dt.datetime.combine(
        min(life.started_on or life.today, life.ago(9)) - dt.timedelta(8), dt.time(10, 5), shelf.clinic.tz
    )
    mail = fold(f"{story.given_name}.{story.family_name}").replace(" ", "")
    asked = bool(story.mail)
    return Patient(
        uid=stable_uid(life, "person"),
        clinic=shelf.clinic,
        record_number=story.number,
        given_name=story.given_name,
        family_name=story.family_name,
        name_key=fold(f"{story.family_name} {story.given_name}"),
        birth_date=story.born,
        sex=story.sex,
        email=f"{mail}@mail.example" if asked else "",
        phone=f"{PHONE}{number % 1000:03}",
        email_consent=asked,
        email_consent_at=since if asked else None,
        email_consent_by=shelf.coordinator if asked else None,
        unsubscribed_at=since + dt.timedelta(90) if story.mail == "unsubscribed" else None,
        allergies_known=True,
        allergy_note=story.allergy,
        bleeding_risk=story.bleeding,
        physician=shelf.physician,
        created_at=since,
        created_by=shelf.coordinator,
    )


def add_rows(rows: Rows, life: Life, patient: Patient) -> None:
    """Every row of a life."""
    _background(rows, life, patient)
    for row in life.assessments:
        scores = {domain.value: score for domain, score in zip(Domain, row.scores, strict=True)}
        more = life.more[row.ref]
        rows.add(
            Assessment,
            life,
            patient,
            row.on,
            on=row.on,
            at=more.get("at"),
            note=more.get("note", ""),
            **scores,
        )
    for position, dose in enumerate(sorted(life.injections, key=lambda row: row.on)):
        _injection(rows, life, patient, dose, position)
    for lab in life.labs:
        _lab(rows, life, patient, lab)
    _answers(rows, life, patient)
    _decisions(rows, life, patient)
    _orders(rows, life, patient)
    _mistakes(rows, life, patient)


def _background(rows: Rows, life: Life, patient: Patient) -> None:
    known = min(life.started_on or life.today, life.ago(9)) - dt.timedelta(7)
    for cause in life.causes:
        rows.add(
            Cause, life, patient, known, kind=cause.kind, procedure=cause.procedure or "", gene=cause.gene or "",
            intrinsic_factor_antibody=cause.intrinsic_factor_antibody or "", length_cm=cause.length_cm,
            note=life.more[cause.ref]["note"],
        )  # fmt: skip
    for pregnancy in life.pregnancies:
        rows.add(
            Pregnancy, life, patient, pregnancy.started_on, status=pregnancy.status,
            from_date=pregnancy.started_on, ended_on=pregnancy.ended_on,
        )  # fmt: skip
    for taken in life.medications:
        rows.add(
            Medication, life, patient, max(taken.started_on, known), drug=taken.drug, dose_mg=taken.dose_mg,
            dose_ug=taken.dose_ug, started_on=taken.started_on, stopped_on=taken.stopped_on,
        )  # fmt: skip


def _injection(rows: Rows, life: Life, patient: Patient, dose: Any, position: int) -> None:
    more = life.more[dose.ref]
    here = more.get("place", "here") == "here"
    shelf = rows.shelf
    batch = shelf.other_drugs.get(dose.drug) or shelf.batch
    # What was given some weeks ago came from a batch that has been withdrawn since.
    if dose.drug == "hydroxocobalamin" and life.ago(75) < dose.on < life.ago(45):
        batch = shelf.withdrawn
    at = shelf.not_ahead(dose.on, dose.at)
    codes = ["UNSAFE_INJECTION_RECORDED"] if dose.drug == "cyanocobalamin" and not here else []
    rows.add(
        Injection, life, patient, dose.on, on=dose.on, at=at, drug=dose.drug, dose_ug=dose.dose_ug,
        route=dose.route, site=ARMS[position % 2] if here else "", place=more.get("place", "here"),
        place_source=more.get("place_source", ""), batch=batch if here else None,
        batch_number=batch.number if here else ELSEWHERE, expires_on=batch.expires_on if here else None,
        given_by=shelf.nurse if here else None, identity_checked=here, screening_clear=here,
        note=more.get("note", ""), codes=codes,
    )  # fmt: skip


def _answers(rows: Rows, life: Life, patient: Patient) -> None:
    """What the patient answered by link, two days after being asked."""
    tz = rows.shelf.clinic.tz
    for answer in life.answers:
        on = life.ago(answer.ago)
        dose_on = max(dose.on for dose in life.injections if dose.on < on)
        answered_at = dt.datetime.combine(on, dt.time(19, 25), tz)
        invitation = CheckInInvitation.objects.create(
            clinic=rows.shelf.clinic, patient=patient, after_dose_on=dose_on, for_due_on=on + dt.timedelta(12),
            sent_on=on - dt.timedelta(2), answered_at=answered_at,
        )  # fmt: skip
        rows.add(
            CheckIn, life, patient, on, on=on, answered_at=answered_at, note=answer.note,
            invitation=invitation, recorded_by=None,
            **{domain.value: score for domain, score in zip(Domain, answer.scores, strict=True)},
        )  # fmt: skip


def _lab(rows: Rows, life: Life, patient: Patient, lab: Any) -> None:
    text = life.more[lab.ref]["value_text"]
    reported = Reported(lab.analyte, lab.value, text, lab.unit, lab.comparator or "")
    rows.add(
        LabResult, life, patient, lab.drawn_on, analyte=lab.analyte, value=lab.value, value_text=text,
        comparator=lab.comparator or "", unit=lab.unit, canonical_value=reported.canonical,
        drawn_on=lab.drawn_on, drawn_at=lab.drawn_at, before_dose=lab.before_dose,
        laboratory="County Laboratory" if life.molar else "Shore Diagnostics",
    )  # fmt: skip


def _decisions(rows: Rows, life: Life, patient: Patient) -> None:
    for row in sorted(life.decisions, key=lambda decision: decision.on):
        more = life.more[row.ref]
        overrides = [
            {"code": code, "reason": reason, "sentence": sentence}
            for code, reason, sentence in more.get("overrides", ())
        ]
        codes = dict.fromkeys((*more.get("codes", ()), *(each["code"] for each in overrides)))
        closing = row.kind == "close"
        rows.add(
            Decision, life, patient, row.on, kind=row.kind, on=row.on, protocol=row.protocol or "",
            maintenance_interval=row.maintenance_interval or "", interval=row.to or row.interval or "",
            began_with=row.began_with or "", reasons=list(row.reasons), reason=row.reason or "",
            source=more.get("source", ""), note=more.get("note", ""), codes=list(codes), overrides=overrides,
            recorded_by=rows.shelf.coordinator if closing else rows.shelf.physician,
        )  # fmt: skip


def _orders(rows: Rows, life: Life, patient: Patient) -> None:
    """A prescription with each decision that needs one, renewed once a year; a stop ends it."""
    wanted = [
        (row.on, regimen)
        for row in sorted(life.decisions, key=lambda d: d.on)
        if (regimen := _regimen(life, row))
    ]
    finished = _loading_finished_on(life)
    if finished is not None:
        wanted.append(finished)
    wanted.sort()
    ended = next((row.on for row in life.decisions if row.kind in {"stop", "close"}), None)
    for position, (begins, regimen) in enumerate(wanted):
        ends = wanted[position + 1][0] if position + 1 < len(wanted) else ended
        for first, last in _years(begins, ends, life):
            rows.add(
                Order, life, patient, first, drug=life.story.drug, regimen=regimen, from_date=first,
                until=add_months(first, 12), ended_on=last, ordered_by=rows.shelf.physician,
                recorded_by=rows.shelf.physician,
            )  # fmt: skip


def _years(begins: dt.date, ends: dt.date | None, life: Life) -> Iterator[tuple[dt.date, dt.date | None]]:
    """The prescription's years: (from, ended on); the last one of a story may be past its renewal."""
    renewed_until = life.ago(life.story.renewed_ago or 0)
    first = begins
    while True:
        last = add_months(first, 12)
        if ends is not None and last >= ends:
            yield first, ends
            return
        if last > renewed_until:
            yield first, None
            return
        yield first, last
        first = last


def _regimen(life: Life, row: Any) -> str:
    match row.kind:
        case "start_treatment":
            return row.protocol or ""
        case "start_prophylaxis" | "take_over":
            return row.interval or ""
        case "change_interval":
            return row.to or ""
        case "plateau_confirmed":
            return "2mo"
    return ""


def _loading_finished_on(life: Life) -> tuple[dt.date, str] | None:
    """When three times weekly was complete, with the interval that followed."""
    start = next((row for row in life.decisions if row.protocol == "three_times_weekly"), None)
    if start is None:
        return None
    loading = sorted(dose.on for dose in life.injections if dose.on >= start.on)[:6]
    return (loading[-1], start.maintenance_interval or "2mo") if len(loading) == 6 else None


def _mistakes(rows: Rows, life: Life, patient: Patient) -> None:
    """An entry that was struck out, with who, when and why; and the right one beside it."""
    if life.story.wrong_entry == "injection":
        last = max(life.injections, key=lambda row: row.on)
        wrong = rows.add(Injection, life, patient, last.on, on=last.on, at=last.at, given_by=rows.shelf.nurse)
        _strike(rows, wrong, ErrorReason.DUPLICATE, "Saved from two tablets")
    elif life.story.wrong_entry == "result":
        lab = max(life.labs, key=lambda row: row.drawn_on)
        wrong = rows.add(
            LabResult, life, patient, lab.drawn_on, analyte="ferritin", value=140, value_text="140", unit="ug/L",
            canonical_value=140, drawn_on=lab.drawn_on,
        )  # fmt: skip
        _strike(rows, wrong, ErrorReason.AMENDED, "A figure too many: the report says 14")


def _strike(rows: Rows, row: Any, reason: ErrorReason, note: str) -> None:
    row.error_at = row.recorded_at + dt.timedelta(hours=2)
    row.error_by, row.error_reason, row.error_note = rows.shelf.physician, reason, note
