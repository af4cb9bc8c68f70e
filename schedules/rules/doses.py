"""The course of doses: loading, maintenance, prophylaxis, and when the next dose is due (R4 to R10, R58).

One fold over the plan in force: ``Course`` takes doses and decisions in the order of clinical specification,
section 3, and always knows the due date of the next dose. The same steps project doses to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from patients.vocabulary import BeganWith, DecisionKind, Interval, Phase, Protocol
from schedules.rules.dates import add_interval
from schedules.rules.facts import STARTS, Clinic, Decision, Injection

STANDARD_LOADING_DOSES = 6
TWO_DAYS = timedelta(2)
THREE_DAYS = timedelta(3)
A_WEEK = timedelta(7)
# Plain codes: looking enumeration members up in the inner loop is what it costs most.
TWICE_WEEKLY = Interval.TWICE_WEEKLY.value
ALTERNATE_DAY = Protocol.ALTERNATE_DAY.value
THREE_TIMES_WEEKLY = Protocol.THREE_TIMES_WEEKLY.value
LOADING = Phase.LOADING.value


@dataclass(frozen=True, slots=True)
class Given:
    """A dose of maintenance or prophylaxis, with the due date and interval it was given against."""

    on: date
    due_on: date
    interval: str


class Course:
    """The state of one plan in force between two steps.

    ``doses`` are those that count for the plan: on or after its start, under take_over any dose ever.
    ``due_on`` is *S*, the due date of the next dose; ``anchor`` and ``count`` give it as anchor + count
    intervals unless it was set by a late confirmation or change (``resets``: the next dose becomes the
    anchor) or held when the interval changed before the first dose (``held``).
    """

    __slots__ = (
        "anchor",
        "began_with",
        "clinic",
        "count",
        "doses",
        "due_on",
        "given",
        "held",
        "in_phase",
        "interval",
        "loading_ended_on",
        "maintenance_interval",
        "phase",
        "phase_began_on",
        "protocol",
        "resets",
        "started_on",
    )

    def __init__(
        self, start: Decision, earlier: Sequence[date], clinic: Clinic, standard_interval: str
    ) -> None:
        """Open the plan of a ``start_…`` or ``take_over``; ``earlier`` are all doses before its date."""
        self.clinic = clinic
        self.started_on = self.phase_began_on = self.anchor = self.due_on = start.on
        self.doses: list[date] = []
        self.given: list[Given] = []
        self.in_phase = self.count = 0
        self.resets = self.held = False
        self.loading_ended_on: date | None = None
        self.began_with = str(start.began_with or BeganWith.UNKNOWN)
        self.maintenance_interval = str(start.maintenance_interval or standard_interval)
        self.interval = str(start.interval or Interval.M1)
        if start.kind == DecisionKind.START_TREATMENT:
            self.phase = LOADING
            self.protocol = str(start.protocol)
            earliest = max(start.on, earlier[-1] + TWO_DAYS) if earlier else start.on
            self.due_on = clinic.first_open(earliest)
        elif start.kind == DecisionKind.START_PROPHYLAXIS:
            self.phase = Phase.PROPHYLAXIS.value
            self.protocol = Protocol.PROPHYLAXIS.value
        else:
            self.phase = Phase.MAINTENANCE.value
            self.protocol = Protocol.TAKE_OVER.value
            if earlier:
                self.doses = list(earlier)
                self._anchor_on(earlier[-1])

    @property
    def is_loading(self) -> bool:
        """Whether loading doses are being given."""
        return self.phase == LOADING

    @property
    def is_alternate_day_loading(self) -> bool:
        """Whether loading goes on on alternate days (R4)."""
        return self.phase == LOADING and self.protocol == ALTERNATE_DAY

    @property
    def loaded_on_alternate_days(self) -> bool:
        """Maintenance after alternate days, or taken over from them (R7)."""
        if self.phase != Phase.MAINTENANCE:
            return False
        return self.protocol == ALTERNATE_DAY or (
            self.protocol == Protocol.TAKE_OVER and self.began_with == BeganWith.ALTERNATE_DAY
        )

    @property
    def book_on(self) -> date:
        """The first open day on or after the due date."""
        return self.clinic.first_open(self.due_on)

    def give(self, on: date) -> None:
        """A dose on a day: judged against the due date before it, then the next due date is set."""
        if self.phase == LOADING:
            self._give_loading(on)
            return
        due_on, interval = self.due_on, self.interval
        self.given.append(Given(on, due_on, interval))
        self.doses.append(on)
        self.in_phase += 1
        if interval == TWICE_WEEKLY:
            self.due_on = self._twice_weekly_due()
        elif not self.resets and due_on <= on <= self.clinic.first_open(due_on):
            self._keep_anchor(on)
        else:
            self._anchor_on(on)
        self.resets = self.held = False

    def confirm_plateau(self, on: date) -> None:
        """End loading (R7, or an override of LOADING_INCOMPLETE); without effect in any other phase."""
        if self.phase == LOADING:
            self._enter_maintenance(on)

    def change_interval(self, to: str, on: date) -> None:
        """Another interval from a day on (R42); without effect in loading."""
        if self.phase == LOADING:
            return
        self.interval = str(to)
        if not self.doses:
            # The first dose is still owed: its due date stays, whatever the new interval.
            self.held = True
            return
        self.anchor, self.count, self.held = self.doses[-1], 1, False
        if self.interval == TWICE_WEEKLY:
            self.due_on = self._twice_weekly_due()
        else:
            self.due_on = add_interval(self.anchor, self.interval)
        self.resets = self.due_on < on
        self.due_on = max(self.due_on, on)

    def copy(self) -> Course:
        """A course to project on: the same state, only the doses a due date can depend on."""
        other: Course = object.__new__(Course)
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        other.doses = self.doses[-3:]
        other.given = []
        return other

    def _give_loading(self, on: date) -> None:
        self.doses.append(on)
        self.in_phase += 1
        if self.protocol == THREE_TIMES_WEEKLY:
            if self.in_phase == STANDARD_LOADING_DOSES:
                self._enter_maintenance(on)
                return
            earliest = on + TWO_DAYS
            if len(self.doses) >= 3:
                # Seven days that hold the new dose may hold two others at most.
                earliest = max(earliest, self.doses[-3] + A_WEEK)
            self.due_on = self.clinic.first_open(earliest)
        else:
            self.due_on = self.clinic.first_open(on + TWO_DAYS)

    def _enter_maintenance(self, on: date) -> None:
        self.phase = Phase.MAINTENANCE.value
        self.phase_began_on = self.loading_ended_on = on
        self.in_phase = 0
        self.interval = Interval.M2.value if self.protocol == ALTERNATE_DAY else self.maintenance_interval
        self._anchor_on(self.doses[-1] if self.doses else on)
        if self.due_on < on:
            self.due_on = on
            self.resets = True

    def _anchor_on(self, on: date) -> None:
        self.anchor, self.count = on, 1
        if self.interval == TWICE_WEEKLY:
            self.due_on = self._twice_weekly_due()
        else:
            self.due_on = add_interval(on, self.interval)

    def _keep_anchor(self, on: date) -> None:
        count = 0 if self.held else self.count
        due_on = self.due_on
        while due_on <= on:
            count += 1
            due_on = add_interval(self.anchor, self.interval, count)
        self.count, self.due_on = count, due_on

    def _twice_weekly_due(self) -> date:
        due_on = self.doses[-1] + THREE_DAYS
        if len(self.doses) >= 2:
            # Seven days that hold the new dose may hold one other at most.
            due_on = max(due_on, self.doses[-2] + A_WEEK)
        return due_on


@dataclass(frozen=True, slots=True)
class Plan:
    """What the decisions amount to: a phase, and the course while a plan is in force."""

    phase: Phase
    course: Course | None


def doses_of(injections: Iterable[Injection]) -> list[Injection]:
    """The doses among B12 injections sorted by date: IM or SC, the first recorded of a day."""
    doses: list[Injection] = []
    last = None
    for row in injections:
        if row.on != last and (row.route == "im" or row.route == "sc"):
            doses.append(row)
            last = row.on
    return doses


def plan_of(
    decisions: Sequence[Decision], doses: Sequence[date], clinic: Clinic, standard_interval: str
) -> Plan:
    """Fold decisions and doses, both in order, into the plan in force.

    The plan starts at the newest start. On its day come the start, the dose, the decisions recorded after
    it; on every other day the dose comes before the decisions. ``standard_interval`` is D17.
    """
    first = max((i for i, row in enumerate(decisions) if row.kind in STARTS), default=None)
    if first is None:
        return Plan(_without_plan(decisions), None)
    start = decisions[first]
    on = start.on
    position = len(doses)
    while position and doses[position - 1] >= on:
        position -= 1
    course = Course(start, doses[:position], clinic, standard_interval)
    later = decisions[first + 1 :]
    for row in later:
        while position < len(doses) and doses[position] <= row.on:
            course.give(doses[position])
            position += 1
        if row.kind == DecisionKind.PLATEAU_CONFIRMED:
            course.confirm_plateau(row.on)
        elif row.kind == DecisionKind.CHANGE_INTERVAL:
            course.change_interval(str(row.to), row.on)
        else:
            return Plan(_without_plan(later), None)
    for dose in doses[position:]:
        course.give(dose)
    return Plan(Phase(course.phase), course)


def _without_plan(decisions: Sequence[Decision]) -> Phase:
    """The phase where no start counts: nothing, stopped, or closed (after which no stop counts)."""
    kinds = {row.kind for row in decisions}
    if DecisionKind.CLOSE in kinds:
        return Phase.CLOSED
    return Phase.STOPPED if DecisionKind.STOP in kinds else Phase.NOT_STARTED
