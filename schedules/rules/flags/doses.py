"""Flags about doses: missed, late, early, gaps (D11, D12, D19 to D21)."""

from __future__ import annotations

from datetime import date, timedelta

from patients.vocabulary import Interval, Severity
from schedules.rules.dates import add_interval, say
from schedules.rules.doses import TWICE_WEEKLY
from schedules.rules.flags.raised import Raised
from schedules.rules.injections import is_early
from schedules.rules.situation import Situation

TWICE_WEEKLY_LATE_DAYS = 7


def missed_injection(situation: Situation, on: date) -> Raised | None:
    """The open injection event is missed (D12)."""
    event, course = situation.open_injection, situation.course
    if event is None or course is None or on < event.missed_on:
        return None
    return Raised(
        f"The injection due on {say(event.due_on)} was not given by {say(event.missed_on - timedelta(1))}.",
        {"due_on": event.due_on.isoformat(), "missed_on": event.missed_on.isoformat()},
        Severity.URGENT if course.is_alternate_day_loading else None,
    )


def loading_hole_on(situation: Situation) -> date | None:
    """The first day that is more than D19's days after the last loading dose."""
    course = situation.course
    if course is None or not course.is_loading or not course.doses:
        return None
    return course.doses[-1] + timedelta(situation.defaults.d19_days + 1)


def loading_restart_review(situation: Situation, on: date) -> Raised | None:
    """A hole in loading (D19)."""
    since = loading_hole_on(situation)
    if since is None or on < since:
        return None
    last = situation.course.doses[-1] if situation.course else since
    return Raised(f"Loading has paused since the dose of {say(last)}.", {"last_dose_on": last.isoformat()})


def reload_from(situation: Situation) -> date | None:
    """The first day more than one whole interval past the due date (D20)."""
    course = situation.course
    if course is None or course.is_loading or not course.doses:
        return None
    if course.interval == TWICE_WEEKLY:
        return course.due_on + timedelta(TWICE_WEEKLY_LATE_DAYS + 1)
    return add_interval(course.due_on, course.interval) + timedelta(1)


def reload_review(situation: Situation, on: date) -> Raised | None:
    """A long gap in maintenance or prophylaxis (D20)."""
    since = reload_from(situation)
    course = situation.course
    if since is None or course is None or on < since:
        return None
    return Raised(
        f"The injection due on {say(course.due_on)} is more than a whole interval late "
        f"({Interval(course.interval).english}).",
        {"due_on": course.due_on.isoformat(), "interval": course.interval},
    )


def early_dose(situation: Situation, on: date) -> Raised | None:
    """The last dose of the plan, given in maintenance or prophylaxis, was early against its *S* (D11)."""
    course = situation.course
    if course is None or not course.given:
        return None
    last = course.given[-1]
    if not is_early(last.on, last.due_on, last.interval, situation.defaults):
        return None
    return Raised(
        f"The dose of {say(last.on)} was due on {say(last.due_on)}; "
        "later doses are counted from the day it was given.",
        {"given_on": last.on.isoformat(), "due_on": last.due_on.isoformat()},
    )


def alternate_day_gap(situation: Situation, on: date) -> Raised | None:
    """Three days or more from the last alternate-day dose to the next due date (D21)."""
    course = situation.course
    if course is None or not course.is_alternate_day_loading or not course.doses:
        return None
    gap = (course.due_on - course.doses[-1]).days
    if gap < situation.defaults.d21_days:
        return None
    return Raised(
        f"After the dose of {say(course.doses[-1])} the next open day is {say(course.due_on)}.",
        {"last_dose_on": course.doses[-1].isoformat(), "due_on": course.due_on.isoformat()},
        Severity.WARNING if gap > situation.defaults.d21_days else None,
    )
