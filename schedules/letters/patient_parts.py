"""Parts that more than one letter about a patient has. Pure."""

import datetime as dt

from django.utils.translation import gettext as _

from patients.templatetags.clinic_words import day
from schedules.calendar_table import EVENT_WORDS
from schedules.letters.material import Material
from schedules.rules.results import Event


def next_dates(material: Material) -> list[tuple[str, str]]:
    """What comes next, a row a kind of event: what, and when it is due and booked."""
    rows = []
    for event in material.now.open_events:
        rows.append((str(EVENT_WORDS[event.kind]), when_words(material, event)))
    return rows


def when_words(material: Material, event: Event) -> str:
    """ "due Tue 2 Feb 2027, booked for Wed 3 Feb 2027, 10:20"."""
    over = event.due_on < material.today
    due = (_("was due %(on)s") if over else _("due %(on)s")) % {"on": day(event.due_on)}
    agreed = next((b for b in material.bookings if b.is_current and b.kind == event.kind.value), None)
    if agreed and event.open:
        at = f", {agreed.at:%H:%M}" if agreed.at else ""
        return _("%(due)s, booked for %(on)s%(at)s") % {"due": due, "on": day(agreed.on), "at": at}
    if event.book_on != event.due_on:
        return _("%(due)s, planned for %(on)s") % {"due": due, "on": day(event.book_on)}
    return due


def since(day_: dt.date | None) -> str:
    """ "since Mon 16 Mar 2026", or nothing."""
    return _("since %(on)s") % {"on": day(day_)} if day_ else ""
