"""What was recorded about one patient: the frozen input of the rules.

Rows keep the order in which they were recorded. Dates are civil dates in the clinic's time zone. A row's
``ref`` is its identity ("lab:17", in a case "labs[3]"), so that a flag can name it. Rows entered in error
may be left out or marked; rows dated after the day of asking are ignored by the rules themselves. Coded
words may be given as members of ``patients.vocabulary`` or as their plain codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from patients.vocabulary import DecisionKind, Domain, Protocol
from schedules.rules.dates import ONE_DAY
from schedules.rules.defaults import STANDARD, Defaults

STARTS = frozenset({DecisionKind.START_TREATMENT, DecisionKind.START_PROPHYLAXIS, DecisionKind.TAKE_OVER})
LOADING_PROTOCOLS = frozenset({Protocol.ALTERNATE_DAY, Protocol.THREE_TIMES_WEEKLY})
DOMAINS = tuple(Domain)


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause of the deficiency; length, antibody, procedure and gene belong to their kind only."""

    kind: str
    ref: str = ""
    resolved_on: date | None = None
    intrinsic_factor_antibody: str | None = None
    procedure: str | None = None
    length_cm: Decimal | None = None
    gene: str | None = None

    def counts_on(self, day: date) -> bool:
        """Whether the cause is unresolved on a day."""
        return self.resolved_on is None or self.resolved_on > day


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """Planning a pregnancy, or pregnant, from a date until it ended."""

    status: str
    started_on: date
    ended_on: date | None = None
    ref: str = ""

    def is_active_on(self, day: date) -> bool:
        """Whether the record runs on a day: begun on or before it, not ended on or before it."""
        return self.started_on <= day and (self.ended_on is None or self.ended_on > day)


@dataclass(frozen=True, slots=True)
class Medication:
    """A medicine taken by mouth; doses are a day's."""

    drug: str
    started_on: date
    stopped_on: date | None = None
    dose_mg: Decimal | None = None
    dose_ug: Decimal | None = None
    ref: str = ""

    def is_active_on(self, day: date) -> bool:
        """Whether it is taken on a day: started on or before it, not stopped on or before it."""
        return self.started_on <= day and (self.stopped_on is None or self.stopped_on > day)


@dataclass(frozen=True, slots=True)
class Patient:
    birth_date: date | None = None
    sex: str = "unknown"
    diabetic_nephropathy: bool = False
    causes: tuple[Cause, ...] = ()
    pregnancies: tuple[Pregnancy, ...] = ()
    medications: tuple[Medication, ...] = ()


@dataclass(frozen=True, slots=True)
class Clinic:
    """When the clinic is open (D2): weekdays as ``date.weekday()`` numbers, and its closed dates.

    Raises ``ValueError`` if no weekday is open.
    """

    open_weekdays: frozenset[int] = frozenset(range(7))
    closed_dates: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.open_weekdays & frozenset(range(7)):
            raise ValueError("a clinic needs at least one open weekday")

    def first_open(self, day: date) -> date:
        """The first open day on or after ``day``."""
        while day.weekday() not in self.open_weekdays or day in self.closed_dates:
            day += ONE_DAY
        return day


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; ``interval`` belongs to start_prophylaxis and take_over, ``to`` to change_interval."""

    on: date
    kind: str
    protocol: str | None = None
    maintenance_interval: str | None = None
    interval: str | None = None
    began_with: str | None = None
    to: str | None = None
    reason: str | None = None
    reasons: tuple[str, ...] = ()
    ref: str = ""
    entered_in_error: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """A clinician's scores, 0 to 3 or None (not assessed), in the order of ``Domain``."""

    on: date
    scores: tuple[int | None, ...]
    ref: str = ""
    entered_in_error: bool = False

    @classmethod
    def of(cls, on: date, scores: Mapping[str, int | None], *, ref: str = "") -> Assessment:
        """An assessment from scores by domain code; a domain left out is not assessed."""
        return cls(on, tuple(scores.get(domain) for domain in DOMAINS), ref)

    @property
    def is_complete(self) -> bool:
        """Whether all five domains were assessed (R1, R2)."""
        return None not in self.scores

    @property
    def shows_involvement(self) -> bool:
        """Whether any domain is 1 or more (R3)."""
        return any(self.scores)

    @property
    def is_clear(self) -> bool:
        """Whether all five domains were assessed and absent (R3)."""
        return self.scores == (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Injection:
    on: date
    at: time | None = None
    drug: str = "hydroxocobalamin"
    dose_ug: Decimal = Decimal(1000)
    route: str = "im"
    ref: str = ""
    entered_in_error: bool = False


@dataclass(frozen=True, slots=True)
class Lab:
    """A result as reported; ``unit`` is the UCUM spelling of its analyte's row."""

    drawn_on: date
    analyte: str
    value: Decimal
    unit: str
    comparator: str | None = None
    drawn_at: time | None = None
    before_dose: bool | None = None
    ref: str = ""
    entered_in_error: bool = False

    @property
    def as_reported(self) -> str:
        """Comparator, value and unit as the laboratory wrote them."""
        return f"{self.comparator or ''}{self.value:f} {self.unit}"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was recorded about one patient, the clinic's open days and the numbers of the defaults."""

    patient: Patient = Patient()
    clinic: Clinic = Clinic()
    decisions: tuple[Decision, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    injections: tuple[Injection, ...] = ()
    labs: tuple[Lab, ...] = ()
    defaults: Defaults = field(default=STANDARD)
