"""A working day, by the clinic's own clock and open days."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from schedules.messages.working_day import working_day_after

LONDON = ZoneInfo("Europe/London")
GOOD_FRIDAY, EASTER_MONDAY = dt.date(2026, 4, 3), dt.date(2026, 4, 6)
FORMAT = "%a %d %b %Y %H:%M"


def passed(
    moment: str, *, open_weekdays: str = "01234", closed: tuple[dt.date, ...] = (), fold: int = 0
) -> str:
    """Clinic's wall clock in, clinic's wall clock out."""
    local = dt.datetime.strptime(moment, FORMAT).replace(tzinfo=LONDON, fold=fold)
    due = working_day_after(local, tz=LONDON, open_weekdays=list(map(int, open_weekdays)), closed=set(closed))
    assert due.tzinfo == dt.UTC
    return due.astimezone(LONDON).strftime(FORMAT)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("Tue 10 Mar 2026 09:30", "Wed 11 Mar 2026 09:30"),
        ("Tue 10 Mar 2026 00:00", "Wed 11 Mar 2026 00:00"),
        ("Tue 10 Mar 2026 23:59", "Wed 11 Mar 2026 23:59"),
        ("Fri 13 Mar 2026 19:00", "Mon 16 Mar 2026 19:00"),
        ("Sat 14 Mar 2026 10:00", "Tue 17 Mar 2026 00:00"),
        ("Sun 15 Mar 2026 23:59", "Tue 17 Mar 2026 00:00"),
        ("Mon 16 Mar 2026 00:00", "Tue 17 Mar 2026 00:00"),
    ],
)
def test_an_open_day_later_weekends_not_counting(moment: str, expected: str) -> None:
    assert passed(moment) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("Thu 02 Apr 2026 16:00", "Tue 07 Apr 2026 16:00"),
        ("Fri 03 Apr 2026 09:00", "Wed 08 Apr 2026 00:00"),
        ("Mon 06 Apr 2026 09:00", "Wed 08 Apr 2026 00:00"),
    ],
    ids=["before Easter", "on Good Friday", "on Easter Monday"],
)
def test_holidays_do_not_count(moment: str, expected: str) -> None:
    assert passed(moment, closed=(GOOD_FRIDAY, EASTER_MONDAY)) == expected


def test_a_clinic_open_on_mondays_only_has_a_working_day_a_week() -> None:
    assert passed("Mon 02 Mar 2026 11:00", open_weekdays="0") == "Mon 09 Mar 2026 11:00"
    assert passed("Tue 03 Mar 2026 11:00", open_weekdays="0") == "Mon 16 Mar 2026 00:00"


@pytest.mark.parametrize(
    ("moment", "fold", "expected"),
    [
        ("Fri 27 Mar 2026 18:00", 0, "Mon 30 Mar 2026 18:00"),
        ("Sat 28 Mar 2026 01:30", 0, "Sun 29 Mar 2026 02:30"),
        ("Sat 24 Oct 2026 01:30", 0, "Sun 25 Oct 2026 01:30"),
        ("Sun 25 Oct 2026 01:30", 0, "Mon 26 Oct 2026 01:30"),
        ("Sun 25 Oct 2026 01:30", 1, "Mon 26 Oct 2026 01:30"),
    ],
    ids=[
        "over the weekend",
        "into the hour that is skipped",
        "into the hour that comes twice",
        "first",
        "second",
    ],
)
def test_across_a_change_of_the_clocks_it_is_the_same_time_by_the_clock(
    moment: str, fold: int, expected: str
) -> None:
    open_weekdays = "01234" if moment.startswith("Fri") else "0123456"
    assert passed(moment, open_weekdays=open_weekdays, fold=fold) == expected


def test_it_is_asked_in_the_clinics_zone_whatever_zone_the_moment_has() -> None:
    in_utc = dt.datetime(2026, 7, 10, 23, 30, tzinfo=dt.UTC)  # Saturday 00:30 in London
    due = working_day_after(in_utc, tz=LONDON, open_weekdays=[0, 1, 2, 3, 4], closed=set())
    assert due == dt.datetime(2026, 7, 13, 23, 0, tzinfo=dt.UTC)  # Tuesday 00:00 in London
