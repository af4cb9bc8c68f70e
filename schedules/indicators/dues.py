"""What came due in the past and what became of it: doses (R4 to R10, R58) and B12 checks (R27 to R36).

The calendar knows only what is open. Here the plans of the whole record are lived through again with the
engine's own steps, so that each date which came due is known with the day from which it counted as missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from patients.vocabulary import DecisionKind
from schedules.rules.dates import ONE_DAY
from schedules.rules.doses import Course
from schedules.rules.facts import STARTS, Decision, Facts
from schedules.rules.injections import injection_event
from schedules.rules.labs import nearest
from schedules.rules.results import Event, EventKind
from schedules.rules.situation import Situation

# What a part of a check is measured by; the neurological assessment is none of the blood.
PARTS = {
    "b12": ("b12",),
    "cbc": ("hb", "mcv"),
    "homocysteine": ("homocysteine",),
    "mma": ("mma",),
    "ferritin": ("ferritin",),
    "transferrin_saturation": ("transferrin_saturation",),
}
NEURO = "neuro_assessment"
ENDS = frozenset({DecisionKind.STOP, DecisionKind.CLOSE})


@dataclass(frozen=True, slots=True)
class Due:
    """A due date as it stood when it ended: done on a day, ended by a decision of a day, or still open.

    ``missed_on`` is the first day from which it counted as missed; ``contents`` are those a check asked for.
    """

    due_on: date
    missed_on: date
    done_on: date | None = None
    ended_on: date | None = None
    contents: tuple[str, ...] = ()

    def is_missed(self, today: date) -> bool:
        """Whether it was, or by ``today`` is, past its grace before it was done or ended."""
        return (self.done_on or self.ended_on or today) >= self.missed_on


def doses_due(now: Situation) -> list[Due]:
    """Every due date of a dose that came, under any plan up to the situation's day, and the open one (the last).

    A decision that moves a due date before its day leaves no trace: that date never came. One that moves it on
    or after its day ends it. A dose closes the date that was open, however early or late it is.
    """
    clinic, defaults = now.facts.clinic, now.defaults
    found: list[Due] = []
    given: list[date] = []
    course: Course | None = None
    for step in _in_order(now.decisions, [dose.on for dose in now.doses]):
        owed = injection_event(course, defaults) if course else None
        if isinstance(step, date):
            given.append(step)
            if course and owed:
                course.give(step)
                found.append(Due(owed.due_on, owed.missed_on, done_on=step))
            continue
        if step.kind in STARTS:
            course = Course(step, given, clinic, defaults.d17_interval)
        elif course and step.kind == DecisionKind.PLATEAU_CONFIRMED:
            course.confirm_plateau(step.on)
        elif course and step.kind == DecisionKind.CHANGE_INTERVAL:
            course.change_interval(str(step.to), step.on)
        else:
            course = None
        moved = owed is not None and (course is None or course.due_on != owed.due_on)
        if owed and moved and step.on >= owed.due_on:
            found.append(Due(owed.due_on, owed.missed_on, ended_on=step.on))
    if course:
        owed = injection_event(course, defaults)
        found.append(Due(owed.due_on, owed.missed_on))
    return found


def _in_order(decisions: Sequence[Decision], doses: Sequence[date]) -> Iterator[Decision | date]:
    """Decisions and doses as they follow one another: a day's dose comes after its last start, else first."""
    starts = {row.on: position for position, row in enumerate(decisions) if row.kind in STARTS}
    rest = iter(doses)
    dose = next(rest, None)
    for position, row in enumerate(decisions):
        while dose and (dose < row.on or (dose == row.on and starts.get(dose, -1) < position)):
            yield dose
            dose = next(rest, None)
        yield row
    while dose:
        yield dose
        dose = next(rest, None)


def checks_due(facts: Facts, now: Situation, *, since: date) -> list[Due]:
    """Every B12 check due on or after ``since`` that came due up to the situation's day, and the open ones.

    The check is taken as the clinic saw it on the day before: the draw that falls into its window, or comes
    later, does it. A draw before the window that moves a check leaves no trace of it. ``missed_on`` is that
    of the first dose given from the day the window opened: in the calendar each dose without the blood puts
    the check off to the next one, here it does not.
    """
    past = _Past(facts)
    window = timedelta(now.defaults.d13_days)
    draws = {lab.drawn_on for lab in now.labs.of("b12")}
    endings = {row.on for row in now.decisions if row.kind in STARTS or row.kind in ENDS}
    doses = [dose.on for dose in now.doses]
    found = []
    for day in sorted(day for day in draws | endings if day >= since - window):
        for check in past.checks_before(day):
            missed_on = past.missed_on(check, doses, before=day)
            if day in draws and day >= check.earliest_on:
                found.append(Due(check.due_on, missed_on, done_on=day, contents=check.contents))
            elif day in endings and day >= check.due_on:
                found.append(Due(check.due_on, missed_on, ended_on=day))
    tomorrow = now.on + ONE_DAY
    found += [
        Due(check.due_on, past.missed_on(check, doses, before=tomorrow))
        for check in past.checks_before(tomorrow)
    ]
    return sorted((due for due in found if due.due_on >= since), key=lambda due: due.due_on)


class _Past:
    """The B12 checks that were open on the evening before a day; each day looked at once."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._known: dict[date, list[Event]] = {}

    def checks_before(self, day: date) -> list[Event]:
        if day not in self._known:
            situation = Situation(self._facts, until=day - ONE_DAY, on=day - ONE_DAY)
            self._known[day] = [event for event in situation.open_checks if event.kind == EventKind.CHECK]
        return self._known[day]

    def missed_on(self, check: Event, doses: Sequence[date], *, before: date) -> date:
        """The day from which a check open before a day is missed, doses without the blood not putting it off."""
        dose = next((day for day in doses if check.earliest_on <= day < before), None)
        if dose is None:
            return check.missed_on
        same = (event for event in self.checks_before(dose) if event.due_on == check.due_on)
        return min([check.missed_on, *(event.missed_on for event in same)])


def missing_parts(due: Due, now: Situation) -> tuple[str, ...]:
    """The contents a done check asked for that are not on record within D25's days of its draw; sorted."""
    drawn_on, days = due.done_on, now.defaults.d25_days
    if drawn_on is None:
        return due.contents
    missing = []
    for part in due.contents:
        if part == NEURO:
            there = any(row.is_complete and abs((row.on - drawn_on).days) <= days for row in now.assessments)
        else:
            there = all(nearest(now.labs.of(analyte), drawn_on, days) is not None for analyte in PARTS[part])
        if not there:
            missing.append(part)
    return tuple(missing)
