"""When a working day of a clinic has passed. Pure."""

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

_ONE_DAY = dt.timedelta(1)


def working_day_after(
    moment: dt.datetime, *, tz: ZoneInfo, open_weekdays: Collection[int], closed: Collection[dt.date]
) -> dt.datetime:
    """The moment at which one open day has passed since `moment`, in UTC: the same time by the clinic's clock on its
    next open day. On a closed day no time passes, so a moment of one counts as the midnight that begins the next open
    day: an alert of Friday 19:00 is a working day old on Monday 19:00, one of Saturday on Tuesday 00:00.

    A time that the clocks skip on that day is taken an hour later, one that comes twice at its first.
    Monday is weekday 0; at least one weekday must be open.
    """
    local = moment.astimezone(tz)
    day, time = local.date(), local.time()
    if not _is_open(day, open_weekdays, closed):
        day, time = _next_open(day, open_weekdays, closed), dt.time(0)
    due = dt.datetime.combine(_next_open(day, open_weekdays, closed), time, tz)
    return due.astimezone(dt.UTC)


def _is_open(day: dt.date, open_weekdays: Collection[int], closed: Collection[dt.date]) -> bool:
    return day.weekday() in open_weekdays and day not in closed


def _next_open(day: dt.date, open_weekdays: Collection[int], closed: Collection[dt.date]) -> dt.date:
    day += _ONE_DAY
    while not _is_open(day, open_weekdays, closed):
        day += _ONE_DAY
    return day
