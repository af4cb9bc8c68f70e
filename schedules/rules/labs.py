"""What a result means: class, trough, targets, corrected (clinical specification, section 5; D4 to D6, D18).

Comparisons are exact: a limit is turned into the reported unit as an exact number and the reported value is
compared with it, so that nothing is rounded first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from patients.analytes import ANALYTES, MASS, Unit
from patients.vocabulary import Phase, Protocol
from schedules.rules.defaults import Defaults
from schedules.rules.doses import Course, Plan
from schedules.rules.facts import Injection, Lab
from schedules.rules.injections import trough_opens_on
from schedules.rules.results import ResultClass

MMA_TARGET_NMOL_L = Decimal(271)  # R31
HOMOCYSTEINE_TARGET_UMOL_L = Decimal(10)  # R32
VITAMIN_D_TARGET_NMOL_L = Decimal(75)  # R41
VITAMIN_D_TARGET_NG_ML = Decimal(30)  # R41, in mass units
DAYS_BEFORE_A_DRAW_COUNTS = 14  # b12_corrected
DAYS_AN_MMA_DECIDES = 30

Limit = Decimal | Fraction


@lru_cache(maxsize=1024)
def limit_as_reported(analyte: str, unit: str, limit: Decimal) -> Limit:
    """A limit of the canonical unit in a unit of the analyte's row, exactly."""
    return _decimal_if_exact(Fraction(limit) / ANALYTES[analyte].by_code[unit].factor)


@lru_cache(maxsize=1024)
def family_limit_as_reported(analyte: str, unit: str, mass: Decimal, molar: Decimal) -> Limit:
    """A limit that exists for mass and for molar units, in the unit reported (D5)."""
    row: Unit = ANALYTES[analyte].by_code[unit]
    return _decimal_if_exact(Fraction(mass if row.family == MASS else molar) / Fraction(row.family_times))


def _decimal_if_exact(number: Fraction) -> Limit:
    """The same number as a Decimal where it has an end (quicker to compare), else as it is."""
    quotient = Decimal(number.numerator) / Decimal(number.denominator)
    return quotient if Fraction(quotient) == number else number


def is_below(lab: Lab, limit: Limit) -> bool:
    """Whether every value the result stands for is < the limit (D18)."""
    comparator = lab.comparator
    if comparator is None or comparator == "<=":
        return lab.value < limit
    return comparator == "<" and lab.value <= limit


def is_at_least(lab: Lab, limit: Limit) -> bool:
    """Whether every value the result stands for is >= the limit (D18)."""
    comparator = lab.comparator
    return (comparator is None or comparator == ">" or comparator == ">=") and lab.value >= limit


def is_above(lab: Lab, limit: Limit) -> bool:
    """Whether every value the result stands for is > the limit (D18)."""
    comparator = lab.comparator
    if comparator is None or comparator == ">=":
        return lab.value > limit
    return comparator == ">" and lab.value >= limit


def is_below_canonical(lab: Lab, limit: Decimal) -> bool:
    """``is_below`` for a limit in the analyte's canonical unit."""
    return is_below(lab, limit_as_reported(lab.analyte, lab.unit, limit))


def _below_or_not(lab: Lab, limit: Limit) -> bool | None:
    if is_below(lab, limit):
        return True
    return False if is_at_least(lab, limit) else None


def at_target(lab: Lab) -> bool | None:
    """MMA, homocysteine (below) and vitamin D (at or above) against their targets; None elsewhere, or
    undecided."""
    analyte = lab.analyte
    if analyte == "mma":
        return _below_or_not(lab, limit_as_reported(analyte, lab.unit, MMA_TARGET_NMOL_L))
    if analyte == "homocysteine":
        return _below_or_not(lab, limit_as_reported(analyte, lab.unit, HOMOCYSTEINE_TARGET_UMOL_L))
    if analyte == "vitamin_d":
        limit = family_limit_as_reported(analyte, lab.unit, VITAMIN_D_TARGET_NG_ML, VITAMIN_D_TARGET_NMOL_L)
        below = _below_or_not(lab, limit)
        return None if below is None else not below
    return None


def nearest(labs: Sequence[Lab], on: date, days: int) -> Lab | None:
    """The result nearest to a day within so many days either side; on a tie the later, then the last
    recorded."""
    found = None
    best = days + 1
    for lab in reversed(labs):
        distance = abs((lab.drawn_on - on).days)
        if distance < best:
            found, best = lab, distance
    return found


class LabBook:
    """The results of one patient up to a day, by analyte and date, read in the light of the doses."""

    def __init__(
        self, labs: Iterable[Lab], doses: Sequence[Injection], plan: Plan, defaults: Defaults
    ) -> None:
        self._by_analyte: dict[str, list[Lab]] = {}
        for lab in labs:
            self._by_analyte.setdefault(lab.analyte, []).append(lab)
        self._doses = doses
        self._dose_days = [dose.on for dose in doses]
        self._plan = plan
        self._defaults = defaults
        self._classes: dict[int, ResultClass] = {}
        self._troughs: dict[int, bool | None] = {}

    def of(self, analyte: str) -> Sequence[Lab]:
        """All results of an analyte, by date, then as recorded."""
        return self._by_analyte.get(analyte, ())

    def latest(self, analyte: str) -> Lab | None:
        """The latest result of an analyte: by date, then by order recorded."""
        labs = self._by_analyte.get(analyte)
        return labs[-1] if labs else None

    def is_in_band(self, lab: Lab) -> bool:
        """Whether a serum B12 without comparator lies in the borderline band (D4), whatever the MMA says."""
        return (
            lab.comparator is None and not is_below(lab, self._low(lab)) and not is_above(lab, self._top(lab))
        )

    def deciding_mma(self, lab: Lab) -> Lab | None:
        """The MMA that is nearest to a serum B12 within 30 days."""
        return nearest(self.of("mma"), lab.drawn_on, DAYS_AN_MMA_DECIDES)

    def b12_class(self, lab: Lab) -> ResultClass:
        """Low, borderline, normal or undecidable, in the family the result was reported in (D4, D5, D18)."""
        known = self._classes.get(id(lab))
        if known is None:
            known = self._classes[id(lab)] = self._class_of(lab)
        return known

    def days_since_dose(self, lab: Lab) -> int | None:
        """Days from the last dose before the draw; 0 if known to follow a dose of that day; None if none."""
        position = bisect_left(self._dose_days, lab.drawn_on)
        same_day = position < len(self._doses) and self._dose_days[position] == lab.drawn_on
        if same_day and drawn_before(lab, self._doses[position]) is False:
            return 0
        if position == 0:
            return None
        return (lab.drawn_on - self._dose_days[position - 1]).days

    def trough(self, lab: Lab) -> bool | None:
        """Whether a serum B12 was drawn at the trough (R36, D15); None: unknown, or the question makes no
        sense."""
        course = self._plan.course
        if course is None:
            return None
        key = id(lab)
        if key not in self._troughs:
            self._troughs[key] = self._trough_of(lab, course)
        return self._troughs[key]

    def _trough_of(self, lab: Lab, course: Course) -> bool | None:
        on = lab.drawn_on
        position = bisect_left(self._dose_days, on)
        dose_that_day = None
        if position < len(self._doses) and self._dose_days[position] == on:
            dose_that_day = self._doses[position]
        before = None if dose_that_day is None else drawn_before(lab, dose_that_day)
        after_a_dose = before is False
        if course.protocol == Protocol.TAKE_OVER:
            if on < course.started_on or (position == 0 and not after_a_dose):
                return None
        else:
            if not course.doses or on < course.doses[0] or (on == course.doses[0] and not after_a_dose):
                return None
            if course.is_loading or (course.loading_ended_on is not None and on <= course.loading_ended_on):
                return False
        if dose_that_day is not None and not before:
            return False if after_a_dose else None
        return on >= self._opens_on(course, on)

    def _opens_on(self, course: Course, on: date) -> date:
        """The day the trough window opened of the injection that came next after, or on, a draw's day."""
        # Doses given against a due date are the last of all doses.
        position = bisect_left(self._dose_days, on) - len(self._dose_days)
        if position < 0:
            against = course.given[position]
            return trough_opens_on(against.due_on, against.interval, self._defaults)
        return trough_opens_on(course.due_on, course.interval, self._defaults)

    def is_corrected(self) -> bool:
        """Whether B12 counts as corrected (R23 to R25)."""
        latest = self.latest("b12")
        if latest is None:
            return False
        phase = self._plan.phase
        if phase in (Phase.NOT_STARTED, Phase.STOPPED):
            return self.b12_class(latest) == ResultClass.NORMAL
        course = self._plan.course
        if course is None or course.is_loading or self.b12_class(latest) == ResultClass.LOW:
            return False
        draws = self.of("b12")
        ended_on = course.loading_ended_on
        if ended_on is None:  # prophylaxis and take-over
            return any(self.b12_class(lab) == ResultClass.NORMAL for lab in draws)
        first = bisect_right(draws, ended_on, key=lambda lab: lab.drawn_on)
        return any(self._counts_as_corrected(lab) for lab in draws[first:])

    def _counts_as_corrected(self, lab: Lab) -> bool:
        days = self.days_since_dose(lab)
        return (
            days is not None
            and days >= DAYS_BEFORE_A_DRAW_COUNTS
            and self.b12_class(lab) == ResultClass.NORMAL
        )

    def _class_of(self, lab: Lab) -> ResultClass:
        if is_below(lab, self._low(lab)):
            return ResultClass.LOW
        if is_above(lab, self._top(lab)):
            return ResultClass.NORMAL
        if lab.comparator is not None:
            return ResultClass.UNDECIDABLE
        mma = self.deciding_mma(lab)
        return ResultClass.NORMAL if mma is not None and at_target(mma) else ResultClass.BORDERLINE

    def _low(self, lab: Lab) -> Limit:
        defaults = self._defaults
        return family_limit_as_reported("b12", lab.unit, defaults.d4_low_pg_ml, defaults.d4_low_pmol_l)

    def _top(self, lab: Lab) -> Limit:
        defaults = self._defaults
        return family_limit_as_reported("b12", lab.unit, defaults.d4_top_pg_ml, defaults.d4_top_pmol_l)


def drawn_before(lab: Lab, dose: Injection) -> bool | None:
    """Whether blood was drawn before the dose of the same day: as recorded, else by both times, else
    unknown."""
    if lab.before_dose is not None:
        return lab.before_dose
    drawn_at: time | None = lab.drawn_at
    if drawn_at is None or dose.at is None:
        return None
    return drawn_at <= dose.at
