"""Flags of the clinic's own work, beside the guideline's: what they are raised on, and a table of small rules.

They live like the guideline's flags: forecast at each write, raised and closed by the sweep, compared by
`rebuild_schedules --check`. Deciding is pure; the rows are read here once for any number of patients.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from patients.check_ins import in_words, worse_in
from patients.vocabulary import Domain, Phase, Score, Severity
from schedules.rules.dates import ONE_DAY, say
from schedules.rules.results import Finding, ForecastSpan

_IN_PLAN = frozenset({Phase.LOADING, Phase.MAINTENANCE, Phase.PROPHYLAXIS})


@dataclass(frozen=True, slots=True)
class Scored:
    """A record with scores 0 to 3 by domain, null where there is none: an assessment, or a patient's answers."""

    record: str
    on: dt.date
    scores: dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Noted:
    """What a workflow flag may be raised on, each by its record's name ("order:17"); none: nothing such is known.

    `order` is the one in force; `reaction` the newest dose at which a reaction was told or seen; `assessed` the
    latest assessment; `said` what the patient answered by link since it, newest first.
    """

    phase: str
    order: str | None = None
    order_until: dt.date | None = None
    reaction: str | None = None
    reaction_on: dt.date | None = None
    assessed: Scored | None = None
    said: tuple[Scored, ...] = ()


def _packed(kind: str, row: str) -> str:
    """The columns of Scored as JSON."""
    scores = ", ".join(f"'{domain.value}', {row}.{domain.value}" for domain in Domain)
    return f"""json_build_array('{kind}:' || {row}.id, {row}."on", json_build_object({scores}))"""


# In the order of Noted. One order is in force at most (one_order_in_force). An answer by link is seen to by an
# assessment on a later day, or on the same day and recorded after it (patients.check_ins.answers_since).
_NOTED = f"""
SELECT p.id, 'order:' || o.id, o.until, 'injection:' || i.id, i."on",
  CASE WHEN a.id IS NOT NULL THEN {_packed("assessment", "a")} END, c.said
FROM patients_patient p
LEFT JOIN schedules_order o ON o.patient_id = p.id AND o.ended_on IS NULL AND o.error_at IS NULL
LEFT JOIN LATERAL (
  SELECT id, "on" FROM patients_injection
  WHERE patient_id = p.id AND given AND error_at IS NULL
    AND (reaction <> '' OR 'reaction' = ANY(screening_yes))
  ORDER BY "on" DESC, id DESC LIMIT 1) i ON true
LEFT JOIN LATERAL (
  SELECT * FROM patients_assessment
  WHERE patient_id = p.id AND error_at IS NULL
  ORDER BY "on" DESC, recorded_at DESC, id DESC LIMIT 1) a ON true
LEFT JOIN LATERAL (
  SELECT json_agg({_packed("checkin", "s")} ORDER BY s.answered_at DESC) AS said FROM patients_checkin s
  WHERE s.patient_id = p.id AND s.error_at IS NULL
    AND (a.id IS NULL OR s."on" > a."on" OR (s."on" = a."on" AND s.answered_at >= a.recorded_at))) c ON true
WHERE p.id = ANY(%s)"""  # noqa: S608 (constant columns)


def noted_of(phases: dict[int, str]) -> dict[int, Noted]:
    """What is known of each patient, by key; `phases` are those of the evaluation. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTED, [list(phases)])
        return {
            pk: Noted(
                phases[pk], order, until, reaction, reaction_on,
                assessed=_scored(assessed) if assessed else None,
                said=tuple(_scored(each) for each in said or ()),
            )
            for pk, order, until, reaction, reaction_on, assessed, said in cursor.fetchall()
        }  # fmt: skip


def _scored(packed: list[Any]) -> Scored:
    record, on, scores = packed
    return Scored(record, dt.date.fromisoformat(on), scores)


Rule = Callable[[Noted], tuple[dt.date, Finding] | None]


def _order_expired(noted: Noted) -> tuple[dt.date, Finding] | None:
    """An order with a day of renewal has run out while the plan goes on: from the day after it."""
    if noted.order is None or noted.order_until is None or noted.phase not in _IN_PLAN:
        return None
    return noted.order_until + ONE_DAY, Finding(
        code="ORDER_EXPIRED",
        severity=Severity.WARNING,
        rules=(),
        facts={"order": noted.order, "until": noted.order_until.isoformat()},
        reason=f"The order was to be renewed by {say(noted.order_until)}.",
        next_step="Ask a physician to renew the order; what is given meanwhile is recorded all the same.",
    )


def _reaction_review(noted: Noted) -> tuple[dt.date, Finding] | None:
    """A reaction is for a physician to look at: later doses do not answer it, so it stands until it is resolved."""
    if noted.reaction is None or noted.reaction_on is None or noted.phase == Phase.CLOSED:
        return None
    return noted.reaction_on, Finding(
        code="REACTION_REVIEW",
        severity=Severity.WARNING,
        rules=(),
        facts={"injection": noted.reaction},
        reason=f"A reaction to an injection was told on {say(noted.reaction_on)}.",
        next_step="Ask a physician to read it and decide before the next dose.",
    )


def _patient_reports_worsening(noted: Noted) -> tuple[dt.date, Finding] | None:
    """The patient's newest answers that are worse than the latest assessment in any domain; a later answer that is
    better takes nothing back, only a clinician's assessment does."""
    found = noted.assessed.scores if noted.assessed else None
    said = next((each for each in noted.said if worse_in(each.scores, found)), None)
    if said is None or noted.phase == Phase.CLOSED:
        return None
    worse = worse_in(said.scores, found)
    before = f"worse than assessed on {say(noted.assessed.on)}" if noted.assessed else "never assessed before"
    told = "; ".join(
        f"{domain.label.lower()}: {in_words(said.scores[domain.value])}"
        + (f", assessed as {Score(str(found[domain.value])).label}" if found else "")
        for domain in worse
    )
    return said.on, Finding(
        code="PATIENT_REPORTS_WORSENING",
        severity=Severity.URGENT,
        rules=(),
        facts={
            "check_in": said.record,
            "assessment": noted.assessed.record if noted.assessed else None,
            "worse": [domain.value for domain in worse],
        },
        reason=f"The patient answered by link on {say(said.on)}, {before}: {told}.",
        next_step="Phone the patient, or assess the symptoms now; an assessment closes this flag.",
    )


# Each gives the finding and the first day on which it holds; none of them falls by time alone.
TABLE: tuple[Rule, ...] = (_order_expired, _reaction_review, _patient_reports_worsening)


def workflow_findings(noted: Noted, *, on: dt.date) -> tuple[Finding, ...]:
    """The workflow flags that hold on a day."""
    return tuple(span.finding for span in workflow_spans(noted, start=on, until=on))


def workflow_spans(noted: Noted, *, start: dt.date, until: dt.date) -> Iterator[ForecastSpan]:
    """Which of them hold from `start` on, or rise up to and including `until`, if nothing is recorded."""
    for rule in TABLE:
        found = rule(noted)
        if found is not None and found[0] <= until:
            yield ForecastSpan(found[1], max(found[0], start), None)
