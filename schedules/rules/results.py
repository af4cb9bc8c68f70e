"""What the rules answer: the frozen output of ``evaluate`` and ``judge``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from patients.analytes import ANALYTES, canonical_text
from patients.vocabulary import Coded, Severity
from schedules.rules.facts import Lab


class EventKind(Coded):
    """Kinds of event, in the order events of one day are listed."""

    INJECTION = "injection", "Injection"
    CHECK = "check", "Blood test"
    PREGNANCY_CHECK = "pregnancy_check", "Blood test in pregnancy"
    PANEL = "panel", "Blood panel after bariatric surgery"
    NEURO_REVIEW = "neuro_review", "Neurological review"
    FOLATE_REVIEW = "folate_review", "Folic acid review"


class EventStatus(Coded):
    UPCOMING = "upcoming", "coming"
    DUE = "due", "due"
    OVERDUE = "overdue", "late"
    MISSED = "missed", "missed"


class Strength(Coded):
    """Whether a request's code can be overridden."""

    HARD = "hard", "Cannot be overridden"
    SOFT = "soft", "Needs a physician's reason"
    INFO = "info", "For information"


class ResultClass(Coded):
    """What a serum B12 says (D4, D5)."""

    LOW = "low", "Low"
    BORDERLINE = "borderline", "Borderline"
    NORMAL = "normal", "Normal"
    UNDECIDABLE = "undecidable", "Cannot be classed"


KIND_ORDER = {kind: position for position, kind in enumerate(EventKind)}
SEVERITY_ORDER = {severity: position for position, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Event:
    """Something due. ``open`` events depend on the records only; those not open are projected injections.

    No field changes with the day of asking alone, except in projections; the status is computed when asked.
    """

    kind: EventKind
    open: bool
    earliest_on: date
    due_on: date
    book_on: date
    missed_on: date
    contents: tuple[str, ...]
    rules: tuple[str, ...]
    reason: str

    @property
    def key(self) -> str:
        """kind/due date."""
        return f"{self.kind}/{self.due_on.isoformat()}"

    def status(self, as_of: date) -> EventStatus:
        """Upcoming, due, overdue or missed on a day; missed wins."""
        if as_of >= self.missed_on:
            return EventStatus.MISSED
        if as_of < self.due_on:
            return EventStatus.UPCOMING
        if as_of <= max(self.due_on, self.book_on):
            return EventStatus.DUE
        return EventStatus.OVERDUE


@dataclass(frozen=True, slots=True)
class Finding:
    """One flag as raised: facts and reason name dates and records, never numbers that change with the day."""

    code: str
    severity: Severity
    rules: tuple[str, ...]
    facts: dict[str, Any]
    reason: str
    next_step: str


@dataclass(frozen=True, slots=True)
class LabReading:
    """What one result means: class (serum B12 only), trough, target, days since the last dose before the
    draw."""

    lab: Lab
    lab_class: ResultClass | None
    trough: bool | None
    at_target: bool | None
    days_since_dose: int | None

    @property
    def canonical_unit(self) -> str:
        """The unit of ``canonical_value``."""
        return ANALYTES[self.lab.analyte].canonical_unit

    @property
    def canonical_value(self) -> str | None:
        """The value in the canonical unit, two decimals, half up; None with a comparator."""
        if self.lab.comparator is not None:
            return None
        return canonical_text(self.lab.value, ANALYTES[self.lab.analyte].by_code[self.lab.unit])


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The whole answer for one patient on one day.

    ``labs`` has one entry a lab of the facts, in their order; None for one entered in error or drawn later.
    ``next_change_on``: the first later day on which any flag differs (code, severity, facts or reason) with
    no new record; None if there is none within the bound of ``evaluate.CHANGE_BOUND_DAYS``.
    ``next_event_change_on``: likewise the first later day on which an open event, or the state of the plan,
    differs.
    """

    as_of: date
    phase: str
    protocol: str | None
    interval: str | None
    plan_started_on: date | None
    doses_in_phase: int
    last_dose_on: date | None
    events: tuple[Event, ...]
    findings: tuple[Finding, ...]
    labs: tuple[LabReading | None, ...]
    stability_counter: int
    b12_corrected: bool
    next_change_on: date | None
    next_event_change_on: date | None

    @property
    def open_events(self) -> tuple[Event, ...]:
        """Every event that is not a projected injection."""
        return tuple(event for event in self.events if event.open)


@dataclass(frozen=True, slots=True)
class ForecastSpan:
    """One flag from the day it rises (or the day asked) until the day it falls; None: still up at the
    horizon."""

    finding: Finding
    rises_on: date
    falls_on: date | None


@dataclass(frozen=True, slots=True)
class RequestCode:
    """One code of a judged request."""

    code: str
    strength: Strength
    rules: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a request may go ahead, and what is to be said about it."""

    accepted: bool
    codes: tuple[RequestCode, ...] = field(default=())
    hint: str | None = None
