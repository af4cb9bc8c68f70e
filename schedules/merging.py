"""Two records of one person side by side: what each holds, what would give way, and the calendar after a merge.

Reads only. `schedules.actions.merge` carries out what is said here.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from patients.models import Patient, PatientIdentifier
from patients.models.patient import EARLIER_NUMBER
from patients.vocabulary import Sex
from schedules.models import Booking, Order, PatientSchedule
from schedules.rules.evaluate import evaluate
from schedules.rules.facts import Facts
from schedules.rules.flags import TABLE
from schedules.rules.results import Evaluation, Event, EventKind

TITLES = {row.code: row.title for row in TABLE}
YES_IF_EITHER = ("allergies_known", "allergy_cobalamin", "allergy_cobalt", "diabetic_nephropathy")
BOTH_TEXTS = ("allergy_note", "bleeding_risk")
IF_LACKING = ("phone", "physician")
CONSENT = ("email_consent", "email_consent_at", "email_consent_by", "unsubscribed_at")


def taken_over(kept: Patient, merged: Patient) -> dict[str, Any]:
    """Fields of the kept record that the other one adds to: a yes of either holds, both notes stay, and what is not
    known is filled in. Only those that change."""
    found: dict[str, Any] = {name: True for name in YES_IF_EITHER if getattr(merged, name)}
    for name in BOTH_TEXTS:
        found[name] = _both(kept, merged, name)
    for name in IF_LACKING:
        if not getattr(kept, f"{name}_id" if name == "physician" else name):
            found[name] = getattr(merged, name)
    if kept.sex == Sex.UNKNOWN:
        found["sex"] = merged.sex
    return {name: value for name, value in found.items() if value != getattr(kept, name)}


def _both(kept: Patient, merged: Patient, name: str) -> str:
    """Both notes as one; one that would not fit ends with where the rest is read."""
    mine, theirs = getattr(kept, name), getattr(merged, name)
    if not theirs or theirs in mine:
        return mine
    if not mine:
        return theirs
    longest: int = Patient._meta.get_field(name).max_length  # type: ignore[union-attr, assignment]
    both = f"{mine}; {theirs}"
    if len(both) <= longest:
        return both
    more = f"; … {merged.record_number}"
    return both[: longest - len(more)] + more


def consent_taken(kept: Patient, merged: Patient) -> dict[str, Any]:
    """E-mail address and agreement that the kept record takes over. An address comes with its own agreement, and only
    where there is none; of two answers a no that is newer holds."""
    group = {name: getattr(merged, name) for name in CONSENT}
    if merged.email and not kept.email:
        return {"email": merged.email, **group}
    answers = [at for at in (kept.email_consent_at, kept.unsubscribed_at) if at]
    no_at = merged.unsubscribed_at or (None if merged.email_consent else merged.email_consent_at)
    if kept.can_be_mailed and no_at and all(at < no_at for at in answers):
        return group
    return {}


def order_to_end(kept: Patient, merged: Patient) -> tuple[Order, Order] | None:
    """Where both have an order in force: the older, which ends, and the newer."""
    rows = Order.objects.valid().filter(patient__in=[kept, merged], ended_on__isnull=True)
    found = list(rows.order_by("from_date", "pk"))
    return (found[0], found[1]) if len(found) == 2 else None


def _bookings(kept: Patient, merged: Patient) -> tuple[list[Booking], dict[int, dt.date | None]]:
    """What nobody cancelled, the earlier made first, and each patient's last dose."""
    rows = Booking.objects.filter(patient__in=[kept, merged], cancelled_at__isnull=True)
    last = PatientSchedule.objects.filter(patient__in=[kept, merged])
    return list(rows.order_by("made_at", "pk")), dict(last.values_list("patient", "last_dose_on"))


def standing_bookings_of(kept: Patient, merged: Patient, *, today: dt.date) -> list[Booking]:
    """Coming dates that no dose has overtaken: they stay agreed, whatever doses the other record adds."""
    rows, last = _bookings(kept, merged)
    return [row for row in rows if row.on >= today and row.after_dose_on == last.get(row.patient_id)]


def bookings_of_both(kept: Patient, merged: Patient) -> list[tuple[Booking, Booking]]:
    """Where both have a booking of a kind: the one that stays, and the one that is cancelled: the one a dose has
    overtaken, else the one made later."""
    rows, last = _bookings(kept, merged)
    rows.sort(key=lambda row: row.after_dose_on != last.get(row.patient_id))
    first: dict[str, Booking] = {}
    found = []
    for row in rows:
        stays = first.setdefault(row.kind, row)
        if stays is not row:
            found.append((stays, row))
    return found


def merged_facts(kept: Facts, merged: Facts, *, sex: str, diabetic_nephropathy: bool) -> Facts:
    """The facts after a merge: the kept person, and the rows of both in the order in which they were recorded."""
    return replace(
        kept,
        patient=replace(
            kept.patient,
            sex=sex,
            diabetic_nephropathy=diabetic_nephropathy,
            causes=_together(kept.patient.causes, merged.patient.causes),
            pregnancies=_together(kept.patient.pregnancies, merged.patient.pregnancies),
            medications=_together(kept.patient.medications, merged.patient.medications),
        ),
        decisions=_together(kept.decisions, merged.decisions),
        assessments=_together(kept.assessments, merged.assessments),
        injections=_together(kept.injections, merged.injections),
        labs=_together(kept.labs, merged.labs),
    )


def _together(mine: Iterable[Any], theirs: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted((*mine, *theirs), key=lambda row: int(row.ref.partition(":")[2])))


@dataclass(frozen=True, slots=True)
class MergeRow:
    """One due date in the calendars of the kept record, of the other, and after the merge."""

    on: dt.date
    kept: Event | None
    merged: Event | None
    after: Event | None


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge does to the calendar. Flags as titles: those that neither record has, and those of one that go."""

    after: Evaluation
    injections: tuple[MergeRow, ...]
    others: tuple[MergeRow, ...]
    rising: tuple[str, ...]
    closing: tuple[str, ...]


def preview_merge(
    kept: Patient, merged: Patient, facts: Mapping[int, Facts], *, today: dt.date, until: dt.date
) -> MergePreview:
    """Evaluate both as they are and as they would be together; dates after `until` are left out."""
    changes = taken_over(kept, merged)
    together = merged_facts(
        facts[kept.pk],
        facts[merged.pk],
        sex=changes.get("sex", kept.sex),
        diabetic_nephropathy=changes.get("diabetic_nephropathy", kept.diabetic_nephropathy),
    )
    three = [evaluate(each, as_of=today) for each in (facts[kept.pk], facts[merged.pk], together)]
    before = {finding.code for each in three[:2] for finding in each.findings}
    then = {finding.code for finding in three[2].findings}
    return MergePreview(
        after=three[2],
        injections=_rows(three, {EventKind.INJECTION}, until),
        others=_rows(three, set(EventKind) - {EventKind.INJECTION}, until),
        rising=tuple(sorted(TITLES[code] for code in then - before)),
        closing=tuple(sorted(TITLES[code] for code in before - then)),
    )


def _rows(three: list[Evaluation], kinds: set[EventKind], until: dt.date) -> tuple[MergeRow, ...]:
    """Events of the three calendars by due date and kind, so that equal dates stand beside one another."""
    found = [
        {(e.due_on, e.kind): e for e in each.events if e.kind in kinds and e.due_on <= until}
        for each in three
    ]
    return tuple(
        MergeRow(key[0], *(each.get(key) for each in found))
        for key in sorted({key for each in found for key in each})
    )


def look_out_for(kept: Patient, merged: Patient) -> set[str]:
    """What two records of one person should share and these do not: "birth_date", "sex", "numbers" (of one kind)."""
    found = {"birth_date"} if kept.birth_date != merged.birth_date else set()
    if kept.sex != merged.sex and Sex.UNKNOWN not in {kept.sex, merged.sex}:
        found.add("sex")
    mine, theirs = (_by_kind(patient) for patient in (kept, merged))
    if any(mine[kind] != theirs[kind] for kind in set(mine) & set(theirs)):
        found.add("numbers")
    return found


def _by_kind(patient: Patient) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    rows = PatientIdentifier.objects.current().filter(patient=patient).exclude(system=EARLIER_NUMBER)
    for row in rows:
        found.setdefault(row.system.casefold(), set()).add(row.value_key)
    return found
