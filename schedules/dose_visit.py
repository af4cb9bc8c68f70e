"""What a nurse needs to know with the patient in the chair: filled in from the plan, the last visit and the shelf."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from patients.check_ins import answers_since, worse_in
from patients.models import Assessment, Batch, BloodDraw, CheckIn, Injection, Patient
from patients.templatetags.clinic_words import day
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
        return " · ".join(found[:1] + [_within(label) for label in found[1:]])


def _within(label: str) -> str:
    """A test's name inside a line: "homocysteine", but "MCV" and "eGFR" as they are."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


class DoseVisit:
    """All that fills in the form of one dose, each read when it is first asked for: saving needs less of it."""

    def __init__(self, patient: Patient, *, today: dt.date, todays_batch: int | None) -> None:
        self.patient, self.today, self._todays_batch = patient, today, todays_batch

    @cached_property
    def schedule(self) -> PatientSchedule | None:
        return PatientSchedule.objects.filter(patient=self.patient).first()

    @cached_property
    def order(self) -> Order | None:
        """The prescription that stands, also one past its renewal date."""
        return Order.objects.valid().filter(patient=self.patient, ended_on__isnull=True).first()

    @cached_property
    def last(self) -> Injection | None:
        doses = Injection.objects.valid().filter(patient=self.patient, given=True)
        return doses.order_by("-on", "-pk").first()

    @cached_property
    def _assessments(self) -> list[Assessment]:
        found = Assessment.objects.valid().filter(patient=self.patient, on__lte=self.today)
        return list(found.order_by("-on", "-recorded_at", "-pk")[:50])

    @property
    def last_assessment(self) -> Assessment | None:
        return self._assessments[0] if self._assessments else None

    @cached_property
    def _said(self) -> list[CheckIn]:
        """What the patient answered by link since the last assessment, newest first."""
        return list(answers_since(self.patient, self.last_assessment, today=self.today))

    @property
    def said(self) -> CheckIn | None:
        """The patient's latest answers that no assessment has followed yet."""
        return self._said[0] if self._said else None

    @property
    def reports_worsening(self) -> bool:
        """Whether any of them is worse than the last assessment."""
        found = self.last_assessment.scores if self.last_assessment else None
        return any(worse_in(said.scores, found) for said in self._said)

    @cached_property
    def _due(self) -> list[OpenEvent]:
        """What may be done today: blood, reviews."""
        found = OpenEvent.objects.filter(patient=self.patient, earliest_on__lte=self.today)
        return list(found.order_by("due_on", "kind"))

    @cached_property
    def blood(self) -> BloodDue | None:
        """The blood to take now."""
        events = [event for event in self._due if event.kind in BLOOD_KINDS]
        if not events:
            return None
        contents = dict.fromkeys(code for event in events for code in event.contents if code != ASSESSMENT)
        since = min(event.earliest_on for event in events)
        draws = BloodDraw.objects.valid().filter(patient=self.patient, drawn_on__gte=since)
        taken = draws.order_by("-drawn_on").values_list("drawn_on", flat=True).first()
        return BloodDue(tuple(contents), events[0].due_on, taken)

    @property
    def assessment_due(self) -> bool:
        """By a check, by a neurological review, or because there was never a complete one (R1)."""
        if any(event.kind == "neuro_review" or ASSESSMENT in event.contents for event in self._due):
            return True
        return not any(found.total is not None for found in self._assessments)

    @cached_property
    def booking(self) -> Booking | None:
        found = Booking.objects.filter(
            patient=self.patient, kind="injection", cancelled_at__isnull=True
        ).first()
        stands = found and self.schedule and found.after_dose_on == self.schedule.last_dose_on
        return found if stands else None

    @cached_property
    def _all_batches(self) -> list[Batch]:
        """Every batch of the drug the clinic ever had, also those that must not be given."""
        found = Batch.objects.filter(
            clinic_id=self.patient.clinic_id, product__active=True, product__drug=self.drug
        )
        return list(found.order_by("expires_on", "number"))

    @cached_property
    def batches(self) -> list[Batch]:
        """Batches of the drug on the shelf that may be given: not expired, not withdrawn; first to expire first."""
        return [each for each in self._all_batches if not each.withdrawn_at and each.expires_on >= self.today]

    @property
    def batch_is_todays(self) -> bool:
        return any(batch.pk == self._todays_batch for batch in self._all_batches)

    @cached_property
    def opened(self) -> Batch | None:
        """The batch most likely on the tray, whether or not it may be given: the one this user took earlier today,
        else the one last used here."""
        wanted = self._todays_batch
        if not self.batch_is_todays:
            used = Injection.objects.valid().filter(batch__in=self._all_batches).order_by("-recorded_at")
            wanted = used.values_list("batch", flat=True).first()
        return next((batch for batch in self._all_batches if batch.pk == wanted), None)

    @cached_property
    def batch(self) -> Batch | None:
        """The batch to fill in. None where it has to be asked for: the opened one must not be given any more, or none
        was opened and there are several. Another one is never put in its place: the vial in hand may be the old one."""
        if self.opened is not None:
            return self.opened if self.opened in self.batches else None
        return self.batches[0] if len(self.batches) == 1 else None

    @property
    def take_off_shelf(self) -> str:
        """Why the opened batch is not filled in, in words; empty when it may be given."""
        gone = self.opened
        if gone is None or gone in self.batches:
            return ""
        if gone.withdrawn_at:
            when = day(gone.withdrawn_at.astimezone(self.patient.clinic.tz).date())
            words = _("%(batch)s was withdrawn on %(when)s (%(why)s). Take it off the shelf.")
            return words % {"batch": gone.number, "when": when, "why": gone.withdrawn_reason}
        words = _("%(batch)s expired on %(when)s. Take it off the shelf.")
        return words % {"batch": gone.number, "when": day(gone.expires_on)}

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
        """Whether the five rows stand open: an assessment is due, the latest found something, or the patient reports
        that it has become worse since."""
        last = self.last_assessment
        found_something = last is not None and any(last.scores.values())
        return self.assessment_due or found_something or self.reports_worsening

    @property
    def may_repeat_scores(self) -> bool:
        last = self.last_assessment
        return last is not None and (self.today - last.on).days <= SAME_FOR_DAYS
