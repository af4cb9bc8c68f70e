"""The calendar feed of a member of staff: counts a day, no patient data."""

import datetime as dt

from django.utils.translation import ngettext
from icalendar import Calendar, Event

from patients.models import Clinic
from schedules.clinic_calendar import counts_by_day

DAYS_BACK, DAYS_AHEAD = 7, 60


def feed_of(clinic: Clinic, *, now: dt.datetime) -> bytes:
    """An iCalendar file with one all-day entry for each day on which somebody comes."""
    today = now.astimezone(clinic.tz).date()
    first, last = today - dt.timedelta(DAYS_BACK), today + dt.timedelta(DAYS_AHEAD)
    booked, unbooked, _bloods = counts_by_day(clinic, first, last)
    calendar = Calendar()
    calendar.add("prodid", "-//b12tracker//clinic calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", clinic.name)
    for day in sorted(day for day in {*booked, *unbooked} if day):
        event = Event()
        event.add("uid", f"{day.isoformat()}-{clinic.pk}@b12tracker")
        event.add("dtstamp", now)
        event.add("dtstart", day)
        event.add("dtend", day + dt.timedelta(1))
        visits = booked[day] + unbooked[day]
        said = ngettext(
            "%(visits)s visit (%(booked)s booked)", "%(visits)s visits (%(booked)s booked)", visits
        )
        event.add("summary", said % {"visits": visits, "booked": booked[day]})
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
