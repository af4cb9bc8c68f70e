"""When the background work last ran, in words for the front page; late when it is behind its time."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from patients.models import Clinic
from patients.templatetags.clinic_words import short_day
from schedules.models import JobRun

# How long after its time a job may still be on its way.
SWEEP_MAY_TAKE = dt.timedelta(minutes=45)
MAIL_MAY_REST = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class JobWords:
    """`late_hours` none: as expected."""

    words: str
    late_hours: int | None


def job_words(clinic: Clinic, *, now: dt.datetime) -> list[JobWords]:
    """The nightly update and the mail job of a clinic at `now`, on its wall clock. One query."""
    runs = {run.job: run for run in JobRun.objects.filter(clinic=clinic, job__in=["sweep", "messages"])}
    sweep, mail = runs.get("sweep"), runs.get("messages")
    found = [
        JobWords(
            _last(_("Dates and flags updated"), _("Dates and flags were never updated"), sweep, clinic, now),
            _sweep_late(sweep, clinic, now),
        )
    ]
    if clinic.reminders_on:
        found.append(
            JobWords(
                _last(_("Reminders looked after"), _("Reminders were never looked after"), mail, clinic, now),
                _mail_late(mail, now),
            )
        )
    return found


def _last(did: str, never: str, run: JobRun | None, clinic: Clinic, now: dt.datetime) -> str:
    if run is None or run.finished_at is None:
        return never
    at = run.finished_at.astimezone(clinic.tz)
    days = (now.date() - at.date()).days
    when = {0: _("today"), 1: _("yesterday")}.get(days, short_day(at.date()))
    return f"{did} {when} {at:%H:%M}"


def _sweep_late(run: JobRun | None, clinic: Clinic, now: dt.datetime) -> int | None:
    """Hours since the first morning that was not served; none while the last one was."""
    served = run.ran_for if run else None
    if served is None:
        return _hours(now - _morning(clinic, now.date(), now)) if _expected(clinic, now) else None
    if served >= now.date() or (served == now.date() - dt.timedelta(1) and not _expected(clinic, now)):
        return None
    return _hours(now - _morning(clinic, served + dt.timedelta(1), now))


def _expected(clinic: Clinic, now: dt.datetime) -> bool:
    return now >= _morning(clinic, now.date(), now) + SWEEP_MAY_TAKE


def _morning(clinic: Clinic, day: dt.date, now: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(day, clinic.morning_at, now.tzinfo)


def _mail_late(run: JobRun | None, now: dt.datetime) -> int | None:
    if run is None or run.finished_at is None:
        return 0
    rest = now - run.finished_at
    return _hours(rest) if rest > MAIL_MAY_REST else None


def _hours(span: dt.timedelta) -> int:
    return max(1, round(span / dt.timedelta(hours=1)))
