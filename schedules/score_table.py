"""The symptom scores as a table, newest first: what a clinician found, and what the patient answered by link. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from patients.check_ins import in_words
from patients.models import CheckIn
from schedules.course import score_of
from schedules.cycle_chart import days_since_dose
from schedules.rules.facts import Facts


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One assessment, or one check-in: what stands for each domain (empty: no score), and the sum of all five."""

    on: dt.date
    by_patient: bool
    words: tuple[str, ...]
    total: int | None
    days_since_dose: int | None


def score_rows(
    facts: Facts, check_ins: Iterable[CheckIn], *, dose_days: Sequence[dt.date], today: dt.date
) -> list[ScoreRow]:
    """A row each, newest first; those of one day with the patient's below. The days are those of the cycle chart."""
    found = [
        ScoreRow(
            row.on,
            False,
            tuple("" if score is None else str(score) for score in row.scores),
            score_of(row),
            days_since_dose(dose_days, row.on),
        )
        for row in reversed(facts.assessments)
        if row.on <= today and not row.entered_in_error
    ]
    said = [
        ScoreRow(
            row.on,
            True,
            tuple(map(in_words, row.scores.values())),
            row.total,
            days_since_dose(dose_days, row.on),
        )
        for row in check_ins
    ]
    return sorted([*found, *said], key=lambda row: row.on, reverse=True)
