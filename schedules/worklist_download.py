"""The worklist as a spreadsheet: everyone of the clinic, each with where they stand and why."""

import csv
import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.templatetags.clinic_words import distance
from patients.vocabulary import CloseReason, Phase
from schedules.plan_words import plan_words
from schedules.said_gone import SAID
from schedules.worklist import BLOOD_ONLY, Asked, Line, worklist

COLUMNS = (
    gettext_lazy("Record number"),
    gettext_lazy("First name"),
    gettext_lazy("Family name"),
    gettext_lazy("Born"),
    gettext_lazy("Phone"),
    gettext_lazy("E-mail"),
    gettext_lazy("Reminders by e-mail"),
    gettext_lazy("Plan"),
    gettext_lazy("Status"),
    gettext_lazy("Reason"),
    gettext_lazy("Due"),
    gettext_lazy("Book"),
    gettext_lazy("Booked for"),
    gettext_lazy("Booked at"),
    gettext_lazy("Blood test due"),
    gettext_lazy("Last contact"),
    gettext_lazy("Last contact on"),
    gettext_lazy("Call again on"),
)


def write_worklist(file: Any, clinic_id: int, *, now: dt.datetime) -> None:
    """Write the CSV to `file`; `now` is on the clinic's wall clock. Nothing clinical but plan and dates."""
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for line in worklist(clinic_id, Asked(show="everyone", whole=True), now=now, with_flags=False):
        writer.writerow([defused(cell) for cell in _cells(line, now)])


def _cells(line: Line, now: dt.datetime) -> list[str]:
    status, reason = standing(line, now.date())
    contact_at = line.contact_at.astimezone(now.tzinfo) if line.contact_at else None
    return [
        line.record_number,
        line.given_name,
        line.family_name,
        line.birth_date.isoformat(),
        line.phone,
        line.email,
        _("no") if line.unreached else _("yes"),
        plan_words(line.phase, line.protocol, line.interval),
        status,
        reason,
        *(str(found or "") for found in (line.due_on, line.book_on, line.booked_on)),
        f"{line.booked_at:%H:%M}" if line.booked_at else "",
        str(line.blood_due_on or ""),
        line.outcome or "",
        f"{contact_at:%Y-%m-%d %H:%M}" if contact_at else "",
        str(line.call_on or ""),
    ]


def standing(line: Line, today: dt.date) -> tuple[str, str]:
    """Status and reason of one patient: nobody is left out, so each says where they stand."""
    if line.merged_into is not None:
        return _("Merged into %(number)s") % {"number": line.merged_into}, ""
    if line.phase == Phase.CLOSED:
        return _("Record closed"), CloseReason(line.closed_because).label if line.closed_because else ""
    if line.said is not None:
        return _("%(said)s, record not closed") % {"said": SAID[line.said]}, ""
    if line.phase == Phase.STOPPED:
        return _("Treatment stopped"), ""
    if line.phase == Phase.NOT_STARTED:
        return _("No plan yet"), _("blood test due") if line.list_group == BLOOD_ONLY else ""
    if line.due_on is None:
        return _("No next date"), _("a physician has to decide")
    return _status(line, today), _arrangement(line, today)


def _status(line: Line, today: dt.date) -> str:
    if line.is_missed:
        return _("Missed")
    if line.is_late:
        return _("Late")
    return _("Due") if line.due_on and line.due_on <= today else _("Coming")


def _arrangement(line: Line, today: dt.date) -> str:
    if line.booked_on and line.booked_on >= today:
        return _("booked for %(day)s") % {"day": line.booked_on.isoformat()}
    if line.call_later and line.call_on:
        return _("call again on %(day)s") % {"day": line.call_on.isoformat()}
    if line.is_late:
        return _("not booked, %(late)s") % {"late": distance(line.due_on, today)}
    return _("not booked")


def defused(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula, as text."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
