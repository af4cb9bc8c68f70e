"""The days on which a flag's condition can change by time alone, while a situation holds."""

from __future__ import annotations

from datetime import date

from schedules.rules.dates import leaves_months_up_to
from schedules.rules.flags import bloods, doses, symptoms
from schedules.rules.situation import Situation


def missed_days(situation: Situation) -> list[date]:
    """The day the open injection counts as missed."""
    return [situation.open_injection.missed_on] if situation.open_injection else []


def hole_days(situation: Situation) -> list[date]:
    """The day loading has paused for too long (D19)."""
    day = doses.loading_hole_on(situation)
    return [day] if day else []


def reload_days(situation: Situation) -> list[date]:
    """The day the next injection is more than a whole interval late (D20)."""
    day = doses.reload_from(situation)
    return [day] if day else []


def plateau_days(situation: Situation) -> list[date]:
    """The day a plateau may first be proposed (D16)."""
    day = symptoms.plateau_from(situation)
    return [day] if day else []


def overdue_days(situation: Situation) -> list[date]:
    """The days open checks and reviews count as missed."""
    return [event.missed_on for event in situation.open_checks]


def incomplete_days(situation: Situation) -> list[date]:
    """The day the latest check is judged complete or not (D25)."""
    draws = situation.stability.draws
    return [bloods.check_judged_on(draws[-1], situation)] if draws else []


def trough_days(situation: Situation) -> list[date]:
    """The days blood for a check is best drawn from (R36, D15)."""
    opens_on = bloods.trough_window_opens_on(situation)
    if opens_on is None:
        return []
    return [
        max(opens_on, check.earliest_on)
        for check in situation.open_checks
        if check.kind in bloods.DRAWN_KINDS
    ]


def untreated_days(situation: Situation) -> list[date]:
    """The day the last dose is more than 6 months past (R55)."""
    last = situation.last_dose_on
    return [leaves_months_up_to(last, bloods.NO_DOSE_MONTHS)] if last else []
