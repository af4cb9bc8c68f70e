"""Injection events: the open one, those projected after it, and the rhythm checks are booked with (D11,
D12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from patients.vocabulary import Interval
from schedules.rules.dates import IN_DAYS, ONE_DAY, add_days, say
from schedules.rules.defaults import LIMIT_OF_TROUGH_IN_DAYS, LIMITS_OF_EARLY_IN_DAYS, Defaults
from schedules.rules.doses import ALTERNATE_DAY, THREE_TIMES_WEEKLY, TWICE_WEEKLY, TWO_DAYS, Course
from schedules.rules.results import Event, EventKind

PROJECTED_ALTERNATE_DAYS = 6
STANDARD_INTERVALS = frozenset({"2mo", "3mo"})


def _longest_days(interval: str) -> int:
    """A length in days to compare an interval with D11's and D15's limits; months are longer than both."""
    return 0 if interval == TWICE_WEEKLY else IN_DAYS.get(interval, LIMITS_OF_EARLY_IN_DAYS)


def early_days(interval: str, defaults: Defaults) -> int:
    """D11: a dose more than this many days before its due date is early."""
    long = _longest_days(interval) >= LIMITS_OF_EARLY_IN_DAYS
    return defaults.d11_long_days if long else defaults.d11_short_days


def is_early(on: date, due_on: date, interval: str, defaults: Defaults) -> bool:
    """Whether a dose is early against a due date (D11)."""
    return add_days(on, early_days(interval, defaults)) < due_on


def trough_opens_on(due_on: date, interval: str, defaults: Defaults) -> date:
    """D15: the first day blood for a trough may be drawn before an injection due on a day."""
    long = _longest_days(interval) > LIMIT_OF_TROUGH_IN_DAYS
    return due_on - timedelta(defaults.d15_long_days if long else defaults.d15_short_days)


def injection_event(course: Course, defaults: Defaults, *, is_open: bool = True) -> Event:
    """The event of the course's next dose."""
    due_on = course.due_on
    book_on = course.book_on
    if course.is_loading:
        earliest_on = course.doses[-1] + TWO_DAYS if course.doses else course.started_on
        grace = defaults.d12_loading_days
    else:
        earliest_on = due_on - timedelta(early_days(course.interval, defaults))
        grace = defaults.grace(course.interval)
    return Event(
        EventKind.INJECTION,
        is_open,
        max(earliest_on, course.started_on),
        due_on,
        book_on,
        max(due_on + timedelta(grace + 1), book_on + ONE_DAY),
        (),
        _rules(course),
        _reason(course),
    )


def projected(course: Course, defaults: Defaults, as_of: date, until: date) -> Iterator[Event]:
    """The injections after the open one, each earlier one given on its booked day, or from ``as_of`` on.

    Alternate days: six with the open one. Three times weekly: to the sixth, whatever the horizon, and on into
    maintenance. Maintenance and prophylaxis: due on or before ``until``.
    """
    ahead = course.copy()
    for _ in _steps(ahead, as_of):
        if not ahead.is_loading and ahead.due_on > until:
            return
        yield injection_event(ahead, defaults, is_open=False)


def _steps(ahead: Course, as_of: date | None) -> Iterator[None]:
    """Give one projected dose after the other, on its booked day or, that being past, from ``as_of`` on."""
    count = 1
    while not (ahead.is_alternate_day_loading and count == PROJECTED_ALTERNATE_DAYS):
        book_on = ahead.book_on
        ahead.give(book_on if as_of is None or book_on >= as_of else ahead.clinic.first_open(as_of))
        count += 1
        yield


class BookedRhythm:
    """Due and booked days of the open injection and those after it, each as if given on its booked day.

    Depends on the records alone, not on the day of asking; grown only as far as it is asked for.
    """

    def __init__(self, course: Course | None) -> None:
        self._known: list[tuple[date, date]] = []
        self._ahead = course.copy() if course else None
        self._rest: Iterator[None] = iter(())
        if self._ahead is not None:
            self._known.append((self._ahead.due_on, self._ahead.book_on))
            self._rest = _steps(self._ahead, None)

    def first_booked(self, due_from: date) -> date | None:
        """The booked day of the first injection due on or after a day; None if the rhythm ends before it."""
        for due_on, book_on in self._known:
            if due_on >= due_from:
                return book_on
        while self._ahead is not None and next(self._rest, self) is None:
            self._known.append((self._ahead.due_on, self._ahead.book_on))
            if self._ahead.due_on >= due_from:
                return self._ahead.book_on
        return None


def _rules(course: Course) -> tuple[str, ...]:
    if course.is_loading:
        return ("R4", "R6") if course.protocol == ALTERNATE_DAY else ("R8",)
    if course.interval == Interval.M1:
        return ("R43", "R58")
    if course.interval not in STANDARD_INTERVALS:
        return ("R42", "R58")
    return ("R7", "R58") if course.loaded_on_alternate_days else ("R10", "R58")


def _reason(course: Course) -> str:
    if course.is_loading:
        if not course.doses:
            return f"First loading dose of the plan started on {say(course.started_on)}, on an open day."
        last = say(course.doses[-1])
        if course.protocol == THREE_TIMES_WEEKLY:
            number = course.in_phase + 1
            return (
                f"Loading dose {number} of 6: two days or more after {last}, three at most in any seven days."
            )
        return f"Alternate days: the first open day two days or more after the last dose, {last}."
    if not course.doses and course.due_on == course.started_on:
        return f"First dose of the plan started on {say(course.started_on)}."
    every = Interval(course.interval).english
    if course.resets:
        return f"Due since the plan changed on {say(course.due_on)}; from then on {every}."
    if course.interval == TWICE_WEEKLY and course.doses:
        return f"Twice a week: three days or more after the last dose, {say(course.doses[-1])}."
    return f"{every.capitalize()}, counted from {say(course.anchor)}."
