"""What each indicator says of one patient in one month. Pure: the same history and days give the same verdicts.

History is told from the records as they are known today: a correction changes past months too. What is asked
of a patient is asked on the month's last day, in the present month of today. What is asked of a dose or a check
belongs to the month of its due date, and is judged once it is done or missed, whenever that was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from patients.vocabulary import ContactOutcome, DecisionKind, Interval, LongInterval, Phase
from schedules.indicators.dues import Due, checks_due, doses_due, missing_parts
from schedules.indicators.reasons import Indicator, Why
from schedules.rules.dates import ONE_DAY, add_months
from schedules.rules.doses import Course
from schedules.rules.facts import STARTS, Decision, Facts, Lab
from schedules.rules.flags.symptoms import neuro_onset, symptom_recurrence
from schedules.rules.injections import STANDARD_INTERVALS
from schedules.rules.labs import at_target
from schedules.rules.plans import LABORATORY_REASONS
from schedules.rules.situation import Situation

MONTHS_SHOWN = 13
# A yearly check may wait for its injection for up to three months (R35, R36).
RECENT_MONTHS = 15
TOO_LONG = frozenset(LongInterval)


@dataclass(frozen=True, slots=True)
class Contact:
    """What came of a call; ``call_on``: the day on which to call again."""

    on: date
    outcome: str
    call_on: date | None = None


@dataclass(frozen=True, slots=True)
class OrderSpan:
    """A prescription from a day up to, not including, the day it was ended."""

    regimen: str
    from_date: date
    ended_on: date | None = None

    def is_in_force(self, day: date) -> bool:
        return self.from_date <= day and (self.ended_on is None or self.ended_on > day)


@dataclass(frozen=True, slots=True)
class History:
    """One patient's facts with what the rules do not look at: registration, orders, contacts in their order."""

    facts: Facts
    registered_on: date
    orders: tuple[OrderSpan, ...] = ()
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One patient, dose or check: a reason, and the day it speaks of (of the due date, the result …)."""

    why: Why
    on: date | None = None


def months_up_to(today: date, count: int = MONTHS_SHOWN) -> list[date]:
    """The first days of the last months, oldest first, the present one included."""
    return [add_months(today.replace(day=1), -back) for back in reversed(range(count))]


def last_day(month: date) -> date:
    """The last day of the month that begins on a day."""
    return add_months(month, 1) - ONE_DAY


@dataclass(frozen=True, slots=True)
class Look:
    """A patient's records as they stand for one month: seen on ``day``, its last day or today."""

    history: History
    month: date
    today: date
    situation: Situation
    now: Situation
    doses: Sequence[Due]
    checks: Sequence[Due]

    @property
    def day(self) -> date:
        return self.situation.on

    def holds(self, day: date) -> bool:
        """Whether a day lies in the month."""
        return self.month <= day <= last_day(self.month)


def verdicts_of(
    history: History, months: Sequence[date], *, today: date
) -> Iterator[tuple[date, Indicator, Verdict]]:
    """Month, indicator and verdict, for months (first days, oldest first) that have begun by ``today``."""
    now = Situation(history.facts, until=today, on=today)
    doses, checks = doses_due(now), checks_due(history.facts, now, since=months[0])
    for month in months:
        day = min(last_day(month), today)
        situation = now if day == today else Situation(history.facts, until=day, on=day)
        look = Look(history, month, today, situation, now, doses, checks)
        if not _is_on_the_books(look):
            continue
        for indicator, judge in TABLE.items():
            for verdict in judge(look):
                yield month, indicator, verdict


def _is_on_the_books(look: Look) -> bool:
    """Registered, or with a plan, by the month's last day; and not closed before its first."""
    decisions = look.situation.decisions
    if look.history.registered_on > look.day and not decisions:
        return False
    if look.situation.phase != Phase.CLOSED:
        return True
    closed = min(row.on for row in decisions[_last_start(decisions) :] if row.kind == DecisionKind.CLOSE)
    return closed >= look.month


def _last_start(decisions: Sequence[Decision]) -> int:
    """The place of the last start; 0 without one."""
    starts = [n for n, row in enumerate(decisions) if row.kind in STARTS]
    return starts[-1] if starts else 0


_OUTSIDE = {
    Phase.NOT_STARTED: Why.NO_PLAN,
    Phase.LOADING: Why.IN_LOADING,
    Phase.STOPPED: Why.STOPPED,
    Phase.CLOSED: Why.CLOSED,
}


def _long_term(judge: Callable[[Look, Course], Verdict]) -> Callable[[Look], Iterator[Verdict]]:
    """An indicator over patients in maintenance or prophylaxis; the others are not eligible."""

    def judged(look: Look) -> Iterator[Verdict]:
        course = look.situation.course
        if course is None or course.is_loading:
            yield Verdict(_OUTSIDE[look.situation.phase])
        else:
            yield judge(look, course)

    return judged


# On the right interval


def _interval(look: Look, course: Course) -> Verdict:
    """R7, R10, R42, R43, R46 to R50: whether the guideline allows the interval in force for this patient."""
    for order in look.history.orders:
        if order.regimen in TOO_LONG and order.is_in_force(look.day):
            return Verdict(Why.ORDERED_LONGER, order.from_date)
    interval = course.interval
    if interval == Interval.M1:
        return Verdict(Why.MONTHLY)
    if interval in STANDARD_INTERVALS:
        if course.phase == Phase.PROPHYLAXIS:
            return Verdict(Why.LONGER_THAN_MONTHLY)
        if interval == Interval.M3 and course.loaded_on_alternate_days:
            return Verdict(Why.LONGER_AFTER_ALTERNATE_DAYS)
        return Verdict(Why.STANDARD)
    return _shorter(look.situation.decisions, interval, began_on=course.phase_began_on)


def _shorter(decisions: Sequence[Decision], interval: str, *, began_on: date) -> Verdict:
    """R42, R46: shorter than monthly needs a clinical reason, unless it was so when it was taken over."""
    start = decisions[_last_start(decisions)]
    changes = [row for row in decisions if row.kind == DecisionKind.CHANGE_INTERVAL]
    changes = [row for row in changes if row.on >= began_on and row.to == interval]
    if not changes:
        taken_over = start.kind == DecisionKind.TAKE_OVER
        return Verdict(Why.TAKEN_OVER_SHORTER if taken_over else Why.SHORTER_WITHOUT_REASON, start.on)
    change = changes[-1]
    if not change.reasons:
        return Verdict(Why.SHORTER_WITHOUT_REASON, change.on)
    if all(reason in LABORATORY_REASONS for reason in change.reasons):
        return Verdict(Why.SHORTER_BY_LEVELS, change.on)
    return Verdict(Why.INDIVIDUAL, change.on)


# Given on time, missed


def _on_time(look: Look) -> Iterator[Verdict]:
    """D12: of the doses due in the month, those given before their ``missed_on``."""
    for due in look.doses:
        if look.holds(due.due_on):
            yield Verdict(_dose(due, look.today), due.due_on)


def _dose(due: Due, today: date) -> Why:
    if due.is_missed(today):
        return Why.GIVEN_LATE if due.done_on else Why.NOT_GIVEN
    if due.done_on:
        return Why.GIVEN_EARLY if due.done_on < due.due_on else Why.GIVEN_ON_TIME
    return Why.DOSE_REPLANNED if due.ended_on else Why.DOSE_OPEN


def _missed(look: Look) -> Iterator[Verdict]:
    """D12: of the patients with a plan in force, loading included, those whose open dose is missed."""
    event = look.situation.open_injection
    if event is None:
        yield Verdict(_OUTSIDE[look.situation.phase])
    else:
        yield Verdict(Why.MISSED if look.day >= event.missed_on else Why.NONE_MISSED, event.due_on)


# Checks done and complete


def _checks(look: Look) -> Iterator[Verdict]:
    """D13, D25: of the checks due in the month, those done before their ``missed_on`` with all they asked for."""
    for due in look.checks:
        if look.holds(due.due_on):
            yield Verdict(_check(due, look), due.due_on)


def _check(due: Due, look: Look) -> Why:
    if due.is_missed(look.today):
        return Why.CHECK_LATE if due.done_on else Why.CHECK_NOT_DONE
    if due.done_on is None:
        return Why.CHECK_REPLANNED if due.ended_on else Why.CHECK_OPEN
    if not missing_parts(due, look.now):
        return Why.CHECK_COMPLETE
    judged_on = due.done_on + timedelta(look.now.defaults.d25_days)
    return Why.CHECK_INCOMPLETE if look.today > judged_on else Why.CHECK_PARTS_COMING


# At target


def _target(look: Look, course: Course) -> Verdict:
    """R31, R32, R37: the latest MMA and homocysteine of the plan are both below their targets."""
    first_dose_on = look.situation.first_dose_on
    since = add_months(look.day, -RECENT_MONTHS)
    latest = [look.situation.labs.latest(analyte) for analyte in ("mma", "homocysteine")]
    # A result from before the plan's first dose speaks of the deficiency, not of the treatment.
    mma, homocysteine = (
        lab if lab and first_dose_on and lab.drawn_on > first_dose_on and lab.drawn_on >= since else None
        for lab in latest
    )
    found = {lab: at_target(lab) for lab in (mma, homocysteine) if lab is not None}
    if not found:
        return Verdict(Why.NO_RESULT)
    on = max(lab.drawn_on for lab in found)
    high = [_is_high(lab) for lab in (mma, homocysteine)]
    if any(high):
        return Verdict(Why.BOTH_HIGH if all(high) else Why.MMA_HIGH if high[0] else Why.HOMOCYSTEINE_HIGH, on)
    return Verdict(Why.AT_TARGET if all(found.values()) else Why.UNDECIDED, on)


def _is_high(lab: Lab | None) -> bool:
    return lab is not None and at_target(lab) is False


# Recurrences


def _recurrence(look: Look, course: Course) -> Verdict:
    """R57, R3: symptoms are back, or neurological findings appeared for the first time, and still stand."""
    situation, day = look.situation, look.day
    latest = situation.latest_assessment
    on = latest.on if latest else None
    if neuro_onset(situation, day):
        return Verdict(Why.FIRST_FINDING, on)
    if symptom_recurrence(situation, day):
        return Verdict(Why.SYMPTOMS_BACK, on)
    if latest is None or latest.on < add_months(day, -RECENT_MONTHS):
        return Verdict(Why.NOT_ASSESSED, on)
    if len(situation.assessments) < 2 or latest.on <= course.phase_began_on:
        return Verdict(Why.NOTHING_TO_COMPARE, on)
    return Verdict(Why.NOT_WORSE, on)


# Contact outcomes

_CONTACTS = {
    ContactOutcome.AGREED_DATE: Why.AGREED_DATE,
    ContactOutcome.CALL_LATER: Why.CALL_LATER,
    ContactOutcome.TOLD_IN_PERSON: Why.TOLD_IN_PERSON,
    ContactOutcome.NO_ANSWER: Why.NO_ANSWER,
    ContactOutcome.DECLINED: Why.DECLINED,
    ContactOutcome.WRONG_NUMBER: Why.WRONG_NUMBER,
    ContactOutcome.MOVED_AWAY: Why.MOVED_AWAY,
    ContactOutcome.DIED: Why.DIED,
    ContactOutcome.OTHER: Why.OTHER,
}


def _contacts(look: Look) -> Iterator[Verdict]:
    """Of the patients contacted in the month, those whose last contact of it ended with a date."""
    of_month = [contact for contact in look.history.contacts if look.holds(contact.on)]
    if not of_month:
        return
    last = of_month[-1]
    why = _CONTACTS[ContactOutcome(last.outcome)]
    if why == Why.CALL_LATER and last.call_on is not None and last.call_on > look.day:
        why = Why.CALL_COMING
    yield Verdict(why, last.on)


TABLE: dict[Indicator, Callable[[Look], Iterator[Verdict]]] = {
    Indicator.RIGHT_INTERVAL: _long_term(_interval),
    Indicator.ON_TIME: _on_time,
    Indicator.MISSED: _missed,
    Indicator.CHECKS: _checks,
    Indicator.AT_TARGET: _long_term(_target),
    Indicator.RECURRENCES: _long_term(_recurrence),
    Indicator.CONTACTS: _contacts,
}
