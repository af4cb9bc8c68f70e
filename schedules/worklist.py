"""The worklist of Today: who comes, who is late, who is next; and the counts that catch what falls through.

Two statements, whatever the number of patients, written in SQL since they are the busiest reading of the
application: standing columns are compared with today, nothing is stored. Row-level security applies to both.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from patients.models.patient import fold
from schedules.said_gone import SAID_GONE

PER_PAGE = 50
AHEAD = dt.timedelta(7)
MAIL_FAILED_FOR = dt.timedelta(7)

BOOKED_TODAY, LATE, NEXT, BLOOD_ONLY, ARRANGED, NO_DATE, LATER, SAID = range(1, 9)
GROUPS = {
    BOOKED_TODAY: _("Booked today"),
    LATE: _("Late, not booked: please phone"),
    NEXT: _("Due in the next 7 days, not booked"),
    BLOOD_ONLY: _("Blood test due, no injection now"),
    ARRANGED: _("Arranged for a later day"),
    NO_DATE: _("A plan, but no next date: a physician has to decide"),
    LATER: _("Later"),
    SAID: _("Said to have died, moved away or declined: close the record"),
}
# What `?show=` may ask for: the lists the tallies open.
SHOWS = {
    "due": _("Due today"),
    "late": _("Late"),
    "missed": _("Missed"),
    "blood": _("Blood first"),
    "nodate": _("No next date"),
    "phone": _("To phone, since no e-mail reaches them"),
    "said": _("Records to close"),
}
# Why no e-mail reaches somebody.
UNREACHED = {
    "stopped": _("stopped the e-mails"),
    "no_agreement": _("no agreement"),
    "no_address": _("no address"),
    "bounced": _("the last e-mail came back"),
    "failed": _("the last e-mail failed"),
}
PHASES = {"loading": _("Loading"), "maintenance": _("Maintenance"), "prophylaxis": _("Prevention")}

# Each patient with where they stand; the worklist itself (not `whole`) needs only those it may be about. A booking
# stands while the last dose is the one known when it was agreed; a day to call again defers while no dose was given
# since. `blood` is what is to be drawn at this visit. Who was said to be gone (`said`) is in no plan, draw or booking
# of the list: the record is to be closed. `unreached` is empty for whom an e-mail reaches, as far as is known.
_STANDING = (
    """
WITH said AS ("""  # noqa: S608 (constants only)
    + SAID_GONE
    + """
  AND c.clinic_id = %(clinic)s
), undelivered AS (
  SELECT DISTINCT ON (m.patient_id) m.patient_id, m.state, m."to"
  FROM schedules_message m
  WHERE m.clinic_id = %(clinic)s AND m.patient_id IS NOT NULL AND m.state IN ('failed', 'bounced')
    AND NOT EXISTS (SELECT FROM schedules_message n
      WHERE n.patient_id = m.patient_id AND n.state = 'sent' AND n.created_at > m.created_at)
  ORDER BY m.patient_id, m.created_at DESC
), standing AS (
  SELECT p.id, p.uid, p.given_name, p.family_name, p.name_key, p.birth_date, p.record_number, p.phone, p.email,
         p.bleeding_risk, p.merged_into_id,
         CASE WHEN p.unsubscribed_at IS NOT NULL THEN 'stopped' WHEN NOT p.email_consent THEN 'no_agreement'
           WHEN p.email = '' THEN 'no_address' WHEN u."to" = p.email THEN u.state ELSE '' END AS unreached,
         CASE WHEN s.phase = 'closed' THEN NULL ELSE g.outcome END AS said,
         coalesce(s.phase, 'not_started') AS phase, coalesce(s.protocol, '') AS protocol,
         coalesce(s.interval, '') AS interval, coalesce(s.doses_in_phase, 0) AS doses_in_phase,
         g.outcome IS NULL AND s.phase IN ('loading', 'maintenance', 'prophylaxis') AS in_plan,
         s.last_dose_on, s.due_on, s.book_on, s.missed_on, s.blood_due_on, b."on" AS booked_on, b.at AS booked_at,
         greatest(s.due_on, s.book_on) < %(today)s AS is_late, s.missed_on <= %(today)s AS is_missed,
         coalesce(s.blood_from <= greatest(coalesce(b."on", s.book_on), %(today)s)
                  AND (s.due_on IS NOT NULL OR s.blood_book_on <= %(today)s), false) AS blood,
         g.outcome IS NULL
           AND coalesce(s.blood_book_on <= %(today)s OR (s.blood_from <= %(today)s AND b."on" = %(today)s), false)
           AS blood_today
  FROM patients_patient p
  LEFT JOIN schedules_patientschedule s ON s.patient_id = p.id
  LEFT JOIN said g ON g.patient_id = p.id
  LEFT JOIN undelivered u ON u.patient_id = p.id
  LEFT JOIN schedules_booking b ON g.outcome IS NULL AND b.patient_id = p.id AND b.clinic_id = %(clinic)s
    AND b.cancelled_at IS NULL AND (b.kind = 'injection') = (s.due_on IS NOT NULL)
    AND b.after_dose_on IS NOT DISTINCT FROM s.last_dose_on
  WHERE p.clinic_id = %(clinic)s AND (%(whole)s OR s.due_on <= %(ahead)s OR s.blood_book_on <= %(today)s
    OR b."on" = %(today)s OR g.outcome IS NOT NULL AND s.phase IS DISTINCT FROM 'closed')
)"""
)

_TALLIES = (
    _STANDING  # noqa: S608 (constants only)
    + """
SELECT count(*) FILTER (WHERE in_plan AND due_on <= %(today)s AND NOT is_late) AS due,
       count(*) FILTER (WHERE in_plan AND is_late AND NOT is_missed) AS late,
       count(*) FILTER (WHERE in_plan AND is_missed) AS missed,
       count(*) FILTER (WHERE blood_today) AS blood,
       count(*) FILTER (WHERE in_plan AND due_on IS NULL) AS no_date,
       count(*) FILTER (WHERE in_plan AND due_on IS NOT NULL AND unreached <> '') AS phone,
       count(*) FILTER (WHERE said IS NOT NULL) AS to_close,
       count(*) FILTER (WHERE booked_on = %(today)s) AS still_booked,
       (SELECT count(*) FROM patients_injection i WHERE i.clinic_id = %(clinic)s AND i."on" = %(today)s AND i.given
          AND i.place = 'here' AND i.error_at IS NULL) AS given,
       (SELECT count(*) FROM schedules_flag f WHERE f.clinic_id = %(clinic)s AND f.severity = 'urgent'
          AND f.cleared_on IS NULL AND f.resolved_at IS NULL AND f.acknowledged_at IS NULL) AS urgent_flags,
       (SELECT count(*) FROM schedules_message m WHERE m.clinic_id = %(clinic)s AND m.created_at >= %(mail_since)s
          AND m.state IN ('failed', 'bounced') AND NOT EXISTS (
            SELECT FROM schedules_message again WHERE again.patient_id = m.patient_id AND again.state = 'sent'
               AND again.announced_on = m.announced_on)) AS mail_failed
FROM standing"""
)

# The groups in the order of the list. A late patient whom somebody has booked or will call again is arranged for.
_ROWS = (
    _STANDING  # noqa: S608 (constants only)
    + """, called AS (
  SELECT standing.*, c.outcome, c.at AS contact_at, c.call_on AS call_on,
         c.call_on > %(today)s AND c.at::date > coalesce(last_dose_on, '-infinity') AS call_later
  FROM standing LEFT JOIN LATERAL (
    SELECT outcome, at, call_on FROM schedules_contact WHERE patient_id = standing.id
    ORDER BY at DESC LIMIT 1) c ON true
), grouped AS (
  SELECT *, CASE
    WHEN said IS NOT NULL THEN 8
    WHEN booked_on = %(today)s THEN 1
    WHEN in_plan AND due_on IS NULL AND NOT blood_today THEN 6
    WHEN in_plan AND due_on <= %(ahead)s AND (booked_on > %(today)s OR call_later) THEN 5
    WHEN in_plan AND is_late THEN 2
    WHEN in_plan AND due_on <= %(ahead)s THEN 3
    WHEN blood_today THEN CASE WHEN booked_on > %(today)s THEN 5 ELSE 4 END
    ELSE 7 END AS list_group
  FROM called
), shown AS (
  SELECT *, count(*) OVER (PARTITION BY list_group) AS in_group, count(*) OVER () AS in_all
  FROM grouped
  WHERE CASE %(show)s
      WHEN 'due' THEN in_plan AND due_on <= %(today)s AND NOT is_late
      WHEN 'late' THEN in_plan AND is_late AND NOT is_missed
      WHEN 'missed' THEN in_plan AND is_missed
      WHEN 'blood' THEN blood_today
      WHEN 'nodate' THEN in_plan AND due_on IS NULL
      WHEN 'phone' THEN in_plan AND due_on IS NOT NULL AND unreached <> ''
      WHEN 'said' THEN said IS NOT NULL
      WHEN 'everyone' THEN true
      ELSE list_group <= 5 OR list_group = 8 END
    AND (%(phase)s = '' OR phase = %(phase)s)
    AND (%(q)s = '' OR name_key LIKE %(name_like)s OR record_number ILIKE %(number_like)s)
  ORDER BY list_group,
    CASE WHEN list_group = 1 THEN booked_at END NULLS LAST,
    CASE WHEN list_group = 2 THEN NOT is_missed END, CASE WHEN list_group = 2 THEN phase <> 'loading' END,
    CASE WHEN list_group = 5 THEN coalesce(booked_on, call_on) END,
    due_on, blood_due_on, name_key, id
  LIMIT %(limit)s OFFSET %(offset)s
)
SELECT uid, given_name, family_name, birth_date, record_number, phone, email, bleeding_risk, unreached, said,
       phase, protocol, interval, doses_in_phase, due_on, book_on, blood_due_on, booked_on, booked_at,
       is_late, is_missed, blood, outcome, contact_at, call_on, call_later, list_group, in_group, in_all,
       CASE WHEN %(flags)s THEN (SELECT array_agg(f.severity || ' ' || f.code ORDER BY f.severity <> 'urgent', f.code)
          FROM schedules_flag f
          WHERE f.patient_id = shown.id AND f.cleared_on IS NULL AND f.resolved_at IS NULL
            AND f.severity <> 'info' AND f.code <> ALL(%(plain_codes)s)
            AND (f.snoozed_until IS NULL OR f.snoozed_until <= %(today)s)) END AS flags,
       (SELECT m.state FROM schedules_message m
          WHERE m.patient_id = shown.id AND m.created_at >= %(mail_since)s
          ORDER BY m.created_at DESC LIMIT 1) AS mail_state,
       CASE WHEN phase = 'closed' THEN (SELECT d.reason FROM schedules_decision d
          WHERE d.patient_id = shown.id AND d.kind = 'close' AND d.error_at IS NULL
          ORDER BY d."on" DESC, d.id DESC LIMIT 1) END AS closed_because,
       CASE WHEN merged_into_id IS NOT NULL THEN (SELECT k.record_number FROM patients_patient k
          WHERE k.id = shown.merged_into_id) END AS merged_into
FROM shown
ORDER BY list_group,
    CASE WHEN list_group = 1 THEN booked_at END NULLS LAST,
    CASE WHEN list_group = 2 THEN NOT is_missed END, CASE WHEN list_group = 2 THEN phase <> 'loading' END,
    CASE WHEN list_group = 5 THEN coalesce(booked_on, call_on) END,
    due_on, blood_due_on, name_key, id"""
)
# The row itself says these: late, missed, blood first.
PLAIN_CODES = ["MISSED_INJECTION", "RECHECK_OVERDUE", "TROUGH_DRAW_DUE"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address bar narrows the list to; `whole` is for paper and the download: all pages at once."""

    q: str = ""
    phase: str = ""
    show: str = ""
    page: int = 1
    whole: bool = False

    @property
    def narrows(self) -> bool:
        return bool(self.q or self.phase or self.show)


@dataclass(frozen=True, slots=True)
class Tallies:
    """Counts of the front page; each but the last two opens its list."""

    due: int
    late: int
    missed: int
    blood: int
    no_date: int
    phone: int
    to_close: int
    still_booked: int
    given: int
    urgent_flags: int
    mail_failed: int


@dataclass(frozen=True, slots=True)
class Line:
    """One patient of the list, as read. `flags` are "severity CODE", urgent first; none for a coordinator."""

    uid: Any
    given_name: str
    family_name: str
    birth_date: dt.date
    record_number: str
    phone: str
    email: str
    bleeding_risk: str
    unreached: str
    said: str | None
    phase: str
    protocol: str
    interval: str
    doses_in_phase: int
    due_on: dt.date | None
    book_on: dt.date | None
    blood_due_on: dt.date | None
    booked_on: dt.date | None
    booked_at: dt.time | None
    is_late: bool | None
    is_missed: bool | None
    blood: bool
    outcome: str | None
    contact_at: dt.datetime | None
    call_on: dt.date | None
    call_later: bool | None
    list_group: int
    in_group: int
    in_all: int
    flags: list[str] | None
    mail_state: str | None
    closed_because: str | None
    merged_into: str | None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


def _parameters(clinic_id: int, now: dt.datetime) -> dict[str, Any]:
    today = now.date()
    return {
        "clinic": clinic_id,
        "today": today,
        "ahead": today + AHEAD,
        "mail_since": now - MAIL_FAILED_FOR,
        "whole": True,
    }


def tallies(clinic_id: int, *, now: dt.datetime) -> Tallies:
    """The counts of one clinic at `now`, on its wall clock. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TALLIES, _parameters(clinic_id, now))
        return Tallies(*cursor.fetchone())


def worklist(clinic_id: int, asked: Asked, *, now: dt.datetime, with_flags: bool) -> list[Line]:
    """A page of the list, in its order. One statement, the same for one row and fifty."""
    escaped = asked.q.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    parameters = _parameters(clinic_id, now) | {
        "whole": bool(asked.show),
        "show": asked.show,
        "phase": asked.phase,
        "q": asked.q,
        "name_like": f"%{fold(escaped)}%",
        "number_like": f"%{escaped}%",
        "flags": with_flags,
        "plain_codes": PLAIN_CODES,
        "limit": None if asked.whole else PER_PAGE,
        "offset": 0 if asked.whole else (asked.page - 1) * PER_PAGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, parameters)
        return [Line(*row) for row in cursor.fetchall()]
