"""The worklist's lines in the words and shapes of the page; computed here so that the template only places them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from patients.models import Patient
from patients.templatetags.clinic_words import distance, short_day
from patients.vocabulary import CloseReason, ContactOutcome, Phase
from schedules.flag_words import WORKFLOW_TITLES
from schedules.plan_words import dose_words, plan_words
from schedules.rules.flags import TABLE
from schedules.worklist import ARRANGED, BLOOD_ONLY, BOOKED_TODAY, GROUPS, LATE, LATER, NEXT, NO_DATE, Line

FLAG_TITLES: dict[str, object] = {**{row.code: row.title for row in TABLE}, **WORKFLOW_TITLES}
MARKS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """A tag: an icon, a word, and how loud."""

    look: str
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """What one line of the page shows. `likely` is the action outlined: log, book or contact."""

    uid: str
    name: str
    age: int
    record_number: str
    when: str
    when_mark: Mark | None
    ahead: bool
    is_next: bool
    plan: str
    dose: str
    due: str
    due_note: str
    due_mark: Mark | None
    marks: list[Mark]
    phone: str
    contact: str
    contact_when: str
    likely: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading; `total` counts those of other pages too."""

    title: str
    total: int
    rows: list[Row]


def groups_of(
    lines: Iterable[Line], *, now: dt.datetime, clinical: bool, phones: bool, may_log: bool
) -> list[Group]:
    """The lines of a page under their headings. `clinical`: whether bleeding risks may be shown."""
    found, next_taken = [], False
    for number, members in groupby(lines, key=lambda line: line.list_group):
        rows, total = [], 0
        for line in members:
            is_next = number == BOOKED_TODAY and not next_taken and may_log
            next_taken = next_taken or is_next
            rows.append(_row(line, now, clinical=clinical, phones=phones, is_next=is_next))
            total = line.in_group
        found.append(Group(str(GROUPS[number]), total, rows))
    return found


def _row(line: Line, now: dt.datetime, *, clinical: bool, phones: bool, is_next: bool) -> Row:
    today = now.date()
    when, when_mark, ahead = _when(line, today)
    due, due_note, due_mark = _due(line, today)
    contact, contact_when = _contact(line, now)
    marks = _marks(line, clinical=clinical)
    return Row(
        uid=str(line.uid),
        name=line.name,
        age=_age(line, today),
        record_number=line.record_number,
        when=when,
        when_mark=when_mark,
        ahead=ahead,
        is_next=is_next,
        plan=plan_words(line.phase, line.protocol, line.interval),
        dose=dose_words(line.phase, line.protocol, line.doses_in_phase),
        due=due,
        due_note=due_note,
        due_mark=due_mark,
        marks=marks[:MARKS_SHOWN],
        phone=(line.phone or _("no phone number")) if phones else "",
        contact=contact,
        contact_when=contact_when,
        likely="log" if line.list_group == BOOKED_TODAY else "contact" if line.list_group == LATE else "book",
    )


def _age(line: Line, today: dt.date) -> int:
    return Patient(birth_date=line.birth_date).age_on(today)


def lateness(line: Line, today: dt.date) -> Mark | None:
    """A tag that says how late the injection is: late, or missed."""
    if not line.is_late or line.due_on is None:
        return None
    late = distance(line.due_on, today)
    if line.is_missed:
        return Mark("tag-urgent", "alert", _("Missed, %(late)s") % {"late": late})
    return Mark("tag-warning", "clock", late)


def _when(line: Line, today: dt.date) -> tuple[str, Mark | None, bool]:
    """The left edge: the time, how late, or how far off."""
    if line.list_group == BOOKED_TODAY:
        return (f"{line.booked_at:%H:%M}" if line.booked_at else _("today")), None, False
    if line.list_group == LATE:
        return "", lateness(line, today), False
    if line.list_group == ARRANGED:
        on, words = (line.booked_on, _("booked")) if line.booked_on else (line.call_on, _("call"))
        if line.booked_on and line.booked_on < today:
            on, words = line.call_on, _("call")
        return f"{words} {short_day(on)}", None, True
    if line.list_group == BLOOD_ONLY:
        return "", Mark("blood-first", "drop", _("Blood test")), False
    if line.list_group == NO_DATE or line.due_on is None:
        return _("no date"), None, True
    return distance(line.due_on, today), None, True


def _due(line: Line, today: dt.date) -> tuple[str, str, Mark | None]:
    """The due date, and beside it how far off, the day to book, or a tag."""
    if line.list_group == BLOOD_ONLY:
        return short_day(line.blood_due_on), distance(line.blood_due_on, today), None
    if line.due_on is None:
        return "–", "", None
    due = short_day(line.due_on) if abs((line.due_on - today).days) < 300 else f"{line.due_on:%d %b %Y}"
    if line.is_late:
        return due, "", None if line.list_group == LATE else lateness(line, today)
    if line.book_on and line.book_on != line.due_on and line.booked_on is None:
        return due, _("book %(day)s") % {"day": short_day(line.book_on)}, None
    if line.list_group in {NEXT, LATER}:
        return due, "", None
    return due, distance(line.due_on, today), None


def _marks(line: Line, *, clinical: bool) -> list[Mark]:
    marks = []
    if line.blood and line.list_group != BLOOD_ONLY:
        marks.append(Mark("blood-first", "drop", _("Blood first")))
    for flag in line.flags or ():
        severity, code = flag.split(" ", 1)
        look = "tag-urgent" if severity == "urgent" else "tag-warning"
        marks.append(Mark(look, "alert", str(FLAG_TITLES.get(code, _("Flag")))))
    if line.mail_state in {"failed", "bounced"}:
        words = _("E-mail came back") if line.mail_state == "bounced" else _("E-mail failed")
        marks.append(Mark("tag-warning", "mail", words))
    if clinical and line.bleeding_risk:
        marks.append(Mark("", "info", line.bleeding_risk))
    return marks


def _contact(line: Line, now: dt.datetime) -> tuple[str, str]:
    """How the last contact ended, and when: "No answer", "yesterday 16:40"."""
    if not line.outcome or line.contact_at is None:
        return "", ""
    at = line.contact_at.astimezone(now.tzinfo)
    days = (now.date() - at.date()).days
    when = {0: _("today %(time)s"), 1: _("yesterday %(time)s")}.get(days, short_day(at.date()))
    return ContactOutcome(line.outcome).label, when % {"time": f"{at:%H:%M}"} if days < 2 else when


def standing(line: Line, today: dt.date) -> tuple[str, str]:
    """Status and reason of one patient for the download: nobody is left out, so each says where they stand."""
    if line.phase == Phase.CLOSED:
        why = CloseReason(line.closed_because).label if line.closed_because else ""
        return _("Record closed"), why
    if line.phase == Phase.STOPPED:
        return _("Treatment stopped"), ""
    if line.phase == Phase.NOT_STARTED:
        return _("No plan yet"), _("blood test due") if line.list_group == BLOOD_ONLY else ""
    if line.due_on is None:
        return _("No next date"), _("a physician has to decide")
    status = _("Missed") if line.is_missed else _("Late") if line.is_late else _coming(line, today)
    if line.booked_on and line.booked_on >= today:
        return status, _("booked for %(day)s") % {"day": line.booked_on.isoformat()}
    if line.call_later and line.call_on:
        return status, _("call again on %(day)s") % {"day": line.call_on.isoformat()}
    if line.is_late:
        return status, _("not booked, %(late)s") % {"late": distance(line.due_on, today)}
    return status, _("not booked")


def _coming(line: Line, today: dt.date) -> str:
    return _("Due") if line.due_on and line.due_on <= today else _("Coming")


def local(moment: dt.datetime | None, tz: ZoneInfo) -> str:
    """A moment on the clinic's wall clock for a spreadsheet, or nothing."""
    return f"{moment.astimezone(tz):%Y-%m-%d %H:%M}" if moment else ""
