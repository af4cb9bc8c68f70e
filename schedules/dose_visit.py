"""What a nurse needs to know with the patient in the chair: filled in from the plan, the last visit and the shelf."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from patients.models import Assessment, Batch, BloodDraw, Injection, Patient
from patients.vocabulary import Analyte, B12Drug, BodySite, Route
from schedules.models import Booking, OpenEvent, Order, PatientSchedule
from schedules.plan_words import dose_words, plan_words

BLOOD_KINDS = ("check", "pregnancy_check", "panel")
ASSESSMENT = "neuro_assessment"
# "Same as last time" is offered for a fresh assessment only.
SAME_FOR_DAYS = 14
_OTHER_SIDE = {"left": "right", "right": "left"}
_TESTS = {"cbc": "full blood count"}


@dataclass(frozen=True, slots=True)
class BloodDue:
    """Blood to take before the dose; `taken_on` when it was drawn already and its results are still to come."""

    contents: tuple[str, ...]
    due_on: dt.date
    taken_on: dt.date | None

    @property
    def words(self) -> str:
        """The tests in a nurse's words."""
        found = [_TESTS.get(code) or Analyte(code).label for code in self.contents]
        return " · ".join(found)


@dataclass(frozen=True, slots=True)
class DoseVisit:
    """All that fills in the form of one dose."""

    patient: Patient
    today: dt.date
    schedule: PatientSchedule | None
    order: Order | None
    last: Injection | None
    last_assessment: Assessment | None
    blood: BloodDue | None
    assessment_due: bool
    booking: Booking | None
    batches: tuple[Batch, ...]
    batch: Batch | None
    batch_is_todays: bool

    @property
    def plan(self) -> str:
        """Every 2 months · dose 10."""
        if self.schedule is None:
            return ""
        parts = [
            plan_words(self.schedule.phase, self.schedule.protocol, self.schedule.interval),
            dose_words(self.schedule.phase, self.schedule.protocol, self.schedule.doses_in_phase),
        ]
        return " · ".join(part for part in parts if part)

    @property
    def drug(self) -> str:
        source = self.order or self.last
        return source.drug if source else B12Drug.HYDROXOCOBALAMIN.value

    @property
    def dose_ug(self) -> Any:
        source = self.order or self.last
        return source.dose_ug if source else 1000

    @property
    def route(self) -> str:
        source = self.order or self.last
        return source.route if source and source.route != Route.ORAL else Route.IM.value

    @property
    def order_is_old(self) -> bool:
        """Whether the prescription was to be renewed before today."""
        return bool(self.order and self.order.until and self.order.until < self.today)

    @property
    def site(self) -> str:
        """The same place on the other side as last time."""
        if self.last is None or not self.last.site:
            return BodySite.DELTOID_LEFT.value
        place, _, side = self.last.site.partition("_")
        return f"{place}_{_OTHER_SIDE[side]}"

    @property
    def last_site(self) -> str:
        return BodySite(self.last.site).label if self.last and self.last.site else ""

    @property
    def stop_and_read(self) -> str:
        """Why a physician must have agreed before a dose is given; empty when nothing is on record."""
        patient = self.patient
        if patient.allergy_cobalamin or patient.allergy_cobalt:
            return f"Allergy on record: {patient.allergies}."
        if self.last is not None and self.last.reaction:
            return f"Reaction to the last injection: {self.last.reaction}"
        return ""

    @property
    def bleeds(self) -> str:
        """A bleeding risk on record or told last time."""
        if self.patient.bleeding_risk:
            return self.patient.bleeding_risk
        told = self.last is not None and "bleeding" in self.last.screening_yes
        return self.last.screening_note if told and self.last else ""

    @property
    def asks_scores(self) -> bool:
        """Whether the five rows stand open: an assessment is due, or the latest found something."""
        last = self.last_assessment
        return self.assessment_due or (last is not None and any(last.scores.values()))

    @property
    def may_repeat_scores(self) -> bool:
        last = self.last_assessment
        return last is not None and (self.today - last.on).days <= SAME_FOR_DAYS


def order_in_force(patient: Patient) -> Order | None:
    """The prescription that stands, also one past its renewal date."""
    return Order.objects.valid().filter(patient=patient, ended_on__isnull=True).first()


def usable_batches(clinic_id: int, *, today: dt.date) -> list[Batch]:
    """Batches on the shelf that may be given: neither expired nor withdrawn, first to expire first."""
    return list(
        Batch.objects.filter(clinic_id=clinic_id, withdrawn_at__isnull=True, expires_on__gte=today)
        .filter(product__active=True)
        .select_related("product")
        .order_by("expires_on", "number")
    )


def blood_due(patient: Patient, *, today: dt.date) -> tuple[BloodDue | None, bool]:
    """The blood to take now, and whether an assessment is due by a check or a neurological review."""
    events = list(
        OpenEvent.objects.filter(patient=patient, earliest_on__lte=today).order_by("due_on", "kind")
    )
    blood = [event for event in events if event.kind in BLOOD_KINDS]
    scores = any(event.kind == "neuro_review" or ASSESSMENT in event.contents for event in events)
    if not blood:
        return None, scores
    contents = dict.fromkeys(code for event in blood for code in event.contents if code != ASSESSMENT)
    since = min(event.earliest_on for event in blood)
    draws = BloodDraw.objects.valid().filter(patient=patient, drawn_on__gte=since).order_by("-drawn_on")
    taken = draws.values_list("drawn_on", flat=True).first()
    return BloodDue(tuple(contents), blood[0].due_on, taken), scores


def dose_visit(patient: Patient, *, today: dt.date, todays_batch: int | None) -> DoseVisit:
    """Read what the form needs; `todays_batch` is the one this user took from the shelf earlier today."""
    schedule = PatientSchedule.objects.filter(patient=patient).first()
    order = order_in_force(patient)
    doses = Injection.objects.valid().filter(patient=patient, given=True)
    last = doses.order_by("-on", "-pk").first()
    assessments = list(
        Assessment.objects.valid().filter(patient=patient, on__lte=today).order_by("-on", "-pk")[:50]
    )
    blood, scores_due = blood_due(patient, today=today)
    complete = any(found.total is not None for found in assessments)
    source = order or last
    drug = source.drug if source else B12Drug.HYDROXOCOBALAMIN
    batches = [
        batch for batch in usable_batches(patient.clinic_id, today=today) if batch.product.drug == drug
    ]
    todays = next((batch for batch in batches if batch.pk == todays_batch), None)
    return DoseVisit(
        patient=patient,
        today=today,
        schedule=schedule,
        order=order,
        last=last,
        last_assessment=assessments[0] if assessments else None,
        blood=blood,
        assessment_due=scores_due or not complete,
        booking=_booking(patient, schedule),
        batches=tuple(batches),
        batch=todays or _last_used(batches) or next(iter(batches), None),
        batch_is_todays=todays is not None,
    )


def _booking(patient: Patient, schedule: PatientSchedule | None) -> Booking | None:
    found = Booking.objects.filter(patient=patient, kind="injection", cancelled_at__isnull=True).first()
    stands = found and schedule and found.after_dose_on == schedule.last_dose_on
    return found if stands else None


def _last_used(batches: list[Batch]) -> Batch | None:
    """The batch the clinic opened last: most likely still the one on the tray."""
    used = (
        Injection.objects.valid()
        .filter(batch__in=batches)
        .order_by("-recorded_at")
        .values_list("batch", flat=True)
        .first()
    )
    return next((batch for batch in batches if batch.pk == used), None)
