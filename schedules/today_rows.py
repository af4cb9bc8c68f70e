"""The worklist's lines in the words and shapes of the page; computed here so that the page only places them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from patients.models.patient import age_on
from patients.templatetags.clinic_words import distance, short_day
from patients.vocabulary import ContactOutcome
from schedules.flag_words import WORKFLOW_TITLES
from schedules.plan_words import dose_words, plan_words
from schedules.rules.flags import TABLE
from schedules.said_gone import SAID as SAID_WORDS
from schedules.worklist import (
    ARRANGED,
    BLOOD_ONLY,
    BOOKED_TODAY,
    GROUPS,
    LATE,
    LATER,
    NEXT,
    NO_DATE,
    SAID,
    UNREACHED,
    Line,
)

FLAG_TITLES: dict[str, object] = {**{row.code: row.title for row in TABLE}, **WORKFLOW_TITLES}
MARKS_SHOWN = 3
# The likely next step, outlined in the row: log who is booked, phone who is late, book the others.
LIKELY = {BOOKED_TODAY: "log", LATE: "contact", SAID: "close"}


@dataclass(slots=True)
class Mark:
    """A tag: an icon, a word, and how loud."""

    look: str
    icon: str
    words: str


@dataclass(slots=True)
class Row:
    """What one line of the page shows. `likely` is the action outlined: log, book, contact, or close;
    `may_contact` is false for who was said to have died."""

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
    may_contact: bool


@dataclass(slots=True)
class Group:
    """Rows under one heading; `total` counts those of other pages too."""

    title: str
    total: int
    rows: list[Row]


def groups_of(
    lines: Iterable[Line], *, now: dt.datetime, clinical: bool, phones: bool, may_log: bool
) -> list[Group]:
    """The lines of a page under their headings. `clinical`: whether bleeding risks may be shown; the first of those
    booked today is the next one, for whoever may log."""
    found = []
    for number, members in groupby(lines, key=lambda line: line.list_group):
        listed = list(members)
        rows = [_row(line, now, clinical=clinical, phones=phones) for line in listed]
        rows[0].is_next = number == BOOKED_TODAY and may_log
        found.append(Group(str(GROUPS[number]), listed[0].in_group, rows))
    return found


def _row(line: Line, now: dt.datetime, *, clinical: bool, phones: bool) -> Row:
    today = now.date()
    when, when_mark, ahead = _when(line, today)
    due, due_note, due_mark = _due(line, today)
    contact, contact_when = _contact(line, now)
    return Row(
        uid=str(line.uid),
        name=line.name,
        age=age_on(line.birth_date, today),
        record_number=line.record_number,
        when=when,
        when_mark=when_mark,
        ahead=ahead,
        is_next=False,
        plan=plan_words(line.phase, line.protocol, line.interval),
        dose=dose_words(line.phase, line.protocol, line.doses_in_phase),
        due=due,
        due_note=due_note,
        due_mark=due_mark,
        marks=_marks(line, clinical=clinical, phones=phones)[:MARKS_SHOWN],
        phone=(line.phone or _("no phone number")) if phones else "",
        contact=contact,
        contact_when=contact_when,
        likely=LIKELY.get(line.list_group, "book"),
        may_contact=line.said != ContactOutcome.DIED,
    )


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
        return (line.booked_at.isoformat("minutes") if line.booked_at else _("today")), None, False
    if line.list_group == LATE:
        return "", lateness(line, today), False
    if line.list_group == SAID:
        return "", Mark("", "info", str(SAID_WORDS[line.said or ""])), False
    if line.list_group == ARRANGED:
        return _arranged(line, today), None, True
    if line.list_group == BLOOD_ONLY:
        return "", Mark("blood-first", "drop", _("Blood test")), False
    if line.list_group == NO_DATE or line.due_on is None:
        return _("no date"), None, True
    return distance(line.due_on, today), None, True


def _arranged(line: Line, today: dt.date) -> str:
    if line.booked_on and line.booked_on >= today:
        return _("booked %(day)s") % {"day": short_day(line.booked_on)}
    return _("call %(day)s") % {"day": short_day(line.call_on)}


def _due(line: Line, today: dt.date) -> tuple[str, str, Mark | None]:
    """The due date, and beside it how far off, the day to book, or a tag."""
    if line.list_group == BLOOD_ONLY:
        return short_day(line.blood_due_on), distance(line.blood_due_on, today), None
    if line.due_on is None or line.list_group == SAID:
        return "–", "", None
    due = short_day(line.due_on) if abs((line.due_on - today).days) < 300 else f"{line.due_on:%d %b %Y}"
    if line.is_late:
        return due, "", None if line.list_group == LATE else lateness(line, today)
    if line.book_on and line.book_on != line.due_on and line.booked_on is None:
        return due, _("book %(day)s") % {"day": short_day(line.book_on)}, None
    if line.list_group in {NEXT, LATER}:
        return due, "", None
    return due, distance(line.due_on, today), None


def _marks(line: Line, *, clinical: bool, phones: bool) -> list[Mark]:
    marks = [Mark("", "mail", str(UNREACHED[line.unreached]))] if phones and line.unreached else []
    if line.blood and line.list_group != BLOOD_ONLY:
        marks.append(Mark("blood-first", "drop", _("Blood first")))
    for flag in line.flags or ():
        severity, code = flag.split(" ", 1)
        look = "tag-urgent" if severity == "urgent" else "tag-warning"
        marks.append(Mark(look, "alert", _(str(FLAG_TITLES[code]))))
    if line.mail_state in {"failed", "bounced"} and not phones:
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
    if days > 1:
        return ContactOutcome(line.outcome).label, short_day(at.date())
    when = _("yesterday %(time)s") if days else _("today %(time)s")
    return ContactOutcome(line.outcome).label, when % {"time": f"{at:%H:%M}"}
