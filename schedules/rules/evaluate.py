"""``evaluate``: what should happen next, from the recorded facts and the day of asking alone; ``forecast``
of flags.

Between two turning days (records dated ahead, medicines and the like beginning or ending) one ``Situation``
holds, and only the flags that watch days of their own can change, on those days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from schedules.rules.facts import Facts
from schedules.rules.flags import FlagRow, in_order, raise_rows, rows_for
from schedules.rules.injections import projected
from schedules.rules.labs import at_target
from schedules.rules.results import Evaluation, Event, Finding, ForecastSpan, LabReading
from schedules.rules.situation import Situation, event_order

HORIZON_DAYS = 400
CHANGE_BOUND_DAYS = 800


class _Watch:
    """The flags of one situation: the standing ones found once, the watching ones on each of their days."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        rows = rows_for(situation.phase)
        self._watching: tuple[FlagRow, ...] = tuple(row for row in rows if row.days is not None)
        self._standing = raise_rows((row for row in rows if row.days is None), situation, situation.on)

    def findings(self, on: date) -> tuple[Finding, ...]:
        """All flags on a day before the next turning day."""
        return in_order([*self._standing, *raise_rows(self._watching, self.situation, on)])

    def days(self) -> list[date]:
        """The days, in order, on which a flag can change while this situation holds."""
        return sorted({day for row in self._watching if row.days for day in row.days(self.situation)})


def evaluate(facts: Facts, *, as_of: date, horizon_days: int = HORIZON_DAYS) -> Evaluation:
    """Evaluate one patient's records on a day.

    Decides phase, calendar, flags, and what each result means. ``horizon_days`` bounds the projected
    injections of maintenance and prophylaxis only. Pure: the same facts and day give the same answer. Raises
    ``KeyError`` for an analyte or unit that is not in ``patients.analytes``.
    """
    situation = Situation(facts, until=as_of, on=as_of)
    watch = _Watch(situation)
    course = situation.course
    findings = watch.findings(as_of)
    return Evaluation(
        as_of=as_of,
        phase=situation.phase,
        protocol=course.protocol if course else None,
        interval=situation.interval,
        plan_started_on=course.started_on if course else None,
        doses_in_phase=course.in_phase if course else 0,
        last_dose_on=situation.last_dose_on,
        events=_events(situation, as_of + timedelta(horizon_days)),
        findings=findings,
        labs=_readings(situation),
        stability_counter=situation.stability.counter,
        b12_corrected=situation.labs.is_corrected(),
        next_change_on=_next_change(watch, findings),
        next_event_change_on=_next_event_change(situation),
    )


def forecast(facts: Facts, *, as_of: date, until: date) -> tuple[ForecastSpan, ...]:
    """Every flag from ``as_of`` through ``until`` with no new record: from the day it rises to the day it
    falls.

    A flag that is up on ``as_of`` rises on ``as_of``; one whose severity, facts or reason change falls and
    rises on the same day; ``falls_on`` is None where it is up on ``until``. In order of rising, then as
    flags are listed.
    """
    standing: dict[str, tuple[Finding, date]] = {}
    spans: list[ForecastSpan] = []
    for day, findings in _steps(_Watch(Situation(facts, until=as_of, on=as_of)), until):
        now = {found.code: found for found in findings}
        for code, (found, rose_on) in list(standing.items()):
            if now.get(code) != found:
                spans.append(ForecastSpan(found, rose_on, day))
                del standing[code]
        for code, found in now.items():
            standing.setdefault(code, (found, day))
    spans += [ForecastSpan(found, rose_on, None) for found, rose_on in standing.values()]
    return tuple(sorted(spans, key=lambda span: span.rises_on))


def _steps(watch: _Watch, until: date) -> Iterator[tuple[date, tuple[Finding, ...]]]:
    """The flags on the watch's day, and on each later day up to ``until`` on which they can differ."""
    day: date | None = watch.situation.on
    while day is not None:
        turning = watch.situation.turning_days
        ends = turning[0] if turning and turning[0] <= until else None
        yield day, watch.findings(day)
        for watched in watch.days():
            if day < watched <= until and (ends is None or watched < ends):
                yield watched, watch.findings(watched)
        day = ends
        if day is not None:
            watch = _Watch(Situation(watch.situation.facts, until=day, on=day))


def _next_change(watch: _Watch, findings: tuple[Finding, ...]) -> date | None:
    until = watch.situation.on + timedelta(CHANGE_BOUND_DAYS)
    return next((day for day, found in _steps(watch, until) if found != findings), None)


def _next_event_change(situation: Situation) -> date | None:
    until = situation.on + timedelta(CHANGE_BOUND_DAYS)
    now = _state(situation)
    for day in situation.turning_days:
        if day > until:
            return None
        if _state(Situation(situation.facts, until=day, on=day)) != now:
            return day
    return None


def _state(situation: Situation) -> tuple[object, ...]:
    course = situation.course
    plan = (course.protocol, course.started_on, course.in_phase) if course else ()
    counter = situation.stability.counter
    return situation.phase, plan, situation.interval, situation.last_dose_on, counter, situation.open_events


def _events(situation: Situation, until: date) -> tuple[Event, ...]:
    events = list(situation.open_events)
    if situation.course is not None:
        events += projected(situation.course, situation.defaults, situation.on, until)
        events.sort(key=event_order)
    return tuple(events)


def _readings(situation: Situation) -> tuple[LabReading | None, ...]:
    book = situation.labs
    readings: list[LabReading | None] = []
    for lab in situation.facts.labs:
        if lab.entered_in_error or lab.drawn_on > situation.until:
            readings.append(None)
            continue
        is_b12 = lab.analyte == "b12"
        readings.append(
            LabReading(
                lab,
                book.b12_class(lab) if is_b12 else None,
                book.trough(lab) if is_b12 else None,
                at_target(lab),
                book.days_since_dose(lab),
            )
        )
    return tuple(readings)
