"""Civil dates: months (D1), intervals, ages (D7), and the words a date is said in."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# Months or days of an interval; twice weekly has no fixed length.
IN_MONTHS = {"1mo": 1, "2mo": 2, "3mo": 3}
IN_DAYS = {"1wk": 7, "2wk": 14, "3wk": 21, "4wk": 28}


def add_months(day: date, months: int) -> date:
    """The day ``months`` later (or earlier, if negative), clamped at the end of the month (D1)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    of_month = day.day
    if of_month > 28:
        of_month = min(of_month, monthrange(year, month)[1])
    return date(year, month, of_month)


def add_days(day: date, days: int) -> date:
    """The day ``days`` later."""
    return day + timedelta(days)


def add_interval(day: date, interval: str, count: int = 1) -> date:
    """``day`` + ``count`` intervals in one step (D1). Twice weekly has no length: a ``KeyError``."""
    months = IN_MONTHS.get(interval)
    if months is not None:
        return add_months(day, months * count)
    return day + timedelta(IN_DAYS[interval] * count)


def age_reached_on(birth_date: date, years: int) -> date:
    """The day an age in years is reached; 29 February counts as 28 February in other years (D7)."""
    return add_months(birth_date, 12 * years)


def in_months_up_to(day: date, months: int, up_to: date) -> bool:
    """Whether ``day`` lies in the ``months`` up to ``up_to``, both ends in (D0)."""
    return add_months(up_to, -months) <= day <= up_to


def leaves_months_up_to(day: date, months: int) -> date:
    """The first day whose ``months`` up to it no longer hold ``day`` (D0).

    Clamping at month ends can keep a day in the window for up to three days more than day + months.
    """
    leaves = add_months(day, months) + ONE_DAY
    while add_months(leaves, -months) <= day:
        leaves += ONE_DAY
    return leaves


def say(day: date) -> str:
    """A date as people read it: 2 Mar 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
