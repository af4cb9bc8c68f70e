"""The calendar attachment: the visit as one entry, which a later message about the same visit replaces."""

import datetime as dt
import uuid

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from schedules.messages.links import number_of
from schedules.messages.visits import Visit

_LASTS = dt.timedelta(minutes=15)
_TEN_MINUTES = dt.timedelta(minutes=10)


def calendar_of(visit: Visit, *, place: str, summary: str, version: int, now: dt.datetime) -> str:
    """The visit as iCalendar text. `version` grows with each message about it; with no time agreed it is a whole
    day, else it starts at the clinic's wall-clock time, written in UTC."""
    event = Event()
    event.add("uid", f"{number_of(_visit_uid(visit))}@{settings.MAIL_DOMAIN}")
    event.add("sequence", version)
    event.add("dtstamp", now.astimezone(dt.UTC))
    event.add("summary", summary)
    event.add("location", place)
    if visit.at is None:
        event.add("dtstart", visit.on)
        event.add("dtend", visit.on + dt.timedelta(1))
        event.add("transp", "TRANSPARENT")
    else:
        start = dt.datetime.combine(visit.on, visit.at, visit.patient.clinic.tz).astimezone(dt.UTC)
        event.add("dtstart", start)
        event.add("dtend", start + _LASTS + (_TEN_MINUTES if visit.ten_minutes_more else dt.timedelta(0)))
    if visit.ten_minutes_more:
        event.add("description", _("Please allow ten minutes more."))
    calendar = Calendar()
    calendar.add("prodid", "-//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return calendar.to_ical().decode()


def _visit_uid(visit: Visit) -> uuid.UUID:
    """The same for every message about one visit, whatever its date: the visit after the last dose."""
    return uuid.uuid5(visit.patient.uid, str(visit.last_dose_on))
