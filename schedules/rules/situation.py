"""Where a patient stands: everything the flags, checks and requests ask of the records, worked out once.

A ``Situation`` holds for the records up to ``until`` and for the causes, medicines and pregnancies of the day
``on``. It stays true from ``on`` until the next of its ``turning_days``, so that a forecast works it out once
for the many days between two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import TypeVar

from patients.vocabulary import B12_DRUGS, CauseKind, Interval, MedicationDrug, Phase, Protocol
from schedules.rules.checks import Stability, open_checks, stability_of
from schedules.rules.dates import ONE_DAY, in_months_up_to, say
from schedules.rules.doses import Course, Plan, doses_of, plan_of
from schedules.rules.facts import Assessment, Cause, Decision, Facts, Injection, Lab, Medication, Pregnancy
from schedules.rules.injections import BookedRhythm, injection_event
from schedules.rules.labs import LabBook
from schedules.rules.results import KIND_ORDER, Event, ResultClass

Row = TypeVar("Row", Decision, Assessment, Injection, Lab)

RESECTION_CM = 20  # R15, R47
CROHNS_CM = 30  # R16, R48
CROHNS_CONFIRM_CM = 60

by_day = attrgetter("on")
by_draw = attrgetter("drawn_on")


class Situation:
    """The records of ``facts`` up to ``until``, seen on the day ``on`` (the same day, but for requests
    ahead)."""

    def __init__(self, facts: Facts, *, until: date, on: date) -> None:
        self.facts = facts
        self.defaults = facts.defaults
        self.until = until
        self.on = on
        self._ahead: set[date] = set()
        self.decisions = self._recorded(facts.decisions)
        self.assessments = self._recorded(facts.assessments)
        self.b12_injections = [row for row in self._recorded(facts.injections) if row.drug in B12_DRUGS]
        labs = self._recorded(facts.labs, by_draw)
        self.doses = doses_of(self.b12_injections)
        self.plan: Plan = plan_of(
            self.decisions, [dose.on for dose in self.doses], facts.clinic, self.defaults.d17_interval
        )
        self.labs = LabBook(labs, self.doses, self.plan, self.defaults)

    def _recorded(self, rows: Iterable[Row], day_of: Callable[[Row], date] = by_day) -> list[Row]:
        """The rows that count, sorted by date and then as recorded; the days of later ones are kept ahead."""
        counting = []
        for row in rows:
            if row.entered_in_error:
                continue
            day = day_of(row)
            if day <= self.until:
                counting.append(row)
            else:
                self._ahead.add(day)
        counting.sort(key=day_of)
        return counting

    @cached_property
    def turning_days(self) -> list[date]:
        """The days after ``on`` on which this ceases to hold with no new record, in order.

        Records dated ahead begin to count; medicines, pregnancies and causes begin or end.
        """
        days = set(self._ahead)
        patient = self.facts.patient
        for medication in patient.medications:
            days.update(day for day in (medication.started_on, medication.stopped_on) if day)
        for pregnancy in patient.pregnancies:
            days.update(day for day in (pregnancy.started_on, pregnancy.ended_on) if day)
        days.update(cause.resolved_on for cause in patient.causes if cause.resolved_on)
        return sorted(day for day in days if day > self.on)

    # The plan

    @property
    def phase(self) -> Phase:
        return self.plan.phase

    @property
    def course(self) -> Course | None:
        return self.plan.course

    @cached_property
    def first_dose_on(self) -> date | None:
        """*T0*: the first dose of the plan, the day before its start under take_over; None before it."""
        course = self.course
        if course is None:
            return None
        if course.protocol == Protocol.TAKE_OVER:
            return course.started_on - ONE_DAY
        return course.doses[0] if course.doses else None

    @property
    def last_dose_on(self) -> date | None:
        """The last dose ever."""
        return self.doses[-1].on if self.doses else None

    @property
    def in_maintenance_or_prophylaxis(self) -> bool:
        return self.plan.phase in (Phase.MAINTENANCE, Phase.PROPHYLAXIS)

    # Assessments

    @property
    def latest_assessment(self) -> Assessment | None:
        """By date, then by order recorded."""
        return self.assessments[-1] if self.assessments else None

    @property
    def shows_involvement(self) -> bool:
        """Whether the latest assessment has a domain >= 1 (R3)."""
        return bool(self.assessments) and self.assessments[-1].shows_involvement

    @property
    def shows_involvement_in_plan(self) -> bool:
        """Whether the latest assessment on or after the start of the plan has a domain >= 1."""
        course = self.course
        return course is not None and self.shows_involvement and self.assessments[-1].on >= course.started_on

    # Causes, medicines, pregnancies

    def causes(self, kind: CauseKind) -> list[Cause]:
        """The causes of a kind that are not resolved."""
        return [
            cause for cause in self.facts.patient.causes if cause.kind == kind and cause.counts_on(self.on)
        ]

    @cached_property
    def has_bariatric_surgery(self) -> bool:
        return bool(self.causes(CauseKind.BARIATRIC_SURGERY))

    def long_causes(self, kind: CauseKind, above_cm: int) -> list[Cause]:
        """Unresolved causes of a kind with a known length above a limit (R15, R16, R47, R48)."""
        return [
            cause for cause in self.causes(kind) if cause.length_cm is not None and cause.length_cm > above_cm
        ]

    @cached_property
    def monthly_grounds(self) -> list[str]:
        """Why monthly maintenance may suit better (R44), in words; empty if nothing speaks for it."""
        grounds = []
        if self.has_bariatric_surgery:
            grounds.append("bariatric surgery")
        if self.long_causes(CauseKind.ILEAL_RESECTION, RESECTION_CM):
            grounds.append("ileal resection of more than 20 cm")
        if self.long_causes(CauseKind.CROHNS_ILEAL, CROHNS_CM):
            grounds.append("Crohn's disease of more than 30 cm of ileum")
        if self.shows_involvement_in_plan:
            grounds.append(f"symptoms on {say(self.assessments[-1].on)}")
        return grounds

    def medications(self, *drugs: MedicationDrug) -> list[Medication]:
        """The medicines of some drugs taken on the day, as recorded."""
        return [
            medication
            for medication in self.facts.patient.medications
            if medication.drug in drugs
            and medication.started_on <= self.until
            and medication.is_active_on(self.on)
        ]

    @cached_property
    def pregnancies(self) -> list[Pregnancy]:
        """The pregnancy records that run on the day."""
        return [
            record
            for record in self.facts.patient.pregnancies
            if record.started_on <= self.until and record.is_active_on(self.on)
        ]

    def newest_egfr(self, up_to: date) -> Lab | None:
        """The newest eGFR of the 12 months up to a day (D10)."""
        for lab in reversed(self.labs.of("egfr")):
            if lab.drawn_on <= up_to:
                return lab if in_months_up_to(lab.drawn_on, self.defaults.d10_months, up_to) else None
        return None

    # The latest serum B12

    @cached_property
    def latest_b12(self) -> Lab | None:
        return self.labs.latest("b12")

    @cached_property
    def latest_b12_class(self) -> ResultClass | None:
        return self.labs.b12_class(self.latest_b12) if self.latest_b12 else None

    @cached_property
    def latest_b12_trough(self) -> bool | None:
        return self.labs.trough(self.latest_b12) if self.latest_b12 else None

    # The calendar

    @cached_property
    def stability(self) -> Stability:
        """The B12 draws after *T0* and what they count for (D23, D24)."""
        return stability_of(self)

    @cached_property
    def open_injection(self) -> Event | None:
        """The one open injection event, while a plan is in force."""
        return injection_event(self.course, self.defaults) if self.course else None

    @cached_property
    def rhythm(self) -> BookedRhythm:
        """The injections to come as if each were given on its booked day."""
        return BookedRhythm(self.course)

    @cached_property
    def open_checks(self) -> list[Event]:
        """Checks, pregnancy check, panel and reviews, sorted; empty after stop and close."""
        return sorted(open_checks(self), key=event_order)

    @cached_property
    def open_events(self) -> list[Event]:
        """All events but projected injections, sorted by due date and kind."""
        injection = [self.open_injection] if self.open_injection else []
        return sorted([*injection, *self.open_checks], key=event_order)

    @property
    def interval(self) -> Interval | None:
        """The interval in force, in maintenance and prophylaxis."""
        if self.course is None or self.course.is_loading:
            return None
        return Interval(self.course.interval)


def event_order(event: Event) -> tuple[date, int]:
    """Events are listed by due date, then by kind."""
    return event.due_on, KIND_ORDER[event.kind]
